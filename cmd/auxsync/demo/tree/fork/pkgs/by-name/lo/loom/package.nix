{
  lib,
  python3Packages,
  fetchFromGitHub,
  graphviz,
}:

python3Packages.buildPythonApplication rec {
  pname = "loom";
  version = "2.0.1";
  pyproject = true;

  src = fetchFromGitHub {
    owner = "weavers";
    repo = "loom";
    tag = version;
    hash = "sha256-@@loom-2.0.1@@";
  };

  build-system = [ python3Packages.hatchling ];

  dependencies = with python3Packages; [ seabright ];

  makeWrapperArgs = [ "--prefix PATH : ${lib.makeBinPath [ graphviz ]}" ];

  # The workshop of SIG Home weaves from these.
  postInstall = ''
    install -Dm644 patterns/twill.loom -t $out/share/loom/patterns
  '';

  meta = {
    description = "Weaving patterns, drawn";
    homepage = "https://weavers.example/loom";
    license = lib.licenses.gpl3Plus;
    maintainers = with lib.maintainers; [
      moreau
      tanaka
    ];
    mainProgram = "loom";
  };
}
