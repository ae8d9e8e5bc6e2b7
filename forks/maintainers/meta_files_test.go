package maintainers_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

func TestPeopleAreFoundInOtherFiles(t *testing.T) {
	checkAll(t, []metaCase{
		{"a package that inherits the people of another by the rule of by-name", `
-- pkgs/by-name/gl/glib-tools/package.nix --
{ glib, stdenv }: stdenv.mkDerivation { meta = { inherit (glib.meta) maintainers platforms; }; }
-- pkgs/by-name/gl/glib/package.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta = { maintainers = with lib.maintainers; [ alice ]; teams = [ lib.teams.gnome ]; }; }
`, "glib-tools: alice"},
		{"a package that inherits the whole meta", `
-- pkgs/by-name/gl/glib-tools/package.nix --
{ glib, stdenv }: stdenv.mkDerivation { inherit (glib) meta; }
-- pkgs/by-name/gl/glib/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta = { maintainers = with lib.maintainers; [ alice ]; teams = [ lib.teams.gnome ]; }; }
`, "glib-tools: alice +gnome"},
		{"a package beside it", `
-- pkgs/tools/plugin/default.nix --
{ tool, stdenv }: stdenv.mkDerivation { pname = "plugin"; meta = tool.meta // { description = "x"; }; }
-- pkgs/tools/tool/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "plugin: alice"},
		{"a package in a file beside it", `
-- pkgs/tools/plugin.nix --
{ pkgs, stdenv }: stdenv.mkDerivation { pname = "plugin"; meta.maintainers = pkgs.tool.meta.maintainers; }
-- pkgs/tools/tool.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "plugin: alice"},
		{"the package of a folder", `
-- pkgs/by-name/to/tool --
-- pkgs/by-name/to/tool/package.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "pkgs/by-name/to/tool/package.nix -> tool: alice"},
		{"a version that somebody else calls", `
-- pkgs/tools/tool/1.nix --
import ./generic.nix { version = "1"; }
-- pkgs/tools/tool/generic.nix --
{ version }: { lib, stdenv }: stdenv.mkDerivation { pname = "tool"; inherit version; meta.maintainers = [ lib.maintainers.alice ]; }
`, "tool: alice"},
		{"one package of several in a file", `
-- pkgs/top.nix --
{ callPackages }: { one = (callPackages ./tools { }).tool_1; }
-- pkgs/tools/default.nix --
{ lib, stdenv }: { tool_1 = stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }; tool_2 = stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.bob ]; }; }
`, "one: alice"},
		{"a package of its own folder", `
-- pkgs/tools/tool/gtk.nix --
{ tool, stdenv }: stdenv.mkDerivation { pname = "tool-gtk"; meta.maintainers = tool.meta.maintainers; }
-- pkgs/tools/tool/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "tool-gtk: alice"},
		{"a package that nobody knows is a doubt", `
-- pkgs/tools/plugin.nix --
{ tool, stdenv }: stdenv.mkDerivation { pname = "plugin"; inherit (tool) meta; }
`, "plugin: ?tool (the file of tool is not known)"},
		{"an argument of an inner function is no package", `
-- pkgs/tools/plugin.nix --
{ stdenv }: { tool }: stdenv.mkDerivation { pname = "plugin"; inherit (tool) meta; }
-- pkgs/by-name/to/tool/package.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "plugin: ?tool (what tool is, is known only where the function is called)"},
		{"a package of a set that nobody knows is a doubt", `
-- pkgs/tools/plugin.nix --
{ qt6, stdenv }: stdenv.mkDerivation { pname = "plugin"; inherit (qt6.tool) meta; }
-- pkgs/by-name/to/tool/package.nix --
{ lib, stdenv }: stdenv.mkDerivation { meta.maintainers = [ lib.maintainers.alice ]; }
`, "plugin: ?qt6.tool (qt6.tool.meta.maintainers is that of another package, whose file is not known)"},
		{"import of a set that several packages share", `
-- pkgs/x/default.nix --
{ lib, stdenv }: let common = import ./common.nix { inherit lib; }; in stdenv.mkDerivation { pname = "p"; meta = common.meta // { description = "x"; }; }
-- pkgs/x/common.nix --
{ lib }: { meta = { maintainers = [ lib.maintainers.alice ]; }; }
`, "p: alice"},
		{"import of a meta", `
-- pkgs/x/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { pname = "p"; meta = import ./meta.nix lib; }
-- pkgs/x/meta.nix --
lib: { maintainers = with lib.maintainers; [ alice ]; }
`, "p: alice"},
		{"callPackage of a file that builds it", `
-- pkgs/x/default.nix --
{ callPackage }: callPackage ./generic.nix { version = "1"; }
-- pkgs/x/generic.nix --
{ lib, stdenv, version }: stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice ]; }
`, "p: alice"},
		{"people that are handed to a file that builds it", `
-- pkgs/x/default.nix --
{ callPackage, lib }: callPackage ./generic.nix { people = [ lib.maintainers.bob ]; }
-- pkgs/x/generic.nix --
{ lib, stdenv, people ? [ lib.maintainers.alice ] }: stdenv.mkDerivation { pname = "p"; meta.maintainers = people; }
`, "p: bob"},
		{"a list of packages in other files, by the line", `
-- pkgs/top-level/all-packages.nix --
{ callPackage }: {
  a = callPackage ../a { };
  b = callPackage ../b { }; #!
}
-- pkgs/a/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { pname = "a"; meta.maintainers = [ lib.maintainers.alice ]; }
-- pkgs/b/default.nix --
{ lib, stdenv }: stdenv.mkDerivation { pname = "b"; meta.maintainers = [ lib.maintainers.bob ]; }
`, "b: bob"},
		{"an imported list of maintainers is the list", `
-- pkgs/x/default.nix --
{ stdenv }: let lib = import ../../lib; people = import ../../maintainers/maintainer-list.nix; in stdenv.mkDerivation { pname = "p"; meta.maintainers = [ lib.maintainers.alice people.bob ]; }
-- lib/default.nix --
{ maintainers = { alice = { }; }; }
-- maintainers/maintainer-list.nix --
{ bob = { github = "bob"; }; }
`, "p: alice bob"},
		{"a file that is not there is a doubt", `
-- pkgs/x/default.nix --
{ stdenv }: stdenv.mkDerivation { pname = "p"; meta = import ./meta.nix; }
`, "p: ?./meta.nix (there is no such file)"},
		{"a file that is broken is a doubt", `
-- pkgs/x/default.nix --
{ stdenv }: stdenv.mkDerivation { pname = "p"; meta = import ./meta.nix; }
-- pkgs/x/meta.nix --
{ maintainers = [ }
`, `p: ?./meta.nix (line 1, column 19: expected an item of a list or ']', found "}")`},
		{"a path out of the tree is not followed", `
-- pkgs/x/default.nix --
{ stdenv }: stdenv.mkDerivation { pname = "p"; meta = import ../../../etc/meta.nix; }
`, "p: ?import ../../../etc/meta.nix (only calling the function would tell)"},
		{"files that read one another end in a doubt", `
-- pkgs/x/default.nix --
{ stdenv }: stdenv.mkDerivation { pname = "p"; meta.maintainers = import ./a.nix; }
-- pkgs/x/a.nix --
import ./b.nix
-- pkgs/x/b.nix --
import ./a.nix
`, "p: ?import ./a.nix (finding out would take too many steps)"},
	})
}

func TestAFileBelongsToThePackageOfItsFolder(t *testing.T) {
	const alice = "{ lib, stdenv }: stdenv.mkDerivation { pname = \"p\"; meta.maintainers = [ lib.maintainers.alice ]; }\n"
	checkAll(t, []metaCase{
		{"a patch of a by-name package", "-- pkgs/by-name/he/hello/fix.patch --\n-- pkgs/by-name/he/hello/package.nix --\n" + alice,
			"pkgs/by-name/he/hello/package.nix -> hello: alice"},
		{"a file deep in a by-name package", "-- pkgs/by-name/he/hello/a/b/c/d/e.json --\n-- pkgs/by-name/he/hello/package.nix --\n" + alice,
			"pkgs/by-name/he/hello/package.nix -> hello: alice"},
		{"a by-name package with default.nix", "-- pkgs/by-name/he/hello/fix.patch --\n-- pkgs/by-name/he/hello/default.nix --\n" + alice,
			"pkgs/by-name/he/hello/default.nix -> hello: alice"},
		{"a .nix file of a by-name package that names nobody", "-- pkgs/by-name/he/hello/deps.nix --\n[ { name = \"x\"; } ]\n-- pkgs/by-name/he/hello/package.nix --\n" + alice,
			"pkgs/by-name/he/hello/package.nix -> hello: alice"},
		{"a by-name package's own lines outside the package", "-- pkgs/by-name/he/hello/package.nix --\n{ lib }: let\n  x = 1; #!\nin { p = mk { meta.maintainers = [ lib.maintainers.alice ]; }; }\n",
			"p: alice"},
		{"a .nix file with people of its own keeps them", "-- pkgs/by-name/he/hello/plugin.nix --\n{ lib }: mk { pname = \"hello-plugin\"; meta.maintainers = [ lib.maintainers.bob ]; }\n-- pkgs/by-name/he/hello/package.nix --\n" + alice,
			"hello-plugin: bob"},
		{"a patch beside default.nix", "-- pkgs/x/fix.patch --\n-- pkgs/x/default.nix --\n" + alice,
			"pkgs/x/default.nix -> p: alice"},
		{"a patch three folders below", "-- pkgs/x/a/b/c/fix.patch --\n-- pkgs/x/default.nix --\n" + alice,
			"pkgs/x/default.nix -> p: alice"},
		{"a patch four folders below is nobody's", "-- pkgs/x/a/b/c/d/fix.patch --\n-- pkgs/x/default.nix --\n" + alice, ""},
		{"the nearest folder counts", "-- pkgs/x/a/fix.patch --\n-- pkgs/x/a/default.nix --\n{ lib }: mk { pname = \"a\"; meta.maintainers = [ lib.maintainers.bob ]; }\n-- pkgs/x/default.nix --\n" + alice,
			"pkgs/x/a/default.nix -> a: bob"},
		{"a file that is gone belongs where it was", "-- pkgs/x/other --\n-- pkgs/x/default.nix --\n" + alice,
			"pkgs/x/default.nix -> p: alice"},
		{"of several packages the one that uses the file", "-- pkgs/x/b.patch --\n-- pkgs/x/default.nix --\n{ lib }: {\n a = mk { meta.maintainers = [ lib.maintainers.alice ]; };\n b = mk { patches = [ ./b.patch ]; meta.maintainers = [ lib.maintainers.bob ]; };\n}\n",
			"pkgs/x/default.nix -> b: bob"},
		{"of several packages none that does not use it", "-- pkgs/x/c.patch --\n-- pkgs/x/default.nix --\n{ lib }: {\n a = mk { meta.maintainers = [ lib.maintainers.alice ]; };\n b = mk { meta.maintainers = [ lib.maintainers.bob ]; };\n}\n", ""},
		{"a .nix file that has a meta and names nobody is nobody's", "-- pkgs/x/plugin.nix --\nmk { meta.description = \"x\"; }\n-- pkgs/x/default.nix --\n" + alice, ""},
		{"and so in a by-name folder", "-- pkgs/by-name/he/hello/plugin.nix --\nmk { meta.maintainers = [ ]; }\n-- pkgs/by-name/he/hello/package.nix --\n" + alice, ""},
		{"a .nix file that only calls others belongs to its folder", "-- pkgs/x/list.nix --\nlet f = x: x; in { a = f 1; }\n-- pkgs/x/default.nix --\n" + alice,
			"pkgs/x/default.nix -> p: alice"},
		{"a broken file of a folder is a doubt", "-- pkgs/x/fix.patch --\n-- pkgs/x/default.nix --\n{\n",
			`pkgs/x/default.nix -> : ? (line 2, column 1: expected a binding, 'inherit' or '}', found the end of the file)`},
		{"a file at the top without a package is nobody's", "-- README.md --\n", ""},
	})
}

// A folder that holds what one cannot read.
type failingTree struct{ metaTree }

var errTree = errors.New("the disk is gone")

func (failingTree) File(string) ([]byte, forks.Hash, error) { return nil, forks.Hash{}, errTree }

func TestATreeThatFailsIsAnErrorAndNotNobody(t *testing.T) {
	t.Parallel()
	if _, err := maintainers.NewCache().Meta(failingTree{}, "pkgs/x/fix.patch", nil); !errors.Is(err, errTree) {
		t.Errorf("got %v, want that of the tree", err)
	}
}

func TestAQuestionReadsNoMoreFilesThanItMay(t *testing.T) {
	t.Parallel()
	tree := metaTree{}
	for i := range 100 {
		tree[fmt.Sprintf("pkgs/x/%d.nix", i)] = fmt.Sprintf("import ./%d.nix", i+1)
	}
	tree["pkgs/x/100.nix"] = "[ ]"
	tree["pkgs/x/default.nix"] = "{ lib }: mk { meta.maintainers = [ lib.maintainers.alice ] ++ import ./0.nix; }"
	counted := &countingTree{metaTree: tree}
	metas, err := maintainers.NewCache().Meta(counted, "pkgs/x/default.nix", nil)
	if err != nil || len(metas) != 1 {
		t.Fatal(metas, err)
	}
	m := metas[0]
	if len(m.Handles) != 1 || len(m.Doubts) != 1 || !strings.Contains(m.Doubts[0].Why, "more than 20 files") || m.Doubts[0].Where != "pkgs/x/18.nix:1" {
		t.Errorf("got %+v, want alice and a doubt at pkgs/x/18.nix", m)
	}
	if counted.files > 21 {
		t.Errorf("%d files were asked for", counted.files)
	}
}

type countingTree struct {
	metaTree
	files int
}

func (c *countingTree) File(name string) ([]byte, forks.Hash, error) {
	c.files++
	return c.metaTree.File(name)
}

func TestAFileThatIsTooLargeIsADoubt(t *testing.T) {
	t.Parallel()
	tree := metaTree{unnamed: strings.Repeat("# x\n", 600_000) + "{ lib }: mk { meta.maintainers = [ lib.maintainers.alice ]; }"}
	metas, err := maintainers.NewCache().Meta(tree, unnamed, nil)
	if err != nil || len(metas) != 1 || len(metas[0].Handles) != 0 || len(metas[0].Doubts) != 1 {
		t.Errorf("got %+v, %v, want one doubt", metas, err)
	}
}

func TestANameKnowsWhereItStands(t *testing.T) {
	t.Parallel()
	tree := metaTree{
		unnamed:             "{ lib }: mk {\n  meta.maintainers = with lib.maintainers; [\n    alice\n  ] ++ import ./more.nix lib;\n}",
		"pkgs/x/more.nix":   "lib:\n\n[ lib.maintainers.bob ] ++ lib.teams.rust.members",
		"pkgs/x/unread.nix": "",
	}
	metas, err := maintainers.NewCache().Meta(tree, unnamed, []maintainers.Lines{{1, 1}})
	if err != nil || len(metas) != 1 {
		t.Fatal(metas, err)
	}
	got := fmt.Sprint(metas[0].Handles, metas[0].Teams)
	if want := "[{alice pkgs/x/default.nix:3} {bob pkgs/x/more.nix:3}] [{rust pkgs/x/more.nix:3}]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
