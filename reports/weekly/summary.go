package weekly

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// summaryOf says in one line, in plain words, what the week was like: what is wrong comes
// first. It is told all that is needed of people, not only what is listed. Inert.
func summaryOf(in Input, r Report) string {
	var parts []string
	parts = append(parts, silent(r)...)
	parts = append(parts, waitedLong(r)...)
	parts = append(parts, troubled(r)...)
	parts = append(parts, behind(r)...)
	parts = append(parts, undecided(in, r)...)
	if quiet(r) {
		parts = append(parts, "a quiet week, in which nothing moved")
	}
	parts = append(parts, lost(in, r)...)
	var when []string
	if r.FirstWeek {
		when = append(when, "first week")
	}
	if !r.Over {
		when = append(when, "so far")
	}
	line := strings.Join(parts, "; ")
	if len(when) > 0 {
		line = upper(strings.Join(when, ", ")) + ": " + line
	} else if !strings.HasPrefix(line, brief(r.Fork, maxName)) {
		line = upper(line)
	}
	return line + "."
}

// upper begins a sentence with a capital letter. What it begins is our own words, or a
// track's name, which stays as it is.
func upper(s string) string {
	for _, own := range []string{"first week", "so far", "no pass", "the passes", "how far", "a quiet"} {
		if strings.HasPrefix(s, own) {
			return strings.ToUpper(s[:1]) + s[1:]
		}
	}
	return s
}

// kept reports whether a track is more than found: people count on it.
func (t Track) kept() bool { return t.Condition != forks.TrackFound }

// silent says that passes were not made: silence is a fault.
func silent(r Report) []string {
	passes := 0
	var without []string
	for _, t := range r.Tracks {
		passes += t.Passes.All
		if t.kept() && t.Passes.All == 0 {
			without = append(without, t.Track)
		}
	}
	week := "this week"
	if !r.Over {
		week = "this week yet"
	}
	switch {
	case len(r.Tracks) == 0 && passes == 0:
		return []string{"no pass was made " + week + ", and " + brief(r.Fork, maxName) + " has no track on record"}
	case passes == 0:
		return []string{"no pass was made " + week + ": auxsync did not run"}
	case len(without) > 0:
		return []string{"no pass was made " + week + " over " + names(without, 3)}
	}
	return nil
}

// waitedLong counts the conflicts that have waited until the last reminder.
func waitedLong(r Report) []string {
	long := 0
	for _, n := range r.Needed {
		if n.Long {
			long++
		}
	}
	if long == 0 {
		return nil
	}
	return []string{count(long, "conflict has", "conflicts have") + " waited more than three weeks"}
}

// troubled names the tracks that do not follow upstream.
func troubled(r Report) (parts []string) {
	for _, c := range []struct {
		condition forks.Condition
		one, many string // what is said of one track, of several
	}{
		{forks.TrackStopped, "%s is stopped, and waits for a person", "%s are stopped, and wait for a person"},
		{forks.TrackFailing, "the passes over %s fail, and are tried again", "the passes over %s fail, and are tried again"},
		{forks.TrackPaused, "%s is paused", "%s are paused"},
	} {
		var list []string
		for _, t := range r.Tracks {
			if t.Condition == c.condition {
				list = append(list, t.Track)
			}
		}
		switch len(list) {
		case 0:
		case 1:
			parts = append(parts, fmt.Sprintf(c.one, names(list, 3)))
		default:
			parts = append(parts, fmt.Sprintf(c.many, names(list, 3)))
		}
	}
	return parts
}

// behind says how far behind upstream the fork is: on the track that is furthest.
func behind(r Report) (parts []string) {
	var worst *Track
	var unknown []string
	known := 0
	for i := range r.Tracks {
		t := &r.Tracks[i]
		switch {
		case !t.kept():
		case !t.Lag.Known:
			unknown = append(unknown, t.Track)
		default:
			known++
			if worst == nil || t.Lag.Now > worst.Lag.Now {
				worst = t
			}
		}
	}
	if worst != nil {
		parts = append(parts, worst.behind(r.Fork, known, len(unknown) == 0))
	}
	switch {
	case len(unknown) == 0:
	case worst == nil:
		parts = append(parts, "how far "+brief(r.Fork, maxName)+" is behind upstream is not known")
	default:
		parts = append(parts, "how far "+names(unknown, 3)+" is behind is not known")
	}
	return parts
}

// behind tells of the track that is furthest behind, of so many whose lag is known; all
// says that these are all.
func (t Track) behind(fork string, known int, all bool) string {
	where, most := "", ""
	switch {
	case known == 1 && !all:
		where = " on " + brief(t.Track, maxName)
	case known > 1 && t.Lag.Now == 0:
		where = fmt.Sprintf(" on %d tracks", known)
	case known > 1:
		where, most = ", on "+brief(t.Track, maxName), "at most "
	}
	if t.Lag.Now == 0 {
		return brief(fork, maxName) + " has everything of upstream's" + where
	}
	goal := ""
	switch {
	case t.Lag.Goal <= 0:
	case t.Lag.Agreed:
		goal = " (goal " + span(t.Lag.Goal) + ")"
	default:
		goal = " (config allows " + span(t.Lag.Goal) + ")"
	}
	return brief(fork, maxName) + " is " + most + span(t.Lag.Now) + " behind upstream" + where + goal
}

// undecided counts the patches of all stacks that wait for a decision: those with an open
// conflict, and those that a question is asked about.
func undecided(in Input, r Report) []string {
	patches, waiting, others := 0, 0, 0
	for _, row := range in.Rows.Tracks {
		asked := askedAbout(in, row)
		for _, p := range row.Stack {
			patches++
			if asked[p.ID] {
				waiting++
				delete(asked, p.ID)
			}
		}
		others += len(asked)
	}
	if patches == 0 && others == 0 {
		return nil
	}
	parts := []string{fmt.Sprintf("none of %s waits for a decision", count(patches, "patch", "patches"))}
	switch {
	case patches == 0:
		parts = nil
	case waiting == 1:
		parts = []string{fmt.Sprintf("1 of %s waits for a decision", count(patches, "patch", "patches"))}
	case waiting > 1:
		parts = []string{fmt.Sprintf("%s of %s wait for a decision", numeral(waiting), count(patches, "patch", "patches"))}
	}
	if others > 0 {
		parts = append(parts, count(others, "question about a patch that left the stack waits", "questions about patches that left the stack wait"))
	}
	return parts
}

// askedAbout has the patches of a track that people are asked about.
func askedAbout(in Input, row forks.TrackRows) map[forks.PatchID]bool {
	_, to := in.told()
	asked := map[forks.PatchID]bool{}
	for _, p := range row.Proposals {
		if openAtEnd(in, p) {
			for _, patch := range p.Patches() {
				asked[patch] = true
			}
		}
	}
	for _, d := range row.Decisions {
		if n, ok := questionNeed(in, row, d); ok && n.Since.Before(to) {
			asked[d.Patch] = true
		}
	}
	return asked
}

// quiet reports whether nothing moved, was asked or ended, and no track is in trouble.
func quiet(r Report) bool {
	looked := false
	for _, t := range r.Tracks {
		looked = looked || t.Passes.Quiet+t.Passes.Unchanged > 0
		calm := t.Condition == forks.TrackFollowing || t.Condition == forks.TrackHolding || !t.kept()
		if !calm || t.Passes.Published+t.Passes.State+t.Passes.Failed+t.Passes.Stopped > 0 {
			return false
		}
	}
	return looked && r.Conflicts.Opened+len(r.Conflicts.Resolved) == 0
}

// lost says that nothing was lost, where that is known: each patch of every stack has its
// outcome on record, and each track was looked at until the end. Else it says what is not
// known.
func lost(in Input, r Report) []string {
	blank, patches := 0, 0
	var open []string
	for i, row := range in.Rows.Tracks {
		patches += len(row.Stack)
		for _, p := range row.Stack {
			if p.Published == "" {
				blank++
			}
		}
		switch t := r.Tracks[i]; {
		case !t.kept():
		case t.Passes.All == 0, t.Condition == forks.TrackStopped, t.Condition == forks.TrackFailing, t.Condition == forks.TrackPaused:
			open = append(open, t.Track)
		}
	}
	var parts []string
	if blank > 0 {
		parts = append(parts, count(blank, "patch has", "patches have")+" no outcome on record")
	}
	if len(open) > 0 {
		parts = append(parts, "what people pushed to "+names(open, 3)+" meanwhile is not accounted for yet")
	}
	if len(parts) == 0 && patches > 0 {
		parts = append(parts, "nothing was lost")
	}
	return parts
}
