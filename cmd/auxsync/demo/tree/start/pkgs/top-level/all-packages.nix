/*
  Packages that are listed by hand. New ones go to pkgs/by-name instead, where
  a folder is enough.
*/
self: super:

let
  inherit (self) callPackage;
in

{
  ### TOOLS

  pebble = callPackage ../tools/text/pebble { };

  tarn = callPackage ../tools/misc/tarn { };

  ### DEVELOPMENT

  cinder = callPackage ../development/tools/cinder { };

  python3 = callPackage ../development/interpreters/python { };

  python3Packages = self.python3.pkgs;

  ### APPLICATIONS

  dovetail = callPackage ../applications/networking/dovetail { };

  helio = callPackage ../applications/editors/helio { };

  ### MISC

  fetchFromGitHub = callPackage ../build-support/fetchgithub { };

  nix-update-script = callPackage ../build-support/nix-update-script { };
}
