package syncertest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// adopted is a world with five patches of which a first pass was made.
func adopted(t testing.TB, history forks.History) *syncertest.World {
	t.Helper()
	w := syncertest.NewWorld(t, history, firstFiles())
	for i, name := range []string{"a", "b", "c", "d", "e"} {
		w.Fork.Commit(t, "main", repotest.Grace, name+": fork change", map[string]string{name + ".nix": numbered(name, fmt.Sprintf("%d=fork;", i+4))})
	}
	if _, err := w.Syncer().Adopt(t.Context(), w.Track, syncer.Options{Who: "mona"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// move makes three commits of upstream that touch what patches touch.
func move(t testing.TB, w *syncertest.World, n int) {
	t.Helper()
	for i, name := range []string{"a", "c", "pkgs/by-name/b/package"} {
		w.Up.Commit(t, "main", repotest.Ada, fmt.Sprintf("%s: %d", name, n), map[string]string{name + ".nix": numbered(name, fmt.Sprintf("%d=up %d;", 11+i%2, n))})
	}
	w.Clock.Advance(time.Hour)
}

// BenchmarkPass makes whole passes: each has five patches and three new commits, and its
// history grows by a marker, the stack and a state.
func BenchmarkPass(b *testing.B) {
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		b.Run(string(history), func(b *testing.B) {
			var w *syncertest.World
			for n := 0; b.Loop(); n++ {
				b.StopTimer()
				if n%20 == 0 {
					w = adopted(b, history)
				}
				move(b, w, n)
				s := w.Syncer()
				b.StartTimer()
				out, err := s.Sync(b.Context(), w.Track, syncer.Options{Who: "mona"})
				if err != nil || !out.Written {
					b.Fatalf("written %v, %v", out.Written, err)
				}
			}
		})
	}
}

// BenchmarkQuietPass makes passes that find nothing new.
func BenchmarkQuietPass(b *testing.B) {
	w := adopted(b, forks.Merging)
	s := w.Syncer()
	for range 2 {
		if _, err := s.Sync(b.Context(), w.Track, syncer.Options{}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if out, err := s.Sync(b.Context(), w.Track, syncer.Options{}); err != nil || !out.Quiet {
			b.Fatalf("quiet %v, %v", out.Quiet, err)
		}
	}
}
