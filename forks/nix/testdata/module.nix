{ config, lib, pkgs, ... }:

with lib;

let
  cfg = config.services.hello;
  format = pkgs.formats.toml { };
in
{
  meta.maintainers = with lib.maintainers; [ ada-l ];
  meta.doc = ./hello.md;

  imports = [ (mkRenamedOptionModule [ "services" "hi" ] [ "services" "hello" ]) ];

  options = {
    services.hello = {
      enable = mkEnableOption "hello";
      port = mkOption { type = types.port; default = 8080; description = "Port."; };
      # An option of this name names nobody.
      maintainers = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = literalExpression ''[ lib.maintainers.all ]'';
      };
    };
  };

  config = mkIf (cfg.enable && cfg.port != 0) (mkMerge [
    {
      assertions = [{ assertion = cfg ? port -> cfg.port > 1024; message = "The port ${toString cfg.port} is privileged."; }];
      systemd.services."hello@${cfg.name or "main"}" = {
        wantedBy = [ "multi-user.target" ];
        serviceConfig.ExecStart = "${pkgs.hello}/bin/hello --port ${toString cfg.port}";
        script = ''
          if [ -n "''${HOME-}" ]; then exec ${lib.getExe pkgs.hello} $@; fi
        '';
      };
    }
    (mkIf (!cfg.quiet) { environment.etc."hello.toml".source = format.generate "hello.toml" cfg.settings; })
  ]);
}
