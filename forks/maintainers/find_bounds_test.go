package maintainers_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

func TestATreewidePatchIsTheDefaultSIGsAlone(t *testing.T) {
	t.Parallel()
	q := ask(packages(), hello, several)
	q.Author = forks.Person{Name: "Alice", Email: "alice@example.org"}
	q.Roster = roster()
	want := []string{"on duty aux/core of Core x0: is asked about patches that change many files", "on duty coral of Core", "on duty cory of Core"}
	for files, treewide := range map[int]bool{0: false, 25: false, 26: true} {
		q.Changed = files
		found, err := maintainers.NewCache().Find(q)
		if err != nil || found.Treewide != treewide || slices.EqualFunc(candidatesOf(found), want, strings.HasPrefix) != treewide {
			t.Errorf("%d files: treewide %t, %q, error %v", files, found.Treewide, candidatesOf(found), err)
		}
		if treewide && !strings.Contains(stepsOf(found)[0], "the patch changes 26 files, more than 25: only the default SIG is asked") {
			t.Errorf("trace %q", stepsOf(found))
		}
	}
	q.Changed, q.Roster.Limits.Treewide = 0, 1
	if found, err := maintainers.NewCache().Find(q); err != nil || !found.Treewide {
		t.Errorf("two conflicted files with a limit of one: %q, error %v", candidatesOf(found), err)
	}
	q.Files = append(q.Files[:1], q.Files[:1]...)
	if found, err := maintainers.NewCache().Find(q); err != nil || found.Treewide {
		t.Errorf("two places of one file with a limit of one: %q, error %v", candidatesOf(found), err)
	}
}

func TestTheOrderOfFilesDoesNotMatter(t *testing.T) {
	t.Parallel()
	cache := maintainers.NewCache()
	paths := []string{hello, patch, several, module, "README", "nixos/modules/other.nix"}
	var want []string
	rapid.Check(t, func(t *rapid.T) {
		q := ask(packages(), rapid.Permutation(paths).Draw(t, "files")...)
		q.Author = forks.Person{Name: "Carol", Email: "carol@users.noreply.github.com"}
		q.Roster = roster(func(r *forks.Roster) {
			r.Owners = []forks.OwnerRule{{Pattern: "nixos/**", Ask: []forks.Ask{{SIG: "go"}}}}
		})
		found, err := cache.Find(q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range found.Candidates {
			got = append(got, fmt.Sprint(c.Source, " ", c.Name(), " ", c.Hits))
		}
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%q, in another order %q", got, want)
		}
	})
	if !slices.Contains(want, "policy gopher 2") || !slices.Contains(want, "meta alice 3") || !slices.Contains(want, "author carol 6") {
		t.Errorf("%q", want)
	}
}

func TestAnAnswerIsBounded(t *testing.T) {
	t.Parallel()
	var list, names strings.Builder
	for n := range 3000 {
		fmt.Fprintf(&list, "  h%d = { github = \"login%d\"; githubId = %d; };\n", n, n, n+1)
		fmt.Fprintf(&names, " lib.maintainers.h%d", n)
	}
	tree := packages().with(peopleList, "{\n"+list.String()+"}\n", hello, "{ lib }: { meta.maintainers = ["+names.String()+" ]; }\n")
	found, err := maintainers.NewCache().Find(ask(tree, hello))
	if err != nil || len(found.Candidates) > 200 || len(found.Trace) > 1001 {
		t.Errorf("%d candidates, %d steps, error %v", len(found.Candidates), len(found.Trace), err)
	}
	if last := found.Trace[len(found.Trace)-1]; last.Accepted || last.Login != "" && last.Why != "there are enough candidates" {
		t.Errorf("the trace ends with %+v", last)
	}
}

// failing is a tree that cannot be read.
type failing struct{ written }

var errTorn = errors.New("torn")

func (failing) File(string) ([]byte, forks.Hash, error) { return nil, forks.Hash{}, errTorn }

func TestATreeThatCannotBeReadIsAnError(t *testing.T) {
	t.Parallel()
	for _, trees := range []maintainers.Trees{{Fork: failing{}}, {Fork: packages(), Upstream: failing{}}, {Parent: failing{}}} {
		q := ask(nil, hello)
		q.Trees = trees
		if _, err := maintainers.NewCache().Find(q); !errors.Is(err, errTorn) {
			t.Errorf("%v", err)
		}
	}
}
