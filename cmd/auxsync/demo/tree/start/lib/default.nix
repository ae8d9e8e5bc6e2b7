let
  trivial = import ./trivial.nix;
  lists = import ./lists.nix;
  strings = import ./strings.nix { inherit lists; };
  attrsets = import ./attrsets.nix { inherit lists; };
  licenses = import ./licenses.nix;
  maintainers = import ../maintainers/maintainer-list.nix;
in

{
  inherit
    attrsets
    licenses
    lists
    maintainers
    strings
    trivial
    ;

  inherit (attrsets) genAttrs optionalAttrs mapAttrsToList;
  inherit (lists) optional optionals unique;
  inherit (strings) concatMapStringsSep enableFeature optionalString;
  inherit (trivial) id minver;
}
