{ lib, stdenv, fetchurl, perl, perlPackages, gettext, makeWrapper, texinfo }:

let
  modules = with perlPackages; [
    ConfigTiny
    DateManip
    FileSlurp
    TermReadKey
  ];
in

stdenv.mkDerivation rec {
  name = "tarn-${version}";
  version = "1.7";

  src = fetchurl {
    url = "https://tarn.example/dist/${name}.tar.bz2";
    sha256 = "@@tarn-1.7@@";
  };

  buildInputs = [ perl gettext texinfo makeWrapper ] ++ modules;

  # Documentation goes first, or the tests cannot find their examples.
  buildPhase = ''
    make -C doc tarn.info
    make -C po
    perl Build.PL --prefix=$out --sysconf=/etc/tarn.conf
    perl Build
  '';

  checkPhase = ''
    perl Build test
  '';

  installPhase = ''
    perl Build install
    install -Dm644 doc/tarn.info $out/share/info/tarn.info
    wrapProgram $out/bin/tarn --set PERL5LIB "$PERL5LIB"
  '';

  meta = {
    description = "Diary that is kept from the command line";
    homepage = "https://tarn.example/";
    license = lib.licenses.bsd3;
    maintainers = [ lib.maintainers.moss ];
  };
}
