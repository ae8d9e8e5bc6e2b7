package pulls_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// treewide is a decision about n patches that conflict with one commit.
func treewide(n int) pulls.Input {
	in := pulls.Input{Track: track, Now: now, Found: map[forks.ProposalID]forks.Pair{}, Verdicts: map[forks.ProposalID]pulls.Verdict{}}
	var together []forks.PatchID
	for i := 1; i <= n; i++ {
		id := forks.PatchID(fmt.Sprint("p", i))
		in.Wanted = append(in.Wanted, wanted(id, 7))
		together = append(together, id)
		in.Ledger = append(in.Ledger, forks.Row{Patch: id, Ahead: forks.Conflicted})
	}
	in.Together = [][]forks.PatchID{together}
	return in
}

// built decides, and builds what is to be built with made-up tips.
func built(in pulls.Input) (pulls.Input, pulls.Result) {
	out := pulls.Decide(in)
	for i, b := range out.Builds {
		tips := pair(byte(100+2*i), byte(101+2*i))
		if len(b.Members) > 0 {
			var members []forks.Member
			for _, c := range b.Members {
				members = append(members, forks.Member{Patch: c.Patch, Conflict: c, Picked: hash(3), Onto: tips.Onto, Fix: tips.Fix})
			}
			out.BuiltUmbrella(b.ID, tips, members)
		} else {
			out.Built(b.ID, tips, hash(3))
		}
		in.Found[b.ID] = tips
	}
	in.Recorded, in.Verdicts, in.Asked = out.Proposals, map[forks.ProposalID]pulls.Verdict{}, nil
	return in, out
}

// open tells what live proposals ask about.
func open(list []forks.Proposal) (asked []string) {
	for _, p := range list {
		if p.Status.Live() {
			asked = append(asked, strings.Trim(fmt.Sprint(p.Patches()), "[]"))
		}
	}
	return asked
}

func sees(t *testing.T, what string, list []forks.Proposal, want ...string) {
	t.Helper()
	if got := open(list); !slices.Equal(got, want) {
		t.Errorf("%s: open are %q, want %q", what, got, want)
	}
}

func TestFivePatchesWithOneCauseAreAskedAboutAtOnce(t *testing.T) {
	t.Parallel()
	in, out := built(treewide(5))
	sees(t, "five", out.Proposals, "p1 p2 p3 p4 p5")
	if again := pulls.Decide(in); len(again.Builds) > 0 || !slices.Equal(open(again.Proposals), open(out.Proposals)) {
		t.Errorf("decided again: %+v", again.Builds)
	}
	if id := out.Proposals[0].ID; id != forks.NewProposalID(track, "p1", hash(7), 1) {
		t.Errorf("the umbrella is %s", id)
	}
	_, out = built(treewide(4))
	sees(t, "four", out.Proposals, "p1", "p2", "p3", "p4")

	mixed := treewide(6)
	mixed.Wanted[1].Cause = hash(8)
	mixed.Together = [][]forks.PatchID{{"p1", "p3", "p4", "p5", "p6"}}
	_, out = built(mixed)
	sees(t, "another cause between", out.Proposals, "p1 p3 p4 p5 p6", "p2")

	shared := treewide(6)
	shared.Together = [][]forks.PatchID{{"p1", "p2", "p4", "p5", "p6"}}
	_, out = built(shared)
	sees(t, "one that shares a path", out.Proposals, "p1 p2 p4 p5 p6", "p3")

	form := treewide(6)
	form.Wanted[0].CausePatch = "p0"
	form.Together = [][]forks.PatchID{{"p2", "p3", "p4", "p5", "p6"}}
	_, out = built(form)
	sees(t, "one that an earlier patch is the cause of", out.Proposals, "p1", "p2 p3 p4 p5 p6")
}

func TestWhatConflictsLaterIsAskedAboutByItself(t *testing.T) {
	t.Parallel()
	in, _ := built(treewide(5))
	more := treewide(12)
	in.Wanted, in.Ledger, in.Together = more.Wanted, more.Ledger, more.Together
	_, out := built(in)
	sees(t, "seven more", out.Proposals, "p1 p2 p3 p4 p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12")
}

func TestASplitUmbrellaIsAskedAboutOneByOneForGood(t *testing.T) {
	t.Parallel()
	in, out := built(treewide(5))
	id := out.Proposals[0].ID
	in.Asked = []forks.Request{{ID: 1, Proposal: id, Verb: forks.VerbSplit, Who: "ada", Because: "we share them"}}
	in, out = built(in)
	sees(t, "split", out.Proposals, "p1", "p2", "p3", "p4", "p5")
	if p := out.Proposals[0]; p.Status != forks.Withdrawn || !strings.Contains(p.Reason, "split by ada: we share them") {
		t.Errorf("the umbrella: %s, %s", p.Status, p.Reason)
	}
	if !strings.HasPrefix(out.Answers[1], "split: each of its 5") {
		t.Errorf("answer: %s", out.Answers[1])
	}
	// All are declined and wanted again: still one by one.
	for _, p := range out.Proposals[1:] {
		in.Asked = append(in.Asked, forks.Request{ID: int64(len(in.Asked) + 2), Proposal: p.ID, Verb: forks.VerbDecline, Who: "ada"})
	}
	in, out = built(in)
	sees(t, "declined", out.Proposals)
	in.Found = map[forks.ProposalID]forks.Pair{}
	for _, p := range out.Proposals[1:] {
		in.Asked = append(in.Asked, forks.Request{ID: int64(len(in.Asked) + 20), Proposal: p.ID, Verb: forks.VerbRetry, Who: "ada"})
	}
	_, out = built(in)
	sees(t, "asked again", out.Proposals, "p1", "p2", "p3", "p4", "p5")
}

func TestOnePatchCannotBeSplit(t *testing.T) {
	t.Parallel()
	in, out := built(treewide(1))
	in.Asked = []forks.Request{{ID: 1, Proposal: out.Proposals[0].ID, Verb: forks.VerbSplit, Who: "ada"}}
	_, out = built(in)
	sees(t, "one", out.Proposals, "p1")
	if out.Answers[1] != "nothing to do: it asks about one patch" {
		t.Errorf("answer: %s", out.Answers[1])
	}
}

func TestAPersonsCommitOnASplitUmbrellaStays(t *testing.T) {
	t.Parallel()
	in, out := built(treewide(5))
	id := out.Proposals[0].ID
	tips := in.Found[id]
	tips.Fix = hash(50)
	in.Found[id] = tips
	in.Asked = []forks.Request{{ID: 1, Proposal: id, Verb: forks.VerbSplit, Who: "ada"}}
	out = pulls.Decide(in)
	for _, u := range out.Cleanup {
		if u.Ref == forks.FixRef(track, id) {
			t.Errorf("deletes a person's branch: %+v", u)
		}
	}
}

func TestHalfAnAnswerIsTakenInAndTheRestAskedAgain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kinds  string // t taken, d dropped, m markers, by patch
		want   []string
		status forks.ProposalStatus
		reason string
	}{
		{"ttttttt", nil, forks.Harvested, "resolved by ada"},
		{"ddddddd", nil, forks.Harvested, "merged without the patch's change: dropped by ada"},
		{"ttttddd", nil, forks.Harvested, "resolved by ada (of 7 patches: 4 resolved, 3 dropped)"},
		{"ttmmttt", []string{"p3", "p4"}, forks.Harvested, "(of 7 patches: 5 resolved, 2 not settled, which are asked again)"},
		{"tmmmmmd", []string{"p2 p3 p4 p5 p6"}, forks.Harvested, "1 resolved, 1 dropped, 5 not settled"},
		{"mmmmmmm", []string{"p1 p2 p3 p4 p5 p6 p7"}, forks.Withdrawn, "asked again in a new round"},
	} {
		in, out := built(treewide(7))
		p := out.Proposals[0]
		tips := in.Found[p.ID]
		tips.Onto = hash(60)
		in.Found[p.ID] = tips
		v := pulls.Verdict{By: "ada", Kind: pulls.Taken}
		in.Wanted = nil
		for i, k := range c.kinds {
			m := pulls.MemberVerdict{Patch: p.Members[i].Patch, Kind: map[rune]pulls.VerdictKind{'t': pulls.Taken, 'd': pulls.NoDifference, 'm': pulls.Markers}[k]}
			v.Members, v.Kind = append(v.Members, m), m.Kind
			if k == 'm' {
				in.Wanted = append(in.Wanted, wanted(m.Patch, 7))
			} else {
				in.Ledger[i].Ahead = forks.Resolved
			}
		}
		in.Verdicts[p.ID] = v
		_, out = built(in)
		sees(t, c.kinds, out.Proposals, c.want...)
		if now := out.Proposals[0]; now.Status != c.status || !strings.Contains(now.Reason, c.reason) {
			t.Errorf("%s: %s, %s", c.kinds, now.Status, now.Reason)
		}
		for _, b := range out.Builds {
			if b.Previous != p.ID || b.Start != hash(60) || b.Round != 2 {
				t.Errorf("%s: builds %+v", c.kinds, b)
			}
		}
	}
}

func TestAnUmbrellaAsksForAsLongAsOneOfItsPatchesDoes(t *testing.T) {
	t.Parallel()
	in, _ := built(treewide(5))
	for i := range 4 {
		in.Ledger[i].Ahead = forks.Kept
	}
	in.Wanted = in.Wanted[4:]
	in, out := built(in)
	sees(t, "one is left", out.Proposals, "p1 p2 p3 p4 p5")
	if p := out.Proposals[0]; p.Reason != "4 of its 5 patches need no decision any more" {
		t.Errorf("reason: %s", p.Reason)
	}
	in.Wanted, in.Ledger[4].Ahead = nil, forks.Kept
	_, out = built(in)
	sees(t, "none is left", out.Proposals)
	if p := out.Proposals[0]; p.Status != forks.Withdrawn || p.Reason != "solved elsewhere: the patch is clean again" {
		t.Errorf("%s: %s", p.Status, p.Reason)
	}
}

func TestADeclinedUmbrellaStaysDeclinedForAllItsPatches(t *testing.T) {
	t.Parallel()
	in, out := built(treewide(6))
	in.Found = map[forks.ProposalID]forks.Pair{}
	in, out = built(in)
	sees(t, "closed", out.Proposals)
	in, out = built(in)
	sees(t, "later", out.Proposals)
	if len(out.Questions) != 1 {
		t.Errorf("questions: %+v", out.Questions)
	}
	in.Asked = []forks.Request{{ID: 1, Proposal: out.Proposals[0].ID, Verb: forks.VerbRetry, Who: "ada"}}
	_, out = built(in)
	sees(t, "asked again", out.Proposals, "p1 p2 p3 p4 p5 p6")
}

func TestAnUmbrellasTextsNameEachPatchOnceAndAreInert(t *testing.T) {
	t.Parallel()
	c := exampleCase()
	for i := range 12 {
		c.Members = append(c.Members, pulls.NoteMember{Patch: forks.PatchID(fmt.Sprintf("p%010d", i)), Subject: fmt.Sprintf("x%d: @all #%d", i, i),
			Files: []forks.ConflictFile{{Path: forks.Path(fmt.Sprintf("pkgs/x%d.nix", i)), Kind: forks.Content}}, Maintainers: []string{"grace@example.org"}})
	}
	if title := pulls.Title(c); !strings.Contains(title, "meets 12 patches") || !strings.HasPrefix(title, "[aux-main] upstream ") {
		t.Errorf("title: %s", title)
	}
	for what, text := range map[string]string{"body": pulls.Body(c), "file": string(pulls.ConflictFile(c.Note))} {
		for _, m := range c.Members {
			if strings.Count(text, "(patch `"+string(m.Patch)+"`)") != 1 {
				t.Errorf("%s: %s is not named once", what, m.Patch)
			}
		}
		if strings.Contains(text, "@example.org") || !strings.Contains(text, "maintained by `grace@…`") || !strings.Contains(text, "split") {
			t.Errorf("%s:\n%s", what, text)
		}
	}
	if body := pulls.Body(c); strings.Contains(body, "@all") {
		t.Errorf("notifies: %s", body)
	}
}
