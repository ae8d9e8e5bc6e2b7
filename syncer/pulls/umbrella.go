package pulls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// minMembers is how many patches with one cause are asked about at once.
const minMembers = 5

// MemberVerdict is what the answer to an umbrella came to for one of its patches.
type MemberVerdict struct {
	Patch  forks.PatchID
	Kind   VerdictKind  // Taken, NoDifference or Markers where they differ
	Commit forks.Hash   // for Taken
	Paths  []forks.Path // for Markers: where
}

// partly reports whether the patches of an umbrella came to different things, or all to
// an end.
func (v Verdict) partly() bool {
	return slices.ContainsFunc(v.Members, func(m MemberVerdict) bool { return m.Kind == Taken || m.Kind == NoDifference })
}

// builds lists what is to be asked, in stack order: an umbrella, which asks
// about five or more patches with one cause, in the place of the first of them.
func (d *decider) builds() []Build {
	var list []Build
	in := map[forks.PatchID]bool{} // an umbrella of the list
	for _, patch := range d.order {
		b, again := d.again[patch]
		if !again {
			b = Build{Patch: patch, Conflict: d.wanted[patch]}
		}
		if in[patch] || !d.unasked(b) {
			continue
		}
		if all := d.umbrella(b); len(all) >= minMembers {
			b.Patch, b.Conflict, b.Members = all[0].Patch, all[0], all
			for _, c := range all {
				in[c.Patch] = true
			}
		}
		list = append(list, b)
	}
	return list
}

// unasked reports whether a conflict is to be asked about: it is not, and was not
// declined.
func (d *decider) unasked(b Build) bool {
	return d.live[b.Patch] == "" && !d.declined(b.Patch, b.Conflict.Cause)
}

// umbrella lists the conflicts that are asked about together with one, itself included.
// What goes on from a round keeps to those that went on from the same one; what conflicts
// only now does not join an umbrella that is open, nor begin another one.
func (d *decider) umbrella(first Build) (all []forks.Conflict) {
	cause := first.Conflict.Cause
	if first.Previous == "" && (first.Conflict.CausePatch != "" || d.isOpen(cause)) {
		return nil
	}
	for _, patch := range d.company(first) {
		b, again := d.again[patch]
		if !again {
			b = Build{Patch: patch, Conflict: d.wanted[patch]}
		}
		if b.Previous == first.Previous && b.Conflict.Cause == cause && d.unasked(b) && !d.wasSplit(patch, cause) {
			all = append(all, b.Conflict)
		}
	}
	if !slices.ContainsFunc(all, func(c forks.Conflict) bool { return c.Patch == first.Patch }) {
		return nil
	}
	return all
}

// company lists the patches that may be asked about together with one: those of the
// round that it goes on from, or those of which the planner says so.
func (d *decider) company(b Build) []forks.PatchID {
	for _, p := range d.in.Recorded {
		if b.Previous != "" && p.ID == b.Previous {
			return p.Patches()
		}
	}
	for _, list := range d.in.Together {
		if slices.Contains(list, b.Patch) {
			return slices.DeleteFunc(slices.Clone(list), func(id forks.PatchID) bool { _, wanted := d.wanted[id]; return !wanted })
		}
	}
	return nil
}

// isOpen reports whether an umbrella about a cause was open before this decision and
// still is.
func (d *decider) isOpen(cause forks.Hash) bool {
	return slices.ContainsFunc(d.out.Proposals, func(p forks.Proposal) bool {
		return p.Umbrella() && p.Status.Live() && p.Conflict.Cause == cause
	})
}

// wasSplit reports whether somebody wanted a patch to be asked about by itself.
func (d *decider) wasSplit(patch forks.PatchID, cause forks.Hash) bool {
	return slices.ContainsFunc(d.out.Proposals, func(p forks.Proposal) bool {
		return p.Split && p.Conflict.Cause == cause && p.About(patch)
	})
}

// membersOf begins the members of a new umbrella; nil for one patch.
func membersOf(b Build) (list []forks.Member) {
	for _, c := range b.Members {
		list = append(list, forks.Member{Patch: c.Patch, Conflict: c})
	}
	return list
}

// BuiltUmbrella is [Result.Built] for an umbrella: members are complete.
func (r *Result) BuiltUmbrella(id forks.ProposalID, tips forks.Pair, members []forks.Member) bool {
	if !r.Built(id, tips, members[0].Picked) {
		return false
	}
	i := slices.IndexFunc(r.Proposals, func(p forks.Proposal) bool { return p.ID == id })
	p := &r.Proposals[i]
	p.Members, p.Conflict = members, members[0].Conflict
	p.Conflict.Files = nil
	for _, m := range members {
		p.Conflict.Files = append(p.Conflict.Files, m.Conflict.Files...)
	}
	slices.SortFunc(p.Conflict.Files, func(a, b forks.ConflictFile) int { return strings.Compare(string(a.Path), string(b.Path)) })
	return true
}

// liveOf returns the live proposal that asks about a patch of p, "" if there is none.
func (d *decider) liveOf(p forks.Proposal) forks.ProposalID {
	for _, patch := range p.Patches() {
		if other := d.live[patch]; other != "" {
			return other
		}
	}
	return ""
}

// wants reports whether anything that a proposal asked about is still to be asked.
func (d *decider) wants(p forks.Proposal) bool {
	return slices.ContainsFunc(p.Patches(), func(patch forks.PatchID) bool {
		c, wanted := d.wanted[patch]
		return wanted && c.Cause == p.Conflict.Cause
	})
}

// alone is a member of an umbrella as a proposal about one patch.
func alone(p forks.Proposal, m forks.Member) forks.Proposal {
	p.Patch, p.Conflict, p.Members = m.Patch, m.Conflict, nil
	return p
}

// noneWanted is [decider.unwanted] for an umbrella: it need not ask any more once that
// holds for each of its patches. What is left of one asks on.
func (d *decider) noneWanted(p forks.Proposal) string {
	var why []string
	for _, m := range p.Members {
		reason := d.unwanted(alone(p, m))
		if reason == "" {
			return ""
		}
		if !slices.Contains(why, reason) {
			why = append(why, reason)
		}
	}
	if len(why) == 1 {
		return why[0]
	}
	return fmt.Sprintf("none of its %s needs a decision any more; the first: %s", count(len(p.Members), "patch"), why[0])
}

// fewer says of an umbrella how many of its patches need no decision any more; "" for
// none, and for a proposal about one patch.
func (d *decider) fewer(p forks.Proposal) string {
	n := 0
	for _, m := range p.Members {
		if d.unwanted(alone(p, m)) != "" {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d of its %s need no decision any more", n, count(len(p.Members), "patch"))
}

// partly takes in what is settled of an umbrella, and asks on about the rest of it.
func (d *decider) partly(p *forks.Proposal, o Observation, v Verdict) (forks.ActionKind, string) {
	var taken, dropped, left int
	for _, m := range v.Members {
		switch m.Kind {
		case Taken:
			taken++
		case NoDifference:
			dropped++
		default:
			i := slices.IndexFunc(p.Members, func(n forks.Member) bool { return n.Patch == m.Patch })
			if i >= 0 && d.unwanted(alone(*p, p.Members[i])) == "" {
				d.askOn(*p, m.Patch, o.Found.Onto)
				left++
			}
		}
	}
	v.Kind = Taken
	if taken == 0 {
		v.Kind = NoDifference
	}
	why := v.reason(*p)
	if len(v.Members) > max(taken, dropped) {
		var parts []string
		for _, part := range []struct {
			n    int
			what string
		}{{taken, "resolved"}, {dropped, "dropped"}, {left, "not settled, which are asked again"}} {
			if part.n > 0 {
				parts = append(parts, fmt.Sprintf("%d %s", part.n, part.what))
			}
		}
		why += fmt.Sprintf(" (of %s: %s)", count(len(v.Members), "patch"), strings.Join(parts, ", "))
	}
	p.Status, p.Reason, p.ClosedBy = forks.Harvested, why, v.By
	return forks.ActHarvest, why
}

// splitting answers a request to split.
func splitting(p forks.Proposal, open bool) string {
	switch {
	case !p.Umbrella():
		return "nothing to do: it asks about one patch"
	case !open:
		return "nothing to do: it is closed"
	}
	return fmt.Sprintf("split: each of its %s is asked about by itself", count(len(p.Members), "patch"))
}

// split ends an umbrella; its patches are asked about one by one.
func (d *decider) split(p *forks.Proposal, r forks.Request) (forks.ActionKind, string) {
	p.Status, p.Split, p.Settled = forks.Withdrawn, true, forks.Hash{}
	p.Reason = "split by " + name(r.Who) + because(r.Because) + ": each of its patches is asked about by itself"
	return forks.ActWithdraw, p.Reason
}
