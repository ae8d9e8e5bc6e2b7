package syncertest_test

import (
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

func TestAfterACrashAtAnyEffectAllIsAsIfItHadNotBeen(t *testing.T) {
	t.Parallel()
	whole := syncertest.NewCrash(-1)
	want := func() map[forks.Ref]forks.Hash {
		w := adopted(t, forks.Merging)
		move(t, w, 1)
		if _, err := w.Crashing(whole).Sync(t.Context(), w.Track, syncer.Options{}); err != nil {
			t.Fatal(err)
		}
		return w.Fork.Refs(t)
	}()
	effects := whole.Effects()
	for _, name := range []string{"fetch", "pack", "intend to push", "push", "settle an intent", "index", "record the pass"} {
		if !slices.Contains(effects, name) {
			t.Fatalf("a pass has no effect %q: %v", name, effects)
		}
	}
	for n, next := range effects {
		for _, lost := range []string{"nothing", "database", "cache"} {
			w := adopted(t, forks.Merging)
			move(t, w, 1)
			crash := syncertest.NewCrash(n)
			_, err := w.Crashing(crash).Sync(t.Context(), w.Track, syncer.Options{})
			if !errors.Is(err, syncertest.ErrCrash) || !crash.Struck() || !slices.Equal(crash.Effects(), effects[:n]) {
				t.Fatalf("before %q: %v after %v", next, err, crash.Effects())
			}
			switch lost {
			case "database":
				w.Store = syncertest.NewStore(w.Clock)
			case "cache":
				w.Git.ForgetCaches()
			}
			if _, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{}); err != nil {
				t.Errorf("after a crash before %q, %s lost: %v", next, lost, err)
			}
			if got := w.Fork.Refs(t); !maps.Equal(got, want) {
				t.Errorf("after a crash before %q, %s lost: %v, want %v", next, lost, got, want)
			}
			for _, i := range w.Store.Intents() {
				if i.Status == forks.IntentOpen {
					t.Errorf("after a crash before %q, %s lost: open %+v", next, lost, i)
				}
			}
		}
	}
}

func TestAPushWhoseAnswerIsLostIsFoundByTheNextPass(t *testing.T) {
	t.Parallel()
	w := adopted(t, forks.Merging)
	move(t, w, 1)
	away := errors.New("the line is cut")
	w.Fork.AfterPush = func([]forks.RefUpdate) error { return away }
	before := w.Fork.Tip(t, "main")
	if _, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{}); !errors.Is(err, away) || w.Fork.Tip(t, "main") == before {
		t.Fatalf("%v, at %s", err, w.Fork.Tip(t, "main"))
	}
	w.Fork.AfterPush = nil
	tip := w.Fork.Tip(t, "main")
	if _, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{}); err != nil || w.Fork.Tip(t, "main") != tip {
		t.Errorf("%v, at %s", err, w.Fork.Tip(t, "main"))
	}
	if i := w.Store.Intents(); i[len(i)-1].Status != forks.IntentDone {
		t.Errorf("the intent is %+v", i[len(i)-1])
	}
}

func TestAPushThatFailsMovesNothing(t *testing.T) {
	t.Parallel()
	w := adopted(t, forks.Merging)
	move(t, w, 1)
	away := errors.New("the line is cut")
	w.Fork.BeforePush = func([]forks.RefUpdate) error { return away }
	before := w.Fork.Refs(t)
	if _, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{}); !errors.Is(err, away) || !maps.Equal(w.Fork.Refs(t), before) {
		t.Fatalf("%v, %v", err, w.Fork.Refs(t))
	}
	w.Fork.BeforePush = nil
	if _, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{}); err != nil || maps.Equal(w.Fork.Refs(t), before) {
		t.Errorf("%v", err)
	}
}

func TestSomebodyWhoPushesMeanwhileIsTakenUp(t *testing.T) {
	t.Parallel()
	w := adopted(t, forks.Merging)
	move(t, w, 1)
	var theirs forks.Hash
	w.Fork.BeforePush = func([]forks.RefUpdate) error {
		if theirs.IsZero() {
			theirs = w.Fork.Commit(t, "main", repotest.Alan, "meanwhile", map[string]string{"meanwhile": "1\n"})
		}
		return nil
	}
	out, err := w.Syncer().Sync(t.Context(), w.Track, syncer.Options{})
	if err != nil || out.Retried != 1 {
		t.Fatalf("retried %d, %v", out.Retried, err)
	}
	if _, there := w.Fork.File(t, "main", "meanwhile"); !there {
		t.Error("what was pushed is not in the branch")
	}
	if contains, err := w.Git.Contains(w.Fork.Tip(t, "main"), theirs); err != nil || !contains {
		t.Errorf("their commit is lost: %v", err)
	}
}

func TestWhatWasNotPackedCannotBePushed(t *testing.T) {
	t.Parallel()
	git := syncertest.NewGit()
	s := git.NewServer("https://example.org/fork.git")
	cache, err := git.OpenCache(t.Context(), "cache")
	if err != nil {
		t.Fatal(err)
	}
	q, err := cache.Quarantine(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	id, err := q.Write("commit", []byte("tree "+forks.EmptyTree.String()+"\nauthor a <a> 0 +0000\ncommitter a <a> 0 +0000\n\nx\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := git.Remote(accessTo(s))
	if err != nil {
		t.Fatal(err)
	}
	update := []forks.RefUpdate{{Ref: "refs/heads/x", New: id}}
	if err := r.Push(t.Context(), cache, update); err == nil {
		t.Error("it was pushed from the quarantine")
	}
	if err := q.Pack(t.Context(), []forks.Hash{id}, nil); err != nil {
		t.Fatal(err)
	}
	if err := r.Push(t.Context(), cache, update); err != nil {
		t.Errorf("it was packed, and: %v", err)
	}
}
