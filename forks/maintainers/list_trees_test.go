package maintainers_test

import (
	"flag"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

var listTrees = flag.String("list-trees", "", "git directories, separated by commas, whose lists, teams and owners at HEAD are to be read")

// gitTree is HEAD of a git directory. Only small repositories are quick with it.
type gitTree struct {
	dir         string
	ids         map[string]string
	writtenTree // for the names alone: the contents stay in git
}

func (g gitTree) File(path string) ([]byte, forks.Hash, error) {
	id, ok := g.ids[path]
	if !ok {
		return nil, forks.Hash{}, nil
	}
	blob, err := forks.ParseHash(id)
	if err != nil {
		return nil, forks.Hash{}, err
	}
	content, err := exec.Command("git", "-C", g.dir, "cat-file", "blob", id).Output()
	return content, blob, err
}

func openGitTree(t *testing.T, dir string) gitTree {
	out, err := exec.Command("git", "-C", dir, "ls-tree", "-r", "-z", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	g := gitTree{dir: dir, ids: map[string]string{}, writtenTree: writtenTree{}}
	for _, entry := range strings.Split(string(out), "\x00") {
		about, path, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(about); len(fields) == 3 && strings.HasPrefix(fields[0], "100") {
			g.ids[path], g.writtenTree[path] = fields[2], ""
		}
	}
	return g
}

func TestListsOfTheGivenTreesAreRead(t *testing.T) {
	if *listTrees == "" {
		t.Skip("no -list-trees given")
	}
	for _, dir := range strings.Split(*listTrees, ",") {
		t.Run(dir, func(t *testing.T) { showTree(t, openGitTree(t, dir)) })
	}
}

func showTree(t *testing.T, g gitTree) {
	cache := maintainers.NewCache()
	timed := func(what string, read func() (string, error)) {
		began := time.Now()
		told, err := read()
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		t.Logf("%s: %s (%s)", what, told, time.Since(began).Round(100*time.Microsecond))
	}
	timed("list", func() (string, error) {
		l, err := cache.Maintainers(g)
		return counted(l.Len(), "entries", l.Problem()), err
	})
	timed("teams", func() (string, error) {
		l, err := cache.Teams(g)
		return counted(l.Len(), "teams", l.Problem()), err
	})
	timed("haskell", func() (string, error) {
		h, err := cache.Haskell(g)
		return counted(len(h.Of("Agda")), "maintainers of Agda", h.Problem()), err
	})
	timed("owners", func() (string, error) {
		owners, err := cache.Owners(g)
		owned, unowned := 0, 0
		for path := range g.ids {
			names, rule := owners.Of(path)
			switch {
			case len(names) > 0:
				owned++
			case rule != "":
				unowned++
			}
		}
		return counted(owned, "files with owners", owners.Problem()) + ", " + counted(unowned, "un-owned", "") + ", " + counted(len(g.ids), "files", ""), err
	})
}

func counted(n int, what, problem string) string {
	if problem != "" {
		problem = " [" + problem + "]"
	}
	return strconv.Itoa(n) + " " + what + problem
}
