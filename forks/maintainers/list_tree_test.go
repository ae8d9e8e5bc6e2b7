package maintainers_test

import (
	"crypto/sha1"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// writtenTree is a tree of files by path.
type writtenTree map[string]string

func (t writtenTree) File(path string) ([]byte, forks.Hash, error) {
	content, ok := t[path]
	if !ok {
		return nil, forks.Hash{}, nil
	}
	return []byte(content), sha1.Sum([]byte(content)), nil
}

func (t writtenTree) Names(dir string) ([]string, error) {
	var names []string
	for path := range t {
		rest, ok := strings.CutPrefix(path, dir+"/")
		if dir == "" {
			rest, ok = path, true
		}
		if ok {
			name, _, deeper := strings.Cut(rest, "/")
			if deeper {
				name += "/"
			}
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// brokenTree cannot be read.
type brokenTree struct{}

var errBroken = errors.New("the disk is gone")

func (brokenTree) File(string) ([]byte, forks.Hash, error) { return nil, forks.Hash{}, errBroken }
func (brokenTree) Names(string) ([]string, error)          { return nil, errBroken }

func TestWhatATreeCannotGiveIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	c := maintainers.NewCache()
	for name, read := range map[string]func(maintainers.Tree) error{
		"list":    func(t maintainers.Tree) error { _, err := c.Maintainers(t); return err },
		"teams":   func(t maintainers.Tree) error { _, err := c.Teams(t); return err },
		"owners":  func(t maintainers.Tree) error { _, err := c.Owners(t); return err },
		"haskell": func(t maintainers.Tree) error { _, err := c.Haskell(t); return err },
	} {
		if err := read(brokenTree{}); !errors.Is(err, errBroken) {
			t.Errorf("%s: have error %v, want the tree's", name, err)
		}
	}
}

func TestATreeWithoutFilesKnowsNobodyAndSaysSo(t *testing.T) {
	t.Parallel()
	c := maintainers.NewCache()
	tree := writtenTree{"README.md": "hello"}
	list, errList := c.Maintainers(tree)
	teams, errTeams := c.Teams(tree)
	owners, errOwners := c.Owners(tree)
	haskell, errHaskell := c.Haskell(tree)
	if err := errors.Join(errList, errTeams, errOwners, errHaskell); err != nil {
		t.Fatal(err)
	}
	for _, problem := range []string{list.Problem(), teams.Problem(), owners.Problem(), haskell.Problem()} {
		if !strings.HasPrefix(problem, "there is no ") {
			t.Errorf("problem %q does not say that there is none", problem)
		}
	}
	if list.Len() != 0 || teams.Len() != 0 {
		t.Error("somebody is known")
	}
}

func TestNilKnowsNobody(t *testing.T) {
	t.Parallel()
	var (
		list    *maintainers.List
		teams   *maintainers.TeamList
		owners  *maintainers.Owners
		haskell *maintainers.Haskell
	)
	_, handle := list.Handle("a")
	_, id := list.ByID(1)
	_, login := list.ByLogin("a")
	_, mail := list.ByEmail("a@example.org")
	_, team := teams.Team("a")
	names, rule := owners.Of("a")
	if handle || id || login || mail || team || names != nil || rule != "" || haskell.Of("a") != nil || list.Len()+teams.Len() != 0 {
		t.Error("somebody is known")
	}
	if list.Problem() == "" || teams.Problem() == "" || owners.Problem() == "" || haskell.Problem() == "" {
		t.Error("nil has no problem")
	}
}

// told writes names with their places.
func told(names []maintainers.Named) string {
	var all []string
	for _, n := range names {
		all = append(all, n.Name+" "+n.Where)
	}
	return strings.Join(all, ", ")
}
