{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.programs.helio;
in

{
  options.programs.helio = {
    enable = lib.mkEnableOption "helio, a text editor";

    defaultEditor = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether `EDITOR` names helio.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ pkgs.helio ];
    environment.variables.EDITOR = lib.mkIf cfg.defaultEditor (lib.mkOverride 900 "helio");
  };

  meta.maintainers = [ lib.maintainers.moss ];
}
