{
  lib,
  rustPlatform,
  fetchFromGitHub,
  installShellFiles,
  pkg-config,
  openssl,
  sqlite,
}:

rustPlatform.buildRustPackage (finalAttrs: {
  pname = "harbor";
  version = "4.1.0";

  src = fetchFromGitHub {
    owner = "harbor-tools";
    repo = "harbor";
    tag = "v${finalAttrs.version}";
    hash = "sha256-@@harbor-4.1.0@@";
  };

  cargoHash = "sha256-@@harbor-4.1.0-vendor@@";

  nativeBuildInputs = [
    installShellFiles
    pkg-config
  ];

  buildInputs = [
    openssl
    sqlite
  ];

  env.OPENSSL_NO_VENDOR = true;

  # These want to talk to the outside.
  checkFlags = [
    "--skip=net::downloads"
    "--skip=net::redirects"
  ];

  postInstall = ''
    installShellCompletion --cmd harbor \
      --bash <($out/bin/harbor completions bash) \
      --fish <($out/bin/harbor completions fish) \
      --zsh <($out/bin/harbor completions zsh)
  '';

  meta = with lib; {
    description = "Keeps a fleet of containers in one place";
    homepage = "https://harbor-tools.example";
    license = licenses.asl20;
    maintainers = with maintainers; [
      brisk
      okafor
    ];
    mainProgram = "harbor";
  };
})
