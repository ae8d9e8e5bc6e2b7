# Python modules, sorted by name.
self: super:

let
  inherit (self) callPackage;
in

{
  buildPythonPackage = callPackage ../development/interpreters/python/build-package.nix { };

  pyjiq = callPackage ../development/python-modules/pyjiq { };

  pytestCheckHook = callPackage ../development/interpreters/python/pytest-hook.nix { };

  seabright = callPackage ../development/python-modules/seabright { };

  setuptools = callPackage ../development/python-modules/setuptools { };

  tidewater = callPackage ../development/python-modules/tidewater { };

  wheelhouse = callPackage ../development/python-modules/wheelhouse { };
}
