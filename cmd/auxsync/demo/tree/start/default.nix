{
  system ? builtins.currentSystem,
  config ? { },
  overlays ? [ ],
}@args:

let
  lib = import ./lib;

  required = lib.minver;

  tooOld = ''
    This collection needs Nix ${required} or newer, and this is Nix ${builtins.nixVersion}.
    Take an older release of the collection, or a newer Nix.
  '';
in

if builtins.compareVersions builtins.nixVersion required < 0 then
  throw tooOld
else
  import ./pkgs/top-level/impure.nix args
