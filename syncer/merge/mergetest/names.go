package mergetest

import (
	"fmt"
	"strings"
)

// Names: few, so that paths meet; some that sort specially ("a", "a.b", "a/b", "a0"), some
// that are the labels of sides, and in one profile those that break what is not exact.

func (d *draw) dirName() string {
	switch {
	case d.profile == Odd && d.IntN(2) == 0:
		return pick(d.Rand, []string{"a b", "a\tb", "a\nb", `"q"`, "\xff\xfe", "é", "-d", "~", "a~b", "\\", ".hidden", "*"})
	case d.profile == ByName:
		return pick(d.Rand, []string{"tools", "misc", "web", "by", "lib"})
	}
	return pick(d.Rand, []string{"a", "a", "b", "b", "d", "e", "a.b", "a0", "a-", "lib"})
}

func (d *draw) fileName() string {
	switch {
	case d.profile == Odd && d.IntN(2) == 0:
		return pick(d.Rand, []string{"f g", "f\tg", "f\ng", `"f"`, "\xff", "\xc3", "ü", "-f", "f~", "f~base", "\\f", ".f", "f*", "'"})
	case d.profile == ByName && d.IntN(4) > 0:
		return pick(d.Rand, []string{"default.nix", "package.nix"})
	}
	return pick(d.Rand, []string{"a", "b", "a.b", "a0", "a.c", "f", "g", "h", "i", "j", "k", "x.nix", "default.nix", "README"})
}

// newDir draws a directory that may or may not exist; rarely the top.
func (d *draw) newDir() string {
	if d.profile == ByName {
		return d.packageDir()
	}
	dir := ""
	for n := d.depth(); n > 0; n-- {
		dir = join(dir, d.dirName())
	}
	return dir
}

func (d *draw) depth() int {
	switch n := d.IntN(16); {
	case n < 2:
		return 0
	case n < 9:
		return 1
	case n < 13:
		return 2
	case n < 15:
		return 3
	}
	return 4 + d.IntN(5)
}

func (d *draw) newPath() string { return join(d.newDir(), d.fileName()) }

// packageDir draws where a package lives: by its kind or by its name.
func (d *draw) packageDir() string {
	name := pick(d.Rand, []string{"hello", "helm", "curl", "cue", "jq", "json", "zig", "zlib"})
	switch d.IntN(5) {
	case 0, 1:
		return byName(name)
	case 2:
		return join("pkgs/"+d.dirName(), fmt.Sprintf("%s/%d", name, d.IntN(3)))
	}
	return join("pkgs/"+d.dirName(), name)
}

// byName is where package sets keep a package by the first two letters of its name.
func byName(name string) string {
	name = strings.ReplaceAll(name, "/", "-")
	return "pkgs/by-name/" + name[:min(2, len(name))] + "/" + name
}
