package weekly

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// answer is one that a person gave to a conflict.
type answer struct {
	proposal forks.ProposalID
	by       string    // who, as [identity] tells people apart; "" where that is not known
	asked    time.Time // zero where that is not known
	at       time.Time
}

// identity tells people apart: by their login without case, or the name where that is
// all there is. Aliases of the roster are the one whose they are.
func identity(roster forks.Roster, name string) string {
	if who, ok := roster.Find(name); ok {
		name = who.Login
	}
	return strings.ToLower(name)
}

// answersOf lists the answers that people gave to conflicts of a fork, each once, in the
// order of time. Most are on record as proposals; of those that the record has lost the
// versions of patches still tell, also in tracks that carry the patches of another.
func answersOf(rows forks.WeeklyRows, roster forks.Roster) []answer {
	found := map[forks.ProposalID]answer{}
	for _, track := range rows.Tracks {
		for _, p := range track.Proposals {
			if answered(p) {
				found[p.ID] = answer{p.ID, identity(roster, p.ClosedBy), p.Opened, p.Closed}
			}
		}
	}
	for _, track := range rows.Tracks {
		for _, patch := range slices.Concat(track.Stack, track.Ended) {
			for _, v := range patch.Versions {
				if v.Proposal == "" {
					continue
				}
				a := found[v.Proposal]
				a.proposal = v.Proposal
				if lost := a.asked.IsZero(); a.at.IsZero() || lost && v.At.Before(a.at) {
					a.at = v.At // of several tracks, the one that was asked came first
				}
				a.by = cmp.Or(a.by, identity(roster, v.By))
				found[v.Proposal] = a
			}
		}
	}
	var list []answer
	for _, a := range found {
		if !a.at.IsZero() {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b answer) int {
		return cmp.Or(a.at.Compare(b.at), strings.Compare(string(a.proposal), string(b.proposal)))
	})
	return list
}

// answered reports whether a person's answer to a conflict was taken in.
func answered(p forks.Proposal) bool { return p.Status == forks.Harvested || p.Taken > 0 }

// answersIn are the answers of so many weeks, of which the last is given.
func answersIn(answers []answer, last forks.Week, weeks int, zone *time.Location) []answer {
	at := func(t time.Time) int {
		i, _ := slices.BinarySearchFunc(answers, t, func(a answer, t time.Time) int { return a.at.Compare(t) })
		return i
	}
	return answers[at(last.Add(1-weeks).Start(zone)):at(last.End(zone))]
}

// resolversOf counts the answers of each person.
func resolversOf(answers []answer) map[string]int {
	count := map[string]int{}
	for _, a := range answers {
		if a.by != "" {
			count[a.by]++
		}
	}
	return count
}

// busiestOf is the share of the answers, of those of which it is known who gave them,
// that one person gave; ok is false without any.
func busiestOf(answers []answer) (share float64, ok bool) {
	most, all := 0, 0
	for _, n := range resolversOf(answers) {
		most, all = max(most, n), all+n
	}
	if all == 0 {
		return 0, false
	}
	return float64(most) / float64(all), true
}

// medianAnswer is the median of the time from asking to the answer; of two in the middle
// their mean. ok is false without any.
func medianAnswer(answers []answer) (median time.Duration, ok bool) {
	var took []time.Duration
	for _, a := range answers {
		if !a.asked.IsZero() {
			took = append(took, max(0, a.at.Sub(a.asked)))
		}
	}
	slices.Sort(took)
	return middle(took)
}

// firstTimers are the people whose first answer ever was in a week: how many they are,
// and those of them who did not opt out, by name.
func firstTimers(in Input) (names []string, all int) {
	first, spelled := map[string]time.Time{}, map[string]string{}
	for name, at := range in.Rows.FirstSolved {
		key := identity(in.Roster, name)
		if was, known := first[key]; !known || at.Before(was) || at.Equal(was) && name < spelled[key] {
			first[key], spelled[key] = at, name
		}
	}
	names = []string{}
	start, end := in.Week.Start(in.Zone), in.Week.End(in.Zone)
	for key, at := range first {
		if key == "" || at.Before(start) || !at.Before(end) {
			continue
		}
		all++
		who, known := in.Roster.Find(key)
		switch {
		case !known:
			names = append(names, spelled[key])
		case !who.OptOut:
			names = append(names, who.Login)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(strings.Compare(strings.ToLower(a), strings.ToLower(b)), strings.Compare(a, b))
	})
	return names, all
}
