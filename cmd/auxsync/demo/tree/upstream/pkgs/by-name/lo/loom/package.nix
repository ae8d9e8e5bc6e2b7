{
  lib,
  python3Packages,
  fetchFromGitHub,
  graphviz,
  gobject-introspection,
  wrapGAppsHook4,
  gtk4,
}:

python3Packages.buildPythonApplication rec {
  pname = "loom";
  version = "2.1.0";
  pyproject = true;

  src = fetchFromGitHub {
    owner = "weavers";
    repo = "loom";
    tag = version;
    hash = "sha256-@@loom-2.1.0@@";
  };

  build-system = [ python3Packages.hatchling ];

  nativeBuildInputs = [
    gobject-introspection
    wrapGAppsHook4
  ];

  buildInputs = [ gtk4 ];

  dependencies = with python3Packages; [
    pygobject3
    seabright
  ];

  makeWrapperArgs = [ "--prefix PATH : ${lib.makeBinPath [ graphviz ]}" ];

  nativeCheckInputs = [ python3Packages.pytestCheckHook ];

  meta = {
    description = "Draws weaving patterns and counts the thread";
    homepage = "https://weavers.example/loom";
    license = lib.licenses.gpl3Plus;
    maintainers = [ lib.maintainers.moss ];
    mainProgram = "loom";
  };
}
