package prove

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Evidence answers what an account asks of the objects that somebody fetched from a fork
// and from its upstream. Nothing of it comes from the fork's word alone.
//
// Its errors are about who answers, such as a remote that went away: what the fork lacks
// is an answer and no error.
type Evidence interface {
	// Commit reads a commit; ok is false where the fork has no such commit.
	Commit(id forks.Hash) (c Commit, ok bool, err error)
	// Contains reports whether a commit is another one or has it in its history; both
	// are known.
	Contains(ctx context.Context, whole, part forks.Hash) (bool, error)
	// OnUpstream says "" where a base stands on what a track followed: on the first-parent
	// chain of a branch, or at a release. Else it says what is wrong.
	OnUpstream(ctx context.Context, follow string, base forks.Hash) (wrong string, err error)
	// InUpstream reports whether upstream has a commit in what the track followed.
	InUpstream(ctx context.Context, follow string, id forks.Hash) (bool, error)
	// New lists what tip contains and none of not does.
	New(ctx context.Context, tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error)
	// Merge merges trees as a pick does. What cannot be read is an error.
	Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error)
	// Unreachable lists those of the commits that no ref of the fork reaches.
	Unreachable(ctx context.Context, ids []forks.Hash) ([]forks.Hash, error)
}

// Commit is what an account reads of a commit.
type Commit struct {
	Tree    forks.Hash
	Parents []forks.Hash
	Author  string // the header as it stands: name, address, date
	Message string
}

// Account holds the passes of one track, which anybody may have written, against what
// every published tip promises; see the package documentation. It is used by one
// goroutine, for the passes from the newest to the oldest.
type Account struct {
	evidence Evidence
	track    forks.VerifiedTrack
	named    map[forks.Hash]forks.Breach // commits that have to be reachable
	decided  map[forks.Outcome]map[forks.PatchID]bool
	tips     map[forks.Hash]bool
}

// Pass is one state of a track.
type Pass struct {
	Commit forks.Hash // of the state
	State  forks.State
	// Kept reports whether an archive still keeps the tip: of one that was let go for its
	// age nothing but the ledger can be looked at.
	Kept bool
}

// maxBreaches is how many breaches of a track are listed.
const maxBreaches = 100

// NewAccount begins the account of a track with its newest state.
func NewAccount(evidence Evidence, newest forks.State) *Account {
	return &Account{
		evidence: evidence,
		track: forks.VerifiedTrack{
			Track: newest.Track, Branch: newest.Branch, Follow: newest.Follow, Upstream: newest.Upstream,
			Pass: newest.Pass, Base: newest.Base, Tip: newest.Tip, Patches: len(newest.Patches),
		},
		named:   map[forks.Hash]forks.Breach{},
		decided: map[forks.Outcome]map[forks.PatchID]bool{},
		tips:    map[forks.Hash]bool{},
	}
}

// Breach notes a promise that is not kept.
func (a *Account) Breach(b forks.Breach) {
	if len(a.track.Breaches) == maxBreaches {
		a.track.More++
		return
	}
	a.track.Breaches = append(a.track.Breaches, b)
}

// Note notes what breaks no promise.
func (a *Account) Note(format string, args ...any) {
	if len(a.track.Notes) >= maxBreaches {
		return
	}
	a.track.Notes = append(a.track.Notes, fmt.Sprintf(format, args...))
}

// Result ends the account: it looks whether everything that was named can be reached.
func (a *Account) Result(ctx context.Context) (forks.VerifiedTrack, error) {
	ids := make([]forks.Hash, 0, len(a.named))
	for id := range a.named {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(x, y forks.Hash) int { return slices.Compare(x[:], y[:]) })
	gone, err := a.evidence.Unreachable(ctx, ids)
	if err != nil {
		return a.track, err
	}
	for _, id := range gone {
		a.Breach(a.named[id])
	}
	for _, o := range forks.Outcomes() {
		if n := len(a.decided[o]); n > 0 {
			a.track.Decisions = append(a.track.Decisions, forks.OutcomeCount{Outcome: o, Patches: n})
		}
	}
	a.track.Tips = len(a.tips)
	return a.track, nil
}

// Check holds one pass against the one before it, nil for the adoption.
func (a *Account) Check(ctx context.Context, before *forks.State, now Pass) error {
	a.track.Passes++
	a.track.Since, a.track.Complete = now.State.At, before == nil
	p := passAccount{Account: a, ctx: ctx, now: now.State, kept: now.Kept}
	if before != nil {
		p.before = *before
	}
	p.follows(before)
	rests := now.State.Stopped != nil || now.State.Paused != nil
	if rests && before != nil {
		p.rests()
	}
	p.names()
	arrived, err := p.tip(before, rests)
	if err != nil {
		return err
	}
	p.ledger(arrived, rests)
	return nil
}

// passAccount is the account of one pass.
type passAccount struct {
	*Account
	ctx         context.Context
	before, now forks.State // before is zero at the adoption
	kept        bool
	pushed      bool       // people pushed since the pass before
	own         bool       // the tip is a commit of a person's
	pushedTip   forks.Hash // what they pushed, zero where the tip does not tell
}

func (p *passAccount) breach(subject, look string, commits []forks.Hash, rule string, args ...any) {
	p.Breach(forks.Breach{Pass: p.now.Pass, Subject: subject, Rule: fmt.Sprintf(rule, args...), Commits: commits, Look: look})
}

// follows: passes are numbered and dated in their order.
func (p *passAccount) follows(before *forks.State) {
	switch {
	case before == nil && p.now.Pass > 1:
		p.breach("state", "", nil, "is of pass %d, and no state before it can be read: what it left out is not known", p.now.Pass)
	case before != nil && before.Pass >= p.now.Pass:
		p.breach("state", "", nil, "is of pass %d, and follows one of pass %d", p.now.Pass, before.Pass)
	case before != nil && p.now.At.Add(clockSlack).Before(before.At):
		p.breach("state", "", nil, "is dated before the one that it follows")
	}
}

// clockSlack is by how much the clock of a service may be put back.
const clockSlack = 24 * time.Hour

// rests: a pass that stops or rests leaves everything where it was.
func (p *passAccount) rests() {
	if p.now.Tip != p.before.Tip || p.now.Base != p.before.Base {
		p.breach("tip "+p.now.Tip.Short(), show(p.now.Tip), []forks.Hash{p.now.Tip},
			"is published by a pass that says that it rests")
	}
	for i, was := range p.before.Patches {
		if i >= len(p.now.Patches) || p.now.Patches[i].ID != was.ID || p.now.Patches[i].Commit != was.Commit {
			p.breach(patch(was.ID), show(was.Commit), []forks.Hash{was.Commit}, "changed in a pass that says that it rests")
		}
	}
}

// ledger holds the ledger against the law, as the pass itself was held against it.
func (p *passAccount) ledger(arrived []forks.Hash, rests bool) {
	plan := forks.Plan{
		Track: p.now.Track, Pass: p.now.Pass, Base: forks.BaseMove{Old: p.before.Base, New: p.now.Base},
		UpstreamTip: p.now.UpstreamTip, ForkTip: p.now.Tip, CandidateTip: p.now.Tip,
		Outcomes: p.now.Ledger, Stopped: p.now.Stopped, Paused: p.now.Paused, State: p.now,
	}
	c := newCheck(p.before, plan)
	c.identity()
	c.nothingMissing()
	if !rests {
		c.rows(arrived)
		for i := range plan.Outcomes {
			c.row(&plan.Outcomes[i])
		}
		c.asked()
		c.order()
		p.counts()
	}
	c.proposals()
	for _, v := range c.found {
		p.breach(v.Subject, "", nil, "%s", v.Rule)
	}
	if !rests {
		p.decisions()
	}
}

// counts notes what became of the patches that do not simply stand in the branch.
func (p *passAccount) counts() {
	for _, r := range p.now.Ledger {
		if r.Published == forks.Kept || r.Published == forks.Adapted || !valid(r.Published) {
			continue
		}
		if p.decided[r.Published] == nil {
			p.decided[r.Published] = map[forks.PatchID]bool{}
		}
		p.decided[r.Published][r.Patch] = true
	}
}

// order: the ledger has the patches of the stack in the stack's order.
func (c *check) order() {
	row := map[forks.PatchID]int{}
	for i, r := range c.plan.Outcomes {
		row[r.Patch] = i
	}
	for i := 1; i < len(c.after.Patches); i++ {
		a, b := c.after.Patches[i-1].ID, c.after.Patches[i].ID
		if row[a] > row[b] {
			c.breach(patch(b), "stands after %s in the stack and before it in the ledger", patch(a))
		}
	}
}

// show is the command that shows a commit.
func show(id forks.Hash) string { return "git show " + id.String() }

// apart is the command that shows in what two forms of a patch differ.
func apart(old, new forks.Hash) string {
	return fmt.Sprintf("git range-diff %s^! %s^!", old, new)
}
