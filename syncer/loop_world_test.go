package syncer_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// A loop's world runs in a bubble of testing/synctest: its time goes on by itself as
// soon as everything waits, and stops exactly at each timer.

// wall is a clock whose wall time can be set. As in the kernel, its timers do not
// notice: neither that, nor that the machine slept.
type wall struct {
	clockwork.Clock
	ahead atomic.Int64
}

func (w *wall) Now() time.Time                  { return w.Clock.Now().Add(time.Duration(w.ahead.Load())) }
func (w *wall) Since(t time.Time) time.Duration { return w.Now().Sub(t) }
func (w *wall) Until(t time.Time) time.Duration { return t.Sub(w.Now()) }

// jump sets the clock.
func (w *wall) jump(d time.Duration) { w.ahead.Add(int64(d)) }

// run is a pass that was begun. Times are those of the bubble, which no jump moves.
type run struct {
	track      string
	begin, end time.Time
}

// diary is a Journal that forgets at exit, and fails when it is told to.
type diary struct {
	mu     sync.Mutex
	health map[string]forks.Health
	events []forks.Event
	fails  func(call string) error // nil: never
}

func (d *diary) call(name string) error {
	if d.fails != nil {
		return d.fails(name)
	}
	return nil
}

func (d *diary) Health(_ context.Context, fork, track string) (forks.Health, error) {
	err := d.call("read")
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.health[fork+"/"+track], err
}

func (d *diary) SetHealth(_ context.Context, fork, track string, h forks.Health) error {
	if err := d.call("write"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.health[fork+"/"+track] = h
	return nil
}

func (d *diary) AddEvent(_ context.Context, e forks.Event) error {
	if err := d.call("event"); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.events = append(d.events, e)
	return nil
}

// kinds lists the kinds of a track's events, or of all.
func (d *diary) kinds(track string) []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var out []string
	for _, e := range d.events {
		if e.Fork+"/"+e.Track == track {
			out = append(out, e.Kind)
		}
	}
	return out
}

// loopWorld is a loop with scripted passes.
type loopWorld struct {
	*testing.T
	syncer.LoopConfig
	clock *wall
	diary *diary
	logs  *observer.ObservedLogs
	loop  *syncer.Loop

	mu   sync.Mutex
	runs []run

	stop  context.CancelFunc
	ended chan error
}

// act is how a pass of a track behaves, by the time since the world began.
type act func(ctx context.Context, t forks.Track, at time.Duration) (syncer.Outcome, error)

// inLoop runs test in a bubble, with a loop whose passes take five seconds and then
// end as pass says; nil: well. configure may change everything else.
func inLoop(t *testing.T, pass act, configure func(*loopWorld), test func(*testing.T, *loopWorld)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		core, logs := observer.New(zapcore.DebugLevel)
		random := rand.New(rand.NewPCG(1, 2))
		w := &loopWorld{T: t, clock: &wall{Clock: clockwork.NewRealClock()}, logs: logs, ended: make(chan error, 1),
			diary: &diary{health: map[string]forks.Health{}}}
		w.LoopConfig = syncer.LoopConfig{Clock: w.clock, Log: zap.New(core), Lanes: 2, Beat: time.Minute, Journal: w.diary,
			Random: random.Float64, Pass: w.scripted(pass)}
		if configure != nil {
			configure(w)
		}
		w.start()
		defer func() {
			if w.stop != nil {
				w.quit()
			}
		}()
		test(t, w)
	})
}

// start begins a loop, as after a restart of the program.
func (w *loopWorld) start() {
	w.loop = syncer.NewLoop(w.LoopConfig)
	ctx, cancel := context.WithCancel(context.Background())
	w.stop = cancel
	loop := w.loop
	go func() { w.ended <- loop.Run(ctx) }()
}

// quit ends the loop and returns what Run did.
func (w *loopWorld) quit() error {
	w.stop()
	w.stop = nil
	return <-w.ended
}

// scripted makes passes that are noted.
func (w *loopWorld) scripted(pass act) func(context.Context, forks.Track) (syncer.Outcome, error) {
	began := time.Now()
	return func(ctx context.Context, t forks.Track) (out syncer.Outcome, err error) {
		w.mu.Lock()
		i := len(w.runs)
		w.runs = append(w.runs, run{track: t.Fork + "/" + t.Name, begin: time.Now()})
		w.mu.Unlock()
		defer func() {
			w.mu.Lock()
			w.runs[i].end = time.Now()
			w.mu.Unlock()
		}()
		if err := w.take(ctx, 5*time.Second); err != nil {
			return out, err
		}
		if pass == nil {
			return out, nil
		}
		return pass(ctx, t, time.Since(began))
	}
}

// take lets time go by, like a pass that works.
func (w *loopWorld) take(ctx context.Context, d time.Duration) error {
	select {
	case <-w.clock.After(d):
		return nil
	case <-ctx.Done():
		return fmt.Errorf("git fetch: %w", ctx.Err())
	}
}

// later lets time go by for the test.
func (w *loopWorld) later(d time.Duration) {
	<-w.clock.After(d)
	synctest.Wait()
}

// begins lists when passes of a track began after a time.
func (w *loopWorld) begins(track string, after time.Time) []time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []time.Time
	for _, r := range w.runs {
		if r.track == track && !r.begin.Before(after) {
			out = append(out, r.begin)
		}
	}
	return out
}

// since lists the passes that began after a time.
func (w *loopWorld) since(after time.Time) []run {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(w.runs), func(r run) bool { return r.begin.Before(after) })
}

// gap is the longest time in which no pass of a track began, from a time to now.
func (w *loopWorld) gap(track string, from time.Time) time.Duration {
	longest, last := time.Duration(0), from
	for _, at := range append(w.begins(track, from), time.Now()) {
		longest, last = max(longest, at.Sub(last)), at
	}
	return longest
}

// logged counts the lines of a level that have a message.
func (w *loopWorld) logged(level zapcore.Level, message string) int {
	return w.logs.FilterMessage(message).Filter(func(e observer.LoggedEntry) bool { return e.Level == level }).Len()
}

// aTrack has an interval of half an hour.
func aTrack(fork, name string) forks.Track {
	return forks.Track{Fork: fork, Name: name, Interval: 30 * time.Minute, Jitter: 0.1, Follow: "main", Branch: name}
}

// tracksOf makes tracks from names such as aux/main.
func tracksOf(names ...string) []forks.Track {
	var out []forks.Track
	for _, name := range names {
		fork, track := splitTrack(name)
		out = append(out, aTrack(fork, track))
	}
	return out
}

func splitTrack(name string) (fork, track string) {
	for i := range name {
		if name[i] == '/' {
			return name[:i], name[i+1:]
		}
	}
	return name, ""
}

// names lists the tracks of runs in order.
func names(runs []run) []string {
	var out []string
	for _, r := range runs {
		out = append(out, r.track)
	}
	return out
}

// counted counts how often each track was run.
func counted(runs []run) map[string]int {
	out := map[string]int{}
	for _, r := range runs {
		out[r.track]++
	}
	return out
}

// wantEach fails unless each track was run n times.
func (w *loopWorld) wantEach(runs []run, n int, tracks []string) {
	w.Helper()
	want := map[string]int{}
	for _, name := range tracks {
		want[name] = n
	}
	if got := counted(runs); !maps.Equal(got, want) {
		w.Errorf("passes of each track: %v, want %v", got, want)
	}
}
