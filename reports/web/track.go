package web

import (
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// track is the page of one track.
type track struct {
	frame
	At        *moment
	Card      card
	Conflicts []conflict
	More      int // conflicts that are not listed
	Patches   stack
	Ended     stack
	Legend    []meaning // of the outcomes that are shown
}

// conflict is one that people are or were asked about, and how they answer.
type conflict struct {
	ask
	Patch, Author string
	Round         int // 0 for the first
	Cause         string
	CauseAt       *commit
	Clean, Had    *commit
	Note          string
	Files         []file
	MoreFiles     int

	Tone string

	// Way says which way of answering is open to people; "" for none. Commands is
	// what to type in a clone, Fix and Onto are the two branches.
	Way       string
	Commands  string
	Fix, Onto string
}

// file is a path on which a patch stops, and what stands against what.
type file struct{ Path, Kind string }

// stack is a list of patches.
type stack struct {
	Caption string
	Patches []patch
	More    int // patches that are not listed
}

// patch is one line of a stack.
type patch struct {
	ID, Subject, Author string
	Commit              string
	Is, Tone            string
	Note                string
}

// meaning explains an outcome.
type meaning struct{ Outcome, Text string }

// trackOf makes the page of the track that status is about.
func trackOf(status reports.TrackStatus, list reports.PatchList, asked reports.ConflictList, title string, now time.Time) track {
	c := cardOf(status, now)
	x := track{frame: frame{Page: c.Name, Title: title}, At: at(now, now), Card: c}
	var mine []reports.OpenConflict
	for _, o := range asked.Conflicts {
		if o.Fork == status.Fork && o.Track == status.Track {
			mine = append(mine, o)
		}
	}
	mine, x.More = listed(mine, maxConflicts)
	for _, o := range mine {
		x.Conflicts = append(x.Conflicts, conflictOf(o, status.Upstream, now))
	}
	shown := map[forks.Outcome]bool{}
	x.Patches = stackOf(list.Patches, shown)
	x.Patches.Caption = count(len(list.Patches), "patch", "patches") + ", oldest first"
	// What ended last is what people look for.
	ended := slices.Clone(list.Ended)
	slices.Reverse(ended)
	x.Ended = stackOf(ended, shown)
	x.Ended.Caption = count(len(ended), "patch", "patches") + " that left the stack, newest first"
	for _, o := range forks.Outcomes() {
		if shown[o] {
			x.Legend = append(x.Legend, meaning{string(o), reports.Meaning(o)})
		}
	}
	return x
}

func conflictOf(o reports.OpenConflict, upstream string, now time.Time) conflict {
	cause := o.Conflict.Cause
	if !o.Conflict.Inner.IsZero() {
		cause = o.Conflict.Inner
	}
	c := conflict{
		Tone:  "warn",
		ask:   ask{ID: show(string(o.ID), maxName), Subject: show(o.Named(), maxSubject), Is: reports.Answer(o.Status), Asked: at(o.Opened, now), Do: toDo(o)},
		Patch: show(string(o.Patch), maxName), Author: show(o.Author.Name, maxName),
		Cause: reports.Cause(o.Conflict), CauseAt: commitOf(upstream, cause),
		Clean: commitOf(upstream, o.Conflict.Clean), Had: commitOf(upstream, o.Conflict.SuggestDrop),
	}
	if o.Round > 1 {
		c.Round = o.Round
	}
	files, more := listed(o.Conflict.Files, maxFiles)
	for _, f := range files {
		c.Files = append(c.Files, file{show(string(f.Path), maxPath), show(string(f.Kind), maxName)})
	}
	c.MoreFiles = more
	c.answer(o)
	return c
}

// answer adds how people answer now.
func (c *conflict) answer(o reports.OpenConflict) {
	c.Fix, c.Onto = branch(o.FixRef), branch(o.OntoRef)
	fetch := func(r forks.Ref) string { return "git fetch origin " + forks.ShellWord(string(r)) }
	look := "\ngit switch -c " + forks.ShellWord("auxsync-"+string(o.ID)) + " FETCH_HEAD"
	switch o.Status {
	case forks.Open:
		c.Way, c.Do = "settle", ""
		c.Commands = fetch(o.FixRef) + look
	case forks.Ready:
		c.Way, c.Do = "merge", ""
		c.Commands = fetch(o.FixRef) + "\ngit diff " + o.Onto.String() + " FETCH_HEAD\ngit push origin " + forks.ShellWord("FETCH_HEAD:"+string(o.OntoRef))
	case forks.Unresolved:
		c.Way, c.Tone = "look", "bad"
		c.Commands = fetch(o.OntoRef) + look
	default:
		c.Tone, c.Note = "over", show(o.Reason, maxReason)
	}
}

func branch(r forks.Ref) string {
	return show(strings.TrimPrefix(string(r), "refs/heads/"), maxPath)
}

// stackOf lists patches and notes which outcomes they show.
func stackOf(patches []forks.Patch, shown map[forks.Outcome]bool) stack {
	var s stack
	patches, s.More = listed(patches, maxPatches)
	for _, p := range patches {
		o := reports.Standing(p)
		shown[o] = true
		if p.Out == nil && p.End == nil && p.Ahead != "" {
			shown[p.Ahead] = true // noteOf names it
		}
		s.Patches = append(s.Patches, patch{
			ID: show(string(p.ID), maxName), Subject: show(p.Subject, maxSubject), Author: show(p.Author.Name, maxName),
			Commit: p.Commit.Short(), Is: show(string(o), maxOutcome), Tone: toneOf(o), Note: noteOf(p),
		})
	}
	return s
}

func toneOf(o forks.Outcome) string {
	switch {
	case o.InStack():
		return "good"
	case o.Ends():
		return "faint"
	}
	return "warn"
}

// noteOf says what more there is to know about a patch than its outcome.
func noteOf(p forks.Patch) string {
	var notes []string
	switch {
	case p.End != nil:
		notes = append(notes, reports.Because(p.End.By, p.End.Reason))
	case p.Out != nil:
		notes = append(notes, reports.Because(p.Out.By, p.Out.Reason))
	case p.Ahead != "" && p.Ahead != p.Published:
		notes = append(notes, "at upstream’s newest commit: "+show(string(p.Ahead), maxName))
	}
	if n := len(p.Folded); n > 0 {
		notes = append(notes, count(n, "commit", "commits")+" folded into it")
	}
	return strings.Join(slices.DeleteFunc(notes, func(s string) bool { return s == "" }), "; ")
}
