package prove

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// refs: only what is auxsync's is moved, and nothing is deleted before the state
// that makes it superfluous has arrived.
func (c *check) refs() {
	moved := map[forks.Ref]bool{}
	for _, u := range c.plan.WouldPush {
		if moved[u.Ref] {
			c.breach(ref(u), "is pushed twice")
		}
		moved[u.Ref] = true
		c.pushed(u)
	}
	if len(moved) > 0 && !moved[forks.StateRef(c.plan.Track)] {
		c.breach("state", "is not pushed with the rest")
	}
	if c.plan.Publishes() && !moved[forks.BranchRef(c.after.Branch)] {
		c.breach("ref "+forks.Inert(c.after.Branch), "has a new tip that is not pushed")
	}
	for _, u := range c.plan.Cleanup {
		if moved[u.Ref] {
			c.breach(ref(u), "is cleaned up, and pushed or cleaned up besides")
		}
		moved[u.Ref] = true
		if kind := c.kindOf(u.Ref); kind != archived && kind != helper {
			c.breach(ref(u), "is not auxsync's to delete")
		}
		if u.Old.IsZero() || !u.New.IsZero() {
			c.breach(ref(u), "is cleaned up by what is no deletion with a lease")
		}
	}
}

func (c *check) pushed(u forks.RefUpdate) {
	kind := c.kindOf(u.Ref)
	switch {
	case kind == foreign:
		c.breach(ref(u), "is not auxsync's to push")
	case u.New.IsZero():
		c.breach(ref(u), "is deleted by the push")
	case kind != state && c.plan.Stopped != nil:
		c.breach(ref(u), "is pushed though the track stops")
	case kind != state && c.plan.Paused != nil:
		c.breach(ref(u), "is pushed though the track is paused")
	case kind == archived && !u.Old.IsZero():
		c.breach(ref(u), "is an archive and would be moved")
	case kind == branch && (u.New != c.plan.CandidateTip || u.Old != c.plan.ForkTip):
		c.breach(ref(u), "moves from %s to %s, the plan says from %s to %s", u.Old, u.New, c.plan.ForkTip, c.plan.CandidateTip)
	}
}

func ref(u forks.RefUpdate) string { return "ref " + forks.Inert(string(u.Ref)) }

// refKind says what a ref of the fork is to this track.
type refKind int

const (
	foreign refKind = iota
	branch
	state
	archived // an archived tip
	helper   // a branch of a proposal, or the candidate for a gate
)

func (c *check) kindOf(r forks.Ref) refKind {
	track := c.plan.Track
	if !forks.ValidTrackName(track) {
		return foreign
	}
	if r == forks.StateRef(track) {
		return state
	}
	if pass, ok := strings.CutPrefix(string(r), string(forks.ArchivePrefix(track))); ok && isOf(pass, "0123456789") {
		return archived
	}
	if name, ok := strings.CutPrefix(string(r), string(forks.ProposalPrefix(track))); ok {
		side, id, _ := strings.Cut(name, "/")
		if name == "next" || (side == "onto" || side == "fix") && len(id) == 11 && id[0] == 'c' && isOf(id[1:], "0123456789abcdef") {
			return helper
		}
		return foreign
	}
	if c.after.Branch != "" && !forks.ReservedBranch(c.after.Branch) && r == forks.BranchRef(c.after.Branch) {
		return branch
	}
	return foreign
}

func isOf(s, chars string) bool { return s != "" && strings.Trim(s, chars) == "" }
