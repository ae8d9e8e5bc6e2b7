package syncer

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/rebase"
)

// buildUmbrella writes the branches of an umbrella and completes its record.
func (v *visit) buildUmbrella(ctx context.Context, in rebase.Input, d *decision, decided *pulls.Result, b pulls.Build) error {
	describe := func(onto forks.Hash, members []forks.Member, marked bool) []byte {
		if marked && hasPages(v.track) {
			return nil // nobody can delete a file by accepting suggestions in a browser
		}
		return pulls.ConflictFile(v.umbrellaNote(d, b, onto, members))
	}
	message := func(id forks.PatchID) string {
		one := b
		one.Patch, one.Members = id, nil
		for _, c := range b.Members {
			if c.Patch == id {
				one.Conflict = c
			}
		}
		note := v.note(d, one)
		if hasPages(v.track) {
			return pulls.PullFixMessage(note)
		}
		return pulls.FixMessage(note)
	}
	pair, err := v.umbrellaPair(ctx, in, d, b, describe, message)
	if err != nil {
		return err
	}
	decided.BuiltUmbrella(b.ID, forks.Pair{Onto: pair.Onto, Fix: pair.Fix}, pair.Members)
	d.result.Keeps = append(d.result.Keeps, pair.Fix)
	return nil
}

func (v *visit) umbrellaPair(ctx context.Context, in rebase.Input, d *decision, b pulls.Build, describe rebase.DescribeMembers, message func(forks.PatchID) string) (rebase.UmbrellaPair, error) {
	if of := umbrellaOf(in.State.Proposals, d.result, b); of != nil {
		var patches []forks.PatchID
		for _, c := range b.Members {
			patches = append(patches, c.Patch)
		}
		return d.result.BuildUmbrellaAgain(*of, patches, b.Start, describe, message)
	}
	return d.result.BuildUmbrella(ctx, b.Members, describe, message)
}

// umbrellaOf returns the umbrella whose branches a build goes on from: the round before
// it, or the one that was split, where upstream's road no longer has the cause. Nil for
// none.
func umbrellaOf(recorded []forks.Proposal, result *rebase.Result, b pulls.Build) *forks.Proposal {
	for i, p := range slices.Backward(recorded) {
		switch {
		case !p.Umbrella() || !p.About(b.Patch):
		case b.Previous != "" && p.ID == b.Previous,
			b.Previous == "" && p.Conflict.Cause == b.Conflict.Cause && !result.Builds(b.Conflict):
			return &recorded[i]
		}
	}
	return nil
}

// umbrellaNote gathers what people are told about an umbrella.
func (v *visit) umbrellaNote(d *decision, b pulls.Build, onto forks.Hash, members []forks.Member) pulls.Note {
	note := v.note(d, b)
	note.Onto, note.Conflict.Files = onto, nil
	for _, m := range members {
		subject, author, _ := d.result.Describe(m.Patch)
		note.Members = append(note.Members, pulls.NoteMember{Patch: m.Patch, Subject: subject, Author: author, Files: m.Conflict.Files})
		note.Conflict.Files = append(note.Conflict.Files, m.Conflict.Files...)
	}
	return note
}
