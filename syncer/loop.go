package syncer

import (
	"context"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// For maintenance to begin nothing may be due for quietTime; once it was not called
// for a day, because there are too many tracks for that, scarceTime will do.
const (
	quietTime  = 5 * time.Minute
	scarceTime = 20 * time.Second
)

// LoopConfig is what a Loop works with. Clock, Log, Pass, Journal and Random are
// required.
type LoopConfig struct {
	Clock clockwork.Clock
	Log   *zap.Logger
	// Lanes is how many passes may run at once, 1 if less. Passes of one fork never
	// run side by side. One that has run for longer than its interval keeps its fork
	// but not its lane: what hangs delays nobody else.
	Lanes int
	// Beat is how often the loop goes round at least; 10 s if zero. A clock that was
	// set and a machine that slept are noticed within it.
	Beat time.Duration
	// Pass makes one pass. It ends soon once ctx has ended.
	Pass    func(ctx context.Context, t forks.Track) (Outcome, error)
	Journal Journal
	// Random returns a number in [0,1). It is called by one goroutine at a time.
	Random func() float64
	// Alive, if set, is called each time that the loop goes round, from the loop
	// itself: it stays away if the loop is stuck, whatever else still runs.
	Alive func()
	// Status, if set, is told in people's words what is going on, when that changed.
	Status func(string)
	// Idle, if set, does maintenance: once after passes, when nothing runs and nothing
	// is due for five minutes, or after a day without it for twenty seconds. Its context
	// ends as soon as a pass is due or a person asks for a fork; they wait until it has
	// returned. So does [Loop.Aside], which does not end it.
	Idle func(ctx context.Context)
}

// Loop decides when a pass is due, and books how it ended. It makes no pass itself.
//
// # Invariants
//
//   - One goroutine, the one in Run, decides. It never waits for a pass, only for the
//     journal; [LoopConfig.Alive] says that it does not wait there for ever.
//   - In one fork at most one thing happens at a time: a pass, or what a person asked
//     for. During maintenance nothing else happens at all.
//   - A track has one time at which it is due. What was missed, for an hour or a year,
//     is one pass. Who has waited longest goes first.
//   - Whatever the clock does, a healthy track's next pass is at most one interval and
//     its jitter away.
//   - A failure of one track, a panic too, is booked on that track. Only a
//     [forks.Problem] that says it is fatal ends the loop.
//   - A change of a track's condition is one event and one line in the log, across
//     restarts too.
//
// Its methods may be called from any goroutine, before, during and after Run.
type Loop struct {
	LoopConfig
	standings *standings
	news      chan struct{} // has room for one: there is something to look at
	over      chan struct{} // closed when nothing begins any more
	told      string        // the last status; of the goroutine in Run

	mu       sync.Mutex
	schedule schedule
	lanes    map[string]lane // by fork
	requests []*request      // that wait for their fork, in order of arrival
	finished []finished      // passes that are not booked yet
	idle     idle
	end      error // why Run ends, if not because its context did
}

// lane is what runs in one fork.
type lane struct {
	track    trackKey
	since    time.Time
	patience time.Duration // after which it does not count any more
	person   bool          // not a pass of the schedule
}

// finished is a pass that has ended.
type finished struct {
	track       forks.Track
	outcome     Outcome
	err         error
	at          time.Time
	interrupted bool // by the end of the loop: says nothing about the track
}

// idle is where maintenance stands.
type idle struct {
	cancel context.CancelFunc // nil while none runs
	done   bool               // nothing ran since the last one
	last   time.Time          // when it began last; at first, when the loop looked first
}

// NewLoop returns a loop without tracks.
func NewLoop(c LoopConfig) *Loop {
	c.Lanes = max(c.Lanes, 1)
	if c.Beat <= 0 {
		c.Beat = 10 * time.Second
	}
	if c.Alive == nil {
		c.Alive = func() {}
	}
	if c.Status == nil {
		c.Status = func(string) {}
	}
	return &Loop{
		LoopConfig: c,
		standings:  &standings{journal: c.Journal, log: c.Log, of: map[trackKey]standing{}},
		news:       make(chan struct{}, 1),
		over:       make(chan struct{}),
		lanes:      map[string]lane{},
	}
}

// now is wall clock alone: the monotonic reading stands still while the machine
// sleeps.
func (l *Loop) now() time.Time { return l.Clock.Now().Round(0) }

// look wakes the loop.
func (l *Loop) look() {
	select {
	case l.news <- struct{}{}:
	default: // it will look anyway
	}
}

// Run goes round until ctx ends, and returns nil, or until a pass or the journal
// meets a problem that is fatal, and returns that. All that it began has ended by
// then. It is called once.
func (l *Loop) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := ctx.Done()
	for {
		wait := l.round(ctx)
		if l.failure() != nil {
			cancel()
		}
		if ctx.Err() != nil {
			if ended != nil {
				close(l.over)
				ended = nil // still goes round, until all has ended
			}
			if l.still() {
				return l.failure()
			}
		}
		timer := l.Clock.NewTimer(wait)
		select {
		case <-timer.Chan():
		case <-l.news:
		case <-ended:
		}
		timer.Stop()
	}
}

// round looks once at everything and returns how long it may wait for news.
func (l *Loop) round(ctx context.Context) time.Duration {
	l.Alive()
	l.meet()
	l.book()
	line, wait := l.decide(ctx)
	if line != l.told {
		l.told = line
		l.Status(line)
	}
	return wait
}

// decide begins what is to begin now.
func (l *Loop) decide(ctx context.Context) (status string, wait time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if ctx.Err() == nil && l.end == nil {
		l.schedule = l.schedule.pulled(now)
		l.grant(ctx)
		l.begin(ctx, now)
		l.rest(ctx, now)
	}
	wait = l.Beat
	if next, ok := l.schedule.ahead(now); ok {
		wait = min(wait, next)
	}
	return l.line(now, ctx.Err() != nil || l.end != nil), wait
}

// begin starts the passes that are due and have a lane, after people got their turn.
// Its caller holds mu.
func (l *Loop) begin(ctx context.Context, now time.Time) {
	busy, free := map[string]bool{}, l.Lanes
	for fork, on := range l.lanes {
		busy[fork] = true
		if !on.person && now.Sub(on.since) <= on.patience {
			free--
		}
	}
	for _, k := range l.schedule.begin(now, busy, free) {
		if l.idle.cancel != nil {
			l.idle.cancel()
			return
		}
		e := &l.schedule[l.schedule.find(k)]
		e.asked = false
		l.lanes[k.fork] = lane{track: k, since: now, patience: e.interval()}
		go l.pass(ctx, e.track)
	}
}

// pass makes one pass and hands its end to the loop.
func (l *Loop) pass(ctx context.Context, t forks.Track) {
	f := finished{track: t}
	f.err = guard(func() (err error) {
		f.outcome, err = l.Pass(ctx, t)
		return err
	})
	f.interrupted = ctx.Err() != nil && f.err != nil && !fatal(f.err) && forks.KindOf(f.err) != forks.NeedsPerson
	f.at = l.now()
	l.mu.Lock()
	l.finished = append(l.finished, f)
	l.mu.Unlock()
	l.look()
}

// rest begins maintenance in a quiet time. Its caller holds mu.
func (l *Loop) rest(ctx context.Context, now time.Time) {
	next, some := l.schedule.ahead(now)
	need := quietTime
	if l.idle.last.IsZero() {
		l.idle.last = now
	} else if now.Sub(l.idle.last) > 24*time.Hour {
		need = scarceTime
	}
	if l.Idle == nil || l.idle.done || l.idle.cancel != nil || len(l.lanes) > 0 || len(l.requests) > 0 ||
		l.schedule.overdue(now) > 0 || !some || next < need { // without tracks nobody knows what is quiet
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	l.idle = idle{cancel: cancel, done: true, last: now}
	go func() {
		err := guard(func() error { l.Idle(ctx); return nil })
		if err != nil {
			l.Log.Error("maintenance failed", failure(err)...)
		}
		cancel()
		l.mu.Lock()
		l.idle.cancel = nil
		l.mu.Unlock()
		l.look()
	}()
}

// still reports whether nothing runs any more, and nothing waits to be booked.
func (l *Loop) still() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.lanes) == 0 && len(l.finished) == 0 && l.idle.cancel == nil
}

// failure is why the loop ends, if not because its context did.
func (l *Loop) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// fail makes the loop end with err.
func (l *Loop) fail(err error) {
	l.mu.Lock()
	if l.end == nil {
		l.end = err
	}
	l.mu.Unlock()
	l.look()
}
