{
  lib,
  stdenv,
  fetchFromGitHub,
  meson,
  ninja,
  pkg-config,
  scdoc,
  cairo,
  harfbuzz,
  libxkbcommon,
  tree-sitter,
  wayland,
  wayland-protocols,
  wayland-scanner,
  libX11,
  withWayland ? false,
  withX11 ? true,
}:

stdenv.mkDerivation (finalAttrs: {
  pname = "helio";
  version = "0.22.0";

  src = fetchFromGitHub {
    owner = "helio-editor";
    repo = "helio";
    tag = finalAttrs.version;
    hash = "sha256-@@helio-0.22.0@@";
  };

  strictDeps = true;

  nativeBuildInputs = [
    meson
    ninja
    pkg-config
    scdoc
    wayland-scanner
  ];

  buildInputs = [
    cairo
    harfbuzz
    libxkbcommon
    tree-sitter
  ]
  ++ lib.optionals withWayland [
    wayland
    wayland-protocols
  ]
  ++ lib.optional withX11 libX11;

  mesonFlags = [
    (lib.mesonEnable "wayland" withWayland)
    (lib.mesonEnable "x11" withX11)
    (lib.mesonBool "docs" true)
  ];

  postInstall = ''
    install -Dm644 ../contrib/helio.desktop -t $out/share/applications
  '';

  meta = with lib; {
    description = "Text editor that leaves the sun on";
    homepage = "https://helio-editor.example";
    license = licenses.mpl20;
    maintainers = with maintainers; [
      juniper
      moss
    ];
    mainProgram = "helio";
    platforms = platforms.linux;
  };
})
