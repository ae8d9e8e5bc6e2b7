# Several packages in one file.
{ config, lib, pkgs, buildPerlPackage, fetchurl, }:
with self;
{
  ArchiveCpio = buildPerlPackage {
    pname = "Archive-Cpio";
    version = "0.10";
    src = fetchurl {
      url = "mirror://cpan/authors/id/P/PI/PIXEL/Archive-Cpio-0.10.tar.gz";
      hash = "sha256-AAAA";
    };
    meta = {
      description = "Module for manipulations of cpio archives";
      license = with lib.licenses; [ artistic1 gpl1Plus ];
      maintainers = [ lib.maintainers.ada-l ];
    };
  };

  DateCalc = callPackage ({ buildPerlPackage }: buildPerlPackage rec {
    pname = "Date-Calc";
    version = "6.4";
    propagatedBuildInputs = [ BitVector ];
    doCheck = false; # needs a network
    meta.maintainers = with lib.maintainers; [ o'neil ];
  }) { };

  inherit (pkgs) perl;
} // lib.optionalAttrs config.allowAliases {
  Old = throw "Old was removed"; # added 2024-01-01
}
