package syncer_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// world is an upstream and a fork of it, both real bare repositories, and a
// Syncer between them.
type world struct {
	t     tb
	dir   string
	up    *repotest.Repo
	fork  *repotest.Repo
	track forks.Track
	store *memory
	clock *clockwork.FakeClock
	*syncer.Syncer
	barrier func() error
}

// tb is what a world needs of a *testing.T or a *rapid.T.
type tb interface {
	repotest.TB
	Errorf(format string, args ...any)
}

// newWorld makes an upstream with a few files and a fork at the same commit.
func newWorld(t *testing.T, history forks.History) *world {
	t.Helper()
	return newWorldIn(t, t.TempDir(), history)
}

// newWorldIn is newWorld in a folder.
func newWorldIn(t tb, dir string, history forks.History) *world {
	t.Helper()
	w := &world{t: t, dir: dir, store: newMemory()}
	w.up = repotest.New(t, filepath.Join(dir, "up.git"))
	files := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		files[name+".nix"] = lines(name, 1, 12)
	}
	w.up.Commit(t, "main", repotest.Ada, "first commit", files)
	w.up.Commit(t, "main", repotest.Ada, "second commit", map[string]string{"README": "a package set\n"})
	w.fork = w.up.Fork(t, filepath.Join(dir, "fork.git"))
	w.track = forks.Track{Fork: "pkgs", Name: "aux-main", Upstream: w.up.Dir, URL: w.fork.Dir, Forge: "git",
		AllowTransports: []string{"file"}, Follow: "main", Branch: "main", History: history,
		HoldFor: forks.Never, MaxLag: forks.Never, SecurityHoldFor: forks.Never}
	w.clock = clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC))
	git, err := repo.New(context.Background(), repo.Options{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	w.Syncer = syncer.New(syncer.Config{Git: syncer.OnDisk(git), Store: w.store, CacheDir: filepath.Join(dir, "cache"),
		Clock: w.clock, Log: zap.NewNop(), Barrier: func() error {
			if w.barrier != nil {
				return w.barrier()
			}
			return nil
		}})
	return w
}

// lines is a file of numbered lines, with some of them replaced: "3=text".
func lines(name string, from, to int, replaced ...string) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		line := fmt.Sprintf("  %s line %d;", name, n)
		for _, r := range replaced {
			if at, text, _ := strings.Cut(r, "="); at == fmt.Sprint(n) {
				line = "  " + text
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func (w *world) adopt() syncer.Outcome {
	w.t.Helper()
	out, err := w.Adopt(context.Background(), w.track, syncer.Options{Who: "mona"})
	if err != nil {
		w.t.Fatalf("adopt: %v", err)
	}
	return out
}

func (w *world) sync() syncer.Outcome {
	w.t.Helper()
	w.clock.Advance(time.Hour)
	out, err := w.Sync(context.Background(), w.track, syncer.Options{Who: "mona"})
	if err != nil {
		w.t.Fatalf("sync: %v", err)
	}
	return out
}

// outcomes renders a ledger as "subject: ahead/published", one a line.
func outcomes(p forks.Plan) string {
	var b strings.Builder
	for _, row := range p.Outcomes {
		fmt.Fprintf(&b, "%s: %s/%s\n", row.Subject, row.Ahead, row.Published)
	}
	return b.String()
}

func (w *world) want(p forks.Plan, rows ...string) {
	w.t.Helper()
	if got, want := outcomes(p), strings.Join(rows, "\n")+"\n"; got != want {
		w.t.Errorf("ledger:\n%swant:\n%s", got, want)
	}
}
