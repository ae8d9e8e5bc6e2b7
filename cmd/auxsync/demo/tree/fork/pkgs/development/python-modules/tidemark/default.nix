{
  lib,
  buildPythonPackage,
  fetchFromGitHub,
  pytestCheckHook,
  setuptools,
  tidewater,
}:

buildPythonPackage rec {
  pname = "tidemark";
  version = "1.4.0";
  pyproject = true;

  src = fetchFromGitHub {
    owner = "aux-coast";
    repo = "tidemark";
    tag = "v${version}";
    hash = "sha256-@@tidemark-1.4.0@@";
  };

  build-system = [ setuptools ];

  dependencies = [ tidewater ];

  nativeCheckInputs = [ pytestCheckHook ];

  pythonImportsCheck = [ "tidemark" ];

  meta = {
    description = "Remembers how high the water stood";
    homepage = "https://tidemark.aux.example";
    license = lib.licenses.bsd3;
    maintainers = [ ];
  };
}
