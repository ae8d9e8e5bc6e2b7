{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.kestrel;
in

{
  options.services.kestrel = {
    enable = lib.mkEnableOption "kestrel, a resolver that watches the net";

    upstreams = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ "9.9.9.9" ];
      description = "Resolvers to ask.";
    };
  };

  config = lib.mkIf cfg.enable {
    networking.nameservers = [ "127.0.0.1" ];

    systemd.services.kestrel = {
      description = "Resolver";
      wantedBy = [ "multi-user.target" ];
      before = [ "nss-lookup.target" ];
      serviceConfig = {
        ExecStart = "${pkgs.kestrelctl}/bin/kestreld ${toString cfg.upstreams}";
        AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
        DynamicUser = true;
      };
    };
  };

  meta.maintainers = [ lib.maintainers.rowan ];
}
