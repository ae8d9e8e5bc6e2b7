//go:build !race

package syncer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// newTreewideWorld makes a fork with six patches, all of which one commit of upstream
// meets, on a GitHub.
func newTreewideWorld(t *testing.T) *forgeWorld {
	t.Helper()
	w := plainWorld(t, t.TempDir())
	first, after := files{}, files{}
	for i := range 6 {
		name := fmt.Sprintf("p%d", i)
		first[name+".nix"], after[name+".nix"] = lines(name, 1, 12), lines(name, 1, 12, "3=mirror = gnu;")
	}
	now := w.up.Now
	w.up = repotest.New(w, w.up.Dir)
	w.up.Now = now
	w.up.Commit(w, "main", repotest.Grace, "init", first)
	w.fork = w.up.Fork(w, w.fork.Dir)
	for i := range 6 {
		name := fmt.Sprintf("p%d", i)
		w.fork.Commit(w, "main", repotest.Ada, name+": use the Aux mirror", files{name + ".nix": lines(name, 1, 12, "3=mirror = aux;")})
	}
	w.start()
	if _, err := w.syncer.Adopt(w.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		w.Fatal(err)
	}
	w.up.Commit(w, "main", repotest.Grace, "treewide: the mirror is gnu", after)
	w.close()
	w.serve()
	w.start()
	w.pass()
	w.calm()
	return w
}

func TestATreewideChangeIsOnePullRequest(t *testing.T) {
	t.Parallel()
	w := newTreewideWorld(t)
	p := w.proposal("p0")
	pull := w.pull("p0")
	if n := len(w.server.Pulls(fullName)); n != 1 || len(p.Members) != 6 {
		t.Fatalf("%d pull requests about %d patches", n, len(p.Members))
	}
	if want := `[aux-main] upstream "treewide: the mirror is gnu" meets 6 patches (6 hunks)`; pull.Title != want {
		t.Errorf("title %q, want %q", pull.Title, want)
	}
	for _, m := range p.Members {
		if strings.Count(pull.Body, "(patch `"+string(m.Patch)+"`)") != 1 {
			t.Errorf("the page does not name %s once:\n%s", m.Patch, pull.Body)
		}
	}
	suggested := 0
	for _, r := range w.server.Reviews(fullName, pull.Number) {
		suggested += len(r.Comments)
	}
	if suggested < 6 {
		t.Errorf("%d suggestions for 6 conflicts", suggested)
	}

	w.server.As("bob", fullName).Comment(pull.Number, "/auxsync keep ours because it is nearer")
	w.calm()
	w.pass()
	w.calm()
	p = w.proposal("p0")
	if p.Status != forks.Cleaned && p.Status != forks.Harvested || p.ClosedBy != "bob" {
		t.Errorf("it is %s by %q", p.Status, p.ClosedBy)
	}
	for i := range 6 {
		name := fmt.Sprintf("p%d", i)
		if got := w.published(name); got != written(name, "mirror = aux;") {
			t.Errorf("%s is\n%s", name, got)
		}
	}
	for _, c := range w.server.Comments(fullName, pull.Number) {
		if strings.Contains(c.Body, "Published by pass") || strings.Contains(c.Body, "published by pass") {
			return
		}
	}
	t.Errorf("nothing says how it ended: %+v", w.server.Comments(fullName, pull.Number))
}

func TestATreewideChangeIsSplitByAComment(t *testing.T) {
	t.Parallel()
	w := newTreewideWorld(t)
	first := w.pull("p0")
	w.server.As("bob", fullName).Comment(first.Number, "/auxsync split because others know them better")
	w.calm()
	live := 0
	for _, p := range w.state().Proposals {
		if p.Status.Live() && !p.Umbrella() {
			live++
		}
	}
	if n := len(w.server.Pulls(fullName)); live != 6 || n != 7 {
		t.Errorf("%d conflicts are open, and there are %d pull requests", live, n)
	}
	for _, p := range w.server.Pulls(fullName) {
		if p.Number == first.Number && p.Open {
			t.Error("the first is still open")
		}
	}
}
