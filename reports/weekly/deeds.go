package weekly

import (
	"cmp"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// deedsOf lists what auxsync did by itself in the week, the newest first, each with what
// a person can do about it.
func deedsOf(in Input) []Deed {
	list := []Deed{}
	before := map[string]int{} // the pass of each track that published last
	for _, e := range in.Rows.Events {
		if e.Fork != in.Fork {
			continue
		}
		if d, ok := deedOf(in, e, before[e.Track]); ok && in.within(e.At) {
			list = append(list, d)
		}
		if (e.Kind == "published" || e.Kind == "adopted") && e.Pass > 0 {
			before[e.Track] = e.Pass
		}
	}
	for _, row := range in.Rows.Tracks {
		list = append(list, stackDeeds(in, row)...)
	}
	slices.SortStableFunc(list, func(a, b Deed) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.Track, b.Track), cmp.Compare(a.What, b.What))
	})
	return list
}

// deedOf tells of an event; ok is false for one that is no deed. Before is the pass that
// had published last.
func deedOf(in Input, e forks.Event, before int) (d Deed, ok bool) {
	d = Deed{At: e.At, Track: e.Track}
	text := brief(in.unnamed(e.Text), maxReason)
	switch e.Kind {
	case "published":
		d.What = joined(" ", "published", branchOf(in, e.Track), "as", text)
		d.Undo = "a commit on the branch changes it, such as a git revert of a patch, which takes it out"
		if e.Pass > 0 {
			d.What += ", kept as " + brief(string(forks.ArchiveRef(e.Track, e.Pass)), maxReason)
		}
		if t, known := in.track(e.Track); known && before > 0 {
			d.Undo += "; the branch as it was before is kept, and fetched so"
			d.Command = "git fetch -- " + forks.ShellWord(t.URL) + " " + forks.ShellWord(string(forks.ArchiveRef(e.Track, before)))
		}
	case "conflict withdraw":
		d.What = "withdrew conflict " + text
		d.Undo = "not needed: nothing was decided, and should the patch conflict again it is asked about again"
	case "conflict clean":
		d.What = "tidied up after conflict " + text
		d.Undo = "not needed: what was merged or taken in stays reachable from " + brief(string(forks.StateRef(e.Track)), maxReason)
	default:
		return d, false
	}
	return d, true
}

// branchOf names the branch of a track; inert.
func branchOf(in Input, track string) string {
	if t, ok := in.track(track); ok {
		return brief(t.Branch, maxSubject)
	}
	return brief(track, maxName)
}

// stackDeeds tells what auxsync did to patches without asking anybody.
func stackDeeds(in Input, row forks.TrackRows) (list []Deed) {
	for _, p := range row.Ended {
		if p.End == nil || !in.within(p.End.At) || p.End.Outcome != forks.Upstreamed && p.End.Outcome != forks.Emptied {
			continue
		}
		why := "nothing of it is left"
		if p.End.Outcome == forks.Upstreamed {
			why = "upstream has it"
			if id, err := forks.ParseHash(p.End.By); err == nil {
				why += " as " + id.Short()
			}
		}
		d := Deed{At: p.End.At, Track: row.Track, What: "took " + quoted(p.Subject, brief(string(p.ID), 16)) + " out of the stack: " + why}
		d.Undo = "if something of it is missing, commit that anew on the branch and push"
		if !p.Commit.IsZero() {
			d.Undo += "; its last form is " + p.Commit.Short()
		}
		list = append(list, d)
	}
	for _, use := range row.Reused {
		if !in.within(use.At) {
			continue
		}
		by := ""
		if who := in.named(use.By); who != "" {
			by = " by " + brief(who, maxName)
		}
		where := " in an earlier merge"
		if use.Proposal != "" {
			where = " for conflict " + brief(string(use.Proposal), 16)
		}
		list = append(list, Deed{At: use.At, Track: row.Track,
			What: "settled " + patchText(row, use.Patch) + " with what was decided" + by + where,
			Undo: "a commit on the branch changes it, such as a git revert of the patch, which takes it out"})
	}
	return list
}
