rec {
  # The oldest Nix that can evaluate the collection.
  minver = "2.18";

  # Gives back what it was given.
  id = x: x;

  # `const a b` is `a`, whatever `b` is.
  const = a: _b: a;

  # Feeds a value through functions, first to last.
  pipe = builtins.foldl' (value: f: f value);

  min = a: b: if a < b then a else b;
  max = a: b: if a > b then a else b;
}
