package maintainers_test

import (
	"crypto/sha1"
	"fmt"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/rogpeppe/go-internal/txtar"
)

// metaTree is a tree of files by their paths.
type metaTree map[string]string

func (m metaTree) File(name string) ([]byte, forks.Hash, error) {
	content, ok := m[name]
	if !ok {
		return nil, forks.Hash{}, nil
	}
	return []byte(content), sha1.Sum([]byte(content)), nil
}

func (m metaTree) Names(dir string) (names []string, err error) {
	for name := range m {
		rest, ok := strings.CutPrefix(name, dir+"/")
		if dir == "" {
			rest, ok = name, true
		}
		if first, _, below := strings.Cut(rest, "/"); ok && below {
			names = append(names, first+"/")
		} else if ok {
			names = append(names, first)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// A metaCase asks for the lines of a file that end with "#!", or the whole file if there
// are none. Its source is one file, the one that is asked about, or several as in a txtar
// archive, the first of which is. Each line of want is one Meta:
//
//	package: handles +teams ?doubtful text (why)
//
// with "module" for the name of a module or test, and "path -> " before it where another
// file than the one asked about was read.
type metaCase struct{ name, source, want string }

const unnamed = "pkgs/x/default.nix"

func (c metaCase) tree() (tree metaTree, asked string, lines []maintainers.Lines) {
	tree, asked = metaTree{}, unnamed
	if archive := txtar.Parse([]byte(c.source)); len(archive.Files) > 0 {
		asked = archive.Files[0].Name
		for _, f := range archive.Files {
			tree[f.Name] = string(f.Data)
		}
	} else {
		tree[asked] = c.source
	}
	for i, line := range strings.Split(tree[asked], "\n") {
		if strings.HasSuffix(line, "#!") {
			lines = append(lines, maintainers.Lines{i + 1, i + 1})
		}
	}
	return tree, asked, lines
}

func (c metaCase) check(t *testing.T) {
	t.Helper()
	tree, asked, lines := c.tree()
	metas, err := maintainers.NewCache().Meta(tree, asked, lines)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range metas {
		got = append(got, shownMeta(m, asked))
	}
	want := strings.TrimSpace(c.want)
	if g := strings.Join(got, "\n"); g != want {
		t.Errorf("got\n%s\nwant\n%s", g, want)
	}
}

func shownMeta(m maintainers.Meta, asked string) string {
	var b strings.Builder
	if m.Path != asked {
		fmt.Fprintf(&b, "%s -> ", path.Clean(m.Path))
	}
	if m.Module {
		b.WriteString("module")
	}
	fmt.Fprintf(&b, "%s:", m.Package)
	for _, h := range m.Handles {
		b.WriteString(" " + h.Name)
	}
	for _, team := range m.Teams {
		b.WriteString(" +" + team.Name)
	}
	for _, d := range m.Doubts {
		fmt.Fprintf(&b, " ?%s (%s)", d.Text, d.Why)
	}
	return b.String()
}

func checkAll(t *testing.T, cases []metaCase) {
	t.Helper()
	t.Parallel()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}
