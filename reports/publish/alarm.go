package publish

import (
	"context"
	"fmt"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

const (
	// overdue is how long a report may be on its way before people are told loudly.
	overdue = 24 * time.Hour
	// maxLate bounds the weeks of which it is told that they did not arrive.
	maxLate = 4
	// alarmSink names the rows that say of which weeks people were told.
	alarmSink = "alarm"
	// alarmKind is the kind of the event that tells it.
	alarmKind = "report undelivered"
)

// alarm tells of each week, once, that its report reached no place for a day.
func (r *round) alarm(ctx context.Context, a *account) error {
	for _, week := range a.weeks[:min(len(a.weeks), maxLate)] {
		told := a.rows[place{alarmSink, "", week}].Status == forks.DeliveryDone
		if told || !a.wanted(week) || a.arrived(week) {
			continue
		}
		_, made, err := r.Books.SavedReport(ctx, a.Name, week)
		if err != nil {
			return err
		}
		if at := made.Add(overdue); at.After(r.now) {
			r.wake(at)
			continue
		}
		if err := r.raise(ctx, a, week, "the report of %[1]s did not reach any place for a day; `auxsync report --fork %[2]s --week %[1]s --publish` tries again and says why", week, a.Name); err != nil {
			return err
		}
	}
	return nil
}

// wanted reports whether a place of config is to get a week.
func (a *account) wanted(week forks.Week) bool {
	return slices.ContainsFunc(a.Sinks, func(s Sink) bool {
		return slices.ContainsFunc(s.Parts(), func(part string) bool {
			_, wanted := a.rows[place{s.Name(), part, week}]
			return wanted
		})
	})
}

// arrived reports whether a week reached a place, also one that config had then.
func (a *account) arrived(week forks.Week) bool {
	for at, row := range a.rows {
		if at.week == week && at.sink != alarmSink && row.Status == forks.DeliveryDone {
			return true
		}
	}
	return false
}

// raise tells something about a week loudly, unless that was done. The row comes first:
// where the process ends in between, people are told again rather than not at all.
func (r *round) raise(ctx context.Context, a *account, week forks.Week, format string, args ...any) error {
	at := place{alarmSink, "", week}
	if a.rows[at].Status == forks.DeliveryDone {
		return nil
	}
	row := forks.Delivery{Sink: alarmSink, Fork: a.Name, Week: week, Status: forks.DeliveryBegun, Tries: a.rows[at].Tries + 1, At: a.rows[at].At}
	if row.At.IsZero() {
		row.At = r.now
	}
	if err := r.Books.SetDelivery(ctx, row); err != nil {
		return err
	}
	text := fmt.Sprintf(format, args...)
	r.Log.Error(text, zap.String("fork", a.Name), zap.Stringer("week", week))
	if err := r.addEvent(ctx, forks.Event{Fork: a.Name, At: r.now, Kind: alarmKind, Text: text}); err != nil {
		return err
	}
	row.Status, row.At = forks.DeliveryDone, r.now
	a.rows[at] = row
	return r.Books.SetDelivery(ctx, row)
}

// cannotMake notes that a report could not be made, and tells it after a day of that.
func (r *round) cannotMake(ctx context.Context, a *account, name report, why error) {
	f := r.failing[name]
	f.tries++
	f.notBefore = r.now.Add(backoff(f.tries))
	r.failing[name] = f
	r.wake(f.notBefore)
	reason := forks.Clip(forks.Inert(why.Error()), maxReason)
	r.Log.Warn("the report of the week cannot be made yet", zap.String("fork", name.fork), zap.Stringer("week", name.week),
		zap.String("reason", reason), zap.Time("again", f.notBefore))
	since, err := r.failingSince(ctx, a, name.week)
	if err == nil && r.now.Sub(since) >= overdue {
		err = r.raise(ctx, a, name.week, "the report of %s cannot be made: %s", name.week, reason)
	}
	if err != nil {
		r.failed(err)
	}
}

// failingSince is when a report could not be made for the first time. It is on record, so
// that a process that starts again and again tells of it too.
func (r *round) failingSince(ctx context.Context, a *account, week forks.Week) (time.Time, error) {
	at := place{alarmSink, "", week}
	row := a.rows[at]
	// A time to come is that of a clock that was ahead.
	if row.Status == forks.DeliveryDone || !row.At.IsZero() && !row.At.After(r.now) {
		return row.At, nil
	}
	row = forks.Delivery{Sink: alarmSink, Fork: a.Name, Week: week, Status: forks.DeliveryFailed, At: r.now}
	a.rows[at] = row
	return r.now, r.Books.SetDelivery(ctx, row)
}

// Undelivered tells, in sentences for everybody, which places do not have one of the
// newest reports of a fork though it was tried to bring it there. Who gets mail is not
// named. The sentences are inert.
func (p *Publisher) Undelivered(ctx context.Context, fork string) ([]string, error) {
	f, ok := p.fork(fork)
	if !ok {
		return nil, nil
	}
	rows, err := p.rows(ctx, fork)
	if err != nil {
		return nil, err
	}
	return undelivered(f, rows), nil
}

func undelivered(f Fork, rows map[place]forks.Delivery) []string {
	var weeks []forks.Week
	for at := range rows {
		if at.sink != alarmSink && !slices.Contains(weeks, at.week) {
			weeks = append(weeks, at.week)
		}
	}
	slices.SortFunc(weeks, compareWeeks)
	newest := weeks[max(0, len(weeks)-maxLate):]
	var list []string
	stuck := map[place]bool{} // parts that wait for the next attempt of an older week
	for _, week := range weeks {
		for _, sink := range f.Sinks {
			if s := missed(sink, week, rows, stuck); s != "" && slices.Contains(newest, week) {
				list = append(list, s)
			}
		}
	}
	return list
}

// missed says what a sink did not get of a week; "" for nothing. Weeks are asked for in
// their order, with one stuck.
func missed(sink Sink, week forks.Week, rows map[place]forks.Delivery, stuck map[place]bool) string {
	parts := sink.Parts()
	var late, over int
	for _, part := range parts {
		row, wanted := rows[place{sink.Name(), part, week}]
		waits := place{sink: sink.Name(), part: part}
		switch {
		case !wanted || row.Status == forks.DeliveryDone:
		case row.Status == forks.DeliveryGivenUp:
			over++
		case row.Tries > 0 || stuck[waits]:
			stuck[waits] = true
			late++
		}
	}
	if late+over == 0 {
		return ""
	}
	what := fmt.Sprintf("the report of %s did not reach %s", week, sink.Name())
	if len(parts) > 1 {
		what = fmt.Sprintf("the report of %s did not reach %d of %d places of %s", week, late+over, len(parts), sink.Name())
	}
	switch {
	case over == 0:
		return what + " yet, and is tried again"
	case late == 0:
		return what + ", and is not tried again by itself; its reason is in the log"
	default:
		return what + fmt.Sprintf("; %d of them are not tried again by themselves, and the reason is in the log", over)
	}
}
