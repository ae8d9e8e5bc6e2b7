{
  lib,
  buildGoModule,
  fetchFromGitHub,
  installShellFiles,
  nix-update-script,
}:

buildGoModule (finalAttrs: {
  pname = "tarn";
  version = "2.0.0";

  src = fetchFromGitHub {
    owner = "tarn-diary";
    repo = "tarn-go";
    tag = "v${finalAttrs.version}";
    hash = "sha256-@@tarn-2.0.0@@";
  };

  vendorHash = "sha256-@@tarn-2.0.0-vendor@@";

  subPackages = [ "cmd/tarn" ];

  ldflags = [
    "-s"
    "-X main.version=${finalAttrs.version}"
    # Searched in this order; the first one that exists is read.
    "-X main.configs=$XDG_CONFIG_HOME/tarn.toml:$XDG_CONFIG_DIRS/tarn.toml"
  ];

  nativeBuildInputs = [ installShellFiles ];

  postInstall = ''
    installManPage man/*.1
  '';

  passthru.updateScript = nix-update-script { };

  meta = with lib; {
    description = "Diary for the command line, in Go since 2.0";
    homepage = "https://tarn-diary.example";
    changelog = "https://tarn-diary.example/changes#v${finalAttrs.version}";
    license = licenses.mit;
    maintainers = with maintainers; [
      moss
      rowan
    ];
    mainProgram = "tarn";
  };
})
