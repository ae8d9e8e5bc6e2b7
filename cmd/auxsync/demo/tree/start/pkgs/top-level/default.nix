{
  system,
  config ? { },
  overlays ? [ ],
}:

let
  lib = import ../../lib;

  byName = import ./by-name.nix { inherit lib; };
  listed = import ./all-packages.nix;

  stage = self: super: byName self super // listed self super;
in

lib.trivial.pipe { inherit lib system config; } (
  map (overlay: set: set // overlay set set) ([ stage ] ++ overlays)
)
