package syncer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// afterAsked is the record of the proposals after what people asked about patches: an
// answer that was taken back is none, and the time of one whose patch is unparked begins
// anew.
func afterAsked(in rebase.Input, undone []rebase.Undone) []forks.Proposal {
	list := slices.Clone(in.State.Proposals)
	for i := range list {
		p := &list[i]
		for id := range in.Unpark {
			if p.About(id) && p.Status.Live() && !p.Given.IsZero() {
				p.Given, p.Deadline = in.Now, time.Time{}
			}
		}
		k := slices.IndexFunc(undone, func(u rebase.Undone) bool { return u.Proposal != "" && u.Proposal == p.ID })
		if k < 0 {
			continue
		}
		u := undone[k]
		p.Undone = &forks.Undone{By: person(u.Request.Who), Because: forks.Clip(forks.Inert(u.Request.Because), maxReason), At: in.Now}
		p.Reason += "; " + u.Said()
		if p.Status == forks.Harvested {
			p.Status = forks.Withdrawn // it is nobody's answer any more; its branches go all the same
		}
	}
	return list
}

// outcomeOf says in a sentence what a request about a patch has come to in a plan; "" if
// the plan did nothing about it.
func outcomeOf(in rebase.Input, d decision, decided pulls.Result, r forks.Request, id forks.PatchID) string {
	i := slices.IndexFunc(d.plan.Outcomes, func(row forks.Row) bool { return row.Patch == id })
	if i < 0 {
		return ""
	}
	row := d.plan.Outcomes[i]
	_, unparks := in.Unpark[id]
	_, parks := in.Park[id]
	undone := slices.ContainsFunc(d.result.Undone, func(u rebase.Undone) bool { return u.Patch == id && u.Request.ID == r.ID })
	switch {
	case r.Verb == forks.VerbPark && parks:
		return "parked" + alsoLeaves(d.plan, id)
	case r.Verb == forks.VerbUnpark && unparks:
		return "unparked: " + back(row, decided)
	case r.Verb == forks.VerbUndo && unparks:
		return "undone: the patch is unparked; " + back(row, decided)
	case r.Verb == forks.VerbUndo && undone:
		return "undone: " + back(row, decided)
	case r.Verb == forks.VerbUndo:
		return "nothing to do: somebody brought the patch back already"
	}
	return "nothing to do: somebody else asked for something newer"
}

// alsoLeaves names the patches that leave the branch together with one.
func alsoLeaves(p forks.Plan, id forks.PatchID) string {
	var with []string
	missing := map[string]bool{string(id): true}
	for _, row := range p.Outcomes { // in stack order: what is blocked comes after what it needs
		if row.Published == forks.Blocked && missing[row.By] {
			missing[string(row.Patch)] = true
			with = append(with, string(row.Patch))
		}
	}
	switch {
	case len(with) == 0:
		return ""
	case len(with) > maxWith:
		return fmt.Sprintf(", and with it %d patches that need it", len(with))
	}
	return ", and with it what needs it: " + strings.Join(with, ", ")
}

// maxWith limits how many patches an answer names.
const maxWith = 5

// back says where a patch is that somebody wants back.
func back(row forks.Row, decided pulls.Result) string {
	asked := ""
	for _, p := range decided.Proposals {
		if p.About(row.Patch) && p.Status.Pending() {
			asked = " as " + string(p.ID)
		}
	}
	switch {
	case row.Published.InStack() && row.Ahead == forks.Conflicted:
		return "it conflicts still: it is held again, and asked about" + asked
	case row.Published.InStack():
		return "the branch has it, in its place"
	case row.Published == forks.Conflicted:
		return "it conflicts still: it is left out until that is settled, and asked about" + asked
	case row.Published == forks.Blocked:
		return "it waits for the patch " + forks.Clip(forks.Inert(row.By), 20) + ", which it needs"
	}
	return "it is " + string(row.Published)
}
