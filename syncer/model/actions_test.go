package model_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// action is one thing that can happen to a track.
type action struct {
	name  string
	often int // how often it is drawn, compared with others
	can   func(*world, *line) bool
	do    func(*world, *line)
}

// actions are all of them. Not here yet, for the program cannot do them: latest, split,
// rollback with resume of it, accept.
func actions() []action {
	list := []action{
		{"upstream", 8, nil, (*world).upstream},
		{"upstream reverts", 2, wentOn, (*world).upstreamReverts},
		{"upstream takes a patch", 2, hasPatches, (*world).upstreamTakes},
		{"backport", 2, func(w *world, l *line) bool { return twoTracks(w, l) && wentOn(w, w.other(l)) }, (*world).backport},
		{"patch", 5, nil, (*world).patch},
		{"same patch", 1, func(w *world, l *line) bool { return twoTracks(w, l) && hasPatches(w, w.other(l)) }, (*world).samePatch},
		{"merge", 1, nil, (*world).merge},
		{"revert", 1, hasPatches, (*world).revert},
		{"answer", 6, hasOpen, (*world).answer},
		{"answer with markers", 1, hasOpen, (*world).answerWithMarkers},
		{"answer with nothing", 1, hasOpen, (*world).answerWithNothing},
		{"answer with more", 1, hasOpen, (*world).answerWithMore},
		{"work on fix", 2, hasOpen, (*world).workOn},
		{"close", 2, hasOpen, (*world).closes},
		{"push again", 1, nil, (*world).pushAgain},
		{"time passes", 3, nil, (*world).timePasses},
		{"crash", 4, nil, (*world).crash},
		{"race", 2, nil, (*world).race},
		{"database lost", 1, nil, func(w *world, l *line) { w.loseDatabase() }},
		{"cache lost", 1, nil, func(w *world, l *line) { w.on.loseCache(); w.t.tell("the cache is lost") }},
		{"pause", 1, nil, ofTrack(forks.VerbPause)},
		{"resume", 2, func(w *world, l *line) bool { return w.state(l).Paused != nil }, ofTrack(forks.VerbResume)},
		{"retry the track", 1, nil, ofTrack(forks.VerbRetry)},
		{"revoke", 1, func(w *world, l *line) bool { return len(w.state(l).Resolutions) > 0 }, (*world).revoke},
	}
	for verb, often := range map[forks.Verb]int{forks.VerbKeepOurs: 2, forks.VerbTakeUpstream: 2, forks.VerbDrop: 1,
		forks.VerbRetry: 1, forks.VerbDecline: 1, forks.VerbMine: 1, forks.VerbNotMine: 1} {
		list = append(list, action{string(verb), often, hasProposals, ofConflict(verb)})
	}
	for verb, often := range map[forks.Verb]int{forks.VerbPark: 3, forks.VerbUnpark: 2, forks.VerbUndo: 3} {
		list = append(list, action{string(verb) + " patch", often, nil, ofPatch(verb)},
			action{string(verb) + " conflict", often, hasProposals, ofConflict(verb)})
	}
	slices.SortFunc(list[24:], func(a, b action) int { // maps have no order
		if a.name < b.name {
			return -1
		}
		return 1
	})
	return list
}

func (w *world) other(l *line) *line {
	if w.tracks[0] == l {
		return w.tracks[len(w.tracks)-1]
	}
	return w.tracks[0]
}

func wentOn(w *world, l *line) bool       { return !w.parent(w.tip(w.up, l.Follow)).IsZero() }
func hasPatches(w *world, l *line) bool   { return len(w.state(l).Patches) > 0 }
func twoTracks(w *world, _ *line) bool    { return len(w.tracks) > 1 }
func hasOpen(w *world, l *line) bool      { return len(w.open(l)) > 0 }
func hasProposals(w *world, l *line) bool { return len(w.state(l).Proposals) > 0 }

// act lets one thing happen.
func (w *world) act(list []action) {
	l := choose(w.t, w.tracks, "track")
	var can []action
	for _, a := range list {
		if a.can == nil || a.can(w, l) {
			for range a.often {
				can = append(can, a)
			}
		}
	}
	a := choose(w.t, can, "action")
	w.count.steps++
	a.do(w, l)
}

// ask makes a request.
func (w *world) ask(l *line, r forks.Request) {
	w.asked++
	r.Fork, r.Track, r.Who, r.At, r.Because = l.Fork, l.Name, "mona", w.clock.Now(), fmt.Sprintf("reason %d", w.asked)
	r.Source = fmt.Sprintf("request %d", w.asked)
	if _, err := w.store.AddRequest(context.Background(), r); err != nil {
		w.t.Fatalf("ask for %s: %v", r.Verb, err)
	}
	w.t.tell("%s is asked: %s %s%s%s", l.Name, r.Verb, r.Proposal, r.Patch, r.Arg)
	w.count.requests++
}

func ofTrack(verb forks.Verb) func(*world, *line) {
	return func(w *world, l *line) { w.ask(l, forks.Request{Verb: verb}) }
}

func ofConflict(verb forks.Verb) func(*world, *line) {
	return func(w *world, l *line) {
		p := choose(w.t, w.state(l).Proposals, "conflict")
		w.freed(l, verb, p.Patch)
		w.ask(l, forks.Request{Verb: verb, Proposal: p.ID})
	}
}

func ofPatch(verb forks.Verb) func(*world, *line) {
	return func(w *world, l *line) {
		s := w.state(l)
		all := slices.Concat(s.Patches, s.Ended)
		if len(all) == 0 {
			return
		}
		p := choose(w.t, all, "patch")
		w.freed(l, verb, p.ID)
		w.ask(l, forks.Request{Verb: verb, Patch: p.ID})
	}
}

// freed notes that people want to be asked again about a patch.
func (w *world) freed(l *line, verb forks.Verb, patch forks.PatchID) {
	if verb == forks.VerbUndo || verb == forks.VerbRetry {
		l.free[patch] = true
	}
}

// revoke ends the use of a decision: whoever used it may be asked.
func (w *world) revoke(l *line) {
	r := choose(w.t, w.state(l).Resolutions, "resolution")
	for _, one := range w.tracks {
		for id := range one.ids {
			one.free[id] = true
		}
	}
	w.ask(l, forks.Request{Verb: forks.VerbRevoke, Arg: string(r.ID)})
}

func (w *world) timePasses(*line) {
	by := choose(w.t, []time.Duration{5 * time.Hour, 13 * time.Hour, 30 * time.Hour, 80 * time.Hour, 200 * time.Hour}, "time")
	w.clock.Advance(by)
	w.t.tell("%v pass", by)
}

func (w *world) loseDatabase() {
	w.store = syncertest.NewStore(w.clock)
	w.t.tell("the database is lost")
}

// crash has a pass end before one of its effects.
func (w *world) crash(l *line) {
	n := w.t.below(12, "crash")
	c := syncertest.NewCrash(n)
	w.clock.Advance(time.Hour)
	_, err := w.syncer(c, nil).Sync(context.Background(), l.Track, syncer.Options{Who: "mona", Due: w.due})
	if !c.Struck() {
		w.ended(l, err)
		w.t.tell("%s: a pass ends before it crashes", l.Name)
		return
	}
	w.count.crashes++
	l.account(w.state(l))
	w.t.tell("%s: a pass crashes after %v", l.Name, c.Effects())
	switch w.t.below(6, "lost with it") {
	case 4:
		w.loseDatabase()
	case 5:
		w.on.loseCache()
	}
}

// race has a person push while a pass is under way.
func (w *world) race(l *line) {
	w.pass(l, func() error { w.patch(l); return nil })
}
