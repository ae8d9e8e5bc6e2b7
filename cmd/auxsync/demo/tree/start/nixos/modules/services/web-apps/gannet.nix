{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.gannet;
in

{
  options.services.gannet = {
    enable = lib.mkEnableOption "gannet, a reader for feeds";

    feeds = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      description = "Addresses to read.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.gannet = {
      description = "Reader for feeds";
      startAt = "hourly";
      script = ''
        ${lib.getExe pkgs.gannet} fetch ${lib.concatMapStringsSep " " lib.id cfg.feeds}
      '';
      serviceConfig.DynamicUser = true;
    };
  };

  meta.maintainers = [ lib.maintainers.brisk ];
}
