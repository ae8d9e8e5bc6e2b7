package demo

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
)

// pkg is an everyday package, written from a pattern. The packages that the
// story is about are written by hand, in the folder tree.
type pkg struct {
	name    string
	version string
	builder builder
	owner   string
	about   string
	license string
	keepers string   // handles, separated by spaces
	inputs  []string // beside what the builder needs
}

// builder is the function that a package is built with.
type builder int

const (
	cmake builder = iota
	golang
	python
	rust
)

// hashOf invents the hash of a source: fixed, and found nowhere else.
func hashOf(what string) string {
	sum := sha256.Sum256([]byte("auxsync demo\n" + what))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// byName is where a package lives that is found by its name.
func byName(name string) string {
	return "pkgs/by-name/" + name[:2] + "/" + name + "/package.nix"
}

// pythonModule is where a Python module lives.
func pythonModule(name string) string {
	return "pkgs/development/python-modules/" + name + "/default.nix"
}

// vendored names the second hash that a builder wants, for the packages of its
// language.
func (b builder) vendored() string {
	switch b {
	case rust:
		return "cargoHash"
	case golang:
		return "vendorHash"
	}
	return ""
}

// text is the package as Nix source.
func (p pkg) text() string {
	var b strings.Builder
	call, inputs, self := "stdenv.mkDerivation", []string{"stdenv", "fetchFromGitHub", "cmake", "ninja"}, "finalAttrs."
	switch p.builder {
	case golang:
		call, inputs = "buildGoModule", []string{"buildGoModule", "fetchFromGitHub", "nix-update-script"}
	case python:
		call, inputs, self = "buildPythonPackage", []string{"buildPythonPackage", "fetchFromGitHub", "pytestCheckHook", "setuptools"}, ""
	case rust:
		call, inputs = "rustPlatform.buildRustPackage", []string{"rustPlatform", "fetchFromGitHub", "nix-update-script"}
	}
	fmt.Fprintf(&b, "{\n  lib,\n  %s,\n}:\n\n", strings.Join(append(inputs, p.inputs...), ",\n  "))
	if p.builder == python {
		fmt.Fprintf(&b, "%s rec {\n", call)
	} else {
		fmt.Fprintf(&b, "%s (finalAttrs: {\n", call)
	}
	fmt.Fprintf(&b, "  pname = %q;\n  version = %q;\n", p.name, p.version)
	if p.builder == python {
		b.WriteString("  pyproject = true;\n")
	}
	fmt.Fprintf(&b, "\n  src = fetchFromGitHub {\n    owner = %q;\n    repo = %q;\n    tag = \"v${%sversion}\";\n    hash = \"sha256-%s\";\n  };\n",
		p.owner, p.name, self, hashOf(p.name+"-"+p.version))
	if key := p.builder.vendored(); key != "" {
		fmt.Fprintf(&b, "\n  %s = \"sha256-%s\";\n", key, hashOf(p.name+"-"+p.version+"-vendor"))
	}
	p.writeBuild(&b)
	p.writeMeta(&b, self)
	if p.builder == python {
		b.WriteString("}\n")
	} else {
		b.WriteString("})\n")
	}
	return b.String()
}

func (p pkg) writeBuild(b *strings.Builder) {
	inputs := strings.Join(p.inputs, " ")
	switch p.builder {
	case cmake:
		fmt.Fprintf(b, "\n  nativeBuildInputs = [\n    cmake\n    ninja\n  ];\n\n  buildInputs = [ %s ];\n", inputs)
		fmt.Fprintf(b, "\n  cmakeFlags = [\n    (lib.cmakeBool \"BUILD_TESTING\" finalAttrs.finalPackage.doCheck)\n    (lib.cmakeFeature \"%s_VERSION\" finalAttrs.version)\n  ];\n",
			strings.ToUpper(strings.ReplaceAll(p.name, "-", "_")))
		b.WriteString("\n  doCheck = true;\n")
	case golang:
		b.WriteString("\n  ldflags = [\n    \"-s\"\n    \"-X main.version=${finalAttrs.version}\"\n  ];\n")
		b.WriteString("\n  # The network is asked for its time.\n  checkFlags = [ \"-skip=TestClock\" ];\n")
		b.WriteString("\n  passthru.updateScript = nix-update-script { };\n")
	case python:
		fmt.Fprintf(b, "\n  build-system = [ setuptools ];\n\n  dependencies = [ %s ];\n", inputs)
		fmt.Fprintf(b, "\n  nativeCheckInputs = [ pytestCheckHook ];\n\n  pythonImportsCheck = [ %q ];\n", p.name)
	case rust:
		fmt.Fprintf(b, "\n  buildInputs = [ %s ];\n\n  env.RUSTONIG_SYSTEM_LIBONIG = true;\n", inputs)
		b.WriteString("\n  passthru.updateScript = nix-update-script { };\n")
	}
}

func (p pkg) writeMeta(b *strings.Builder, self string) {
	fmt.Fprintf(b, "\n  meta = with lib; {\n    description = %q;\n    homepage = \"https://%s.example/%s\";\n", p.about, p.owner, p.name)
	fmt.Fprintf(b, "    changelog = \"https://%s.example/%s/changes/${%sversion}\";\n    license = licenses.%s;\n", p.owner, p.name, self, p.license)
	fmt.Fprintf(b, "    maintainers = with maintainers; [ %s ];\n", p.keepers)
	if p.builder != python {
		fmt.Fprintf(b, "    mainProgram = %q;\n", p.name)
	}
	b.WriteString("  };\n")
}

// bump is a new version of a package: every text that belongs to its source.
func bump(path, name, from, to string) edit {
	return func(t tree) error {
		for _, pair := range [][2]string{
			{`version = "` + from + `"`, `version = "` + to + `"`},
			{hashOf(name + "-" + from), hashOf(name + "-" + to)},
			{hashOf(name + "-" + from + "-vendor"), hashOf(name + "-" + to + "-vendor")},
		} {
			vendor := pair[0] == hashOf(name+"-"+from+"-vendor")
			if vendor && !strings.Contains(t[path], pair[0]) {
				continue // not every builder has one
			}
			if err := swap(path, pair[0], pair[1])(t); err != nil {
				return err
			}
		}
		return nil
	}
}

// everyday lists the packages that nobody in the story quarrels about.
func everyday() []struct {
	path string
	pkg  pkg
} {
	type entry = struct {
		path string
		pkg  pkg
	}
	return []entry{
		{byName("almanac"), pkg{"almanac", "1.22.0", golang, "slow-gardens", "Calendar for gardeners", "asl20", "lark", nil}},
		{byName("brindle"), pkg{"brindle", "0.14.2", rust, "kennel", "Shell that remembers what worked", "mit", "brisk moss", []string{"oniguruma", "sqlite"}}},
		{byName("copperline"), pkg{"copperline", "2.3.0", rust, "foundry", "Draws circuits in a terminal", "mpl20", "alder", []string{"fontconfig"}}},
		{byName("gannet"), pkg{"gannet", "1.8.1", rust, "seabirds", "Reader for feeds", "gpl3Plus", "brisk", []string{"openssl", "sqlite"}}},
		{byName("jiq"), pkg{"jiq", "1.9.1", cmake, "jiq-lang", "Asks questions of JSON", "mit", "juniper lark", []string{"oniguruma"}}},
		{byName("kestrelctl"), pkg{"kestrelctl", "0.31.4", golang, "seabirds", "Resolver that watches the net", "bsd3", "rowan", nil}},
		{byName("ostler"), pkg{"ostler", "5.1.0", cmake, "stables", "Keeps virtual machines fed", "asl20", "alder rowan", []string{"libvirt", "glib"}}},
		{byName("quill"), pkg{"quill", "3.4.0", cmake, "paper-letters", "Printer for paper letters", "isc", "alder", []string{"cups", "freetype"}}},
		{byName("wharf"), pkg{"wharf", "2.0.3", golang, "harbor-tools", "Registry for container images", "asl20", "brisk", nil}},
		{pythonModule("pyjiq"), pkg{"pyjiq", "1.9.1", python, "jiq-lang", "Asks questions of JSON, from Python", "mit", "lark", []string{"jiq"}}},
		{pythonModule("seabright"), pkg{"seabright", "1.2.0", python, "seabirds", "Colours that are read from photographs", "bsd3", "lark", []string{"pillow"}}},
		{pythonModule("tidewater"), pkg{"tidewater", "0.9.3", python, "estuary", "Numbers that go up and down", "mit", "lark juniper", []string{"numpy", "scipy"}}},
		{"pkgs/applications/networking/dovetail/default.nix", pkg{"dovetail", "0.8.0", rust, "joinery", "Joins two networks without glue", "gpl3Plus", "rowan", []string{"libpcap"}}},
		{"pkgs/development/tools/cinder/default.nix", pkg{"cinder", "7.2.1", cmake, "foundry", "Build tool that rebuilds what burned", "asl20", "moss", []string{"zlib"}}},
		{"pkgs/tools/text/pebble/default.nix", pkg{"pebble", "1.0.9", golang, "stones", "Sorts lines by weight", "mit", "moss", nil}},
	}
}
