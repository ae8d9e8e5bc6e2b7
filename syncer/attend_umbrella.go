package syncer

import (
	"context"
	"slices"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// memberNote is one patch of an umbrella as its page tells of it.
func memberNote(t aboutTrack, p forks.Proposal, m forks.Member) pulls.NoteMember {
	note := pulls.NoteMember{Patch: m.Patch, Subject: string(m.Patch), Files: m.Conflict.Files, Maintainers: t.told[p.ID].who.members[m.Patch]}
	if patch, ok := patchOf(t.state, m.Patch); ok {
		note.Subject, note.Author = patch.Subject, patch.Author
	}
	return note
}

// maintainersOf names who maintains what the patches of an umbrella touch. They are told
// of, not asked: nil for a conflict of one patch.
func (s *Syncer) maintainersOf(ctx context.Context, v *visit, q Quarantine, state forks.State, p forks.Proposal, t told) (map[forks.PatchID][]string, error) {
	if !p.Umbrella() {
		return nil, nil
	}
	names := map[forks.PatchID][]string{}
	for _, m := range p.Members {
		alone, of := p, t
		alone.Patch, alone.Conflict, alone.Picked, alone.Members = m.Patch, m.Conflict, m.Picked, nil
		of.files = nil
		for _, f := range t.files {
			if slices.ContainsFunc(m.Conflict.Files, func(c forks.ConflictFile) bool { return c.Path == f.Path }) {
				of.files = append(of.files, f)
			}
		}
		var err error
		if of.message, err = messageOf(q, m.Picked); err != nil {
			return nil, err
		}
		found, err := s.findPeople(ctx, v, q, state, alone, of)
		if err != nil {
			return nil, err
		}
		for _, c := range found.Candidates {
			if maintains(c.Source) && !slices.Contains(names[m.Patch], c.Name()) {
				names[m.Patch] = append(names[m.Patch], c.Name())
			}
		}
	}
	return names, nil
}

// maintains reports whether a source names people for the files themselves.
func maintains(from maintainers.Source) bool {
	switch from {
	case maintainers.FromPolicy, maintainers.FromMeta, maintainers.FromModule, maintainers.FromHaskell, maintainers.FromOwners, maintainers.FromTeamMap:
		return true
	}
	return false
}
