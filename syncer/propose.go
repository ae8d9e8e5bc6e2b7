package syncer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// input gathers what a plan depends on.
func (v *visit) input(q Quarantine, old *recorded) (rebase.Input, error) {
	source, err := v.source(q)
	if err != nil {
		return rebase.Input{}, err
	}
	in := rebase.Input{
		Track: v.track, Fork: v.found.branch, Upstream: v.found.upstream, Releases: v.found.releases, Retarget: v.opts.Retarget, Source: source,
		Now: v.now(), Who: v.opts.Who, AcceptFolded: v.opts.AcceptFolded,
		ConflictFile: pulls.ConflictFileName, HasMarkers: pulls.HasMarkers, ChooseSide: chooseSide,
		OnPick: v.opts.sayPicks,
	}
	if v.track.References == forks.DefuseReferences {
		in.Message = pulls.Defuse
	}
	if old == nil {
		return in, nil
	}
	state := old.state
	state.Proposals = v.heard.numbered(old.state.Proposals)
	in.Others = func() ([]forks.Resolution, error) { return v.othersDecisions(q) }
	in.State, in.Forms, in.NotBefore = &state, old.forms, v.notBefore(old.state)
	for _, seen := range pulls.Observe(state.Proposals, v.found.pairs) {
		i := slices.IndexFunc(state.Proposals, func(p forks.Proposal) bool { return p.ID == seen.ID })
		prop := state.Proposals[i]
		if seen.Sight == pulls.Merged {
			in.Merged = append(in.Merged, rebase.Merged{Proposal: prop, Tip: seen.Found.Onto, By: v.heard.mergedBy(prop.ID)})
		}
		if prop.Status.Pending() || prop.Status == forks.Declined {
			in.Live = append(in.Live, prop)
		}
	}
	return in, nil
}

// chooseSide settles all conflicts of a file with upstream's side or the patch's.
func chooseSide(content []byte, upstream bool, inputs ...[]byte) ([]byte, error) {
	hunks, err := pulls.Hunks(content, inputs...)
	if err != nil {
		return nil, err
	}
	side := pulls.Theirs
	if upstream {
		side = pulls.Ours
	}
	return pulls.Choose(content, hunks, side), nil
}

// propose decides what becomes of the conflicts and builds the branches that ask
// about new ones.
func (v *visit) propose(ctx context.Context, q Quarantine, planner *rebase.Planner, in rebase.Input, asked []forks.Request, d *decision) (err error) {
	pin := pulls.Input{
		Track: v.track.Name, Now: in.Now, Wanted: d.result.Wanted, Ledger: d.plan.Outcomes,
		Recorded: afterAsked(in, d.result.Undone), Upstream: in.Upstream, Found: v.found.pairs, Asked: asked,
		Verdicts: verdicts(d.result.Verdicts), Settled: map[forks.ProposalID]bool{}, Safe: map[forks.Hash]bool{},
	}
	for _, kept := range d.result.Keeps {
		pin.Safe[kept] = true
	}
	for _, prop := range in.State.Proposals {
		found := v.found.pairs[prop.ID]
		if prop.Status.Live() && !found.Fix.IsZero() && found.Fix != prop.Fix {
			settled, err := planner.Settled(in, prop, found.Fix)
			if err != nil {
				return fmt.Errorf("look at the fix branch of %s: %w", prop.ID, err)
			}
			pin.Settled[prop.ID] = settled
		}
		// The branches of a proposal that ended are deleted by a later pass if this
		// one is interrupted; somebody may have pushed to them meanwhile.
		for _, tip := range []forks.Hash{found.Onto, found.Fix} {
			if !prop.Status.Live() && !tip.IsZero() {
				if pin.Safe[tip], err = q.IsAncestor(ctx, tip, v.found.state); err != nil {
					return err
				}
			}
		}
	}
	if pin.Together, err = d.result.Together(ctx, len(asked)+len(pin.Verdicts) > 0); err != nil {
		return err
	}
	v.keepAnswered(pin, d)
	states, err := v.crowd(ctx, q, d.result, &pin)
	if err != nil {
		return err
	}
	decided := pulls.Decide(pin)
	v.answer(decided, pin.Verdicts, d.answers)
	if err := v.holdBack(ctx, q, in, &decided, d); err != nil {
		return err
	}
	v.answerPatches(in, decided, d)
	d.keep(decided.Keeps...)
	for _, b := range decided.Builds {
		if err := v.build(ctx, planner, in, d, &decided, b, states); err != nil {
			return fmt.Errorf("build the branches for conflict %s: %w", b.ID, err)
		}
	}
	d.plan.Proposals, d.plan.Cleanup = decided.Actions, decided.Cleanup
	d.plan.State.Proposals = decided.Proposals
	d.plan.State.Decisions = append(withoutQuestions(d.plan.State.Decisions), keepAsked(in.State.Decisions, decided.Questions)...)
	if err := noteAnswers(*in.State, &d.plan, func(pin forks.Hash) (bool, error) { return q.IsAncestor(ctx, pin, d.plan.Base.New) }); err != nil {
		return err
	}
	for _, b := range decided.Builds {
		i := slices.IndexFunc(decided.Proposals, func(p forks.Proposal) bool { return p.ID == b.ID })
		d.plan.WouldPush = append(d.plan.WouldPush, pulls.PairRefs(v.track.Name, decided.Proposals[i])...)
	}
	return nil
}

// keepAnswered keeps the branches of proposals that were answered and may end in this
// pass: a person's commits on them stay reachable from the state.
func (v *visit) keepAnswered(pin pulls.Input, d *decision) {
	for _, prop := range pin.Recorded {
		if _, answered := pin.Verdicts[prop.ID]; !answered {
			continue
		}
		found := v.found.pairs[prop.ID]
		for _, tip := range []forks.Hash{found.Fix, found.Onto} {
			if !tip.IsZero() && tip != prop.Onto && !slices.Contains(d.result.Keeps, tip) {
				d.result.Keeps = append(d.result.Keeps, tip)
			}
			pin.Safe[tip] = true
		}
	}
}

// verdicts translates what was found in merged proposals.
func verdicts(list []rebase.Verdict) map[forks.ProposalID]pulls.Verdict {
	kinds := map[rebase.VerdictKind]pulls.VerdictKind{
		rebase.Taken: pulls.Taken, rebase.NoDifference: pulls.NoDifference, rebase.Markers: pulls.Markers,
		rebase.OtherPaths: pulls.OtherPaths, rebase.Foreign: pulls.Foreign,
	}
	out := map[forks.ProposalID]pulls.Verdict{}
	for i, v := range list {
		one := pulls.Verdict{Kind: kinds[v.Kind], Commit: v.Version.Commit, By: v.By, Paths: v.Paths, Verb: v.Verb, Because: v.Because}
		if i > 0 && list[i-1].Proposal == v.Proposal || i+1 < len(list) && list[i+1].Proposal == v.Proposal { // an umbrella
			one.Members = append(out[v.Proposal].Members, pulls.MemberVerdict{Patch: v.Patch, Kind: one.Kind, Commit: one.Commit, Paths: v.Paths})
		}
		out[v.Proposal] = one
	}
	return out
}

// build writes a proposal's branches and completes its record.
func (v *visit) build(ctx context.Context, planner *rebase.Planner, in rebase.Input, d *decision, decided *pulls.Result, b pulls.Build, states map[string]forks.State) error {
	if len(b.Members) > 0 {
		return v.buildUmbrella(ctx, in, d, decided, b)
	}
	i := slices.IndexFunc(decided.Proposals, func(p forks.Proposal) bool { return p.ID == b.ID })
	note := v.note(d, b)
	note.Earlier = pulls.EarlierOf(decided.Proposals, decided.Proposals[i])
	describe := func(onto forks.Hash, files []forks.ConflictFile, marked bool) []byte {
		if marked && hasPages(v.track) {
			return nil // nobody can delete a file by accepting suggestions in a browser
		}
		note.Onto, note.Conflict.Files = onto, files
		note.AlsoFor = waitingFor(states, v.track.Name, b.ID, note.Conflict)
		return pulls.ConflictFile(note)
	}
	message := pulls.FixMessage(note)
	if hasPages(v.track) {
		message = pulls.PullFixMessage(note)
	}
	prev, again := previous(in, b)
	pairs := func() (rebase.Pair, error) {
		switch of := umbrellaOf(in.State.Proposals, d.result, b); {
		case of != nil:
			return d.result.BuildMemberAgain(*of, b.Patch, b.Start, describe, message)
		case again && !b.Start.IsZero():
			return d.result.BuildRound(prev, b.Start, describe, message)
		}
		return d.result.BuildPair(ctx, b.Conflict, describe, message)
	}
	pair, err := pairs()
	if err == nil && again && !b.Work.IsZero() {
		carrying := carrying{planner: planner, in: in, prev: prev, build: b, pairs: pairs, note: &note}
		pair, err = carrying.carry(ctx, d, decided, pair)
	}
	if err != nil {
		return err
	}
	decided.Built(b.ID, forks.Pair{Onto: pair.Onto, Fix: pair.Fix}, pair.Picked)
	decided.Proposals[i].Conflict.Files = pair.Files
	// What was opened is needed to judge what is merged, also after a person deleted
	// or moved the branches.
	d.result.Keeps = append(d.result.Keeps, pair.Fix)
	return nil
}

// note gathers what people are told about a conflict.
func (v *visit) note(d *decision, b pulls.Build) pulls.Note {
	subject, author, message := d.result.Describe(b.Patch)
	note := pulls.Note{
		Track: v.track.Name, Branch: v.track.Branch, Fork: v.fork.URL(), Upstream: v.up.URL(), Follow: v.track.Follow,
		ID: b.ID, Subject: subject, Author: author, Message: message, Conflict: b.Conflict,
	}
	if i := slices.IndexFunc(d.plan.State.Proposals, func(p forks.Proposal) bool { return p.ID == b.ID }); i >= 0 {
		note.Deadline = d.plan.State.Proposals[i].Deadline
	}
	return note
}

// isQuestion tells the questions that proposals ask, which are asked anew in each
// pass, from those that the stack asks.
func isQuestion(d forks.Decision) bool { return d.Proposal != "" }

func withoutQuestions(list []forks.Decision) []forks.Decision {
	return slices.DeleteFunc(slices.Clone(list), isQuestion)
}

// keepAsked keeps the time at which a question was first asked.
func keepAsked(old, now []forks.Decision) []forks.Decision {
	for i := range now {
		for _, o := range old {
			if o.Patch == now[i].Patch && o.Question == now[i].Question {
				now[i].Asked = o.Asked
			}
		}
	}
	return now
}

// finish completes the state, writes its commit if anything changed, and lists
// what would be pushed.
func (v *visit) finish(q Quarantine, old *recorded, d *decision) error {
	p := &d.plan
	p.State.Archives = slices.DeleteFunc(slices.Clone(p.State.Archives), func(a forks.Archive) bool {
		return v.found.archives[forks.ArchiveRef(v.track.Name, a.Pass)] != a.Tip // its time was over
	})
	if old != nil && v.sameFacts(old.state, *p) && p.CandidateTip == v.found.branch && len(p.WouldPush) == 0 {
		p.Pass, p.State.Pass, p.State.At = old.state.Pass, old.state.Pass, old.state.At
		return nil
	}
	var push []forks.RefUpdate
	if p.Stopped == nil && p.Paused == nil && !archived(p.State.Archives, p.CandidateTip) {
		p.State.Archives = append(slices.Clone(p.State.Archives), forks.Archive{Pass: p.Pass, Tip: p.CandidateTip, At: p.State.At})
		push = append(push, forks.RefUpdate{Ref: forks.ArchiveRef(v.track.Name, p.Pass), New: p.CandidateTip})
	}
	if p.Publishes() {
		push = append(push, forks.RefUpdate{Ref: v.track.BranchRef(), Old: v.found.branch, New: p.CandidateTip})
	}
	forms, parents := map[forks.Hash]forks.PatchID{}, []forks.Hash{}
	if old != nil {
		forms, parents = old.forms, append(parents, old.commit)
	}
	for id, patch := range d.result.Forms {
		forms[id] = patch
	}
	for _, id := range d.result.Keeps {
		if !slices.Contains(parents, id) {
			parents = append(parents, id)
		}
	}
	var err error
	if d.state, err = writeState(q, p.State, forms, parents, stateMessage(*p)+newsLines(d.news)); err != nil {
		return fmt.Errorf("write the state of %s: %w", v.track.Name, err)
	}
	push = append(push, forks.RefUpdate{Ref: v.track.StateRef(), Old: v.found.state, New: d.state})
	p.WouldPush = append(push, p.WouldPush...)
	return nil
}

// archived reports whether a tip has an archive ref.
func archived(list []forks.Archive, tip forks.Hash) bool {
	return slices.ContainsFunc(list, func(a forks.Archive) bool { return a.Tip == tip })
}

// sameFacts reports whether a plan's state differs from the recorded one in nothing
// that has to be written down now.
func (v *visit) sameFacts(old forks.State, p forks.Plan) bool {
	if v.oldNews(old, p) {
		return sameStates(withoutTip(old), withoutTip(p.State))
	}
	return sameStates(old, p.State)
}

// sameStates reports whether two states differ in nothing but the number and time
// of the pass: then there is nothing to write down. How a patch that stands in the
// stack came to its present form is news of the pass that made it: the next one
// finds it kept. That the branches of a settled proposal, or old archives, are gone
// is noted with the next news.
func sameStates(a, b forks.State) bool {
	for _, s := range []*forks.State{&a, &b} {
		s.Pass, s.At, s.Ledger, s.Archives = 0, time.Time{}, nil, nil
		s.Writer = forks.Writer{}
		s.Schema = forks.StateSchema
		s.Patches = slices.Clone(s.Patches)
		for i := range s.Patches {
			for _, o := range []*forks.Outcome{&s.Patches[i].Ahead, &s.Patches[i].Published} {
				if o.InStack() {
					*o = forks.Kept
				}
			}
		}
		s.Proposals = slices.Clone(s.Proposals)
		for i := range s.Proposals {
			if at := &s.Proposals[i].Status; *at == forks.Harvested || *at == forks.Withdrawn {
				*at = forks.Cleaned
			}
		}
	}
	x, errX := forks.EncodeState(a)
	y, errY := forks.EncodeState(b)
	return errX == nil && errY == nil && string(x) == string(y)
}

// stateMessage is the message of a state commit: what a person reads in its log.
func stateMessage(p forks.Plan) string {
	if p.Stopped != nil {
		return fmt.Sprintf("pass %d of %s: stopped\n\n%s", p.Pass, p.Track, forks.Inert(p.Stopped.Reason))
	}
	if p.Paused != nil {
		return fmt.Sprintf("pass %d of %s: %s", p.Pass, p.Track, pausedBy(*p.Paused))
	}
	counts := map[forks.Outcome]int{}
	for _, row := range p.Outcomes {
		counts[row.Published]++
	}
	var parts []string
	for _, o := range forks.Outcomes() {
		if counts[o] > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", counts[o], o))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no patches"}
	}
	return fmt.Sprintf("pass %d of %s: %s on %s", p.Pass, p.Track, strings.Join(parts, ", "), p.Base.New.Short())
}
