package weekly

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// longWait is when the last reminder of a conflict is due. After it nobody is asked by name.
const longWait = 21 * 24 * time.Hour

// needsOf lists all decisions that only a person can make: those that waited at the end,
// and wait still. The oldest come first, those of which that is not known last.
func needsOf(in Input) []Need {
	var list []Need
	for _, row := range in.Rows.Tracks {
		list = append(list, trackNeeds(in, row)...)
		for _, p := range row.Proposals {
			if p.Status.Live() && openAtEnd(in, p) {
				list = append(list, conflictNeed(in, row, p))
			}
		}
		for _, d := range row.Decisions {
			if n, ok := questionNeed(in, row, d); ok {
				list = append(list, n)
			}
		}
	}
	_, to := in.told()
	list = slices.DeleteFunc(list, func(n Need) bool { return !n.Since.Before(to) })
	for i := range list {
		n := &list[i]
		n.Long = n.Kind == NeedConflict && to.Sub(n.Since) >= longWait
		n.With = filled(n.With)
	}
	slices.SortStableFunc(list, func(a, b Need) int {
		if a.Since.IsZero() != b.Since.IsZero() {
			return cmp.Compare(unknown(a.Since), unknown(b.Since))
		}
		return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Track, b.Track), cmp.Compare(a.What, b.What))
	})
	return filled(list)
}

func unknown(t time.Time) int {
	if t.IsZero() {
		return 1
	}
	return 0
}

// maxStep is how long a next step may be that is shown as it is, in bytes.
const maxStep = 120

// trackNeeds asks for a track that does nothing until somebody acts.
func trackNeeds(in Input, row forks.TrackRows) []Need {
	name := brief(row.Track, maxName)
	c, why := conditionOf(in, row)
	why = in.unnamed(why)
	switch c {
	case forks.TrackStopped:
		n := Need{Kind: NeedStopped, Track: row.Track, Since: troubledSince(row)}
		reason, next := why, ""
		if row.Stopped != nil {
			next = in.unnamed(row.Stopped.Next)
		} else if i := strings.LastIndex(why, "; "); i > 0 {
			reason, next = why[:i], why[i+2:] // as a problem that needs a person is written
		}
		n.What = joined(": ", name+" is stopped", brief(reason, maxReason))
		if n.Do = forks.Inert(next); n.Do == "" || len(next) > maxStep { // commands to be copied are no use in part
			n.Do, n.Command = "look at why, and how to go on", in.command("status", row.Track)
		}
		return []Need{n}
	case forks.TrackPaused:
		n := Need{Kind: NeedPaused, Track: row.Track, What: name + " is paused", Do: "resume it once it may go on", Command: in.command("resume", row.Track)}
		if row.Paused != nil {
			n.Since = row.Paused.At
			by := ""
			if row.Paused.Ref != "" {
				n.Do, n.Command = "delete the ref "+forks.Inert(string(row.Paused.Ref))+" from the fork once it may go on", ""
			}
			if who := in.named(row.Paused.By); who != "" {
				by = " by " + brief(who, maxName)
			}
			n.What = joined(": ", name+" is paused"+by, brief(in.unnamed(row.Paused.Because), maxReason))
		}
		return []Need{n}
	}
	return nil
}

// conflictNeed asks about an open conflict.
func conflictNeed(in Input, row forks.TrackRows, p forks.Proposal) Need {
	w, _ := in.waiting(row.Track, p.ID)
	patch := askedText(row, p)
	n := Need{Kind: NeedConflict, Track: row.Track, Since: p.Opened, URL: p.URL, With: in.with(w, p.Opened)}
	n.What = patch + " conflicts with upstream's " + quoted(p.Conflict.CauseSubject, p.Conflict.Cause.Short())
	does := "settle it; this shows how"
	n.Command = commandLine("explain", string(p.ID))
	switch p.Status {
	case forks.Ready:
		n.What = "the answer for " + patch + " is settled and waits to be merged"
		does, n.Command = "merge it", commandLine("merge", string(p.ID))
	case forks.Unresolved:
		n.What = joined(": ", "what was merged for "+patch+" needs a look", brief(in.unnamed(p.Reason), maxReason))
	}
	n.Do = does
	if p.URL != "" {
		n.Command = ""
		if n.Do = "decide on its page"; p.Status == forks.Ready {
			n.Do = "merge it on its page"
		}
	}
	return n
}

// questionNeed asks a question of a state. What an open conflict asks is asked there.
func questionNeed(in Input, row forks.TrackRows, d forks.Decision) (n Need, ok bool) {
	patch := patchText(row, d.Patch)
	n = Need{Kind: NeedQuestion, Track: row.Track, Since: d.Asked}
	if d.Proposal == "" {
		n.What = patch + ": " + strings.TrimSuffix(brief(in.unnamed(d.Question), maxReason), ".")
		n.Do, n.Command = "decide; this shows how", commandLine("explain", string(d.Patch))
		return n, true
	}
	i := slices.IndexFunc(row.Proposals, func(p forks.Proposal) bool { return p.ID == d.Proposal })
	if i < 0 {
		return n, false
	}
	p := row.Proposals[i]
	if p.Status == forks.Queued && p.Waits != nil && p.Waits.Closed {
		n.Kind, n.What = NeedDeclined, "the conflict of "+patch+": "+brief(p.Waits.Text(), maxReason)
		n.Do, n.Command = "ask here all the same", commandLine("retry", string(p.ID))
		return n, true
	}
	if p.Status != forks.Declined {
		return n, false
	}
	n.Kind, n.URL = NeedDeclined, p.URL
	n.What = "the conflict of " + patch + " with upstream's " + quoted(p.Conflict.CauseSubject, p.Conflict.Cause.Short()) +
		" was closed without an answer, and the patch is left out where it does not fit"
	if n.Do, n.Command = "ask again", commandLine("retry", string(p.ID)); p.URL != "" {
		n.Do, n.Command = "open it again on its page", ""
	}
	return n, true
}

// command is a command line about a track.
func (in Input) command(verb, track string) string { return commandLine(verb, in.Fork+"/"+track) }

// commandLine is a command line of auxsync, with one argument; inert.
func commandLine(verb, what string) string { return "auxsync " + verb + " " + forks.ShellWord(what) }
