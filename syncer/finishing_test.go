package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// finishTime is for how long a push that has begun may go on after a pass was told to end.
const finishTime = 7 * time.Second

// A heldPush is a pass whose push is with the fork, which does not answer yet.
type heldPush struct {
	*world
	tellEnd context.CancelFunc
	gate    *os.File // the fork goes on when somebody writes here
	ended   chan error
}

// newHeldPush begins a pass that publishes, and returns when the fork has all of the push
// and is asked whether it takes it.
func newHeldPush(t *testing.T) *heldPush {
	t.Helper()
	w := newWorld(t, forks.Merging)
	w.commit("a: fork change", files{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.adopt()
	w.bump("b")
	asked, gate := filepath.Join(w.dir, "asked"), filepath.Join(w.dir, "gate")
	for _, fifo := range []string{asked, gate} {
		if err := syscall.Mkfifo(fifo, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w.fork.Hook(t, "pre-receive", "echo >'"+asked+"'; read line <'"+gate+"'")
	ctx, cancel := context.WithCancel(t.Context())
	h := &heldPush{world: w, tellEnd: cancel, ended: make(chan error, 1)}
	var err error
	if h.gate, err = os.OpenFile(gate, os.O_RDWR, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.gate.Close() })
	go func() {
		_, err := w.Sync(ctx, w.track, syncer.Options{Who: "mona"})
		h.ended <- err
	}()
	begun := make(chan error, 1)
	go func() {
		_, err := os.ReadFile(asked)
		begun <- err
	}()
	select {
	case err = <-begun:
	case err = <-h.ended:
		err = fmt.Errorf("the pass ended before its push: %w", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// toldToEnd tells the pass to end, and lets time go by from then on.
func (h *heldPush) toldToEnd(after time.Duration) {
	h.t.Helper()
	h.tellEnd()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := h.clock.BlockUntilContext(ctx, 1); err != nil {
		h.t.Fatalf("the pass gives its push no time: %v", err)
	}
	h.clock.Advance(after)
}

// end waits for the end of the pass.
func (h *heldPush) end() error {
	h.t.Helper()
	select {
	case err := <-h.ended:
		return err
	case <-time.After(20 * time.Second):
		_ = h.gate.Close()
		<-h.ended
		h.t.Fatalf("the pass did not end by itself")
		return nil
	}
}

// settled checks that the end of every push is known.
func (h *heldPush) settled() {
	h.t.Helper()
	open, err := h.store.OpenIntents(context.Background(), "pkgs", h.track.Name)
	if err != nil || len(open) > 0 {
		h.t.Errorf("%d intents are open: %v", len(open), err)
	}
}

func TestPushThatHasBegunIsSeenToItsEndAlthoughThePassIsToldToEnd(t *testing.T) {
	t.Parallel()
	h := newHeldPush(t)
	before := h.fork.Tip(t, "main")
	h.toldToEnd(finishTime - time.Millisecond)
	if _, err := h.gate.WriteString("go on\n"); err != nil {
		t.Fatal(err)
	}
	if err := h.end(); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("the pass ends with: %v", err)
	}
	if h.fork.Tip(t, "main") == before {
		t.Error("the fork's branch was not moved")
	}
	h.settled()
	if newest, err := h.store.Newest(t.Context(), "pkgs", h.track.Name); err != nil || newest != h.fork.Tip(t, string(h.track.StateRef())) {
		t.Errorf("the index is at state %s, not at what was pushed: %v", newest, err)
	}
}

func TestPushThatDoesNotEndIsGivenUpSevenSecondsAfterThePassIsToldToEnd(t *testing.T) {
	t.Parallel()
	h := newHeldPush(t)
	before := h.fork.Refs(t)
	h.toldToEnd(finishTime)
	if err := h.end(); !errors.Is(err, context.Canceled) {
		t.Errorf("the pass ends with: %v", err)
	}
	open, err := h.store.OpenIntents(t.Context(), "pkgs", h.track.Name)
	if err != nil || len(open) != 1 {
		t.Errorf("nothing is left for the next start to look into: %d intents are open: %v", len(open), err)
	}
	for ref, tip := range h.fork.Refs(t) {
		if before[ref] != tip {
			t.Errorf("%s was moved", ref)
		}
	}
	h.fork.Hook(t, "pre-receive", "")
	h.sync()
	h.settled()
	if missing := h.fork.Git(t, "rev-list", h.recordedState().Base.String(), "--not", "main"); missing != "" || h.recordedState().Base != h.up.Tip(t, "main") {
		t.Error("the next pass does not make it good")
	}
}
