package repo

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/jonboulle/clockwork"
)

// StalledError says that a remote was silent for so long that the run of git was
// ended. Try again later.
type StalledError struct{ After time.Duration }

// Error says for how long nothing came.
func (e *StalledError) Error() string {
	if m := e.After / time.Minute; m*time.Minute == e.After {
		return fmt.Sprintf("the remote has sent nothing for %d min", m)
	}
	return fmt.Sprintf("the remote has sent nothing for %s", e.After)
}

// life ends a run that shows no sign of it. Without a timer it lets the run live.
type life struct {
	after time.Duration
	timer clockwork.Timer
	end   func()
}

// life returns the context of a run. If it may stall, that context ends, with a
// *StalledError as its cause, once the run has said nothing for g.stall.
func (g *Git) life(ctx context.Context, stalls bool) (context.Context, *life) {
	if !stalls {
		return ctx, &life{end: func() {}}
	}
	ctx, cancel := context.WithCancelCause(ctx)
	timer := g.clock.AfterFunc(g.stall, func() { cancel(&StalledError{After: g.stall}) })
	return ctx, &life{after: g.stall, timer: timer, end: func() {
		timer.Stop()
		cancel(nil)
	}}
}

// sign is a sign of life.
func (l *life) sign() {
	if l.timer != nil && l.timer.Stop() {
		l.timer.Reset(l.after)
	}
}

// lively takes all that is written for a sign of life.
type lively struct {
	to   io.Writer
	life *life
}

func (l lively) Write(p []byte) (int, error) {
	l.life.sign()
	return l.to.Write(p)
}
