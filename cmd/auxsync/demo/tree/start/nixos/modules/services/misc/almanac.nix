{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.almanac;
in

{
  options.services.almanac = {
    enable = lib.mkEnableOption "almanac, a calendar for gardeners";

    port = lib.mkOption {
      type = lib.types.port;
      default = 8460;
      description = "Port of the web page.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.almanac = {
      description = "Calendar for gardeners";
      wantedBy = [ "multi-user.target" ];
      environment.ALMANAC_PORT = toString cfg.port;
      serviceConfig = {
        ExecStart = lib.getExe pkgs.almanac;
        StateDirectory = "almanac";
        DynamicUser = true;
      };
    };
  };

  meta.maintainers = [ lib.maintainers.lark ];
}
