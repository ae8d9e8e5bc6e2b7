package syncer

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// Journal is where the loop writes down how tracks fare. It is called from one
// goroutine at a time.
type Journal interface {
	// Health returns what SetHealth stored last, the zero value at first.
	Health(ctx context.Context, fork, track string) (forks.Health, error)
	// SetHealth must be durable on return: after a restart, only what differs from it
	// is news.
	SetHealth(ctx context.Context, fork, track string, h forks.Health) error
	// AddEvent adds to the history that people read. An event whose call failed is
	// added again later: what failed must have added nothing.
	AddEvent(ctx context.Context, e forks.Event) error
}

// untoldMost bounds how many events of a track wait for a journal that fails.
const untoldMost = 100

// standing is where one track stands.
type standing struct {
	health forks.Health
	// known: health continues what the journal has. Before that nobody can tell what
	// is news, and the journal is not written.
	known  bool
	untold []forks.Event // the journal has not taken them yet, oldest first
}

// standings knows where all tracks stand, and writes changes to the journal.
type standings struct {
	journal Journal
	log     *zap.Logger

	// writing is held while the journal is used, so that its events are in the order
	// of the passes; mu only for a moment, so that people can always look.
	writing sync.Mutex
	mu      sync.Mutex
	of      map[trackKey]standing
}

func (s *standings) get(k trackKey) (standing, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	st, ok := s.of[k]
	return st, ok
}

func (s *standings) put(k trackKey, st standing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.of[k] = st
}

// meet reads what the journal knows of a track, the first time that it is called for
// it. The error is fatal.
func (s *standings) meet(ctx context.Context, k trackKey) error {
	if _, met := s.get(k); met {
		return nil
	}
	s.writing.Lock()
	defer s.writing.Unlock()
	st, err := s.read(ctx, k, standing{})
	s.put(k, st)
	return err
}

// read completes st with what the journal has.
func (s *standings) read(ctx context.Context, k trackKey, st standing) (standing, error) {
	h, err := s.journal.Health(ctx, k.fork, k.name)
	if err != nil {
		return st, s.refused(k, "read the health", err)
	}
	return standing{health: h, known: true}, nil
}

// book notes the end of a pass. A change of the condition is one event and one line
// in the log. The error is fatal.
func (s *standings) book(ctx context.Context, k trackKey, pass int, v verdict, at time.Time) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	st, _ := s.get(k)
	if !st.known {
		var err error
		if st, err = s.read(ctx, k, st); err != nil {
			return err
		}
	}
	before := st.health
	st.health = v.applied(before, at)
	if text, ok := changed(before, st.health, v.reason); ok && st.known {
		s.tell(k, before.Condition, st.health.Condition, v.reason)
		st.untold = append(st.untold, forks.Event{Fork: k.fork, Track: k.name, Pass: pass, At: at,
			Kind: string(st.health.Condition), Text: text})
		st.untold = st.untold[max(0, len(st.untold)-untoldMost):]
	}
	var err error
	if st.known {
		st.untold, err = s.write(ctx, k, st)
	}
	s.put(k, st)
	return err
}

// write brings the journal up to date and returns the events that it did not take.
// Health is written last: a crash before it repeats an event and loses none.
func (s *standings) write(ctx context.Context, k trackKey, st standing) ([]forks.Event, error) {
	for i, e := range st.untold {
		if err := s.journal.AddEvent(ctx, e); err != nil {
			return st.untold[i:], s.refused(k, "add an event", err)
		}
	}
	if err := s.journal.SetHealth(ctx, k.fork, k.name, st.health); err != nil {
		return nil, s.refused(k, "store the health", err)
	}
	return nil, nil
}

// tell logs a change of condition.
func (s *standings) tell(k trackKey, before, after forks.Condition, reason string) {
	log := s.log.Info
	if troubled(after) {
		log = s.log.Warn
	}
	log("track is "+string(after), zap.String("fork", k.fork), zap.String("track", k.name),
		zap.String("before", string(before)), zap.String("reason", reason))
}

// refused logs an error of the journal, or returns it if it is fatal: passes go on
// without their history.
func (s *standings) refused(k trackKey, what string, err error) error {
	if fatal(err) {
		return fmt.Errorf("%s of %s: %w", what, k, err)
	}
	s.log.Error("the journal failed; passes go on", zap.String("fork", k.fork), zap.String("track", k.name),
		zap.String("doing", what), zap.Error(err))
	return nil
}

// fatal reports whether err was classified as [forks.Fatal]. An error that nobody
// classified is not: it would take every other track down with it.
func fatal(err error) bool {
	var p *forks.Problem
	return errors.As(err, &p) && p.Kind == forks.Fatal
}
