package maintainers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// folderTree has OWNERS files in its folders, as Lix has them.
var folderTree = writtenTree{
	"OWNERS":                   "# Build\nper-file flake.nix,flake.lock=*\nper-file *.{c,h}=c@example.org, @lib/h\nper-file [A-C]?.txt=letters\n",
	"lix/OWNERS":               "# Formal owners\n\npennae@example.org\nraito@example.org # on weekdays\n",
	"lix/rs/OWNERS":            "pennae@example.org\nrust@example.org\nper-file Cargo.lock=lock@example.org\nper-file secret.rs=set noparent,secret@example.org\nper-file nobody.rs=set noparent\n",
	"perl/OWNERS":              "file:///lix/OWNERS\n",
	"misc/OWNERS":              "*\n",
	"tests/OWNERS":             "file:///lix/OWNERS\n\n@Tester\nlogin_only\n",
	"tests/lang/OWNERS":        "per-file *.md=*\nper-file deep/*.nix=deep@example.org\nper-file data/**=data@example.org\n",
	"tests/lib/OWNERS":         "set   noparent\n# an expert\nexpert@example.org\n",
	"tests/lib/alone/OWNERS":   "set noparent\n",
	"tests/relative/OWNERS":    "file:../lib/OWNERS\ninclude EXTRA\n",
	"tests/relative/EXTRA":     "extra@example.org\n",
	"tests/loop/OWNERS":        "file:OTHER\na@example.org\n",
	"tests/loop/OTHER":         "file:OWNERS\nb@example.org\na@example.org\n",
	"tests/gone/OWNERS":        "file:/nowhere/OWNERS\ngone@example.org\n",
	"tests/per/OWNERS":         "per-file *.sh=file:/lix/rs/OWNERS\n",
	"tests/wrong/OWNERS":       "not an owner\nper-file *.x\nper-file =a@example.org\nfile:other:/OWNERS\nfile:../../../etc/OWNERS\nper-file *.y={,}\nright@example.org\n",
	"tests/empty/OWNERS":       "\n# nothing\n",
	"ci/OWNERS":                "ci@example.org\n",
	"lix/rs/src/OWNERS.md":     "not@example.org\n",
	"tests/functional/main.py": "",
	"deep/er/than/that/OWNERS": "deeper@example.org\n",
}

func TestOwnersOfFoldersAreFoundFromTheNearestUp(t *testing.T) {
	t.Parallel()
	owners := readOwners(t, folderTree)
	for _, c := range []struct{ name, path, want string }{
		{"a folder has all its owners", "lix/libexpr/eval.cc", "pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | lix/OWNERS:3: lix/"},
		{"a folder within has its own", "lix/rs/src/main.rs", "pennae@example.org lix/rs/OWNERS:1, rust@example.org lix/rs/OWNERS:2 | lix/rs/OWNERS:1: lix/rs/"},
		{"a rule for a file comes before its folder", "lix/rs/Cargo.lock", "lock@example.org lix/rs/OWNERS:3 | lix/rs/OWNERS:3: per-file Cargo.lock"},
		{"a rule for a file holds in folders below", "lix/rs/a/b/Cargo.lock", "lock@example.org lix/rs/OWNERS:3 | lix/rs/OWNERS:3: per-file Cargo.lock"},
		{"a rule for a file may be alone", "lix/rs/secret.rs", "secret@example.org lix/rs/OWNERS:4 | lix/rs/OWNERS:4: per-file secret.rs"},
		{"a rule for a file may stop all others", "lix/rs/nobody.rs", " | lix/rs/OWNERS:5: per-file nobody.rs"},
		{"owners are taken from another file, and are told by its places", "perl/x.pl", "pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | perl/OWNERS:1: perl/"},
		{"own owners come before those taken over", "tests/x.nix", "@Tester tests/OWNERS:3, login_only tests/OWNERS:4, pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | tests/OWNERS:1: tests/"},
		{"a folder of everybody names nobody", "misc/x", " | misc/OWNERS:1: misc/"},
		{"a file of everybody names nobody", "flake.lock", " | OWNERS:2: per-file flake.nix,flake.lock"},
		{"above everybody somebody is found", "tests/lang/x.md", "@Tester tests/OWNERS:3, login_only tests/OWNERS:4, pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | tests/OWNERS:1: tests/"},
		{"a rule for files with a folder", "tests/lang/deep/x.nix", "deep@example.org tests/lang/OWNERS:2 | tests/lang/OWNERS:2: per-file deep/*.nix"},
		{"two stars reach below", "tests/lang/a/data/b/c", "data@example.org tests/lang/OWNERS:3 | tests/lang/OWNERS:3: per-file data/**"},
		{"noparent alone stops the search", "tests/lib/alone/x", " | tests/lib/alone/OWNERS:1: tests/lib/alone/"},
		{"noparent with owners is theirs", "tests/lib/x.py", "expert@example.org tests/lib/OWNERS:3 | tests/lib/OWNERS:1: tests/lib/"},
		{"taking over may be relative", "tests/relative/x", "expert@example.org tests/lib/OWNERS:3, extra@example.org tests/relative/EXTRA:1 | tests/relative/OWNERS:1: tests/relative/"},
		{"taking over in a circle ends", "tests/loop/x", "a@example.org tests/loop/OWNERS:2, b@example.org tests/loop/OTHER:2 | tests/loop/OWNERS:1: tests/loop/"},
		{"taking over from what is not there", "tests/gone/x", "gone@example.org tests/gone/OWNERS:2 | tests/gone/OWNERS:1: tests/gone/"},
		{"taking over for some files", "tests/per/x.sh", "pennae@example.org lix/rs/OWNERS:1, rust@example.org lix/rs/OWNERS:2 | tests/per/OWNERS:1: per-file *.sh"},
		{"a wrong line loses no other", "tests/wrong/x", "right@example.org tests/wrong/OWNERS:7 | tests/wrong/OWNERS:7: tests/wrong/"},
		{"a file with comments alone says nothing", "tests/empty/x", "@Tester tests/OWNERS:3, login_only tests/OWNERS:4, pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | tests/OWNERS:1: tests/"},
		{"braces are choices", "src/a.h", "c@example.org OWNERS:3, @lib/h OWNERS:3 | OWNERS:3: per-file *.{c,h}"},
		{"brackets are classes", "src/Bx.txt", "letters OWNERS:4 | OWNERS:4: per-file [A-C]?.txt"},
		{"brackets are not more", "src/Dx.txt", " | "},
		{"a file at the top", "README.md", " | "},
		{"ci/OWNERS is one of a folder, where the top has one", "ci/x.nix", "ci@example.org ci/OWNERS:1 | ci/OWNERS:1: ci/"},
		{"a name that begins with OWNERS is another file", "lix/rs/src/x", "pennae@example.org lix/rs/OWNERS:1, rust@example.org lix/rs/OWNERS:2 | lix/rs/OWNERS:1: lix/rs/"},
		{"a folder that is gone has that above", "lix/new/folder/x", "pennae@example.org lix/OWNERS:3, raito@example.org lix/OWNERS:4 | lix/OWNERS:3: lix/"},
		{"a deep folder", "deep/er/than/that/x", "deeper@example.org deep/er/than/that/OWNERS:1 | deep/er/than/that/OWNERS:1: deep/er/than/that/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			names, rule := owners.Of(c.path)
			if have := told(names) + " | " + rule; have != c.want {
				t.Errorf("have %s\nwant %s", have, c.want)
			}
		})
	}
	if p := owners.Problem(); !strings.Contains(p, "tests/wrong/OWNERS: 6 lines are not read, the first is line 1: ") {
		t.Errorf("problem %q", p)
	}
}

func TestFilesOfRulesComeBeforeThoseOfFolders(t *testing.T) {
	t.Parallel()
	owners := readOwners(t, writtenTree{"OWNERS": "top@example.org", ".github/CODEOWNERS": "* @rules"})
	if names, _ := owners.Of("x"); told(names) != "@rules .github/CODEOWNERS:1" {
		t.Errorf("have %v", names)
	}
}

func TestFoldersAreLookedThroughOnlyWhereSomeHaveOwners(t *testing.T) {
	t.Parallel()
	looked := 0
	tree := countedTree{writtenTree{"a/b/c/d/x": "", "a/y": "", "e/f/g/OWNERS": "deep@example.org"}, &looked}
	owners, err := maintainers.NewCache().Owners(tree)
	if names, _ := owners.Of("e/f/g/x"); err != nil || names != nil || looked != 3 {
		t.Errorf("have %v after looking into %d folders, error %v", names, looked, err)
	}
}

type countedTree struct {
	writtenTree
	looked *int
}

func (t countedTree) Names(dir string) ([]string, error) {
	*t.looked++
	return t.writtenTree.Names(dir)
}

func TestManyFilesOfOwnersAreNotAllRead(t *testing.T) {
	t.Parallel()
	tree := writtenTree{"OWNERS": "top@example.org"}
	for i := range 300 {
		tree[fmt.Sprintf("d%03d/OWNERS", i)] = fmt.Sprintf("p%d@example.org", i)
	}
	owners := readOwners(t, tree)
	first, _ := owners.Of("d000/x")
	last, _ := owners.Of("d299/x")
	if told(first) != "p0@example.org d000/OWNERS:1" || told(last) != "top@example.org OWNERS:1" || !strings.Contains(owners.Problem(), "at most 200 OWNERS files") {
		t.Errorf("have %v and %v, problem %q", first, last, owners.Problem())
	}
}

func TestAFileOfAFolderHasSoManyGlobsAndNoMore(t *testing.T) {
	t.Parallel()
	owners := readOwners(t, writtenTree{"OWNERS": "per-file a,b=ab@example.org\nper-file " + strings.Repeat("x,", 199) + "=x@example.org\ntop@example.org\n"})
	first, _ := owners.Of("b")
	over, _ := owners.Of("x")
	if told(first) != "ab@example.org OWNERS:1" || told(over) != "top@example.org OWNERS:3" || !strings.Contains(owners.Problem(), "line 2: more than 200 globs") {
		t.Errorf("have %v and %v, problem %q", first, over, owners.Problem())
	}
}

func FuzzOwnersOfFoldersAreReadLineByLine(f *testing.F) {
	for _, src := range folderTree {
		f.Add(src, "a/x.nix")
	}
	f.Add("per-file [,]]{a,{b,c}=a,b\nper-file [!a-]=x\nper-file [z-a]=x\nper-file }{=y", "a/b")
	f.Add("file:\nfile:/\nfile:.\nfile:..\ninclude /", "a/b")
	f.Fuzz(func(t *testing.T, src, path string) {
		owners := readOwners(t, writtenTree{"OWNERS": src, "a/OWNERS": src, "lix/OWNERS": src})
		names, rule := owners.Of(path)
		if len(names) > 0 && rule == "" || forks.Inert(owners.Problem()) != owners.Problem() {
			t.Fatalf("%v by %q, problem %q", names, rule, owners.Problem())
		}
	})
}
