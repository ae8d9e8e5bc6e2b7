{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.lanternfs;
in

{
  options.services.lanternfs = {
    enable = lib.mkEnableOption "the lantern file system";

    package = lib.mkPackageOption pkgs "lanternfs" { };

    peers = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
      example = [ "kitchen.lan" ];
      description = "Machines of the same household.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];

    networking.firewall.allowedTCPPorts = [ 7411 ];

    systemd.services.lanternfs = {
      description = "Lantern file system";
      wantedBy = [ "multi-user.target" ];
      after = [ "network-online.target" ];
      wants = [ "network-online.target" ];
      serviceConfig = {
        ExecStart = "${lib.getExe cfg.package} serve --port 7411 ${toString cfg.peers}";
        StateDirectory = "lanternfs";
        DynamicUser = true;
        Restart = "on-failure";
      };
    };
  };
}
