package publish

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// Books keep what was reported, and how far each report is. They may be asked by several
// callers at once, and what they took is there after a crash.
type Books interface {
	// SaveReport keeps the report of a week, unless there is one: then that stays. It returns
	// the text that is kept.
	SaveReport(ctx context.Context, fork string, week forks.Week, made time.Time, text []byte) (kept []byte, err error)
	// SavedReport returns what SaveReport kept; text is nil where there is no report.
	SavedReport(ctx context.Context, fork string, week forks.Week) (text []byte, made time.Time, err error)
	// ReportWeeks lists the weeks that have a report, the newest first.
	ReportWeeks(ctx context.Context, fork string) ([]forks.Week, error)
	// Deliveries lists everything that SetDelivery was told about a fork, each in its newest
	// form.
	Deliveries(ctx context.Context, fork string) ([]forks.Delivery, error)
	// SetDelivery keeps a delivery in place of the one with the same fork, week, sink and
	// part.
	SetDelivery(ctx context.Context, d forks.Delivery) error
}

// Diary takes what people are told.
type Diary interface {
	AddEvent(ctx context.Context, e forks.Event) error
}

// Fork is a fork with the places that get its reports.
type Fork struct {
	Name  string
	Sinks []Sink // with names that differ
}

// Setup is what a publisher works with; all of it is needed.
type Setup struct {
	Books Books
	Diary Diary
	// Make computes the report of a week that is over.
	Make func(ctx context.Context, fork string, week forks.Week) (weekly.Report, error)
	// Since returns when the first pass of a fork was made that is on record; zero if there
	// is none.
	Since func(ctx context.Context, fork string) (time.Time, error)
	Clock clockwork.Clock
	Log   *zap.Logger
}

// Publisher makes the reports that are due and brings each of them once to each place.
// Its methods may be called at the same time; rounds wait for each other.
type Publisher struct {
	Setup

	rounds  sync.Mutex // held for a round; guards what follows
	steady  steady
	failing map[report]failure

	mu     sync.Mutex // guards what follows
	zone   *time.Location
	forks  []Fork
	revive bool // what was given up is tried again

	posting sync.Mutex // guards posts
	posts   []Post     // the last ones that were made, the oldest first
}

// report names a report.
type report struct {
	fork string
	week forks.Week
}

// failure is a report that could not be made.
type failure struct {
	tries     int
	notBefore time.Time
}

// New returns a publisher that has nothing to do before [Publisher.Use].
func New(s Setup) *Publisher {
	return &Publisher{Setup: s, zone: time.UTC, failing: map[report]failure{}}
}

// Use takes over what config says: from the next round on the weeks are those of zone,
// and the reports of the forks go to their sinks. What was given up is tried once more,
// since its reason may be put right. A place that got nothing so far begins with the
// newest report; one that is gone is left alone.
func (p *Publisher) Use(zone *time.Location, list []Fork) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.zone, p.forks, p.revive = zone, list, true
}

// setting returns what Use took over.
func (p *Publisher) setting() (zone *time.Location, list []Fork) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.zone, p.forks
}

// fork finds a fork of config.
func (p *Publisher) fork(name string) (Fork, bool) {
	_, list := p.setting()
	for _, f := range list {
		if f.Name == name {
			return f, true
		}
	}
	return Fork{}, false
}

// Publish brings the report of a week that is over to all places that do not have it
// yet, now: also to those that were given up or wait for their next attempt. It makes the
// report if there is none. It returns how far each place is. An error says why there is
// no report to deliver, or that the books cannot be written.
func (p *Publisher) Publish(ctx context.Context, fork string, week forks.Week) ([]forks.Delivery, error) {
	p.rounds.Lock()
	defer p.rounds.Unlock()
	f, ok := p.fork(fork)
	if !ok {
		return nil, forks.AskPerson("name one of config", "there is no fork %q", forks.Inert(fork))
	}
	r := p.round()
	a, err := p.open(ctx, f)
	if err != nil {
		return nil, err
	}
	if err := r.wantedByHand(ctx, a, week); err != nil {
		return nil, fmt.Errorf("report of %s, %s: %w", f.Name, week, err)
	}
	var all []forks.Delivery
	for _, sink := range f.Sinks {
		j := job{account: a, sink: sink}
		hangs := false
		for _, part := range sink.Parts() {
			at := place{sink.Name(), part, week}
			row := a.rows[at]
			if row.Status != forks.DeliveryDone {
				row = wanted(row, at, f.Name)
				row.Tries = min(row.Tries, 1) // the next attempts follow soon again
				if hangs {
					err = r.Books.SetDelivery(ctx, row) // a later round goes on
				} else {
					row, hangs, err = r.attempt(ctx, &j, row)
				}
				if err != nil {
					return all, err
				}
			}
			all = append(all, row)
		}
	}
	return all, nil
}

// wantedByHand sees to it that a week has a report that can be delivered.
func (r *round) wantedByHand(ctx context.Context, a *account, week forks.Week) error {
	if err := r.begin(ctx, a, nil); err != nil || slices.Contains(a.weeks, week) {
		return err
	}
	if end := week.End(r.zone); r.now.Before(end) {
		return forks.AskPerson("publish it after "+end.Format("2006-01-02 15:04 MST"), "the week is not over, and a report is made once")
	}
	since, err := r.Since(ctx, a.Name)
	if err != nil {
		return err
	}
	if since.IsZero() || week.Before(forks.WeekAt(since, r.zone)) {
		return forks.AskPerson("name a later week", "nothing is on record about it")
	}
	return r.make(ctx, a, week)
}

// account is what the books say about a fork.
type account struct {
	Fork
	weeks []forks.Week // with a report, the newest first
	rows  map[place]forks.Delivery
	// begun has the week with which each place began, by the place without a week.
	begun map[place]forks.Week
}

// place names a delivery of a fork.
type place struct {
	sink, part string
	week       forks.Week
}

// rows returns what is known about the deliveries of a fork.
func (p *Publisher) rows(ctx context.Context, fork string) (map[place]forks.Delivery, error) {
	list, err := p.Books.Deliveries(ctx, fork)
	if err != nil {
		return nil, fmt.Errorf("deliveries of %s: %w", fork, err)
	}
	rows := make(map[place]forks.Delivery, len(list))
	for _, d := range list {
		rows[place{d.Sink, d.Part, d.Week}] = d
	}
	return rows, nil
}

// open returns what the books say about a fork.
func (p *Publisher) open(ctx context.Context, f Fork) (*account, error) {
	weeks, err := p.Books.ReportWeeks(ctx, f.Name)
	if err != nil {
		return nil, fmt.Errorf("reports of %s: %w", f.Name, err)
	}
	rows, err := p.rows(ctx, f.Name)
	if err != nil {
		return nil, err
	}
	a := &account{Fork: f, weeks: weeks, rows: rows, begun: map[place]forks.Week{}}
	for at := range rows {
		a.note(at)
	}
	return a, nil
}

// note takes in that a place gets a week.
func (a *account) note(at place) {
	key := place{sink: at.sink, part: at.part}
	if first, known := a.begun[key]; !known || at.week.Before(first) {
		a.begun[key] = at.week
	}
}

// wanted is a delivery that is to be tried at once; row is what is known of it so far.
func wanted(row forks.Delivery, at place, fork string) forks.Delivery {
	row.Fork, row.Week, row.Sink, row.Part = fork, at.week, at.sink, at.part
	row.Status, row.NotBefore = forks.DeliveryFailed, time.Time{}
	return row
}
