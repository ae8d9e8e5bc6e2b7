{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.wharf;
in

{
  options.services.wharf = {
    enable = lib.mkEnableOption "wharf, a registry for container images";

    listen = lib.mkOption {
      type = lib.types.str;
      default = "127.0.0.1:5000";
      description = "Address and port to answer on.";
    };
  };

  config = lib.mkIf cfg.enable {
    systemd.services.wharf = {
      description = "Registry for container images";
      wantedBy = [ "multi-user.target" ];
      serviceConfig = {
        ExecStart = "${lib.getExe pkgs.wharf} --listen ${cfg.listen}";
        StateDirectory = "wharf";
        DynamicUser = true;
      };
    };
  };

  meta.maintainers = [ lib.maintainers.brisk ];
}
