package syncer_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// elsewhere is a second state directory that keeps the same track.
func (w *world) elsewhere(name string) *syncer.Syncer {
	c := w.Syncer.Config
	c.Store, c.CacheDir = newMemory(), filepath.Join(w.dir, name)
	c.Writer = forks.Writer{ID: name, Host: name + ".example"}
	return syncer.New(c)
}

func TestTrackKeptFromTwoStateDirectoriesStopsInTheOneThatIsOvertaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	first, second := w.elsewhere("first"), w.elsewhere("second")
	ctx, o := t.Context(), syncer.Options{Who: "mona"}
	if _, err := first.Adopt(ctx, w.track, o); err != nil {
		t.Fatal(err)
	}
	w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
	if _, err := second.Sync(ctx, w.track, o); err != nil {
		t.Fatalf("a state directory that knows nothing of the track goes on from what it finds: %v", err)
	}
	w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "3=two;")})
	for range 2 {
		_, err := first.Sync(ctx, w.track, o)
		if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "second.example") {
			t.Fatalf("the first one goes on beside the second: %v", err)
		}
	}
	o.TakeOver = true
	if _, err := first.Sync(ctx, w.track, o); err != nil {
		t.Fatalf("take over: %v", err)
	}
	o.TakeOver = false
	if _, err := first.Sync(ctx, w.track, o); err != nil {
		t.Errorf("after taking over: %v", err)
	}
	if _, err := second.Sync(ctx, w.track, o); forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("the second one goes on beside the first: %v", err)
	}
}

func TestBranchThatIsNotThereIsMadeByAdoptionIfAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.track.Branch = "channel"
	ctx := context.Background()
	_, err := w.Adopt(ctx, w.track, syncer.Options{Who: "mona"})
	if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "--create") {
		t.Fatalf("adopt a branch that is not there: %v", err)
	}
	out, err := w.Adopt(ctx, w.track, syncer.Options{Who: "mona", Create: true})
	if err != nil {
		t.Fatal(err)
	}
	if tip := w.fork.Tip(t, "refs/heads/channel"); tip != w.up.Tip(t, "refs/heads/main") || out.Plan.CandidateTip != tip {
		t.Errorf("the branch begins at %s, not at upstream's tip", tip)
	}
	w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
	if out := w.sync(); !out.Plan.Publishes() {
		t.Errorf("the new branch does not follow: %+v", out.Plan)
	}
}

func TestCacheThatNoDaemonMaintainsIsTidiedOnceItHasManyPacks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.adopt()
	for i := range 4 {
		w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3="+strings.Repeat("x", i+1))})
		w.sync()
	}
	packs := func() int {
		list, err := filepath.Glob(filepath.Join(syncer.CachePath(w.CacheDir, w.track.Upstream), "objects", "pack", "*.pack"))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	before := packs()
	if err := w.Tidy(t.Context(), w.track, before); err != nil || packs() != before {
		t.Errorf("%d packs became %d where as many may be: %v", before, packs(), err)
	}
	if err := w.Tidy(t.Context(), w.track, 2); err != nil || packs() >= before {
		t.Errorf("%d packs became %d where two may be: %v", before, packs(), err)
	}
	w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "3=two;")})
	if out := w.sync(); !out.Plan.Publishes() {
		t.Errorf("after tidying the pass does not publish: %+v", out.Plan)
	}
}
