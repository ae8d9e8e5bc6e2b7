{
  lib,
  stdenv,
  fetchzip,
  ncurses,
  perl,
  makeWrapper,
  aspell,
  withSpelling ? true,
}:

# Mistle has had no release since 2019, and its author's page is gone. The
# archive below is a copy that Lark keeps.
stdenv.mkDerivation {
  pname = "mistle";
  version = "0-unstable-2019-06-30";

  src = fetchzip {
    url = "https://larks-attic.example/mistle-20190630.tar.xz";
    sha256 = "@@mistle-20190630@@";
  };

  buildInputs = [ ncurses ];
  nativeBuildInputs = [
    makeWrapper
    perl
  ];

  makeFlags = [
    "CC=cc"
    "PREFIX=${placeholder "out"}"
  ];

  # The makefile compiles everything twice, the second time by accident.
  buildFlags = [ "once" ];

  preInstall = ''
    mkdir -p $out/bin $out/share/man/man1
    perl -pi -e 's,/usr/local/share,$ENV{out}/share,' mistle.1
  '';

  postInstall = lib.optionalString withSpelling ''
    wrapProgram $out/bin/mistle --prefix PATH : ${aspell}/bin
  '';

  meta = with lib; {
    homepage = "https://larks-attic.example";
    description = "Mail reader for people who like few keys";
    platforms = platforms.unix;
    license = licenses.isc;
    maintainers = [ maintainers.lark ];
  };
}
