package model_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// holds is the model: what must be true after a whole pass.
func (w *world) holds(l *line, before, after forks.State, out syncer.Outcome) {
	p := out.Plan
	if p.Stopped != nil {
		w.t.Fatalf("%s stops: %s", l.Name, p.Stopped.Reason)
	}
	w.obeyed(l, out)
	w.onRecord(l, before, after)
	w.settledIntents(l)
	w.askedOnce(l, before, after)
	if p.Paused != nil {
		return
	}
	w.rows(l, before, after, p)
	w.everyConflictIsAsked(l, after, p)
	w.goesOn(l, before, after)
	w.accounted(l, after)
	w.branches(l, after)
	w.based(l, before, after, p)
	w.law(l, after)
	if p.Publishes() {
		w.chain(l, after)
	}
	w.wordsStay(p, before, after)
	w.parkedStays(l, before, after)
	w.tally(before, after)
}

// obeyed: what people ask is taken by the next pass, of two about one patch the other by
// the one after it.
func (w *world) obeyed(l *line, out syncer.Outcome) {
	if out.Plan.Paused != nil {
		return
	}
	left := map[int64]int{}
	open, err := w.store.Requests(w.t.Context(), l.Fork, l.Name)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	for _, r := range open {
		if left[r.ID] = l.waits[r.ID] + 1; left[r.ID] > 4 {
			w.t.Fatalf("%s: %s %s%s is taken by no pass", l.Name, r.Verb, r.Proposal, r.Patch)
		}
	}
	l.waits = left
}

// settledIntents: no pass leaves an effect of which nobody knows.
func (w *world) settledIntents(l *line) {
	for _, i := range w.store.Intents() {
		if i.Track == l.Name && i.Status == forks.IntentOpen {
			w.t.Fatalf("%s: the intent to %s is open", l.Name, i.Kind)
		}
	}
}

// onRecord: each patch that was ever seen is on record, once.
func (w *world) onRecord(l *line, before, after forks.State) {
	on := map[forks.PatchID]int{}
	for _, p := range slices.Concat(after.Patches, after.Ended) {
		if on[p.ID]++; on[p.ID] > 1 {
			w.t.Fatalf("%s: patch %s (%s) is on record twice", l.Name, p.ID, p.Subject)
		}
		l.ids[p.ID] = true
	}
	for _, p := range slices.Concat(before.Patches, before.Ended) {
		l.ids[p.ID] = true
	}
	for id := range l.ids {
		if on[id] == 0 {
			w.t.Fatalf("%s: patch %s is on record no more", l.Name, id)
		}
	}
}

// rows: the ledger has each patch of the stack once.
func (w *world) rows(l *line, before, after forks.State, p forks.Plan) {
	rows := map[forks.PatchID]int{}
	for _, r := range p.Outcomes {
		rows[r.Patch]++
	}
	for _, patch := range slices.Concat(before.Patches, after.Patches) {
		if rows[patch.ID] != 1 {
			w.t.Fatalf("%s: patch %s (%s) has %d rows in the ledger", l.Name, patch.ID, patch.Subject, rows[patch.ID])
		}
	}
}

// askedOnce: one open conflict a patch, none that was declined, and none that people have
// decided.
func (w *world) askedOnce(l *line, before, after forks.State) {
	type pinned struct {
		patch forks.PatchID
		cause forks.Hash
	}
	pending, declined := map[forks.PatchID]forks.ProposalID{}, map[pinned]forks.ProposalID{}
	was := map[forks.ProposalID]forks.Proposal{}
	for _, p := range before.Proposals {
		was[p.ID] = p
	}
	for id := range l.free {
		maps.DeleteFunc(l.decided, func(q question, _ forks.ProposalID) bool { return q.patch == id })
	}
	ids := map[forks.ProposalID]bool{}
	for _, p := range after.Proposals {
		if ids[p.ID] {
			w.t.Fatalf("%s: conflict %s is on record twice", l.Name, p.ID)
		}
		ids[p.ID] = true
		if p.Status == forks.Declined {
			declined[pinned{p.Patch, p.Conflict.Cause}] = p.ID
		}
	}
	for _, p := range after.Proposals {
		q := question{p.Patch, p.Conflict.ContentDigest()}
		if p.Taken > 0 && p.Undone == nil && was[p.ID].Taken == 0 && q.content != "" {
			l.decided[q] = p.ID
		}
		if !p.Status.Pending() {
			continue
		}
		if other := pending[p.Patch]; other != "" {
			w.t.Fatalf("%s: patch %s is asked about in %s and in %s", l.Name, p.Patch, other, p.ID)
		}
		pending[p.Patch] = p.ID
		if other := declined[pinned{p.Patch, p.Conflict.Cause}]; other != "" {
			w.t.Fatalf("%s: conflict %s asks what was declined in %s", l.Name, p.ID, other)
		}
		_, known := was[p.ID]
		if other, decided := l.decided[q]; decided && !known {
			w.t.Fatalf("%s: conflict %s asks what was decided in %s", l.Name, p.ID, other)
		}
		if known && was[p.ID].Status == forks.Declined && !l.free[p.Patch] {
			w.t.Fatalf("%s: conflict %s was declined, and nobody took that back", l.Name, p.ID)
		}
	}
}

// everyConflictIsAsked: what conflicts at upstream's tip is asked about, or people said
// that it is not to be.
func (w *world) everyConflictIsAsked(l *line, after forks.State, p forks.Plan) {
	for _, r := range p.Outcomes {
		if r.Ahead != forks.Conflicted {
			continue
		}
		if !slices.ContainsFunc(after.Proposals, func(p forks.Proposal) bool {
			return p.About(r.Patch) && (p.Status.Pending() || p.Status == forks.Declined)
		}) {
			w.t.Fatalf("%s: patch %s conflicts, and nobody is asked", l.Name, r.Patch)
		}
	}
}

// goesOn: once the time of all conflicts that hold the branch back is over, none does any
// more.
func (w *world) goesOn(l *line, before, after forks.State) {
	over := map[forks.PatchID]bool{}
	for _, p := range before.Proposals {
		over[p.Patch] = over[p.Patch] || p.Status.Live() && !p.Deadline.IsZero() && !p.Deadline.After(w.clock.Now())
	}
	held := 0
	for _, r := range after.Ledger {
		if r.Ahead == forks.Conflicted && r.Published.InStack() {
			if held++; !over[r.Patch] {
				return
			}
		}
	}
	if held > 0 {
		w.t.Fatalf("%s: the time of all conflicts is over, and %d hold the branch back", l.Name, held)
	}
}

// accounted: each commit that a person pushed to the branch is a patch, or part of one,
// or was in a pass's account.
func (w *world) accounted(l *line, after forks.State) {
	l.account(after)
	for _, id := range l.own {
		if !l.known[id] && w.on.contains(after.Tip, id) {
			w.t.Fatalf("%s: %s (%s) was pushed to the branch and is no patch", l.Name, id.Short(), w.pushed[id])
		}
	}
}

// account notes the commits that a state accounts for.
func (l *line) account(s forks.State) {
	for _, p := range slices.Concat(s.Patches, s.Ended) {
		l.known[p.First], l.known[p.Commit] = true, true
		for _, v := range p.Versions {
			l.known[v.Commit] = true
		}
		for _, f := range p.Folded {
			l.known[f.Commit] = true
		}
	}
	for _, r := range s.Ledger {
		l.known[r.Old] = true
	}
}

// branches: each branch of a conflict is one that the state knows, and what is open has
// its two.
func (w *world) branches(l *line, after forks.State) {
	refs := w.fork.Refs(w.t)
	known := map[forks.Ref]bool{}
	for _, p := range after.Proposals {
		onto, fix := forks.OntoRef(l.Name, p.ID), forks.FixRef(l.Name, p.ID)
		if p.Status == forks.Queued {
			continue
		}
		known[onto], known[fix] = true, true
		if p.Status.Live() && refs[onto].IsZero() {
			w.t.Fatalf("%s: conflict %s is %s and has no branch onto", l.Name, p.ID, p.Status)
		}
	}
	for ref := range refs {
		if strings.HasPrefix(string(ref), string(forks.ProposalPrefix(l.Name))) && !known[ref] {
			w.t.Fatalf("%s: no conflict explains %s", l.Name, ref)
		}
	}
}

// based: the base is of upstream's first-parent chain and never moves back; a branch that
// merges always fast-forwards.
func (w *world) based(l *line, before, after forks.State, p forks.Plan) {
	if !slices.Contains(w.firstParents(w.tip(w.up, l.Follow), 1000), after.Base) {
		w.t.Fatalf("%s: the base %s is not upstream's", l.Name, after.Base)
	}
	if !w.on.contains(after.Base, before.Base) {
		w.t.Fatalf("%s: the base moves back from %s to %s", l.Name, before.Base, after.Base)
	}
	if !w.on.contains(after.Tip, after.Base) {
		w.t.Fatalf("%s: the tip %s does not contain its base", l.Name, after.Tip)
	}
	if l.History == forks.Merging && !w.on.contains(after.Tip, p.ForkTip) {
		w.t.Fatalf("%s: the branch does not fast-forward from %s to %s", l.Name, p.ForkTip, after.Tip)
	}
}

// law: the published patches, replayed on their base, give exactly the tip's tree. What a
// merge by hand cannot tell is merged with thought of moves.
func (w *world) law(l *line, s forks.State) {
	tree := w.on.commit(s.Base).tree
	hand, sure := w.on.files(tree), true
	for _, p := range s.Patches {
		if p.Out != nil {
			continue
		}
		from, to := forks.EmptyTree, w.on.commit(p.Commit).tree
		if parent := w.parent(p.Commit); !parent.IsZero() {
			from = w.on.commit(parent).tree
		}
		if sure {
			var conflicted []string
			hand, conflicted = byHand(w.on.files(from), hand, w.on.files(to), neither)
			sure = len(conflicted) == 0
		}
		if from == tree {
			tree = to
			continue
		}
		next, ok := w.on.merge(from, tree, to)
		if !ok {
			w.t.Fatalf("%s: patch %s (%s) does not replay on %s", l.Name, p.ID, p.Subject, s.Base.Short())
		}
		tree = next
	}
	if tip := w.on.commit(s.Tip).tree; tree != tip {
		w.t.Fatalf("%s: the patches on %s give %s, the tip %s has %s: %q", l.Name, s.Base.Short(), tree.Short(), s.Tip.Short(), tip.Short(), changes(w.on.files(tree), w.on.files(tip)))
	}
	if tip := w.at(s.Tip); sure && !maps.Equal(hand, tip) {
		w.t.Fatalf("%s: by hand, the patches on %s give another tree than the tip's: %q", l.Name, s.Base.Short(), changes(hand, tip))
	}
}

// chain: a branch that the program published is its base, or a marker of it, and the
// patches that the state lists.
func (w *world) chain(l *line, s forks.State) {
	at := s.Tip
	for _, p := range slices.Backward(s.Patches) {
		if p.Out != nil {
			continue
		}
		if at != p.Commit {
			w.t.Fatalf("%s: at %s, patch %s (%s) was expected in %s", l.Name, at.Short(), p.ID, p.Subject, p.Commit.Short())
		}
		at = w.parent(at)
	}
	if l.History == forks.Rewrite {
		if at != s.Base {
			w.t.Fatalf("%s: below the patches is %s, not the base %s", l.Name, at.Short(), s.Base.Short())
		}
		return
	}
	marker := w.on.commit(at)
	if !slices.Contains(s.Markers, at) || marker.tree != w.on.commit(s.Base).tree || !slices.Contains(marker.parents, s.Base) {
		w.t.Fatalf("%s: below the patches is %s, no marker of the base %s", l.Name, at.Short(), s.Base.Short())
	}
}

// wordsStay: what a patch says goes from the branch only with a row that says so, or with
// upstream, which had it, too.
func (w *world) wordsStay(p forks.Plan, before, after forks.State) {
	now := words(w.at(after.Tip))
	told := map[string]bool{}
	was := map[forks.PatchID]bool{}
	for _, patch := range before.Patches {
		was[patch.ID] = patch.Out == nil
	}
	for _, patch := range slices.Concat(before.Patches, before.Ended) { // what comes back may remove what others say
		if !was[patch.ID] && slices.ContainsFunc(after.Patches, func(p forks.Patch) bool { return p.ID == patch.ID && p.Out == nil }) {
			maps.Copy(told, words(w.at(w.parent(patch.Commit))))
		}
	}
	for _, r := range p.Outcomes {
		switch r.Published {
		case forks.Kept, forks.Expanded, forks.Emptied, forks.Upstreamed:
			continue
		case forks.Adapted:
			if r.Reason == "" {
				continue
			} // an answer was taken back, or an earlier form fits again
		}
		if !r.Old.IsZero() {
			maps.Copy(told, words(w.at(r.Old)))
		}
	}
	for word := range words(w.at(p.ForkTip)) {
		if !now[word] && !told[word] && !w.upstreams[word] {
			w.t.Fatalf("%s was on the branch at %s and is gone at %s, and no row says so", word, p.ForkTip.Short(), after.Tip.Short())
		}
	}
}

// parkedStays: what a person parked comes back only when people say so, or answer.
func (w *world) parkedStays(l *line, before, after forks.State) {
	is := map[forks.PatchID]forks.Patch{}
	for _, p := range after.Patches {
		is[p.ID] = p
	}
	for _, p := range before.Patches {
		now, there := is[p.ID]
		if p.Out == nil || p.Out.Outcome != forks.Parked || p.Out.Rule != "" || !there || now.Out != nil && now.Out.Outcome == forks.Parked {
			continue
		}
		said := slices.ContainsFunc(w.taken(l, after.Pass), func(r forks.RequestRecord) bool { return r.Patch == p.ID || about(after, r.Proposal, p.ID) })
		answered := slices.ContainsFunc(after.Proposals, func(o forks.Proposal) bool { return o.About(p.ID) && o.Taken == after.Pass })
		again := slices.ContainsFunc(after.Ledger, func(r forks.Row) bool { return r.Published == forks.Duplicate && r.By == string(p.ID) })
		if !said && !answered && !again {
			w.t.Fatalf("%s: patch %s was parked by %s, and nobody said that it may come back", l.Name, p.ID, p.Out.By)
		}
	}
}

func about(s forks.State, id forks.ProposalID, patch forks.PatchID) bool {
	return slices.ContainsFunc(s.Proposals, func(p forks.Proposal) bool { return p.ID == id && p.About(patch) })
}

// taken lists the requests that a pass took.
func (w *world) taken(l *line, pass int) []forks.RequestRecord {
	list, err := w.store.RecentRequests(w.t.Context(), l.Fork, 100)
	if err != nil {
		w.t.Fatalf("%v", err)
	}
	return slices.DeleteFunc(list, func(r forks.RequestRecord) bool { return r.Track != l.Name || r.Pass != pass })
}
