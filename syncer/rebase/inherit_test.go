package rebase

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// TestFoldInTheSourceIsAFoldHere: a patch whose change lives on in another one of the
// source ends here too, but only once that other one is here.
func TestFoldInTheSourceIsAFoldHere(t *testing.T) {
	t.Parallel()
	source := &Source{Track: "main", State: forks.State{
		Patches: []forks.Patch{{ID: "whole", Subject: "whole"}},
		Ended: []forks.Patch{
			{ID: "part", End: &forks.End{Outcome: forks.Folded, By: "whole", Reason: "did not replay"}},
			{ID: "taken", End: &forks.End{Outcome: forks.Upstreamed, By: "x"}},
			{ID: "dropped", End: &forks.End{Outcome: forks.Dropped}},
			{ID: "kept", End: &forks.End{Outcome: forks.Dropped, By: "Ada"}},
		},
	}}
	part := item{patch: forks.Patch{ID: "p-part", From: "part"}}
	whole := item{patch: forks.Patch{ID: "p-whole", From: "whole"}}
	taken := item{patch: forks.Patch{ID: "p-taken", From: "taken"}}
	dropped := item{patch: forks.Patch{ID: "p-dropped", From: "dropped"}}
	again := item{patch: forks.Patch{ID: "p-kept", From: "kept"}, arrived: true}
	for _, c := range []struct {
		name  string
		items []item
		left  []forks.PatchID
	}{
		{"the whole is not here yet", []item{part, taken}, []forks.PatchID{"p-part", "p-taken"}},
		{"the whole is here", []item{part, whole, taken, dropped, again}, []forks.PatchID{"p-whole", "p-taken", "p-kept"}},
	} {
		in := Input{Track: forks.Track{Name: "stable"}, State: &forks.State{}, Source: source}
		h := inheritance{in: in, from: map[forks.PatchID]forks.PatchID{}, to: map[forks.PatchID]forks.PatchID{}}
		ex := extraction{items: c.items}
		h.know(&ex)
		h.link()
		h.follow(&ex)
		var left []forks.PatchID
		for _, it := range ex.items {
			left = append(left, it.patch.ID)
			if it.patch.ID == "p-kept" && it.patch.From != "" {
				t.Errorf("%s: what a person wants here all the same still belongs to the source", c.name)
			}
		}
		if len(left) != len(c.left) {
			t.Fatalf("%s: left %v, want %v", c.name, left, c.left)
		}
		for i := range left {
			if left[i] != c.left[i] {
				t.Errorf("%s: left %v, want %v", c.name, left, c.left)
			}
		}
		for _, ended := range ex.ended {
			want := map[forks.PatchID]forks.End{
				"p-part":    {Outcome: forks.Folded, By: "p-whole", Reason: "as in track main: did not replay", Pass: 1},
				"p-dropped": {Outcome: forks.Dropped, By: "track main", Reason: "as in track main: ", Pass: 1},
			}[ended.ID]
			if *ended.End != want {
				t.Errorf("%s: %s ended as %+v, want %+v", c.name, ended.ID, *ended.End, want)
			}
		}
	}
}

func TestPatchOfAnEarlierSourceIsFoundInTheNewOne(t *testing.T) {
	t.Parallel()
	ada := forks.Person{Name: "Ada", Email: "ada@example.org"}
	source := &Source{Track: "main", State: forks.State{Patches: []forks.Patch{
		{ID: "one", Subject: "one", Author: ada}, {ID: "two", Subject: "two", Author: ada}, {ID: "two-again", Subject: "two", Author: ada},
	}}}
	h := inheritance{in: Input{State: &forks.State{}, Source: source}, from: map[forks.PatchID]forks.PatchID{}, to: map[forks.PatchID]forks.PatchID{}}
	h.know(&extraction{items: []item{
		{patch: forks.Patch{ID: "p-one", From: "earlier", Subject: "one", Author: ada}},
		{patch: forks.Patch{ID: "p-two", Subject: "two", Author: ada}},
	}})
	h.link()
	if len(h.from) != 1 || h.from["p-one"] != "one" {
		t.Errorf("linked %v, want p-one to one, and p-two, which could be either, to none", h.from)
	}
}
