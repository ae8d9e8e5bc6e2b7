{
  description = "Packages and NixOS modules, in the small";

  outputs =
    { self }:
    let
      lib = import ./lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
        "aarch64-darwin"
      ];
      forAllSystems = lib.genAttrs systems;
    in
    {
      inherit lib;

      legacyPackages = forAllSystems (system: import ./. { inherit system; });

      nixosModules.notDetected = ./nixos/modules/installer/scan/not-detected.nix;
    };
}
