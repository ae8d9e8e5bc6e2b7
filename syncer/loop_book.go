package syncer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// meet reads the health of tracks that are new here.
func (l *Loop) meet() {
	var keys []trackKey
	l.mu.Lock()
	for _, e := range l.schedule {
		keys = append(keys, keyOf(e.track))
	}
	l.mu.Unlock()
	for _, k := range keys {
		if err := l.standings.meet(context.Background(), k); err != nil {
			l.fail(err)
		}
	}
}

// book notes how passes ended, and gives their forks free.
func (l *Loop) book() {
	l.mu.Lock()
	all := l.finished
	l.finished = nil
	l.mu.Unlock()
	for _, f := range all {
		if f.interrupted {
			l.Log.Debug("a pass was interrupted", zap.String("fork", f.track.Fork), zap.String("track", f.track.Name), zap.Error(f.err))
		} else {
			l.note(f)
		}
		l.release(f.track.Fork, true)
	}
}

// Ran books a pass that was made because a person asked for it, as if the loop had
// made it: health, events, and when the next one is due. One that was cancelled is
// not booked. Call it in the function given to [Loop.Do]: no other pass of the fork
// comes between.
func (l *Loop) Ran(t forks.Track, out Outcome, err error) {
	if errors.Is(err, context.Canceled) {
		return
	}
	l.note(finished{track: t, outcome: out, err: err, at: l.now()})
	l.look()
}

// note books the end of one pass.
func (l *Loop) note(f finished) {
	if fatal(f.err) {
		l.fail(fmt.Errorf("pass of %s: %w", keyOf(f.track), f.err))
		return
	}
	var p *forks.Problem
	classified := errors.As(f.err, &p)
	var unadopted *NotAdoptedError
	if f.err != nil && !classified && !errors.As(f.err, &unadopted) {
		// A bug, or a case that nobody has thought of. It is this track's alone: to end
		// here would take every other track with it, again and again.
		l.Log.Error("a pass ended with an error of no known kind; please report it",
			append(failure(f.err), zap.String("fork", f.track.Fork), zap.String("track", f.track.Name))...)
	}
	// What happened is written down, whatever ends meanwhile: no context of a pass or
	// a request.
	if err := l.standings.book(context.Background(), keyOf(f.track), f.outcome.Plan.Pass, judge(f.outcome, f.err), f.at); err != nil {
		l.fail(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, name := range f.outcome.Wakes {
		if i := l.schedule.find(trackKey{f.track.Fork, name}); i >= 0 {
			l.schedule[i] = l.schedule[i].ask(l.now())
		}
	}
	i := l.schedule.find(keyOf(f.track))
	if i < 0 || l.schedule[i].asked {
		return // gone, or due anew because of what came after this pass had begun
	}
	l.schedule[i] = l.schedule[i].after(f, p, l.now(), l.Random())
}

// after books the pass that follows f, whose error has the problem p or none.
func (e entry) after(f finished, p *forks.Problem, now time.Time, random float64) entry {
	switch {
	case f.err == nil, p != nil && p.Kind == forks.NeedsPerson, judge(f.outcome, f.err).condition == forks.TrackFound:
		return e.settled(now, random).by(f.outcome.Next, now)
	case p != nil:
		return e.failed(now, p.NotBefore, true, random)
	}
	return e.failed(now, time.Time{}, false, random)
}

// panicError is a panic that was stopped before it ended the program.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// guard turns a panic of fn into an error.
func guard(fn func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicError{value, debug.Stack()}
		}
	}()
	return fn()
}

// failure is an error for the log, with the stack of a panic.
func failure(err error) []zap.Field {
	fields := []zap.Field{zap.Error(err)}
	var p *panicError
	if errors.As(err, &p) {
		fields = append(fields, zap.ByteString("stack", p.stack))
	}
	return fields
}
