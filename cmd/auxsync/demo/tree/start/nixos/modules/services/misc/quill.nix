{
  config,
  lib,
  pkgs,
  ...
}:

let
  cfg = config.services.quill;
  format = pkgs.formats.toml { };
in

{
  options.services.quill = {
    enable = lib.mkEnableOption "quill, a printer for paper letters";

    settings = lib.mkOption {
      inherit (format) type;
      default = { };
      description = "What is written to quill.toml.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.etc."quill.toml".source = format.generate "quill.toml" cfg.settings;

    systemd.services.quill = {
      description = "Printer for paper letters";
      wantedBy = [ "multi-user.target" ];
      serviceConfig.ExecStart = "${pkgs.quill}/bin/quill --config /etc/quill.toml";
    };
  };

  meta.maintainers = [ lib.maintainers.alder ];
}
