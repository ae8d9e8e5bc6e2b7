package syncer_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// channels is a published world and a second track of the same fork, which carries the
// stack of the first one on upstream's branch stable. Both were made from the same
// commit; the patches named are on main, and on none of them on stable.
func channels(t *testing.T, patched ...string) (w, stable *world) {
	t.Helper()
	w = newWorld(t, forks.Merging)
	start := w.up.Tip(t, "main")
	w.up.SetRef(t, "stable", start)
	w.fork.SetRef(t, "stable", start)
	for _, name := range patched {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	w.adopt()
	return w, w.channel("stable")
}

// channel is the world of another track of the same fork that carries w's stack.
func (w *world) channel(branch string) *world {
	w.t.Helper()
	c := *w
	c.store = newMemory()
	config := w.Config
	config.Store = c.store
	c.Syncer = syncer.New(config)
	c.track.Name, c.track.Branch, c.track.Follow, c.track.StackFrom = "aux-"+branch, branch, branch, w.track.Name
	return &c
}

// commit is a person's commit on the fork's branch of the track.
func (w *world) commit(subject string, files map[string]string) forks.Hash {
	w.t.Helper()
	return w.fork.Commit(w.t, w.track.Branch, repotest.Alan, subject, files)
}

// recordedState is the track's state as its last pass left it.
func (w *world) recordedState() *forks.State {
	w.t.Helper()
	s, err := w.Read(context.Background(), w.track)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return s
}

// parted is a published world and another upstream, which parted from the first one
// before the track's base. The configuration names the other one.
func parted(t *testing.T, history forks.History, patched ...string) (w *world, first, other *repotest.Repo) {
	t.Helper()
	w = newWorld(t, history)
	other = w.up.Fork(t, filepath.Join(w.dir, "other.git"))
	for _, name := range patched {
		w.fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": lines(name, 1, 12, "5=fork;")})
	}
	w.adopt()
	w.up.Commit(t, "main", repotest.Ada, "e: bump", map[string]string{"e.nix": lines("e", 1, 12, "3=two;")})
	w.sync()
	first = w.up
	other.Commit(t, "main", repotest.Alan, "d: of the other", map[string]string{"d.nix": lines("d", 1, 12, "3=other;")})
	w.up, w.track.Upstream = other, other.Dir
	return w, first, other
}

// syncError makes a pass that is to fail, and returns what it says.
func (w *world) syncError(o syncer.Options) string {
	w.t.Helper()
	_, err := w.Sync(context.Background(), w.track, o)
	if err == nil {
		w.t.Fatalf("the pass did not fail")
	}
	if forks.KindOf(err) != forks.NeedsPerson {
		w.t.Errorf("kind %v of %v", forks.KindOf(err), err)
	}
	return err.Error()
}

// file is what a file of the fork's branch of the track holds.
func (w *world) file(path string) string {
	w.t.Helper()
	text, _ := w.fork.File(w.t, w.track.Branch, path)
	return text
}

// retarget makes the pass in which a person says that the change is meant.
func (w *world) retarget() syncer.Outcome {
	w.t.Helper()
	out, err := w.Sync(context.Background(), w.track, syncer.Options{Who: "mona", Retarget: true})
	if err != nil {
		w.t.Fatalf("retarget: %v", err)
	}
	return out
}
