package weekly

import (
	"cmp"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// How a conflict ended.
const (
	byPeople  = "people"
	elsewhere = "elsewhere"
	declined  = "declined"
)

// conflictsOf tells what was asked of people. Where the same conflict is asked about in a
// further round nothing is opened and nothing ends: it is one that goes on.
func conflictsOf(in Input) Conflicts {
	c := Conflicts{Resolved: []Resolved{}, Open: []OpenConflict{}, NotAsked: []NotAsked{}}
	var took []Seconds
	for _, row := range in.Rows.Tracks {
		for _, p := range row.Proposals {
			if p.Status == forks.Queued && p.Waits != nil {
				c.NotAsked = counted(c.NotAsked, p.Waits.Text())
			}
			if neverAsked(p) {
				continue
			}
			if in.within(p.Opened) && !goesOn(row, p, -1) {
				c.Opened++
			}
			if r, ok := ended(in, row, p); ok {
				c.Resolved = append(c.Resolved, r)
			}
			if openAtEnd(in, p) {
				c.Open = append(c.Open, openConflict(in, row, p))
			}
		}
		for _, use := range row.Reused {
			if in.within(use.At) {
				c.ByMemory++
			}
		}
	}
	for _, r := range c.Resolved {
		switch r.How {
		case byPeople:
			c.ByPeople++
			took = append(took, r.Took)
			c.Longest = max(c.Longest, r.Took)
		case elsewhere:
			c.Elsewhere++
		case declined:
			c.Declined++
		}
	}
	slices.Sort(took)
	c.Median, _ = middle(took)
	slices.SortStableFunc(c.Resolved, func(a, b Resolved) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Proposal, b.Proposal)) })
	slices.SortStableFunc(c.Open, func(a, b OpenConflict) int {
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Proposal, b.Proposal))
	})
	c.AllOpen = len(c.Open)
	c.Resolved, c.Open = first(c.Resolved, MaxListed), first(c.Open, MaxListed)
	return c
}

// neverAsked reports whether nobody was ever asked about a conflict: it waited for its
// turn, and went away meanwhile if it waits no more.
func neverAsked(p forks.Proposal) bool {
	gone := p.Status == forks.Withdrawn || p.Status == forks.Cleaned && p.Taken == 0
	return p.Status == forks.Queued || gone && p.Opened.IsZero() && p.Onto.IsZero()
}

// counted adds a conflict to those that wait for the same reason.
func counted(list []NotAsked, why string) []NotAsked {
	for i := range list {
		if list[i].Why == why {
			list[i].Conflicts++
			return list
		}
	}
	return append(list, NotAsked{1, why})
}

// goesOn reports whether a conflict that nobody answered was asked about in the round
// before (-1) or in the next one (1), too.
func goesOn(row forks.TrackRows, p forks.Proposal, step int) bool {
	return slices.ContainsFunc(row.Proposals, func(q forks.Proposal) bool {
		before := p
		if step < 0 {
			before = q
		}
		return q.About(p.Patch) && q.Conflict.Cause == p.Conflict.Cause && q.Round == p.Round+step && howEnded(before) == elsewhere
	})
}

// howEnded says how a conflict ended; "" for one that is open.
func howEnded(p forks.Proposal) string {
	switch {
	case p.Status.Live():
		return ""
	case p.Status == forks.Declined:
		return declined
	case p.Status == forks.Harvested || p.Taken > 0:
		return byPeople
	}
	return elsewhere
}

// ended tells of a conflict that ended in the week.
func ended(in Input, row forks.TrackRows, p forks.Proposal) (r Resolved, ok bool) {
	how := howEnded(p)
	if how == "" || !in.within(p.Closed) || how == elsewhere && goesOn(row, p, 1) {
		return r, false
	}
	return Resolved{Proposal: p.ID, Track: row.Track, Subject: askedSubject(row, p), How: how, By: in.named(p.ClosedBy),
		Reason: in.unnamed(beyondWho(p)), URL: p.URL, Took: since(p.Opened, p.Closed), At: p.Closed}, true
}

// beyondWho is the reason of a conflict's end; "" if it says no more than who answered.
func beyondWho(p forks.Proposal) string {
	if p.Reason == "resolved by "+p.ClosedBy {
		return ""
	}
	return p.Reason
}

// openAtEnd reports whether a conflict waited for people at the end. One that waits now,
// since nobody knows when, is told of rather than left out.
func openAtEnd(in Input, p forks.Proposal) bool {
	_, to := in.told()
	return openAt(p, to) || p.Status.Live() && p.Opened.IsZero()
}

func openConflict(in Input, row forks.TrackRows, p forks.Proposal) OpenConflict {
	_, to := in.told()
	w, _ := in.waiting(row.Track, p.ID)
	return OpenConflict{
		Proposal: p.ID, Track: row.Track, Subject: askedSubject(row, p), Cause: p.Conflict.CauseSubject, URL: p.URL,
		Since: p.Opened, Age: since(p.Opened, to), With: in.with(w, p.Opened), Next: next(in, row, p, w),
	}
}

// next says what happens next with an open conflict, as far as that is on record; inert.
func next(in Input, row forks.TrackRows, p forks.Proposal, w forks.WaitingWith) string {
	with := in.with(w, p.Opened)
	for i := range with {
		with[i] = brief(with[i], maxName)
	}
	switch {
	case p.Status == forks.Ready:
		return "it is settled, and waits to be merged"
	case p.Status == forks.Unresolved:
		return joined(": ", "what was merged needs a look", brief(in.unnamed(p.Reason), maxReason))
	case !p.Status.Live():
		return "it ended since"
	case row.Paused != nil:
		return "it waits until the track is resumed"
	case w.Claimed != "" && len(with) > 0:
		return "waits with " + all(with) + ", who took it on"
	case w.Claimed != "":
		return "waits with somebody who took it on"
	case len(with) > 0:
		return "waits with " + all(with)
	case p.Number > 0:
		return "waits for whoever takes it on"
	}
	return "waits for whoever settles its fix branch"
}
