rec {
  # A list of one element if the condition holds, and none otherwise.
  optional = cond: elem: if cond then [ elem ] else [ ];

  # The list itself if the condition holds, and none of it otherwise.
  optionals = cond: elems: if cond then elems else [ ];

  # Each element once, in the order in which it came first.
  unique = builtins.foldl' (acc: e: if builtins.elem e acc then acc else acc ++ [ e ]) [ ];

  last =
    list:
    assert list != [ ];
    builtins.elemAt list (builtins.length list - 1);
}
