package prove_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/prove"
)

// told is an engine that says what a test tells it, and notes what it was asked.
type told struct {
	result forks.MergeResult
	err    error
	asked  []string
}

func (e *told) Merge(_ context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	e.asked = append(e.asked, fmt.Sprint(base.Short(), " ", ours.Short(), " ", theirs.Short()))
	return e.result, e.err
}

func (e *told) MergeCommits(_ context.Context, a, b forks.Hash) (forks.MergeResult, error) {
	e.asked = append(e.asked, fmt.Sprint(a.Short(), " ", b.Short()))
	return e.result, e.err
}

func cleanly(tree int) forks.MergeResult { return forks.MergeResult{Tree: hash(tree)} }

func conflictIn(tree int, paths ...forks.Path) forks.MergeResult {
	r := cleanly(tree)
	for _, p := range paths {
		r.Files = append(r.Files, forks.ConflictFile{Path: p, Kind: forks.Content})
	}
	return r
}

func gaveUp(r forks.MergeResult) forks.MergeResult { r.GaveUp = true; return r }

func aPick(r forks.MergeResult) forks.Pick {
	return forks.Pick{Patch: "p0000000001", Subject: "a: change\x1b[2J", Base: hash(1), Ours: hash(2), Theirs: hash(3), Result: r}
}

func ofCommits(p forks.Pick) forks.Pick {
	p.Base, p.Commits, p.Patch = forks.Hash{}, true, ""
	return p
}

func crossing(e prove.Engine, c *prove.Confirmed) prove.Crossing {
	return prove.Crossing{Track: track, Pass: 7, By: "ours", Other: "git", Engine: e, Confirmed: c}
}

func TestEnginesMustAgreeAboutVerdictAndCleanTree(t *testing.T) {
	t.Parallel()
	broken := errors.New("no such object")
	for _, c := range []struct {
		name string
		made forks.Pick
		told told
		want string // of a difference
		note string
		err  error
	}{
		{name: "the same tree", made: aPick(cleanly(9)), told: told{result: cleanly(9)}},
		{name: "another tree", made: aPick(cleanly(9)), told: told{result: cleanly(8)},
			want: `pass 7 of aux-main: the two merge engines differ about patch p0000000001 (a: change\x1b[2J): ours says clean, tree ` + hash(9).String() + `, git says clean, tree ` + hash(8).String()},
		{name: "a conflict that the other does not see", made: aPick(conflictIn(9, "a", "b\n")), told: told{result: cleanly(9)},
			want: `ours says conflict in a, b\n, git says clean, tree`},
		{name: "a conflict that only the other sees", made: aPick(cleanly(9)), told: told{result: conflictIn(9, "a", "b", "c", "d", "e", "f", "g")},
			want: "git says conflict in a, b, c, d, e, 2 more"},
		{name: "names without end", made: func() forks.Pick {
			p := aPick(conflictIn(9, forks.Path(strings.Repeat("d/", 2000))))
			p.Subject = strings.Repeat("long ", 2000)
			return p
		}(), told: told{result: cleanly(9)}, want: "long…): ours says conflict in " + strings.Repeat("d/", 99) + "d…, git says clean, tree"},
		{name: "the same conflict with other markers", made: aPick(conflictIn(9, "a")), told: told{result: conflictIn(8, "a")}},
		{name: "a conflict in another path", made: aPick(conflictIn(9, "a")), told: told{result: conflictIn(9, "b")},
			note: "both engines find a conflict, ours in a, git in b"},
		{name: "a conflict in more paths", made: aPick(conflictIn(9, "a")), told: told{result: conflictIn(9, "a", "b")},
			note: "both engines find a conflict, ours in a, git in a, b"},
		{name: "the other engine gives up", made: aPick(cleanly(9)), told: told{err: fmt.Errorf("git: %w", forks.ErrGaveUp)},
			note: "git gave up on a merge that ours made: it is not confirmed"},
		{name: "the other engine makes it by halves", made: aPick(cleanly(9)), told: told{result: gaveUp(conflictIn(8, "a"))},
			note: "git gave up on a merge that ours made: it is not confirmed"},
		{name: "it was made by halves", made: aPick(gaveUp(cleanly(9))), told: told{result: conflictIn(8, "a")},
			note: "ours gave up on a merge and made it without looking for moved directories: it is not confirmed"},
		{name: "the other engine fails", made: aPick(cleanly(9)), told: told{err: broken}, err: broken},
		{name: "commits, the same", made: ofCommits(aPick(cleanly(9))), told: told{result: cleanly(9)}},
		{name: "commits, another tree", made: ofCommits(aPick(cleanly(9))), told: told{result: cleanly(8)},
			want: "differ about the merge of " + hash(2).String() + " and " + hash(3).String()},
		{name: "commits without an ancestor", made: ofCommits(aPick(cleanly(9))), told: told{err: fmt.Errorf("merge: %w", forks.ErrUnrelated)},
			want: "git says no ancestor in common"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			notes, err := prove.Cross(t.Context(), crossing(&c.told, nil), []forks.Pick{c.made})
			var differ *prove.Differ
			if errors.As(err, &differ) != (c.want != "") || c.want != "" && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			if c.want == "" && !errors.Is(err, c.err) || c.err == nil && c.want == "" && err != nil {
				t.Errorf("got error %v, want %v", err, c.err)
			}
			var note string
			for _, n := range notes {
				note += n.Text
			}
			if note != c.note {
				t.Errorf("noted %q, want %q", note, c.note)
			}
			if len(c.told.asked) != 1 {
				t.Errorf("asked %q", c.told.asked)
			}
		})
	}
}

func TestWhatNeedsNoMergingIsNotRepeated(t *testing.T) {
	t.Parallel()
	e := &told{result: cleanly(9)}
	same := func(base, ours, theirs int) forks.Pick {
		return forks.Pick{Base: hash(base), Ours: hash(ours), Theirs: hash(theirs), Result: cleanly(7)}
	}
	_, err := prove.Cross(t.Context(), crossing(e, nil), []forks.Pick{{}, same(1, 1, 2), same(1, 2, 1), same(1, 2, 2)})
	if err != nil || len(e.asked) != 0 {
		t.Errorf("asked %q, error %v", e.asked, err)
	}
}

func TestAMergeIsConfirmedOnceButNotWithAnotherResult(t *testing.T) {
	t.Parallel()
	known, e := &prove.Confirmed{}, &told{result: cleanly(9)}
	cross := func(picks ...forks.Pick) error {
		_, err := prove.Cross(t.Context(), crossing(e, known), picks)
		return err
	}
	if err := cross(aPick(cleanly(9)), aPick(cleanly(9))); err != nil || len(e.asked) != 1 {
		t.Errorf("twice in a pass: asked %q, error %v", e.asked, err)
	}
	if err := cross(aPick(cleanly(9))); err != nil || len(e.asked) != 1 {
		t.Errorf("in another pass: asked %q, error %v", e.asked, err)
	}
	for i := range 2 { // what was not confirmed is asked again
		if err := cross(aPick(cleanly(8))); !errors.As(err, new(*prove.Differ)) || len(e.asked) != 2+i {
			t.Errorf("another result: asked %q, error %v", e.asked, err)
		}
	}
	if err := cross(ofCommits(aPick(cleanly(9)))); err != nil || len(e.asked) != 4 {
		t.Errorf("commits with the ids of trees: asked %q, error %v", e.asked, err)
	}
}

func TestTheMemoryOfConfirmedMergesIsBounded(t *testing.T) {
	t.Parallel()
	const most = 1 << 14
	known, e := &prove.Confirmed{}, &told{result: cleanly(9)}
	picks := make([]forks.Pick, most)
	for i := range picks {
		picks[i] = aPick(cleanly(9))
		picks[i].Ours = hash(i + 10)
	}
	if _, err := prove.Cross(t.Context(), crossing(e, known), picks); err != nil {
		t.Fatal(err)
	}
	again := func(p forks.Pick) bool {
		e.asked = nil
		_, err := prove.Cross(t.Context(), crossing(e, known), []forks.Pick{p})
		return err == nil && len(e.asked) == 1
	}
	if again(picks[0]) {
		t.Error("what fits is forgotten")
	}
	if !again(aPick(cleanly(9))) || !again(picks[0]) {
		t.Error("nothing is forgotten, however much there is")
	}
}
