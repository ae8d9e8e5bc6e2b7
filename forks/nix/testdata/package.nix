{
  lib,
  stdenv,
  fetchFromGitHub,
  nix-update-script,
  maintainers ? [ lib.maintainers.ada-l ],
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "hello";
  version = "2.12";

  src = fetchFromGitHub {
    owner = "example";
    repo = "hello";
    tag = "v${finalAttrs.version}";
    hash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
  };

  postPatch = ''
    substituteInPlace src/main.c \
      --replace-fail "/usr/share" "$out/share"
    ${lib.optionalString stdenv.hostPlatform.isDarwin ''
      rm -r ''${TMPDIR:-/tmp}/cache
    ''}
  '';

  passthru.updateScript = nix-update-script { };

  meta = {
    description = "A friendly program";
    homepage = "https://example.org/hello";
    changelog = "https://example.org/hello/${finalAttrs.src.tag}";
    license = lib.licenses.gpl3Plus;
    maintainers = with lib.maintainers; [
      ada-l
      _aunderscore # since 2024
      # gone-away
    ];
    teams = [ lib.teams.golang ];
    platforms = lib.platforms.unix;
    broken = stdenv.hostPlatform.isDarwin && stdenv.hostPlatform.isx86_64;
  };
})
