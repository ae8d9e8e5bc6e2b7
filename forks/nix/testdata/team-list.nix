{ lib }:
with lib.maintainers;
{
  acme = { members = [ ada-l o'neil ]; scope = "Maintain ACME-related packages and modules."; shortName = "ACME"; enableFeatureFreezePing = true; };
  golang = { github = "golang"; shortName = "Go"; };
}
