package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// errDied is what everything answers once the process is gone.
var errDied = errors.New("the process is gone")

// world is what outlives a process: the database, the places, and the true time.
type world struct {
	t     testing.TB
	clock *clockwork.FakeClock
	skew  time.Duration // by how much the clock is ahead of the true time
	zone  *time.Location
	since time.Time

	mu      sync.Mutex
	reports map[report]saved
	rows    map[string]map[place]forks.Delivery
	boards  map[string]*board // by fork/sink
	events  []forks.Event
	made    int
	noMake  error
	past    map[string]*past // what is on record of a fork; without it reports are empty
}

type saved struct {
	text []byte
	made time.Time
}

func newWorld(t testing.TB, start time.Time) *world {
	return &world{t: t, clock: clockwork.NewFakeClockAt(start), zone: time.UTC, since: start,
		reports: map[report]saved{}, rows: map[string]map[place]forks.Delivery{}, boards: map[string]*board{}}
}

// truly is the time without the clock's error.
func (w *world) truly() time.Time { return w.clock.Now().Add(-w.skew) }

// board is a place that reports go to, and what it has.
type board struct {
	name  string
	fork  string
	parts []string
	// fails returns why a part is not to be reached now; nil if it is.
	fails func(part string) error
	// silent has an arrival reported as a failure.
	silent func() bool

	got   map[string][]forks.Week // by part, in the order of arrival
	posts map[forks.Week]Post
	tries int
}

func (w *world) board(fork, name string, parts ...string) *board {
	if len(parts) == 0 {
		parts = []string{""}
	}
	b := &board{name: name, fork: fork, parts: parts, got: map[string][]forks.Week{}, posts: map[forks.Week]Post{}}
	w.boards[fork+"/"+name] = b
	return b
}

// process is one life of the program. It ends after so many writes, if left is not 0.
type process struct {
	w         *world
	publisher *Publisher

	mu   sync.Mutex
	left int
	dead bool
}

func (w *world) start(left int) *process {
	p := &process{w: w, left: left}
	p.publisher = New(Setup{Books: p, Diary: p, Make: p.make, Since: func(context.Context, string) (time.Time, error) { return w.since, nil },
		Clock: w.clock, Log: zap.NewNop()})
	p.use()
	return p
}

func (p *process) use() {
	byFork := map[string][]Sink{}
	for _, b := range p.w.boards {
		byFork[b.fork] = append(byFork[b.fork], sink{p, b})
	}
	var list []Fork
	for name, sinks := range byFork {
		list = append(list, Fork{name, sinks})
	}
	slices.SortFunc(list, func(a, b Fork) int { return bytes.Compare([]byte(a.Name), []byte(b.Name)) })
	p.publisher.Use(p.w.zone, list)
}

// write does something that lasts, unless the process is gone or ends right before it;
// it may end right after it too.
func (p *process) write(do func() error) error {
	p.mu.Lock()
	if p.left > 0 {
		p.left--
		p.dead = p.dead || p.left == 0
	}
	dead, after := p.dead, p.left == 1
	p.mu.Unlock()
	if dead {
		return errDied
	}
	p.w.mu.Lock()
	err := do()
	p.w.mu.Unlock()
	if after {
		p.mu.Lock()
		p.dead = true
		p.mu.Unlock()
		return errDied
	}
	return err
}

func (p *process) died() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dead
}

func (p *process) make(_ context.Context, fork string, week forks.Week) (weekly.Report, error) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	if p.w.noMake != nil {
		return weekly.Report{}, p.w.noMake
	}
	p.w.made++
	if past := p.w.past[fork]; past != nil {
		return past.report(week, p.w.zone, p.w.clock.Now()), nil
	}
	return weekly.Report{Schema: weekly.Schema, Fork: fork, Week: week, Zone: p.w.zone.String(), From: week.Start(p.w.zone), To: week.End(p.w.zone),
		Made: p.w.clock.Now(), Over: true, Summary: fmt.Sprintf("made as number %d", p.w.made)}, nil
}

func (p *process) SaveReport(_ context.Context, fork string, week forks.Week, made time.Time, text []byte) (kept []byte, err error) {
	err = p.write(func() error {
		if p.w.truly().Before(week.End(p.w.zone)) {
			p.w.t.Errorf("%s of %s is made at %s, by a clock that shows %s", week, fork, p.w.truly(), p.w.clock.Now())
		}
		if _, ok := p.w.reports[report{fork, week}]; !ok {
			p.w.reports[report{fork, week}] = saved{bytes.Clone(text), made}
		}
		kept = p.w.reports[report{fork, week}].text
		return nil
	})
	return kept, err
}

func (p *process) SavedReport(_ context.Context, fork string, week forks.Week) ([]byte, time.Time, error) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	got := p.w.reports[report{fork, week}]
	return got.text, got.made, nil
}

func (p *process) ReportWeeks(_ context.Context, fork string) (weeks []forks.Week, err error) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	for r := range p.w.reports {
		if r.fork == fork {
			weeks = append(weeks, r.week)
		}
	}
	slices.SortFunc(weeks, func(a, b forks.Week) int { return compareWeeks(b, a) })
	return weeks, nil
}

func (p *process) Deliveries(_ context.Context, fork string) (list []forks.Delivery, err error) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	for _, d := range p.w.rows[fork] {
		list = append(list, d)
	}
	return list, nil
}

func (p *process) SetDelivery(_ context.Context, d forks.Delivery) error {
	return p.write(func() error {
		if p.w.rows[d.Fork] == nil {
			p.w.rows[d.Fork] = map[place]forks.Delivery{}
		}
		at := place{d.Sink, d.Part, d.Week}
		if p.w.rows[d.Fork][at].Status == forks.DeliveryDone {
			p.w.t.Errorf("what is done is changed to %+v", d)
		}
		p.w.rows[d.Fork][at] = d
		return nil
	})
}

func (p *process) AddEvent(_ context.Context, e forks.Event) error {
	return p.write(func() error {
		p.w.events = append(p.w.events, e)
		return nil
	})
}

// sink is a board as a process sees it.
type sink struct {
	p *process
	b *board
}

func (s sink) Name() string    { return s.b.name }
func (s sink) Parts() []string { return s.b.parts }

// Deliver is strict: a place gets the weeks in order, and one that it has already only
// from somebody who knows that and brings the same.
func (s sink) Deliver(_ context.Context, p Post, part string, begun bool) (ref string, err error) {
	err = s.p.write(func() error {
		b, t, week := s.b, s.p.w.t, p.Report.Week
		b.tries++
		if p.Report.Fork != b.fork {
			t.Errorf("%s gets a report of %s", b.fork, p.Report.Fork)
		}
		if b.fails != nil {
			if err := b.fails(part); err != nil {
				return err
			}
		}
		switch got := b.got[part]; {
		case slices.Contains(got, week):
			old := b.posts[week]
			if !begun || !bytes.Equal(old.JSON, p.JSON) || !bytes.Equal(old.Markdown, p.Markdown) || !bytes.Equal(old.HTML, p.HTML) || old.Title != p.Title {
				t.Errorf("%s/%s %q gets %s twice; begun is %v", b.fork, b.name, part, week, begun)
			}
		case len(got) > 0 && week.Before(got[len(got)-1]):
			t.Errorf("%s/%s %q gets %s after %s", b.fork, b.name, part, week, got[len(got)-1])
		default:
			b.got[part], b.posts[week] = append(got, week), p
		}
		if b.silent != nil && b.silent() {
			return errors.New("the answer was lost")
		}
		return nil
	})
	return "ref", err
}

// round has the process make a round; the clock stands still.
func (p *process) round() time.Time {
	p.w.t.Helper()
	next, err := p.publisher.Round(context.Background())
	if err != nil && !p.died() {
		p.w.t.Fatal(err)
	}
	if now := p.w.clock.Now(); next.Before(now) || next.Sub(now) > time.Hour {
		p.w.t.Fatalf("at %s the next round is to be at %s", now, next)
	}
	return next
}

// run has the process do its work for a time.
func (p *process) run(d time.Duration) {
	p.w.t.Helper()
	for end := p.w.clock.Now().Add(d); p.w.clock.Now().Before(end) && !p.died(); {
		next := p.round()
		if next.After(end) {
			next = end
		}
		p.w.clock.Advance(max(next.Sub(p.w.clock.Now()), 0))
	}
}

// leap sets the clock.
func (w *world) leap(d time.Duration) {
	w.clock.Advance(d)
	w.skew += d
}

// told counts the events of a kind.
func (w *world) told(kind string) (n int) {
	for _, e := range w.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}
