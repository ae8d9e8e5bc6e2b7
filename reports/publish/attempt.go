package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

const (
	minBackoff = time.Minute
	maxBackoff = 6 * time.Hour
	// maxWait bounds for how long a place may ask to be left alone.
	maxWait = 24 * time.Hour
	// maxTries bounds the attempts before a delivery is given up: with these pauses the last
	// of them comes after two weeks of failures, not counting times without a process.
	maxTries = 65
	// maxAttempt bounds one attempt.
	maxAttempt = 2 * time.Minute
	// maxPosts bounds the reports that are kept in all their forms.
	maxPosts = 8
	// maxReason bounds what is kept of an error, in characters.
	maxReason = 500
)

// backoff is how long after its n-th attempt, from 1, a delivery is tried again.
func backoff(n int) time.Duration {
	return min(maxBackoff, minBackoff<<min(max(n-1, 0), 16))
}

// job is what one sink has to get of a fork. One caller at a time does it.
type job struct {
	*account // read only
	sink     Sink
	tried    []forks.Delivery // as the attempts left them
}

// deliver brings what waits to its places. Sinks work at the same time, so that one that
// hangs keeps no other; those of one name work one after the other, for they may write
// to the same place.
func (r *round) deliver(ctx context.Context, accounts []*account) {
	byName := map[string][]*job{}
	for _, a := range accounts {
		for _, sink := range a.Sinks {
			byName[sink.Name()] = append(byName[sink.Name()], &job{account: a, sink: sink})
		}
	}
	var all sync.WaitGroup
	for _, jobs := range byName {
		all.Go(func() {
			for _, j := range jobs {
				r.work(ctx, j)
			}
		})
	}
	all.Wait()
	for _, jobs := range byName {
		for _, j := range jobs {
			for _, row := range j.tried {
				j.rows[place{row.Sink, row.Part, row.Week}] = row
			}
		}
	}
}

// work does a job, part by part. Where the sink hangs the other parts wait for a later
// round.
func (r *round) work(ctx context.Context, j *job) {
	for _, part := range j.sink.Parts() {
		if ctx.Err() != nil {
			return
		}
		hangs, err := r.workPart(ctx, j, part)
		if err != nil {
			r.failed(err)
			return
		}
		if hangs {
			r.wake(r.now.Add(again))
			return
		}
	}
}

// workPart brings a part what it waits for, the oldest week first. A week that fails
// keeps those after it; one that is given up does not.
func (r *round) workPart(ctx context.Context, j *job, part string) (hangs bool, err error) {
	for _, week := range slices.Backward(j.weeks) {
		row, wanted := j.rows[place{j.sink.Name(), part, week}]
		if !wanted || row.Status == forks.DeliveryDone || row.Status == forks.DeliveryGivenUp {
			continue
		}
		// A time further away was written while the clock was ahead.
		if wait := row.NotBefore.Sub(r.now); wait > 0 && wait <= maxWait {
			r.wake(row.NotBefore)
			return false, nil
		}
		row, hangs, err := r.attempt(ctx, j, row)
		if err != nil {
			return false, err
		}
		j.tried = append(j.tried, row)
		switch row.Status {
		case forks.DeliveryDone, forks.DeliveryGivenUp:
		default:
			r.wake(row.NotBefore)
			return hangs, nil
		}
	}
	return false, nil
}

// attempt tries a delivery once and returns how far it is then; hangs is that the place
// did not answer for as long as that was waited for. The error is of the books; then the
// delivery is left begun.
func (r *round) attempt(ctx context.Context, j *job, row forks.Delivery) (_ forks.Delivery, hangs bool, err error) {
	before, started := row, r.Clock.Now()
	row.Tries++
	row.Status, row.At = forks.DeliveryBegun, started
	row.NotBefore = row.At.Add(backoff(row.Tries)) // also where the process ends in the middle of it
	if err := r.Books.SetDelivery(ctx, row); err != nil {
		return row, false, r.unwritten(row, err)
	}
	ref, err := r.try(ctx, j, row, before.Tries > 0)
	if err != nil && ctx.Err() != nil {
		return row, false, nil // it may have arrived; the next process looks
	}
	hangs = err != nil && r.Clock.Since(started) >= maxAttempt
	row = settled(row, ref, err, r.Clock.Now())
	if err := r.Books.SetDelivery(context.WithoutCancel(ctx), row); err != nil {
		return row, hangs, r.unwritten(row, err)
	}
	return row, hangs, r.tell(ctx, before, row, err)
}

func (r *round) unwritten(row forks.Delivery, err error) error {
	return fmt.Errorf("delivery of %s, %s, to %s: %w", row.Fork, row.Week, row.Sink, err)
}

// try makes the post of a week and hands it to the sink.
func (r *round) try(ctx context.Context, j *job, row forks.Delivery, begun bool) (ref string, err error) {
	post, err := r.post(ctx, report{row.Fork, row.Week})
	if err != nil {
		return "", err
	}
	ctx, cancel := clockwork.WithTimeout(ctx, r.Clock, maxAttempt)
	defer cancel()
	return j.sink.Deliver(ctx, post, row.Part, begun)
}

// post returns a report in all its forms. They never change, so the last ones are kept:
// for the other places, and for the next attempts.
func (p *Publisher) post(ctx context.Context, name report) (Post, error) {
	p.posting.Lock()
	defer p.posting.Unlock()
	for _, post := range p.posts {
		if post.Report.Fork == name.fork && post.Report.Week == name.week {
			return post, nil
		}
	}
	post, err := p.render(ctx, name)
	if err != nil {
		return Post{}, err
	}
	if len(p.posts) == maxPosts {
		p.posts = slices.Delete(p.posts, 0, 1)
	}
	p.posts = append(p.posts, post)
	return post, nil
}

// render reads the report that is kept and puts it into all forms.
func (p *Publisher) render(ctx context.Context, name report) (Post, error) {
	text, _, err := p.Books.SavedReport(ctx, name.fork, name.week)
	if err != nil {
		return Post{}, err
	}
	if text == nil {
		return Post{}, errors.New("its report is gone from the database")
	}
	kept, err := weekly.Decode(text)
	if err != nil {
		return Post{}, fmt.Errorf("the report in the database: %w", err)
	}
	if kept.Fork != name.fork || kept.Week != name.week {
		return Post{}, fmt.Errorf("the report in the database is of %s, %s", forks.Inert(kept.Fork), kept.Week)
	}
	page, err := weekly.HTML(kept)
	if err != nil {
		return Post{}, err
	}
	return Post{Report: kept, Title: weekly.Title(kept), Markdown: weekly.Markdown(kept), HTML: page, JSON: text}, nil
}

// settled is what an attempt that was begun came to.
func settled(row forks.Delivery, ref string, err error, now time.Time) forks.Delivery {
	row.At, row.NotBefore = now, time.Time{}
	if err == nil {
		row.Status, row.Error, row.Ref = forks.DeliveryDone, "", ref
		return row
	}
	row.Error = forks.Clip(forks.Inert(err.Error()), maxReason)
	if forks.KindOf(err) == forks.NeedsPerson || row.Tries >= maxTries {
		row.Status = forks.DeliveryGivenUp
		return row
	}
	row.Status = forks.DeliveryFailed
	row.NotBefore = now.Add(backoff(row.Tries))
	if p := (*forks.Problem)(nil); errors.As(err, &p) && p.NotBefore.After(row.NotBefore) {
		row.NotBefore = p.NotBefore
		if most := now.Add(maxWait); most.Before(row.NotBefore) {
			row.NotBefore = most
		}
	}
	return row
}

// tell writes what an attempt came to where people look: all of it to the log, and to
// the diary that a delivery was given up. That is told once for one reason.
func (r *round) tell(ctx context.Context, before, row forks.Delivery, err error) error {
	log := r.Log.With(zap.String("fork", row.Fork), zap.Stringer("week", row.Week), zap.String("sink", row.Sink), zap.Int("tries", row.Tries))
	if row.Part != "" {
		log = log.With(zap.String("part", row.Part))
	}
	switch row.Status {
	case forks.DeliveryDone:
		log.Info("the report is delivered", zap.String("ref", row.Ref))
	case forks.DeliveryGivenUp:
		log.Error("the report cannot be delivered and is given up", zap.String("reason", row.Error))
		if forks.KindOf(err) == forks.NeedsPerson && before.Error == row.Error {
			return nil
		}
		return r.addEvent(ctx, forks.Event{Fork: row.Fork, At: row.At, Kind: "report given up",
			Text: fmt.Sprintf("%s does not get the report of %s: %s", row.Sink, row.Week, withoutPart(row))})
	default:
		log.Warn("the report is not delivered yet", zap.String("reason", row.Error), zap.Time("again", row.NotBefore))
	}
	return nil
}

func (r *round) addEvent(ctx context.Context, e forks.Event) error {
	if err := r.Diary.AddEvent(context.WithoutCancel(ctx), e); err != nil {
		return fmt.Errorf("event %q: %w", e.Kind, err)
	}
	return nil
}

// withoutPart is the reason of a delivery for a page that everybody reads: who gets the
// mail is left out.
func withoutPart(row forks.Delivery) string {
	if row.Part == "" {
		return row.Error
	}
	reason, part := row.Error, strings.ToLower(row.Part)
	for {
		at := strings.Index(strings.ToLower(reason), part)
		if at < 0 || len(strings.ToLower(reason)) != len(reason) {
			break
		}
		reason = reason[:at] + "…" + reason[at+len(part):]
	}
	if strings.Contains(strings.ToLower(reason), part) {
		return "see the log"
	}
	return reason
}
