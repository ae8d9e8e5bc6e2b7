package renames

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := memory{}
		s := randomMoves(rapid.Uint64().Draw(t, "seed"))
		q := question(m, s[0], s[1])
		a, err := Find(t.Context(), m, q)
		if err != nil {
			t.Fatal(err)
		}
		from, to := map[string]bool{}, map[string]bool{}
		for _, p := range a.Pairs {
			if from[p.From.Path] || to[p.To.Path] {
				t.Errorf("%s → %s: one of them is in another pair too", p.From.Path, p.To.Path)
			}
			from[p.From.Path], to[p.To.Path] = true, true
			if p.Score < MinScore || p.Score > MaxScore {
				t.Errorf("%s → %s: score %d", p.From.Path, p.To.Path, p.Score)
			}
			if p.From.ID == emptyBlob || p.From.Mode>>13 != p.To.Mode>>13 {
				t.Errorf("%v → %v are not of a kind", p.From, p.To)
			}
		}
		for _, n := range q.New {
			for _, g := range q.Gone {
				if g.ID == n.ID && g.Mode == n.Mode && g.ID != emptyBlob && !from[g.Path] && !to[n.Path] {
					t.Errorf("%s → %s are equal and in no pair", g.Path, n.Path)
				}
			}
		}
		again, err := Find(t.Context(), sized{m}, q)
		if err != nil || fmt.Sprint(a) != fmt.Sprint(again) {
			t.Errorf("once %v, again %v, error %v", a, again, err)
		}
	})
}

// Without directories and needs, those that need everything change nothing.
func TestNeedingEverythingIsAPlainDiff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := memory{}
		s := randomMoves(rapid.Uint64().Draw(t, "seed"))
		q := question(m, s[0], s[1])
		plain, err := Find(t.Context(), m, q)
		if err != nil {
			t.Fatal(err)
		}
		q.Needs, q.Dirs = map[string]Need{}, map[string]DirNeed{}
		for _, f := range q.Gone {
			q.Needs[f.Path] = ForContent
		}
		all, err := Find(t.Context(), m, q)
		if err != nil || tell(plain.Pairs) != tell(all.Pairs) {
			t.Errorf("plain %v, all needed %v, error %v", plain.Pairs, all.Pairs, err)
		}
	})
}

func TestMapOrderListsEachKeyOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfNDistinct(rapid.String(), 0, 300, rapid.ID).Draw(t, "keys")
		seen := map[string]bool{}
		for _, k := range MapOrder(keys) {
			seen[k] = true
		}
		if len(seen) != len(keys) || len(MapOrder(keys)) != len(keys) {
			t.Errorf("%d keys of %d", len(seen), len(keys))
		}
	})
}
