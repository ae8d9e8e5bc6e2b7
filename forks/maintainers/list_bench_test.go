package maintainers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// largeList is a list of the size and the form of that of nixpkgs.
func largeList() string {
	var b strings.Builder
	b.WriteString("/* List of maintainers.\n\n    handle = {\n      name = \"Your name\";\n    };\n*/\n{\n")
	for i := 0; b.Len() < 700_000; i++ {
		fmt.Fprintf(&b, "  person-%d = {\n    email = \"person%d@example.org\";\n    matrix = \"@person%d:example.org\";\n    github = \"Person-%d\";\n    githubId = %d;\n    name = \"Pérson Númber %d\";\n", i, i, i, i, 1000+i, i)
		if i%5 == 0 {
			fmt.Fprintf(&b, "    keys = [ { fingerprint = \"%040d\"; } ];\n", i)
		}
		b.WriteString("  };\n")
	}
	b.WriteString("}\n")
	return b.String()
}

func BenchmarkReadingALargeList(b *testing.B) {
	tree := writtenTree{listPath: largeList()}
	b.SetBytes(int64(len(tree[listPath])))
	b.ReportAllocs()
	for b.Loop() {
		list, err := maintainers.NewCache().Maintainers(tree)
		if err != nil || list.Len() < 3000 {
			b.Fatal(err, list.Len())
		}
	}
}

// keptTree gives the same bytes and blob each time, as a repository that has them at
// hand does.
type keptTree struct {
	writtenTree
	content []byte
}

func (t keptTree) File(path string) ([]byte, forks.Hash, error) {
	if path != listPath {
		return nil, forks.Hash{}, nil
	}
	return t.content, forks.Hash{1}, nil
}

func BenchmarkLookingUpInAKnownList(b *testing.B) {
	tree := keptTree{content: []byte(largeList())}
	cache := maintainers.NewCache()
	if _, err := cache.Maintainers(tree); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		list, _ := cache.Maintainers(tree)
		if _, ok := list.Handle("person-3000"); !ok {
			b.Fatal("nobody")
		}
	}
}

func BenchmarkMatchingAPathWithRules(b *testing.B) {
	var rules strings.Builder
	for i := range 500 {
		fmt.Fprintf(&rules, "/pkgs/development/folder%d/*.nix @person%d @org/team%d\n", i, i, i)
	}
	owners, err := maintainers.NewCache().Owners(writtenTree{"ci/OWNERS": rules.String()})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if names, _ := owners.Of("pkgs/development/folder0/default.nix"); len(names) != 2 {
			b.Fatal("nobody")
		}
	}
}
