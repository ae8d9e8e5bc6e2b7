package model_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// ended fails for a pass that ended as none should.
func (w *world) ended(l *line, err error) {
	var paused *syncer.PausedError
	if err != nil && !errors.As(err, &paused) {
		w.t.Fatalf("%s: %v", l.Name, err)
	}
}

// pass makes a whole pass and holds it against the model.
func (w *world) pass(l *line, barrier func() error) syncer.Outcome {
	w.clock.Advance(time.Hour)
	return w.passNow(l, barrier)
}

// passNow is pass at the same moment as what was before it.
func (w *world) passNow(l *line, barrier func() error) syncer.Outcome {
	t := w.t
	before, upstream := w.state(l), w.up.Refs(t)
	once := func() error {
		if do := barrier; do != nil {
			barrier = nil
			return do()
		}
		return nil
	}
	out, err := w.syncer(syncertest.NewCrash(-1), once).Sync(context.Background(), l.Track, syncer.Options{Who: "mona", Due: w.due})
	w.ended(l, err)
	w.count.passes++
	if !maps.Equal(upstream, w.up.Refs(t)) {
		t.Fatalf("upstream was pushed to")
	}
	if out.Quiet {
		t.tell("%s: quiet", l.Name)
		w.obeyed(l, out)
		return out
	}
	t.tell("%s: pass %d, base %s, tip %s%s", l.Name, out.Plan.Pass, out.Plan.Base.New.Short(), out.Plan.CandidateTip.Short(), indented(out))
	w.holds(l, before, w.state(l), out)
	clear(l.free)
	return out
}

// indented tells what a pass did.
func indented(out syncer.Outcome) string {
	var b strings.Builder
	for _, r := range out.Taken {
		fmt.Fprintf(&b, "\n%s %s%s: %s", r.Verb, r.Proposal, r.Patch, r.Result)
	}
	p := out.Plan
	for _, r := range p.Outcomes {
		fmt.Fprintf(&b, "\n%s %s (%s %s): %s/%s %s", r.Patch, r.Subject, r.Old.Short(), r.New.Short(), r.Ahead, r.Published, r.Reason)
	}
	if p.Hold != nil {
		fmt.Fprintf(&b, "\nholds at %s: %s", p.Hold.Commit.Short(), p.Hold.Reason)
	}
	for _, a := range p.Proposals {
		fmt.Fprintf(&b, "\nconflict %s of %s: %s (%s)", a.ID, a.Patch, a.Action, a.Reason)
	}
	if p.Stopped != nil {
		fmt.Fprintf(&b, "\nstopped: %s", p.Stopped.Reason)
	}
	if p.Paused != nil {
		b.WriteString("\npaused")
	}
	return strings.ReplaceAll(b.String(), "\n", "\n      ")
}

// end: once people rest, passes come to rest, also without database and cache, and
// nothing was lost.
func (w *world) end() {
	t := w.t
	for _, l := range w.tracks {
		l.PublishEvery, l.Limits = 0, forks.AskingLimits{}
		if w.state(l).Paused != nil {
			w.ask(l, forks.Request{Verb: forks.VerbResume})
		}
	}
	for range 2 { // one may wait for the other
		for _, l := range w.tracks {
			w.pass(l, nil)
		}
	}
	for range 2 { // what has no time to wait is parked at once
		for _, l := range w.tracks {
			w.passNow(l, nil)
		}
	}
	w.rest()
	w.loseDatabase()
	w.on.loseCache()
	for _, l := range w.tracks {
		before, was := w.fork.Refs(t), w.state(l)
		out := w.passNow(l, nil)
		if now := w.state(l); out.Written && w.unblocked(was, now) {
			out = w.passNow(l, nil)
		} else if out.Written || !maps.Equal(before, w.fork.Refs(t)) {
			a, _ := forks.EncodeState(was)
			b, _ := forks.EncodeState(now)
			t.Fatalf("%s: a pass without database and cache moved something:\n%s%s", l.Name, changedRefs(before, w.fork.Refs(t)), changedLines(string(a), string(b)))
		}
	}
	w.nothingIsLost()
}

// unblocked reports whether a pass found a patch in conflict that the one before had
// parked by a person's wish while it needed a missing one. That it needs it is known only
// while it stands in the branch: the next pass that looks at all asks about it.
func (w *world) unblocked(before, after forks.State) bool {
	parked := map[forks.PatchID]bool{}
	for _, p := range before.Patches {
		parked[p.ID] = p.Out != nil && p.Out.Outcome == forks.Parked && p.Out.Rule == "" && p.Ahead == forks.Parked
	}
	return slices.ContainsFunc(after.Patches, func(p forks.Patch) bool { return parked[p.ID] && p.Ahead == forks.Conflicted })
}

// rest: without news, a pass writes nothing. What time alone makes due is news, and for a
// track what another one wrote.
func (w *world) rest() {
	news := map[*line]bool{}
	for range 6 {
		written := false
		for _, l := range w.tracks {
			before := w.fork.Refs(w.t)
			out := w.passNow(l, nil)
			if out.Written || !maps.Equal(before, w.fork.Refs(w.t)) {
				if !news[l] {
					w.t.Fatalf("%s: a pass without news moved something:\n%s", l.Name, changedRefs(before, w.fork.Refs(w.t)))
				}
				written = true
				for _, other := range w.tracks {
					news[other] = other != l
				}
			}
			news[l] = !out.Next.IsZero() && !out.Next.After(w.clock.Now())
		}
		if !written && !slices.Contains(slices.Collect(maps.Values(news)), true) {
			return
		}
	}
	w.t.Fatalf("passes without news do not come to rest")
}

func changedRefs(a, b map[forks.Ref]forks.Hash) string {
	var out strings.Builder
	for _, ref := range slices.Sorted(maps.Keys(a)) {
		if b[ref] != a[ref] {
			fmt.Fprintf(&out, "%s: %s is %s\n", ref, a[ref].Short(), b[ref].Short())
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(b)) {
		if _, old := a[ref]; !old {
			fmt.Fprintf(&out, "%s: new, %s\n", ref, b[ref].Short())
		}
	}
	return out.String()
}

// nothingIsLost: after the hardest collection of garbage every patch is there, and
// everything that a person pushed.
func (w *world) nothingIsLost() {
	kept := w.on.collect(w.fork)
	for _, l := range w.tracks {
		s := w.state(l)
		for _, p := range slices.Concat(s.Patches, s.Ended) {
			ids := []forks.Hash{p.First, p.Commit}
			for _, v := range p.Versions {
				ids = append(ids, v.Commit)
			}
			for _, id := range ids {
				if !kept[id] {
					w.t.Fatalf("%s of patch %s (%s) is lost", id, p.ID, p.Subject)
				}
			}
		}
	}
	for id, what := range w.pushed {
		if !kept[id] {
			w.t.Fatalf("%s, which a person pushed to %s, is lost", id.Short(), what)
		}
	}
}

// changedLines shows how two texts differ.
func changedLines(a, b string) string {
	var out strings.Builder
	one, two := lines(a), lines(b)
	pairs := common(one, two)
	kept := map[int]bool{}
	for i, line := range one {
		if j, both := pairs[i]; both {
			kept[j] = true
		} else {
			out.WriteString("-" + line)
		}
	}
	for j, line := range two {
		if !kept[j] {
			out.WriteString("+" + line)
		}
	}
	return out.String()
}
