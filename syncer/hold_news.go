package syncer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// news is something that people may want to read: an event, and a line in the message of
// the state commit.
type news struct{ kind, text string }

// comings tells which patches leave the branch as parked, and with them those that need
// them, and which are back.
func comings(before forks.State, p forks.Plan) (list []news) {
	out := map[forks.PatchID]*forks.Out{}
	known := map[forks.PatchID]bool{}
	for _, patch := range before.Patches {
		out[patch.ID], known[patch.ID] = patch.Out, true
	}
	parked := map[string]bool{}
	for _, row := range p.Outcomes {
		was := out[row.Patch]
		name := string(row.Patch) + " " + forks.Clip(forks.Inert(row.Subject), 200)
		switch {
		case !known[row.Patch]:
		case row.Published == forks.Parked:
			if parked[string(row.Patch)] = true; was == nil || was.Outcome != forks.Parked {
				list = append(list, news{"parked", name + ": " + row.Reason})
			}
		case row.Published == forks.Blocked && parked[row.By]:
			if parked[string(row.Patch)] = true; was == nil {
				list = append(list, news{"parked", name + ": it needs " + row.By + ", leaves with it, and comes back with it"})
			}
		case row.Published.InStack() && was != nil && (was.Outcome == forks.Parked || was.Outcome == forks.Blocked):
			list = append(list, news{"returned", name + ": it is back in its place in the branch"})
		}
	}
	return list
}

// reminders tells of which conflicts half of the time is over since the last pass.
func reminders(before, after forks.State) (list []news) {
	for _, p := range after.Proposals {
		told := slices.ContainsFunc(before.Proposals, func(o forks.Proposal) bool { return o.ID == p.ID && o.Reminded })
		if p.Reminded && !told && !p.Deadline.IsZero() {
			list = append(list, news{"reminder", fmt.Sprintf("conflict %s of %s: in %s, at %s, the branch goes on without this patch",
				p.ID, p.Patch, forks.Span(p.Deadline.Sub(after.At).Round(time.Minute)), when(p.Deadline))})
		}
	}
	return list
}

// newsLines is what the message of a state commit says of news.
func newsLines(list []news) string {
	if len(list) == 0 {
		return ""
	}
	lines := []string{"\n"}
	for _, n := range list {
		lines = append(lines, n.kind+": "+n.text)
	}
	return strings.Join(lines, "\n")
}
