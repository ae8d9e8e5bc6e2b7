/* Everything that the language has, once. */
{ lib, stdenv ? null, version ? "1.0", ... }@args: # a comment
let
  inherit (lib) or optional;
  inherit lib "quoted" ${"name"};
  __private_name' = __curPos;
  "a string".nested.${"constant"} = 1;
  int = 42; float = 1.5e-3; half = .5; one = 1.;
  uri = https://example.org/~user/a?b=c&d=%20;
  search = [ <nixpkgs> <nixpkgs/lib/default.nix> ];
  paths = [ ./. ./a-b_c+d.nix ../up/one a/b /etc/nix ~/home ./${version}/x${version}-y.patch ~/${version} /${version} ./a/${version}//b ];
  legacy = let { x = 1; body = x; };
  empty = [ ] ++ [{ }] ++ [ rec { } "" '''' ];
  functions = [ (x: x) (x: y: x) (x@{ a, b ? x, ... }: a) ({ a, b }@x: b) ({ }: 1) ({ ... }: 2) ({ a, }: a) ];
in
assert version != "" -> lib ? a.b."c".${version} && !(stdenv == null) || 1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3;
with lib;
rec {
  ${version} = 1;
  "${version}-x".y = -int + 2 * 3 / 4 - - 5;
  selected = args.a.b or args.c or { };
  called = map or [ 1 ] (f: f or);
  merged = { a = 1; } // { b = 2; } // (if true then { } else if false then legacy else empty);
  piped = [ 1 ] |> map (x: x + 1) |> lib.head;
  backwards = lib.head <| map (x: x) <| [ 1 ];
  text = "escapes \" \\ \n \r \t \${x} $${x} $ and ${toString { a = "}"; }.a} ${"${"nested"}"}";
  indented = ''
    first ${text}
      second ''${x} ''$ ''' ''\n ''\${x} $${x} $ '
	tab
  '';
  /**
    A documentation comment.
  */
  documented = /* inline */ null /**/;
}
# the end, without a newline