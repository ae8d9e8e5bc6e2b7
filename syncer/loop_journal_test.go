package syncer_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

func TestJournalThatFailsStopsNoPassAndLosesNoEvent(t *testing.T) {
	var broken atomic.Bool
	pass := func(_ context.Context, t forks.Track, at time.Duration) (syncer.Outcome, error) {
		if between(at, 0, 2, 3) {
			return syncer.Outcome{}, forks.AskPerson("", "stopped")
		}
		return syncer.Outcome{}, nil
	}
	configure := func(w *loopWorld) {
		w.diary.fails = func(call string) error {
			if broken.Load() {
				return errors.New("disk I/O error")
			}
			return nil
		}
	}
	inLoop(t, pass, configure, func(t *testing.T, w *loopWorld) {
		began := time.Now()
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Hour)
		broken.Store(true)
		w.later(4 * time.Hour)
		if gap := w.gap("aux/main", began); gap > time.Hour {
			t.Errorf("no pass in %s", gap)
		}
		if n := w.logged(zapcore.ErrorLevel, "the journal failed; passes go on"); n < 7 {
			t.Errorf("%d lines about the journal", n)
		}
		broken.Store(false)
		w.later(time.Hour)
		if got, want := w.diary.kinds("aux/main"), []string{"following", "stopped", "following"}; !slices.Equal(got, want) {
			t.Errorf("events: %v, want %v", got, want)
		}
	})
}

func TestJournalThatCannotBeReadAtFirstIsNotOverwritten(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	h := forks.Health{FirstGood: time.Unix(1, 0), LastGood: time.Unix(2, 0), Condition: forks.TrackFollowing}
	configure := func(w *loopWorld) {
		w.diary.health["aux/main"] = h
		w.diary.fails = func(call string) error {
			if call == "read" && broken.Load() {
				return errors.New("database is locked")
			}
			return nil
		}
	}
	inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
		w.loop.SetTracks(tracksOf("aux/main"))
		w.later(time.Hour)
		if got := w.diary.health["aux/main"]; got != h {
			t.Errorf("the journal has %+v now", got)
		}
		broken.Store(false)
		w.later(time.Hour)
		if got := w.diary.kinds("aux/main"); got != nil {
			t.Errorf("news that is none: %v", got)
		}
		if n := w.logged(zapcore.InfoLevel, "track is following"); n != 0 {
			t.Errorf("%d lines in the log about what is not known to be news", n)
		}
		if v, _ := w.loop.View("aux", "main"); !v.Health.FirstGood.Equal(h.FirstGood) || v.Health.LastGood.Equal(h.LastGood) {
			t.Errorf("health: %+v", v.Health)
		}
	})
}

func TestJournalWithAFatalProblemEndsRun(t *testing.T) {
	for _, call := range []string{"read", "write", "event"} {
		t.Run(call, func(t *testing.T) {
			configure := func(w *loopWorld) {
				w.diary.fails = func(c string) error {
					if c == call {
						return &forks.Problem{Kind: forks.Fatal, Err: errors.New("malformed")}
					}
					return nil
				}
			}
			inLoop(t, nil, configure, func(t *testing.T, w *loopWorld) {
				w.loop.SetTracks(tracksOf("aux/main"))
				err := <-w.ended
				w.stop = nil
				if forks.KindOf(err) != forks.Fatal || !strings.Contains(err.Error(), "malformed") {
					t.Errorf("Run: %v", err)
				}
			})
		})
	}
}

func TestChangesAreNotToldAgainAfterARestart(t *testing.T) {
	pass := func(_ context.Context, t forks.Track, _ time.Duration) (syncer.Outcome, error) {
		if t.Fork == "aux" {
			return syncer.Outcome{}, forks.AskPerson("accept it", "the tip was rewritten")
		}
		return syncer.Outcome{Plan: forks.Plan{Pass: 7, Hold: &forks.Hold{Reason: "two conflicts"}}}, nil
	}
	inLoop(t, pass, nil, func(t *testing.T, w *loopWorld) {
		for range 3 {
			w.loop.SetTracks(tracksOf("aux/main", "nix/main"))
			w.later(2 * time.Hour)
			w.quit()
			w.start()
		}
		if len(w.diary.events) != 2 {
			t.Fatalf("events: %+v", w.diary.events)
		}
		e := w.diary.events[slices.IndexFunc(w.diary.events, func(e forks.Event) bool { return e.Fork == "nix" })]
		if e.Kind != "holding" || e.Text != "two conflicts" || e.Pass != 7 || e.At.IsZero() {
			t.Errorf("got %+v", e)
		}
		if got := w.logged(zapcore.WarnLevel, "track is stopped"); got != 1 {
			t.Errorf("%d lines in the log", got)
		}
	})
}
