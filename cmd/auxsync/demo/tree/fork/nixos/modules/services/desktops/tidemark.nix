{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.tidemark;
in

{
  options.services.tidemark = {
    enable = lib.mkEnableOption "tidemark, a record of how high the water stood";

    station = lib.mkOption {
      type = lib.types.str;
      example = "harbour-north";
      description = "Gauge to read.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.tidemark = {
      description = "Record of the tide";
      startAt = "*:0/10";
      script = ''
        ${pkgs.python3Packages.tidemark}/bin/tidemark read ${lib.escapeShellArg cfg.station}
      '';
      serviceConfig = {
        StateDirectory = "tidemark";
        DynamicUser = true;
      };
    };
  };
}
