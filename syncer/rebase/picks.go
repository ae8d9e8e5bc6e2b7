package rebase

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// A plan makes many more merges than it rests on: scans for causes and for a base try
// what nobody ever sees. What is published or asked rests on those by which the fork's
// tip was explained and people's answers were measured, those that made the candidate or
// left something out of it, and those behind the branches of a conflict. They are handed
// over with the plan, so that each can be repeated by another engine before anything is
// pushed.

// pickOf describes a merge.
func pickOf(patch forks.Patch, c change, onto forks.Hash, r forks.MergeResult) forks.Pick {
	return forks.Pick{Patch: patch.ID, Subject: patch.Subject, Base: c.from, Ours: onto, Theirs: c.to, Result: r}
}

// rests notes the merges that a plan rests on, less those that need no merging. A branch
// that stays as it is rests on no new ones.
func (r *Result) rests(ex extraction, published replayed, c candidate) {
	made := slices.Concat(ex.picks, r.planner.answered)
	if !c.same {
		for _, pl := range published.picks {
			made = append(made, pl.merged)
		}
	}
	for _, pick := range made {
		if _, settled := forks.SettledMerge(pick.Base, pick.Ours, pick.Theirs); !settled || pick.Commits {
			r.Picks = append(r.Picks, pick)
		}
	}
}
