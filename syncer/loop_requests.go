package syncer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// SetTracks replaces the tracks. A new one is due at once; so is one that follows or
// publishes something else than before, or reaches it in another way. The others
// keep their time. Of one that is gone a running pass comes to its end.
func (l *Loop) SetTracks(tracks []forks.Track) {
	l.mu.Lock()
	l.schedule = l.schedule.with(tracks, l.now())
	l.mu.Unlock()
	l.look()
}

// Wake makes a pass of a track due now, after the one that runs if one does, and
// whatever the track waited for. It reports whether there is such a track.
func (l *Loop) Wake(fork, name string) bool {
	l.mu.Lock()
	i := l.schedule.find(trackKey{fork, name})
	if i >= 0 {
		l.schedule[i] = l.schedule[i].ask(l.now())
	}
	l.mu.Unlock()
	l.look()
	return i >= 0
}

// request is a person, or a look at a forge, that waits for a fork.
type request struct {
	track trackKey
	aside bool            // see [Loop.Aside]
	turn  chan struct{}   // closed when the fork is theirs
	life  context.Context // of the loop; set before turn is closed
}

// Do runs fn while nothing else happens in t's fork: a running pass ends first, and
// scheduled ones wait. Other forks are not waited for, and lanes not counted. fn's
// context ends with ctx and with the loop. The schedule does not change: see
// [Loop.Ran].
//
// Errors: fn's; ctx's, if it ends the wait; Retry if the loop ends before fn begins,
// or ends it.
// fn must not call Do for the same fork.
func (l *Loop) Do(ctx context.Context, t forks.Track, fn func(context.Context) error) error {
	return l.alone(ctx, &request{track: keyOf(t), turn: make(chan struct{})}, fn)
}

// Aside is Do for what comes again and again and no person waits for: a look at a
// forge. Maintenance that runs is waited for and not ended, and none becomes due by
// it. It is not shown as running.
func (l *Loop) Aside(ctx context.Context, t forks.Track, fn func(context.Context) error) error {
	return l.alone(ctx, &request{track: trackKey{fork: t.Fork}, aside: true, turn: make(chan struct{})}, fn)
}

// alone runs fn once r has its turn.
func (l *Loop) alone(ctx context.Context, r *request, fn func(context.Context) error) error {
	l.mu.Lock()
	l.requests = append(l.requests, r)
	l.mu.Unlock()
	l.look()
	select {
	case <-r.turn:
	case <-ctx.Done():
		l.withdraw(r)
		return fmt.Errorf("wait until fork %s is free: %w", r.track.fork, ctx.Err())
	case <-l.over:
		l.withdraw(r)
		return l.ending()
	}
	defer l.look()
	defer l.release(r.track.fork, !r.aside)
	theirs, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(r.life, cancel)()
	err := guard(func() error { return fn(theirs) })
	if errors.Is(err, context.Canceled) && ctx.Err() == nil && r.life.Err() != nil {
		return forks.RetryLater(onceBack, "the daemon ends, and this was ended early: %w", err)
	}
	return err
}

// withdraw takes a request back, and its turn if that came meanwhile.
func (l *Loop) withdraw(r *request) {
	l.mu.Lock()
	waiting := len(l.requests)
	l.requests = slices.DeleteFunc(l.requests, func(other *request) bool { return other == r })
	if len(l.requests) == waiting {
		delete(l.lanes, r.track.fork)
	}
	l.mu.Unlock()
	l.look()
}

// onceBack is the next step of a person whose request the end of the loop has ended.
const onceBack = "run the command again once it is back"

// ending tells a person that the loop ends.
func (l *Loop) ending() error {
	if err := l.failure(); err != nil {
		return forks.RetryLater(onceBack, "the daemon ends: %w", err)
	}
	return forks.RetryLater(onceBack, "the daemon ends")
}

// grant gives people their turn where the fork is free: a person's request makes
// maintenance end, and nobody has a turn before it has ended. Its caller holds mu.
func (l *Loop) grant(ctx context.Context) {
	if l.idle.cancel != nil {
		if slices.ContainsFunc(l.requests, func(r *request) bool { return !r.aside }) {
			l.idle.cancel()
		}
		return
	}
	l.requests = slices.DeleteFunc(l.requests, func(r *request) bool {
		if _, busy := l.lanes[r.track.fork]; busy {
			return false
		}
		l.lanes[r.track.fork] = lane{track: r.track, since: l.now(), person: true}
		r.life = ctx
		close(r.turn)
		return true
	})
}

// release gives a fork free. worked says that there may be something for maintenance
// to do now.
func (l *Loop) release(fork string, worked bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.lanes, fork)
	if worked {
		l.idle.done = false
	}
}

// TrackView is what people are shown of a track in the loop.
type TrackView struct {
	Track forks.Track
	// Due is when the next pass begins; a time that has come means that it waits for
	// its turn, or runs.
	Due time.Time
	// Running is since when a pass, or what a person asked for, runs; zero if nothing
	// does.
	Running time.Time
	Health  forks.Health
	Words   string // Health in words
}

// View shows one track; ok is false if there is no such track. It does not wait for
// the journal.
func (l *Loop) View(fork, name string) (v TrackView, ok bool) {
	for _, v := range l.Views() {
		if v.Track.Fork == fork && v.Track.Name == name {
			return v, true
		}
	}
	return TrackView{}, false
}

// Views shows all tracks, in the order in which they were given.
func (l *Loop) Views() []TrackView {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.views(l.now())
}

// views shows all tracks. Its caller holds mu.
func (l *Loop) views(now time.Time) []TrackView {
	out := make([]TrackView, 0, len(l.schedule))
	for _, e := range l.schedule {
		st, _ := l.standings.get(keyOf(e.track))
		v := TrackView{Track: e.track, Due: e.due, Health: st.health}
		// A track that backs off is not silent: its tries are farther apart.
		v.Words = st.health.Words(now, max(e.interval(), e.wait))
		if on, busy := l.lanes[e.track.Fork]; busy && on.track == keyOf(e.track) {
			v.Running = on.since
		}
		out = append(out, v)
	}
	return out
}
