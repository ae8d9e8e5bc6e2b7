package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// urgency orders tracks: those that a person must look at come first.
type urgency int

const (
	stopped   urgency = iota // does nothing until a person acts
	failing                  // its last pass failed
	silent                   // no pass in a long time
	asking                   // waits for decisions of people
	unadopted                // waits for its adoption
	calm
)

func urgencyOf(t reports.TrackStatus) urgency {
	switch {
	case t.Phase == reports.Stopped:
		return stopped
	case t.Trouble != "", strings.HasPrefix(t.Health, failingWords):
		return failing
	case strings.HasPrefix(t.Health, silentWords):
		return silent
	case t.Phase == reports.Holding, t.Phase == reports.Paused, len(t.Conflicts)+len(t.Decisions) > 0, t.PolicyTrouble != "", t.ForgeTrouble != nil:
		return asking
	case t.Phase == reports.Found:
		return unadopted
	}
	return calm
}

// tone is the class of the urgency in the style.
func (u urgency) tone() string {
	switch u {
	case stopped, failing, silent:
		return "bad"
	case asking, unadopted:
		return "warn"
	}
	return "good"
}

// frame is what every page has around its content.
type frame struct {
	Page  string // of this page
	Title string // of all pages
}

func (s *server) frame(page string) frame { return frame{Page: page, Title: s.Title} }

// message is a page that only says something.
type message struct {
	frame
	Text      string
	Home, Way string // where to go on, and what that is called
}

// index is the first page.
type index struct {
	frame
	At      *moment
	Summary string
	Tracks  []card
	More    int  // tracks that are not listed
	Reports bool // there are weekly reports
}

// indexOf orders the tracks by urgency, those of one urgency as in config.
func indexOf(o reports.Overview, title string, now time.Time) index {
	tracks := slices.Clone(o.Tracks)
	slices.SortStableFunc(tracks, func(a, b reports.TrackStatus) int { return cmp.Compare(urgencyOf(a), urgencyOf(b)) })
	x := index{frame: frame{Page: title, Title: title}, At: at(now, now), Summary: summary(tracks)}
	tracks, x.More = listed(tracks, maxTracks)
	for _, t := range tracks {
		x.Tracks = append(x.Tracks, cardOf(t, now))
	}
	return x
}

// summary counts tracks by urgency, and what people are asked.
func summary(tracks []reports.TrackStatus) string {
	n := map[urgency]int{}
	conflicts, decisions := 0, 0
	for _, t := range tracks {
		n[urgencyOf(t)]++
		conflicts += len(t.Conflicts)
		decisions += len(t.Decisions)
	}
	var parts []string
	for _, p := range []struct {
		of        urgency
		one, many string
	}{
		{stopped, "is stopped", "are stopped"}, {failing, "fails", "fail"}, {silent, "is silent", "are silent"},
		{asking, "waits for people", "wait for people"}, {unadopted, "is not adopted yet", "are not adopted yet"},
		{calm, "follows upstream", "follow upstream"},
	} {
		if n[p.of] > 0 {
			parts = append(parts, count(n[p.of], p.one, p.many))
		}
	}
	text := count(len(tracks), "track", "tracks") + ": " + strings.Join(parts, ", ") + "."
	var asks []string
	if conflicts > 0 {
		asks = append(asks, count(conflicts, "conflict", "conflicts"))
	}
	if decisions > 0 {
		asks = append(asks, count(decisions, "question", "questions"))
	}
	if len(asks) > 0 {
		text += " " + strings.Join(asks, " and ") + " for people to decide."
	}
	return text
}

// card is where one track stands.
type card struct {
	Name, Link string
	Tone       string
	Stands     phrase // the one thing to know

	Reason string // why it stopped
	Since  *moment
	Next   string // what a person does about it

	Trouble, Policy string
	Pulls           *trouble
	Passes          phrase
	NextPass        phrase

	Base         *commit
	Behind       string
	Waits        string
	WaitsAt      *commit
	Branch, Fork string
	Tip          string
	Stack        string
	Follow       string
	Upstream     string
	LastPass     string
	LastAt       *moment

	Conflicts     []ask
	MoreConflicts int
	NotAsked      []ask // conflicts that nobody is asked about yet
	MoreNotAsked  int
	Decisions     []question
	MoreDecisions int
}

// trouble is why something cannot be used.
type trouble struct {
	Since *moment
	Why   string
}

// ask is a conflict in short.
type ask struct {
	ID      string
	Subject string
	Is      string
	Asked   *moment
	Do      string
}

// question is a decision in short.
type question struct {
	Patch string
	Text  string
	Asked *moment
}

func cardOf(t reports.TrackStatus, now time.Time) card {
	name := show(t.Fork, maxName) + "/" + show(t.Track, maxName)
	u := urgencyOf(t)
	c := card{
		Name: name, Link: "./" + name, Tone: u.tone(), Stands: phrase{Text: t.Phase.Words()},
		Trouble: show(t.Trouble, maxReason), Policy: show(t.PolicyTrouble, maxReason),
		Passes: health(t.Health, now), NextPass: nextPass(t, now),
		Base: commitOf(t.Upstream, t.Base), Branch: show(t.Branch, maxSubject), Fork: show(t.Fork, maxName),
		Follow: show(t.Follow, maxSubject), Upstream: show(t.Upstream, maxPath),
	}
	if t.ForgeTrouble != nil {
		c.Pulls = &trouble{at(t.ForgeTrouble.Since, now), show(t.ForgeTrouble.Why, maxReason)}
	}
	if u == failing || u == silent {
		// The words on passes are the one thing to know; where it stands comes second.
		c.Stands, c.Passes = c.Passes, phrase{}
		if c.Stands.Text == "" {
			c.Stands.Text = "the last pass failed"
		}
	}
	c.stand(t, now)
	for _, d := range t.Decisions {
		c.Decisions = append(c.Decisions, questionOf(d, now))
	}
	c.Decisions, c.MoreDecisions = listed(c.Decisions, maxConflicts)
	asked, more := listed(t.Conflicts, maxConflicts)
	for _, o := range asked {
		c.Conflicts = append(c.Conflicts, ask{
			ID: show(string(o.ID), maxName), Subject: show(o.Named(), maxSubject), Is: reports.Answer(o.Status), Asked: at(o.Opened, now), Do: toDo(o),
		})
	}
	c.MoreConflicts = more
	queued, more := listed(t.Waiting, maxConflicts)
	for _, o := range queued {
		c.NotAsked = append(c.NotAsked, ask{ID: show(string(o.ID), maxName), Subject: show(o.Subject, maxSubject), Is: reports.Answer(o.Status), Do: o.WaitsText()})
	}
	c.MoreNotAsked = more
	return c
}

// stand adds what only an adopted track has, or how to adopt it.
func (c *card) stand(t reports.TrackStatus, now time.Time) {
	if t.Phase == reports.Found {
		c.Next = "auxsync adopt " + show(t.Track, maxName) + " takes it on. Until then nothing is ever pushed to it."
		return
	}
	c.Tip, c.Stack = t.Tip.Short(), count(t.Patches, "patch", "patches")
	if t.LeftOut > 0 {
		c.Stack += fmt.Sprintf(", %d of them left out for now", t.LeftOut)
	}
	switch {
	case t.Behind == nil:
	case *t.Behind == 0:
		c.Behind = "upstream’s newest commit"
	default:
		c.Behind = count(*t.Behind, "commit", "commits") + " behind upstream"
	}
	if t.Hold != nil {
		c.WaitsAt, c.Waits = commitOf(t.Upstream, t.Hold.Commit), show(t.Hold.Reason, maxReason)
	}
	if t.LastPass != nil {
		c.LastPass, c.LastAt = fmt.Sprintf("number %d", t.LastPass.Pass), at(t.LastPass.At, now)
		if t.LastPass.Outcome != "" {
			c.LastPass += ", " + show(t.LastPass.Outcome, maxReason)
		}
	}
	if t.Paused != nil {
		c.Reason, c.Since = show("paused by "+t.Paused.Name()+": "+t.Paused.Because, maxReason), at(t.Paused.At, now)
		c.Next = t.PauseEnd()
	}
	if t.Stopped != nil {
		c.Reason, c.Since, c.Next = show(t.Stopped.Reason, maxReason), at(t.Stopped.At, now), show(t.Stopped.Next, maxReason)
	}
}

// nextPass says when the next pass comes.
func nextPass(t reports.TrackStatus, now time.Time) phrase {
	switch {
	case t.Running:
		return phrase{Text: "one is being made now"}
	case t.Next == nil:
		return phrase{}
	case t.Next.After(now):
		next := at(*t.Next, now)
		next.Ago = "in " + forks.Ago(t.Next.Sub(now))
		return phrase{Text: "the next", At: next}
	case now.Sub(*t.Next) < time.Minute:
		return phrase{Text: "the next is due"}
	}
	return phrase{Text: "the next was due", At: at(*t.Next, now)}
}

func questionOf(d forks.Decision, now time.Time) question {
	return question{Patch: show(string(d.Patch), maxName), Text: show(d.Question, maxReason), Asked: at(d.Asked, now)}
}

// toDo says in one line what a conflict wants from people.
func toDo(c reports.OpenConflict) string {
	switch c.Status {
	case forks.Queued:
		return "Nobody is asked yet: " + c.WaitsText()
	case forks.Ready:
		return "It is settled. What is left is to look at it and merge it; the link says how."
	case forks.Unresolved:
		return show(c.Reason, maxReason)
	case forks.Declined:
		return "It was closed without an answer and is not asked again. The questions of this track say what can be done."
	}
	return "It waits for somebody to settle it; the link says how."
}
