package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// unwanted says why the conflict of a live proposal need not be asked about any
// more, or gives "" if it must. A blocked patch keeps its proposal: somebody may
// be at work on it, and its conflict is likely to be wanted again.
func (d *decider) unwanted(p forks.Proposal) string {
	if other := d.liveOf(p); other != "" {
		return "the same patch is asked about in " + string(other)
	}
	if p.Umbrella() {
		return d.noneWanted(p)
	}
	if c, wanted := d.wanted[p.Patch]; wanted {
		if c.Cause == p.Conflict.Cause {
			return ""
		}
		return fmt.Sprintf("another upstream commit is the cause now: %s instead of %s", c.Cause.Short(), p.Conflict.Cause.Short())
	}
	row, listed := d.rows[p.Patch]
	if !listed {
		return "the patch is no longer in the stack"
	}
	by := "by " + name(row.By)
	switch row.Ahead {
	case forks.Blocked, forks.Conflicted:
		return ""
	case forks.Kept, forks.Adapted:
		return "solved elsewhere: the patch is clean again"
	case forks.Resolved:
		if strings.HasPrefix(row.By, "memory ") {
			return "resolved by memory: " + row.Reason
		}
		return "settled by a resolution " + by
	case forks.Upstreamed:
		return "upstream took the patch"
	case forks.Emptied:
		return "nothing of the patch is left at upstream's tip"
	case forks.Dropped:
		return "the patch was dropped " + by
	case forks.Folded:
		return "the patch was folded into " + name(row.By)
	case forks.Duplicate:
		return "the patch is a duplicate of " + name(row.By)
	case forks.Parked:
		return "the patch was parked " + by
	}
	return "the patch is " + string(row.Ahead) + " now"
}

// opening says why a proposal is opened.
func opening(b Build) string {
	what := "conflicts with upstream's " + b.Conflict.Cause.Short()
	if len(b.Members) > 0 {
		what = count(len(b.Members), "patch") + " conflict with upstream's " + b.Conflict.Cause.Short()
	}
	if b.Conflict.CausePatch != "" {
		what = "conflicts with the new form of " + string(b.Conflict.CausePatch)
	}
	if !b.Conflict.Pin.IsZero() {
		what += ", asked on its newest commit " + b.Conflict.Pin.Short()
	}
	switch {
	case b.Previous != "" && b.Start.IsZero():
		what += fmt.Sprintf("; round %d, after %s", b.Round, b.Previous)
	case b.Previous != "":
		what += fmt.Sprintf("; round %d, from what was merged in %s", b.Round, b.Previous)
	}
	return what
}

// ask adds the question of a declined proposal whose conflict is still there.
func (d *decider) ask(p forks.Proposal) {
	if p.Status != forks.Declined || !d.wants(p) {
		return
	}
	question := fmt.Sprintf("conflict %s with upstream's %s was closed without merging, so it is not asked again: "+
		"drop the patch by reverting it on the fork's branch, or push both branches of the conflict again to reopen it",
		p.ID, p.Conflict.Cause.Short())
	if p.Number > 0 {
		question = fmt.Sprintf("pull request #%d about the conflict with upstream's %s was closed without merging, so it is not asked again: "+
			"comment \"/auxsync drop\" on it to drop the patch, or open it again", p.Number, p.Conflict.Cause.Short())
	}
	d.out.Questions = append(d.out.Questions, forks.Decision{
		Patch: p.Patch, Proposal: p.ID, Question: question,
		Asked: p.Closed,
	})
}
