package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

const (
	// rest is the longest time between two rounds: a clock that was set is noticed by then.
	rest = time.Hour
	// maxRound bounds how long a round takes unless the clock was set meanwhile.
	maxRound = 2 * time.Hour
	// again is when a round is tried again that could not read or write the books.
	again = time.Minute
)

// round is one round, or one publication by hand.
type round struct {
	*Publisher
	zone  *time.Location
	forks []Fork
	now   time.Time

	mu   sync.Mutex // guards what follows
	next time.Time
	errs []error
}

func (p *Publisher) round() *round {
	zone, list := p.setting()
	now := wall(p.Clock.Now())
	return &round{Publisher: p, zone: zone, forks: list, now: now, next: now.Add(rest)}
}

// wake has the next round begin by then.
func (r *round) wake(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.Before(r.next) {
		r.next = at
	}
}

// failed notes that the books or the diary could not be used; the round goes on with
// what does not need that.
func (r *round) failed(err error) {
	r.wake(r.now.Add(again))
	r.mu.Lock()
	defer r.mu.Unlock()
	r.errs = append(r.errs, err)
}

// Round makes the reports that are due, and brings what waits to its places. It returns
// when the next round is to begin; calling it earlier does no harm. What a place does not
// take is no error of the round: that is on record, and in the log.
//
// Each report is stored before anything is delivered, and each attempt is on record
// before it is made. Each part of a sink gets the weeks in their order; one that fails is
// tried again after a minute, then less often, up to six hours apart, and is given up
// after two weeks of failures, or at once where a person has to act.
//
// Weeks are due by a time that is believed only after the clock went on without a leap
// for an hour of this process. So a clock that is wrong for a moment makes no reports of
// weeks that have not been, and the first ones after a start come an hour later.
func (p *Publisher) Round(ctx context.Context) (next time.Time, err error) {
	p.rounds.Lock()
	defer p.rounds.Unlock()
	r := p.round()
	believed := p.steady.look(r.now)
	if believed {
		over := forks.WeekAt(r.now, r.zone).Start(r.zone).Add(settle)
		if !over.After(r.now) {
			over = forks.WeekAt(r.now, r.zone).End(r.zone).Add(settle)
		}
		r.wake(over)
	} else {
		r.wake(p.steady.since.Add(settle))
	}
	accounts := r.openAll(ctx)
	r.reviveAll(ctx, accounts)
	for _, a := range accounts {
		if err := r.makeDue(ctx, a, believed); err != nil {
			r.failed(fmt.Errorf("reports of %s: %w", a.Name, err))
		}
	}
	r.deliver(ctx, accounts)
	if believed {
		for _, a := range accounts {
			if err := r.alarm(ctx, a); err != nil {
				r.failed(fmt.Errorf("alarm about reports of %s: %w", a.Name, err))
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return r.next, err
	}
	p.steady.plan(wall(p.Clock.Now()), r.next)
	return r.next, errors.Join(r.errs...)
}

// openAll reads the books of all forks.
func (r *round) openAll(ctx context.Context) (list []*account) {
	for _, f := range r.forks {
		a, err := r.open(ctx, f)
		if err != nil {
			r.failed(err)
			continue
		}
		list = append(list, a)
	}
	return list
}

// makeDue makes the reports of a fork that are due. One that cannot be made does not keep
// the others.
func (r *round) makeDue(ctx context.Context, a *account, believed bool) error {
	var due []forks.Week
	if believed {
		since, err := r.Since(ctx, a.Name)
		if err != nil {
			return err
		}
		due = missing(r.now, r.zone, since, a.weeks)
	}
	if err := r.begin(ctx, a, due); err != nil {
		return err
	}
	tried := 0
	for _, week := range due {
		if err := ctx.Err(); err != nil {
			return err
		}
		name := report{a.Name, week}
		// A time further away was noted while the clock was ahead.
		if wait := r.failing[name].notBefore.Sub(r.now); wait > 0 && wait <= maxBackoff {
			r.wake(r.now.Add(wait))
			continue
		}
		if tried++; tried > maxDue {
			r.wake(r.now) // deliveries come between
			break
		}
		if err := r.make(ctx, a, week); err != nil {
			r.cannotMake(ctx, a, name, err)
			continue
		}
		delete(r.failing, name)
	}
	return nil
}

// begin writes down, for each place that got nothing so far, the week with which it
// begins. That it does not have to be found out again after a crash is why this comes
// before a report is made.
func (r *round) begin(ctx context.Context, a *account, missing []forks.Week) error {
	first, ok := firstWeek(a.weeks, missing)
	if !ok {
		return nil
	}
	for _, sink := range a.Sinks {
		for _, part := range sink.Parts() {
			if _, known := a.begun[place{sink: sink.Name(), part: part}]; known {
				continue
			}
			if err := r.want(ctx, a, place{sink.Name(), part, first}); err != nil {
				return err
			}
		}
	}
	return nil
}

// want writes down that a place is to get a week, unless that is on record.
func (r *round) want(ctx context.Context, a *account, at place) error {
	if _, known := a.rows[at]; known {
		return nil
	}
	row := wanted(forks.Delivery{At: r.now}, at, a.Name)
	if err := r.Books.SetDelivery(ctx, row); err != nil {
		return err
	}
	a.rows[at] = row
	a.note(at)
	return nil
}

// make makes the report of a week and keeps it. Who is to get it is on record before, so
// that no place is left out where the process ends in between.
func (r *round) make(ctx context.Context, a *account, week forks.Week) error {
	made, err := r.Make(ctx, a.Name, week)
	if err != nil {
		return err
	}
	if made.Fork != a.Name || made.Week != week {
		return fmt.Errorf("the report that was made is of %s, %s", forks.Inert(made.Fork), made.Week)
	}
	text, err := weekly.JSON(made)
	if err != nil {
		return err
	}
	for _, sink := range a.Sinks {
		for _, part := range sink.Parts() {
			if first, known := a.begun[place{sink: sink.Name(), part: part}]; !known || week.Before(first) {
				continue
			}
			if err := r.want(ctx, a, place{sink.Name(), part, week}); err != nil {
				return err
			}
		}
	}
	if _, err := r.Books.SaveReport(ctx, a.Name, week, r.now, text); err != nil {
		return err
	}
	a.weeks = append(a.weeks, week)
	slices.SortFunc(a.weeks, func(v, w forks.Week) int { return compareWeeks(w, v) })
	r.Log.Info("the report of the week is made", zap.String("fork", a.Name), zap.Stringer("week", week))
	return nil
}

// reviveAll has what was given up tried once more where config was read anew.
func (r *round) reviveAll(ctx context.Context, accounts []*account) {
	r.Publisher.mu.Lock()
	revive := r.revive
	r.revive = false
	r.Publisher.mu.Unlock()
	if !revive {
		return
	}
	for _, a := range accounts {
		if err := r.reviveOf(ctx, a); err != nil {
			r.failed(fmt.Errorf("deliveries of %s that were given up: %w", a.Name, err))
			r.Publisher.mu.Lock()
			r.revive = true
			r.Publisher.mu.Unlock()
		}
	}
}

// maxRevived bounds the weeks of which something is tried again that was given up: who
// missed older ones reads the newest.
const maxRevived = 4

// reviveOf tries again what was given up for a fork, as far as the place has nothing
// newer: weeks come in their order.
func (r *round) reviveOf(ctx context.Context, a *account) error {
	newest := a.weeks[:min(len(a.weeks), maxRevived)]
	for at, row := range a.rows {
		if row.Status != forks.DeliveryGivenUp || !slices.Contains(newest, at.week) || a.hasNewer(at) {
			continue
		}
		// A process that starts again and again does not ask each time.
		soon := row.At.Add(backoff(4))
		row = wanted(row, at, a.Name)
		row.Tries = min(row.Tries, 1)
		if soon.After(r.now) && soon.Sub(r.now) <= backoff(4) {
			row.NotBefore = soon
		}
		if err := r.Books.SetDelivery(ctx, row); err != nil {
			return err
		}
		a.rows[at] = row
	}
	return nil
}

// hasNewer reports whether a place got a later week.
func (a *account) hasNewer(at place) bool {
	return slices.ContainsFunc(a.weeks, func(w forks.Week) bool {
		return at.week.Before(w) && a.rows[place{at.sink, at.part, w}].Status == forks.DeliveryDone
	})
}
