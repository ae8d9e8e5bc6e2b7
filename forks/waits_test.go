package forks_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestEqualConflictsHaveEqualContent(t *testing.T) {
	t.Parallel()
	one := func() forks.Conflict {
		return forks.Conflict{Patch: "p1", Cause: forks.Hash{1}, Files: []forks.ConflictFile{
			{Path: "a.nix", Kind: forks.Content, Message: "CONFLICT", Stages: []forks.Stage{
				{Stage: 1, Mode: forks.ModeRegular, ID: forks.Hash{2}}, {Stage: 2, Mode: forks.ModeRegular, ID: forks.Hash{3}}}},
			{Path: "b.nix", Kind: forks.ModifyDelete, Stages: []forks.Stage{{Stage: 3, Mode: forks.ModeExecutable, ID: forks.Hash{4}}}},
		}}
	}
	same := one()
	same.Patch, same.Cause, same.Files[0].Message = "p2", forks.Hash{9}, "said otherwise"
	slices.Reverse(same.Files)
	slices.Reverse(same.Files[1].Stages)
	if want := one().ContentDigest(); want == "" || same.ContentDigest() != want {
		t.Errorf("the same conflict has the contents %q and %q", want, same.ContentDigest())
	}
	for name, change := range map[string]func(*forks.Conflict){
		"path":  func(c *forks.Conflict) { c.Files[0].Path = "c.nix" },
		"kind":  func(c *forks.Conflict) { c.Files[0].Kind = forks.AddAdd },
		"mode":  func(c *forks.Conflict) { c.Files[0].Stages[0].Mode = forks.ModeExecutable },
		"side":  func(c *forks.Conflict) { c.Files[0].Stages[0].Stage = 3 },
		"id":    func(c *forks.Conflict) { c.Files[0].Stages[1].ID = forks.Hash{7} },
		"fewer": func(c *forks.Conflict) { c.Files = c.Files[:1] },
	} {
		if other := one(); func() bool { change(&other); return other.ContentDigest() == one().ContentDigest() }() {
			t.Errorf("a conflict with another %s has the same content", name)
		}
	}
	if (forks.Conflict{}).ContentDigest() != "" {
		t.Error("a conflict without files has a content")
	}
}

func TestWhatWaitsSaysWhy(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		w     forks.Waits
		words string
		moves bool
	}{
		{forks.Waits{Reason: forks.WaitsOpen, Limit: 10}, "at most 10 are open", true},
		{forks.Waits{Reason: forks.WaitsPerDay, Limit: 3, Until: time.Unix(0, 0)}, "at most 3 a day", false},
		{forks.Waits{Reason: forks.WaitsQuiet}, "end of the quiet hours", false},
		{forks.Waits{Reason: forks.WaitsElsewhere, Track: "stable", Proposal: "c1"}, "answer on track stable", true},
		{forks.Waits{Reason: forks.WaitsElsewhere, Track: "a\x1b[31m", Proposal: "c1", Closed: true}, "closed without an answer on track a", true},
	} {
		if text := c.w.Text(); !strings.Contains(text, c.words) || strings.Contains(text, "\x1b") || c.w.Moves() != c.moves {
			t.Errorf("%+v reads %q, moves %t", c.w, text, c.w.Moves())
		}
	}
}
