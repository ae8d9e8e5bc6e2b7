package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// The verbs that a request can have.
const (
	verbSync     = "sync"
	verbAdopt    = "adopt"
	verbPlan     = "plan"
	verbCensus   = "census"
	verbRetarget = "retarget"
	verbRecover  = "recover"
	verbCheck    = "check"
	verbReload   = "reload"
	verbDecide   = "decide"
	verbMerge    = "merge"
	verbPeople   = "people"
	verbReview   = "review"
	verbReport   = "report"
	verbLearn    = "learn"
)

// passResult is what became of a pass, as it crosses the control socket.
type passResult struct {
	Schema  string          `json:"schema"`
	Fork    string          `json:"fork"`
	Track   string          `json:"track"`
	Quiet   bool            `json:"quiet"`
	Written bool            `json:"written"`
	Plan    forks.Plan      `json:"plan"`
	State   json.RawMessage `json:"state"` // state.json that the plan leads to
	Own     int             `json:"own"`
	Folded  int             `json:"folded"`
	Seconds float64         `json:"seconds"`
}

func newPassResult(t forks.Track, out syncer.Outcome) (passResult, error) {
	state, err := forks.EncodeState(out.Plan.State)
	return passResult{Schema: "auxsync.pass/1", Fork: t.Fork, Track: t.Name, Quiet: out.Quiet, Written: out.Written,
		Plan: out.Plan, State: state, Own: out.Own, Folded: out.Folded, Seconds: out.Took.Seconds()}, err
}

// outcome is the value that newPassResult was made from.
func (r passResult) outcome() (syncer.Outcome, error) {
	out := syncer.Outcome{Plan: r.Plan, Quiet: r.Quiet, Written: r.Written, Own: r.Own, Folded: r.Folded}
	if r.Quiet {
		return out, nil
	}
	var err error
	out.Plan.State, err = forks.DecodeState(r.State)
	return out, err
}

// perform does what a request asks for; the result has a JSON form. Both the daemon
// and a command that runs without one come by here. A result beside an error is the
// plan of a track that has to stop.
func (s *session) perform(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	switch req.Verb {
	case verbReload:
		return nil, usage("no daemon runs with this config, so there is nothing to reload")
	case verbCheck:
		return s.checkOnline(ctx, who, say)
	case verbPeople:
		return s.people(ctx)
	case verbReview:
		return s.reviewPolicies(ctx)
	case verbReport:
		return s.takeReport(ctx, req)
	case verbDecide:
		return s.takeDecision(ctx, who, req, say)
	case verbMerge:
		return s.takeMerge(ctx, who, req, say)
	}
	t, err := s.catalog.track(ctx, req.Track)
	if err != nil {
		return nil, err
	}
	o := syncer.Options{Who: who, AcceptFolded: req.AcceptFolded, Create: req.Create, RenamedFrom: req.RenamedFrom, TakeOver: req.TakeOver, Due: req.Due, Say: say}
	switch req.Verb {
	case verbSync:
		return s.pass(ctx, t, func(ctx context.Context) (syncer.Outcome, error) { return s.syncer.Sync(ctx, t, o) })
	case verbAdopt:
		if err := s.renames(t, req.RenamedFrom); err != nil {
			return nil, err
		}
		return s.firstPass(ctx, t, o)
	case verbRetarget:
		if err := retargets(t, req.Upstream); err != nil {
			return nil, err
		}
		o.Retarget = true
		return s.pass(ctx, t, func(ctx context.Context) (syncer.Outcome, error) { return s.syncer.Sync(ctx, t, o) })
	case verbPlan:
		return s.outlook(t)(s.syncer.Plan(ctx, t, o))
	case verbCensus:
		return s.outlook(t)(s.syncer.Census(ctx, t, req.Onto, req.Ref, o))
	case verbLearn:
		return s.takeLearn(ctx, t, req, o)
	case verbRecover:
		return s.recover(ctx, t, o)
	}
	return nil, usage("there is no request %q", req.Verb)
}

// firstPass adopts a track and books it. An adoption that is refused says nothing
// about how the track's passes go.
func (s *session) firstPass(ctx context.Context, t forks.Track, o syncer.Options) (any, error) {
	var out syncer.Outcome
	err := s.alone(ctx, t, func(ctx context.Context) (err error) {
		if out, err = s.adopt(ctx, t, o); err == nil {
			s.booking().Ran(t, out, nil)
			err = s.takeIn(ctx, t)
		}
		return err
	})
	return s.outlook(t)(out, err)
}

// adopt adopts a track. One that carries another track's stack gets it at once, so
// that its branch does not stand without patches until the next pass.
func (s *session) adopt(ctx context.Context, t forks.Track, o syncer.Options) (syncer.Outcome, error) {
	out, err := s.syncer.Adopt(ctx, t, o)
	if err != nil || t.StackFrom == "" || o.RenamedFrom != "" {
		return out, err
	}
	first, err := s.syncer.Sync(ctx, t, o)
	if err != nil {
		return out, fmt.Errorf("%s is adopted, but does not carry the stack of %s yet: %w", t.Name, t.StackFrom, err)
	}
	if !first.Quiet {
		out.Plan, out.Written = first.Plan, out.Written || first.Written
	}
	return out, nil
}

// renames checks that no track of the fork has the name that one is to have had before.
func (s *session) renames(t forks.Track, from string) error {
	tracks, _ := s.catalog.tracks()
	for _, other := range tracks {
		if from != "" && other.Fork == t.Fork && other.Name == from {
			return usage("--renamed-from: the config still has track %s of fork %s", forks.Inert(from), t.Fork)
		}
	}
	return nil
}

// retargets checks that the upstream that a person names is the one in the config:
// the file on the host says where a track goes, the command only that it is meant.
func retargets(t forks.Track, upstream string) error {
	if forks.SameRepository(t.Upstream, upstream) {
		return nil
	}
	if _, err := forks.Transport(upstream); err != nil {
		return usage("--upstream: the address %w", err) // it may hold a password: not repeated
	}
	return usage("the config has upstream = %q for fork %s; write %q there first, and reload the daemon if one runs",
		forks.Inert(t.Upstream), t.Fork, forks.Inert(upstream))
}

// pass makes a pass in the lane of its fork, and books it.
func (s *session) pass(ctx context.Context, t forks.Track, do func(context.Context) (syncer.Outcome, error)) (any, error) {
	var out syncer.Outcome
	err := s.lane(ctx, t, func(ctx context.Context) (syncer.Outcome, error) {
		var err error
		out, err = do(ctx)
		return out, err
	})
	return s.outlook(t)(out, err)
}

// recover fills the database. That is no pass: it says nothing about how the track
// fares.
func (s *session) recover(ctx context.Context, t forks.Track, o syncer.Options) (any, error) {
	var out syncer.Outcome
	err := s.alone(ctx, t, func(ctx context.Context) (err error) {
		out, err = s.syncer.Recover(ctx, t, o)
		return errors.Join(err, s.takeIn(ctx, t))
	})
	return s.outlook(t)(out, err)
}

// outlook makes the result of a pass or a plan. That of a track that has to stop
// comes beside the error.
func (s *session) outlook(t forks.Track) func(syncer.Outcome, error) (any, error) {
	return func(out syncer.Outcome, err error) (any, error) {
		if err != nil && out.Plan.Stopped == nil {
			return nil, err
		}
		r, encodeErr := newPassResult(t, out)
		if encodeErr != nil {
			return nil, errors.Join(err, encodeErr)
		}
		return r, err
	}
}
