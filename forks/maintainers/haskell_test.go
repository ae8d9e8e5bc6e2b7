package maintainers_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

const (
	haskellPath    = "pkgs/development/haskell-modules/configuration-hackage2nix/main.yaml"
	haskellOldPath = "pkgs/development/haskell-modules/configuration-hackage2nix.yaml"
)

func readHaskell(t testing.TB, path, content string) *maintainers.Haskell {
	t.Helper()
	haskell, err := maintainers.NewCache().Haskell(writtenTree{path: content})
	if err != nil || haskell == nil {
		t.Fatalf("have %v, error %v", haskell, err)
	}
	return haskell
}

// haskellCases are files, a package, those who maintain it with their lines, and a piece
// of the problem.
var haskellCases = []struct{ name, src, pkg, want, problem string }{
	{"a package has those who list it, sorted", "extra-packages:\n  - Cabal == 3.2.*\n\npackage-maintainers:\n  zoe:\n    - Agda\n    - warp\n  abbradar:\n    - Agda\n", "Agda", "abbradar :9, zoe :6", ""},
	{"a package that nobody lists has nobody", "package-maintainers:\n  a:\n    - b\n", "c", "", ""},
	{"a package of another list has nobody", "broken-packages:\n  - c\npackage-maintainers:\n  a:\n    - b\n", "c", "", ""},
	{"case counts in packages", "package-maintainers:\n  a:\n    - Agda\n", "agda", "", ""},
	{"a maintainer is there once", "package-maintainers:\n  a: [b, b]\n  a2:\n  - b\n", "b", "a :2, a2 :4", ""},
	{"a handle given twice counts twice", "package-maintainers:\n  a:\n    - b\n  a:\n    - c\n", "c", "a :5", ""},
	{"a handle may have any shape", "package-maintainers:\n  _9p4:\n    - b\n  'it''s':\n    - b\n  lf-:\n    - b\n", "b", "_9p4 :3, it's :5, lf- :7", ""},
	{"a handle may be a number or a word of YAML", "package-maintainers:\n  1000101:\n    - b\n  on:\n    - b\n", "b", "1000101 :3, on :5", ""},
	{"packages of comments are none", "package-maintainers:\n  a:\n    # - b\n    - c\n", "b", "", ""},
	{"a handle with all packages in comments is right", "package-maintainers:\n  a:\n    # - b\n  c:\n    - d\n", "d", "c :5", ""},
	{"a maintained list may be empty", "package-maintainers:\nextra-packages:\n  - a\n", "a", "", "names nobody"},
	{"a list of another form is told", "package-maintainers:\n  - a\n  - b\n", "a", "", "1 entries below package-maintainers that are no names"},
	{"an entry of another form is told", "package-maintainers:\n  a: b\n  c:\n    - d\n    - [e]\n    - f: g\n", "d", "c :4", "3 entries below"},
	{"an alias is not followed", "x: &x [b, c]\npackage-maintainers:\n  a: *x\n  d:\n    - e\n", "b", "", "1 entries below"},
	{"a merge is not followed", "x: &x { a: [b] }\npackage-maintainers:\n  <<: *x\n  d:\n    - e\n", "b", "", "1 entries below"},
	{"the key of a merge is no handle", "package-maintainers:\n  <<: [b]\n  d:\n    - e\n", "b", "", "1 entries below"},
	{"no such key", "extra-packages:\n  - a\n", "a", "", "names nobody below package-maintainers"},
	{"nothing at all", "", "a", "", "names nobody"},
	{"one word", "hello", "hello", "", "names nobody"},
	{"the key in the depth is another", "a:\n  package-maintainers:\n    b:\n      - c\n", "c", "", "names nobody"},
	{"broken YAML", "package-maintainers:\n  a:\n    - b\n   c: [\n", "b", "", "cannot be read: yaml: "},
	{"conflict markers", "package-maintainers:\n<<<<<<< ours\n  a:\n    - b\n=======\n  c:\n    - b\n>>>>>>> theirs\n", "b", "", "cannot be read"},
	{"bytes that are no text", "package-maintainers:\n  \xff\xfe: [b]\n", "b", "", "cannot be read"},
	{"windows line ends", "package-maintainers:\r\n  a:\r\n    - b\r\n", "b", "a :3", ""},
}

func TestMaintainersOfHaskellPackagesAreReadInAllTheirForms(t *testing.T) {
	t.Parallel()
	for _, c := range haskellCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			haskell := readHaskell(t, haskellPath, c.src)
			if have := strings.ReplaceAll(told(haskell.Of(c.pkg)), haskellPath, ""); have != c.want {
				t.Errorf("have %s, want %s", have, c.want)
			}
			p := haskell.Problem()
			if !strings.Contains(p, c.problem) || (p == "") != (c.problem == "") || forks.Inert(p) != p {
				t.Errorf("problem %q, want %q", p, c.problem)
			}
		})
	}
}

func TestTheHaskellListOfOldTreesIsFound(t *testing.T) {
	t.Parallel()
	src := "package-maintainers:\n  a:\n    - b\n"
	if have := told(readHaskell(t, haskellOldPath, src).Of("b")); have != "a "+haskellOldPath+":3" {
		t.Errorf("have %s", have)
	}
	both := writtenTree{haskellPath: "package-maintainers: { new: [b] }", haskellOldPath: src}
	haskell, err := maintainers.NewCache().Haskell(both)
	if have := told(haskell.Of("b")); err != nil || have != "new "+haskellPath+":1" {
		t.Errorf("have %s, error %v", have, err)
	}
}

// hostileYAML are files that cost much where they are read without care.
var hostileYAML = map[string]string{
	"doubling aliases": "a: &a [x, x]\n" + func() string {
		var b strings.Builder
		for c := 'b'; c < 'z'; c++ {
			b.WriteString(string(c) + ": &" + string(c) + " [*" + string(c-1) + ", *" + string(c-1) + "]\n")
		}
		return b.String()
	}() + "package-maintainers: { me: *y }\n",
	"depth":        "package-maintainers: " + strings.Repeat("[", 200_000),
	"depth by key": "package-maintainers: " + strings.Repeat("{a: ", 9_000) + strings.Repeat("}", 9_000),
	"size":         strings.Repeat("# comment\n", 200_000),
}

func TestAHostileHaskellListEndsSoon(t *testing.T) {
	t.Parallel()
	for name, src := range hostileYAML {
		if haskell := readHaskell(t, haskellPath, src); haskell.Problem() == "" || haskell.Of("x") != nil {
			t.Errorf("%s: problem %q", name, haskell.Problem())
		}
	}
}

func FuzzHaskellListsAreReadOrSayWhyNot(f *testing.F) {
	for _, c := range haskellCases {
		f.Add(c.src)
	}
	f.Add(hostileYAML["doubling aliases"])
	f.Fuzz(func(t *testing.T, src string) {
		haskell := readHaskell(t, haskellPath, src)
		if forks.Inert(haskell.Problem()) != haskell.Problem() {
			t.Fatalf("the problem is not safe to show: %q", haskell.Problem())
		}
		haskell.Of("b")
	})
}
