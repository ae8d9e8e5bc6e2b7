package weekly

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// decisionsOf lists what people decided in the week, the newest first: what they asked
// for by a command, the conflicts that they answered or closed otherwise, and the patches
// that they took out. What is on record in several ways is told once. Who takes a
// conflict on, or hands it back, decides nothing, and is not told here.
func decisionsOf(in Input) []Decision {
	d := decided{in: in, start: in.Week.Start(in.Zone), end: in.Week.End(in.Zone), list: []Decision{}}
	d.requests()
	for _, track := range in.Rows.Tracks {
		d.answers(track)
		d.drops(track)
	}
	slices.SortFunc(d.list, func(a, b Decision) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.Track, b.Track), strings.Compare(a.What, b.What),
			strings.Compare(a.Who, b.Who), strings.Compare(a.URL, b.URL), strings.Compare(a.Result, b.Result))
	})
	return d.list
}

// decided collects the decisions of a week.
type decided struct {
	in         Input
	start, end time.Time
	list       []Decision
}

func (d *decided) inWeek(t time.Time) bool { return !t.Before(d.start) && t.Before(d.end) }

// add adds a decision. Its reason and result stay as they were written, but for the names
// of people who opted out.
func (d *decided) add(one Decision) {
	one.Because, one.Result = d.in.unnamed(one.Because), d.in.unnamed(one.Result)
	one.Who = d.in.named(one.Who)
	d.list = append(d.list, one)
}

// requests adds what people asked for by a command, a closed or a reopened pull request.
func (d *decided) requests() {
	for _, r := range d.in.Rows.Requests {
		if d.inWeek(r.Taken) && r.Verb != forks.VerbMine && r.Verb != forks.VerbNotMine {
			subject, url := d.subject(r.Request)
			d.add(Decision{At: r.Taken, Track: r.Track, Who: r.Who, What: asked(r.Verb, subject), Because: r.Because, URL: cmp.Or(r.URL, url), Result: r.Result})
		}
	}
}

// asked says what a command asks for.
func asked(v forks.Verb, subject string) string {
	switch v {
	case forks.VerbPause:
		return "asked to pause the track"
	case forks.VerbResume:
		return "asked to resume the track"
	case forks.VerbRollback:
		return "asked to roll the track back"
	case forks.VerbAccept:
		return "asked to take the rewritten branch as it is"
	case forks.VerbUndo:
		if subject == "" {
			return "asked to undo the last decision about the track"
		}
		return "asked to undo the last decision about " + subject
	case forks.VerbDrop:
		return "asked to drop " + subject
	case forks.VerbKeepOurs:
		return "asked to keep the fork's side of " + subject
	case forks.VerbTakeUpstream:
		return "asked to take upstream's side of " + subject
	case forks.VerbDecline:
		return "closed the conflict of " + subject + " without an answer"
	case forks.VerbReopen:
		return "opened the conflict of " + subject + " again"
	case forks.VerbRetry:
		if subject == "" {
			return "asked for another look"
		}
		return "asked for another look at " + subject
	}
	return strings.TrimSpace("asked for " + string(v) + " " + subject)
}

// answers adds the conflicts of a track that were answered, or closed without an answer,
// otherwise than by a command.
func (d *decided) answers(track forks.TrackRows) {
	for _, p := range track.Proposals {
		one := Decision{At: p.Closed, Track: track.Track, Who: p.ClosedBy, URL: p.URL, Result: beyondWho(p)}
		subject, _ := d.conflict(track.Track, p.ID)
		switch {
		case !d.inWeek(p.Closed):
			continue
		case answered(p) && !d.commanded(p, forks.VerbDrop, forks.VerbKeepOurs, forks.VerbTakeUpstream):
			one.What = "settled the conflict of " + subject
		case p.Status == forks.Declined && !d.commanded(p, forks.VerbDecline):
			one.What = "closed the conflict of " + subject + " without an answer"
		default:
			continue
		}
		d.add(one)
	}
}

// commanded reports whether a command ended a conflict: it is told already, if in another
// week.
func (d *decided) commanded(p forks.Proposal, verbs ...forks.Verb) bool {
	return slices.ContainsFunc(d.in.Rows.Requests, func(r forks.RequestRecord) bool {
		return r.Proposal == p.ID && slices.Contains(verbs, r.Verb) && did(r) &&
			// One that was taken before was about an earlier end.
			(p.Taken > 0 && r.Pass == p.Taken || p.Taken == 0 && !r.Taken.Before(p.Closed))
	})
}

// did reports whether a pass took a command and did what it asks for, which is what every
// result tells of that does not begin like these two.
func did(r forks.RequestRecord) bool {
	return !r.Taken.IsZero() && !strings.HasPrefix(r.Result, "nothing to do") && !strings.HasPrefix(r.Result, "refused: ")
}

// drops adds the patches of a track that a person took out otherwise than by an answer.
func (d *decided) drops(track forks.TrackRows) {
	for _, patch := range track.Ended {
		end := patch.End
		if end == nil || end.Outcome != forks.Dropped || !d.inWeek(end.At) {
			continue
		}
		answer := slices.ContainsFunc(track.Proposals, func(p forks.Proposal) bool {
			return p.About(patch.ID) && answered(p) && p.Taken == end.Pass
		})
		if answer || d.follows(patch) || undoes(track, patch) {
			continue
		}
		d.add(Decision{At: end.At, Track: track.Track, Who: end.By, What: "dropped " + patchText(track, patch.ID), Result: end.Reason})
	}
}

// follows reports whether a patch was dropped because the one of another track was of
// which it is a copy: that is where somebody decided.
func (d *decided) follows(patch forks.Patch) bool {
	if patch.From == "" {
		return false
	}
	for _, track := range d.in.Rows.Tracks {
		for _, source := range track.Ended {
			if source.ID == patch.From && source.End != nil && source.End.Outcome == forks.Dropped && !source.End.At.After(patch.End.At) {
				return true
			}
		}
	}
	return false
}

// undoes reports whether a patch is the revert of another, which ended in the same pass:
// the two are one decision. The reason is what the ledger says of such a revert.
func undoes(track forks.TrackRows, patch forks.Patch) bool {
	return slices.ContainsFunc(track.Ended, func(other forks.Patch) bool {
		return other.ID != patch.ID && other.End != nil && other.End.Pass == patch.End.Pass && other.End.Outcome == forks.Dropped &&
			patch.End.Reason == "reverts "+string(other.ID)+" whole"
	})
}

// subject names what a request is about, "" for the track.
func (d *decided) subject(r forks.Request) (subject, url string) {
	if r.Proposal != "" || r.Patch == "" {
		return d.conflict(r.Track, r.Proposal)
	}
	for _, t := range d.in.Rows.Tracks {
		if t.Track == r.Track {
			return patchText(t, r.Patch), ""
		}
	}
	return brief(string(r.Patch), 16), ""
}

// conflict finds the subject of the patch that a conflict is about, or what names it, and
// the address of its page.
func (d *decided) conflict(track string, id forks.ProposalID) (subject, url string) {
	if id == "" {
		return "", ""
	}
	for _, t := range d.in.Rows.Tracks {
		if t.Track != track {
			continue
		}
		for _, p := range t.Proposals {
			if p.ID == id {
				return patchText(t, p.Patch), p.URL
			}
		}
	}
	return brief(string(id), 16), ""
}
