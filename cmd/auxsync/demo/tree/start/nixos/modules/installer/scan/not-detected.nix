# For machines whose hardware nobody has described yet.
{ lib, ... }:

{
  hardware.enableRedistributableFirmware = lib.mkDefault true;
}
