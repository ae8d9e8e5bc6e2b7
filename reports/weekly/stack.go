package weekly

import (
	"cmp"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// stackOf tells what a track carries.
func stackOf(in Input, row forks.TrackRows) Stack {
	tally := in.tally(row.Track)
	s := Stack{
		Patches: len(row.Stack), Outcomes: map[forks.Outcome]int{},
		Changed: []Changed{}, MoreChanged: tally.changed.others(),
		Upstreamed: []PatchNote{}, Added: added(in, row), Ended: []PatchNote{}, LeftOut: []PatchNote{},
		Trend: []TrendPoint{}, Most: mostAsked(in, row),
	}
	for _, p := range row.Stack {
		if p.Published != "" {
			s.Outcomes[p.Published]++
		}
		if note, ok := leftOut(in, p); ok {
			s.LeftOut = append(s.LeftOut, note)
		}
	}
	for _, p := range row.Ended {
		if p.End == nil || !in.within(p.End.At) {
			continue
		}
		note := in.note(p)
		note.Outcome, note.By, note.Note, note.Since = p.End.Outcome, in.named(p.End.By), in.unnamed(p.End.Reason), p.End.At
		if p.End.Outcome == forks.Upstreamed {
			s.Upstreamed = append(s.Upstreamed, note)
		} else {
			s.Ended = append(s.Ended, note)
		}
	}
	for _, c := range slices.Backward(tally.changed.list) {
		s.Changed = append(s.Changed, Changed{c.Patch, patchSubject(row, c.Patch), in.unnamed(c.Diff), c.Shortened})
	}
	done := tally.course.closed()
	if d := done.divergence; d != nil {
		known := *d
		s.Divergence = &known
	}
	for i, week := range tally.weeks {
		s.Trend = append(s.Trend, TrendPoint{week, done.weeks[i].lines})
	}
	return s
}

// note names a patch, as it is on the published branch.
func (in Input) note(p forks.Patch) PatchNote {
	return PatchNote{Patch: p.ID, Subject: p.Subject, Author: in.author(p.Author), Outcome: p.Published}
}

// leftOut tells why a patch is not on the published branch; ok is false if it is.
func leftOut(in Input, p forks.Patch) (note PatchNote, ok bool) {
	note = in.note(p)
	if p.Out != nil {
		note.Outcome, note.By, note.Note, note.Since = p.Out.Outcome, in.named(p.Out.By), in.unnamed(p.Out.Reason), p.Out.At
		return note, true
	}
	return note, p.Published != "" && !p.Published.InStack()
}

// added lists the patches that have their first row in a ledger of the week, and did not
// end with it.
func added(in Input, row forks.TrackRows) []PatchNote {
	list := []PatchNote{}
	for _, t := range row.Turns {
		if t.Was == "" && in.within(t.At) && !t.Row.Published.Ends() {
			// What its first pass found, and why, is mostly over by the end of the week.
			list = append(list, PatchNote{Patch: t.Row.Patch, Subject: t.Row.Subject, Author: in.author(t.Row.Author),
				Outcome: t.Row.Published, Since: t.At})
		}
	}
	return list
}

// maxMost bounds the patches that were asked about most.
const maxMost = 5

// mostAsked lists the patches that were asked about most often.
func mostAsked(in Input, row forks.TrackRows) []PatchNote {
	list := []PatchNote{}
	for id, times := range row.Asked {
		if times <= 0 {
			continue
		}
		note := PatchNote{Patch: id}
		if p := patchOf(row, id); p != nil {
			note = in.note(*p)
		}
		note.Times = times
		list = append(list, note)
	}
	slices.SortFunc(list, func(a, b PatchNote) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), cmp.Compare(a.Patch, b.Patch))
	})
	return first(list, maxMost)
}

// patchOf finds a patch of a track; nil where it is not on record any more.
func patchOf(row forks.TrackRows, id forks.PatchID) *forks.Patch {
	for _, list := range [][]forks.Patch{row.Stack, row.Ended} {
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
	}
	return nil
}

// patchText names a patch inside a sentence: by its subject or, without one, its id. Inert.
func patchText(row forks.TrackRows, id forks.PatchID) string {
	return quoted(patchSubject(row, id), "patch "+brief(string(id), 16))
}

// askedText names what a conflict asks about.
func askedText(row forks.TrackRows, p forks.Proposal) string {
	if p.Umbrella() {
		return quoted(askedSubject(row, p), "")
	}
	return patchText(row, p.Patch)
}

// askedSubject is the subject of the patch that a conflict asks about, or of how many.
func askedSubject(row forks.TrackRows, p forks.Proposal) string {
	return p.Named(patchSubject(row, p.Patch))
}

func patchSubject(row forks.TrackRows, id forks.PatchID) string {
	if p := patchOf(row, id); p != nil {
		return p.Subject
	}
	return ""
}
