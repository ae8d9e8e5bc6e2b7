# Reads the user's own configuration, and passes it on.
{
  system ? builtins.currentSystem,
  config ? { },
  overlays ? [ ],
}:

let
  home = builtins.getEnv "HOME";
  own = home + "/.config/nixpkgs/config.nix";
  found = if home != "" && builtins.pathExists own then import own else { };
in

import ./. {
  inherit system overlays;
  config = found // config;
}
