package syncer_test

import (
	"path/filepath"
	"sync/atomic"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
)

// busyTwo are passes over two forks that were begun at once. Each stays where it replays
// patches until it is let go.
type busyTwo struct {
	replays chan struct{} // gets one from each pass that does
	waits   chan struct{} // gets one from each pass that waits until it may
	let     chan struct{}
	ended   chan error
}

func newBusyTwo(t *testing.T, workers int) *busyTwo {
	t.Helper()
	w := newWorld(t, forks.Merging)
	other := w.track
	other.Fork, other.URL = "other", w.up.Fork(t, filepath.Join(w.dir, "other.git")).Dir
	db, err := store.Open(t.Context(), filepath.Join(w.dir, store.FileName), w.clock)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	two := &busyTwo{replays: make(chan struct{}, 2), waits: make(chan struct{}, 2), let: make(chan struct{}), ended: make(chan error, 2)}
	var busy atomic.Bool
	c := w.Config
	c.Store, c.Workers = db, workers
	c.Barrier = func() error { // the pass has its plan then, and still the right to work
		if busy.Load() {
			two.replays <- struct{}{}
			<-two.let
		}
		return nil
	}
	s := syncer.New(c)
	for _, track := range []forks.Track{w.track, other} {
		if _, err := s.Adopt(t.Context(), track, syncer.Options{Who: "mona"}); err != nil {
			t.Fatal(err)
		}
	}
	w.bump("b")
	busy.Store(true)
	for _, track := range []forks.Track{w.track, other} {
		go func() {
			_, err := s.Sync(t.Context(), track, syncer.Options{Who: "mona", Say: func(p forks.Progress) {
				if p.Doing == "waiting for the pass of another track" {
					two.waits <- struct{}{}
				}
			}})
			two.ended <- err
		}()
	}
	return two
}

func TestWithOneWorkerNoTwoPassesReplayAtOnce(t *testing.T) {
	t.Parallel()
	two := newBusyTwo(t, 1)
	<-two.replays
	select {
	case <-two.waits:
	case <-two.replays:
		t.Error("both passes replay at once")
	}
	two.let <- struct{}{}
	if err := <-two.ended; err != nil {
		t.Error(err)
	}
	if !t.Failed() {
		<-two.replays // it goes on when the first is done
	}
	two.let <- struct{}{}
	if err := <-two.ended; err != nil {
		t.Error(err)
	}
}

func TestWithTwoWorkersTwoPassesReplayAtOnce(t *testing.T) {
	t.Parallel()
	two := newBusyTwo(t, 2)
	for range 2 {
		select {
		case <-two.replays:
		case <-two.waits:
			t.Fatal("a pass waits for the other one")
		}
	}
	close(two.let)
	for range 2 {
		if err := <-two.ended; err != nil {
			t.Error(err)
		}
	}
}
