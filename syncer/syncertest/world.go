package syncertest

import (
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// World is an upstream, a fork of it, and all that one machine has for the passes between
// them. What a machine may lose can be replaced between passes: a new Store is a deleted
// database, and [Git.ForgetCaches] a deleted cache.
type World struct {
	Git      *Git
	Up, Fork *Server
	Store    *Store
	Clock    *clockwork.FakeClock
	Track    forks.Track
	// Config changes what syncers work with; nil leaves it.
	Config func(*syncer.Config)
}

// NewWorld makes an upstream whose branch main has one commit with files, and a fork at
// the same commit. The track is merged by auxsync's own engine without a second opinion,
// which there is none of in memory.
func NewWorld(t repotest.TB, history forks.History, files map[string]string) *World {
	t.Helper()
	w := &World{Git: NewGit(), Clock: clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC))}
	w.Store = NewStore(w.Clock)
	w.Up = w.Git.NewServer("https://example.org/up.git")
	w.Up.Commit(t, "main", repotest.Ada, "first commit", files)
	w.Fork = w.Up.Fork(t, "https://example.org/fork.git")
	w.Track = forks.Track{Fork: "pkgs", Name: "aux-main", Upstream: w.Up.URL(), URL: w.Fork.URL(), Forge: forks.ForgeGit,
		AllowTransports: []string{"https"}, Follow: "main", Branch: "main", History: history, Merger: forks.OwnMerger}
	return w
}

// Syncer starts a process anew.
func (w *World) Syncer() *syncer.Syncer { return w.syncer(w.Git, w.Store) }

// Crashing starts a process that is going to crash.
func (w *World) Crashing(c *Crash) *syncer.Syncer { return w.syncer(c.Git(w.Git), c.Store(w.Store)) }

func (w *World) syncer(git syncer.Git, store syncer.Store) *syncer.Syncer {
	c := syncer.Config{Git: git, Store: store, CacheDir: "cache", Clock: w.Clock, Log: zap.NewNop()}
	if w.Config != nil {
		w.Config(&c)
	}
	return syncer.New(c)
}
