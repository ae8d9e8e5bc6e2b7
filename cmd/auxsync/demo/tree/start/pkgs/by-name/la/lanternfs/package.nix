{
  lib,
  stdenv,
  fetchFromGitHub,
  autoreconfHook,
  pkg-config,
  fuse3,
  libsodium,
  zstd,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "lanternfs";
  version = "2.8.0";

  src = fetchFromGitHub {
    owner = "lanternfs";
    repo = "lanternfs";
    tag = "v${finalAttrs.version}";
    hash = "sha256-@@lanternfs-2.8.0@@";
  };

  nativeBuildInputs = [
    autoreconfHook
    pkg-config
  ];

  buildInputs = [
    fuse3
    libsodium
    zstd
  ];

  configureFlags = [
    "--with-codec=zstd"
    "--sysconfdir=/etc"
  ];

  enableParallelBuilding = true;

  meta = with lib; {
    description = "File system that lights up on every machine of a household";
    homepage = "https://lanternfs.example";
    changelog = "https://lanternfs.example/news/${finalAttrs.version}";
    license = licenses.gpl3Plus;
    maintainers = with maintainers; [
      alder
      rowan
    ];
    mainProgram = "lantern";
  };
})
