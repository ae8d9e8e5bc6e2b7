package renames

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func FuzzSimilarity(f *testing.F) {
	f.Add([]byte("a\nb\n"), []byte("a\nc\n"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		m := memory{}
		one := File{Path: "a", Mode: forks.ModeRegular, ID: m.add(string(a))}
		two := File{Path: "b", Mode: forks.ModeRegular, ID: m.add(string(b))}
		there := compare(t, m, one, two, MinScore)
		back := compare(t, m, two, one, MinScore)
		if there != back || there < 0 || there > MaxScore {
			t.Errorf("score %d there, %d back", there, back)
		}
		if strict := compare(t, m, one, two, basenameScore); strict != there && strict != 0 {
			t.Errorf("score %d, with a higher minimum %d", there, strict)
		}
		// Whole lines without a CR that is passed over count in full.
		whole := len(a) > 0 && a[len(a)-1] == '\n' && !bytes.Contains(a, []byte("\r\n"))
		if same := compare(t, m, one, one, MinScore); whole && same != MaxScore || same > MaxScore {
			t.Errorf("score %d with itself", same)
		}
	})
}

func compare(t testing.TB, m memory, a, b File, min int) int {
	t.Helper()
	score, err := newTexts(t.Context(), m).score(a, b, min)
	if err != nil {
		t.Fatal(err)
	}
	return score
}

// BenchmarkMatrix compares 700 files of 60 lines with as many others.
func BenchmarkMatrix(b *testing.B) {
	m := memory{}
	base, side := tree{}, tree{}
	for i := range 700 {
		c := text("common", 30) + text(fmt.Sprint("file ", i), 30)
		base[fmt.Sprintf("pkgs/d%d/default.nix", i)] = c
		side[fmt.Sprintf("pkgs/by-name/d%d/package.nix", i)] = c + text("more", 3)
	}
	q := question(m, base, side)
	b.ReportAllocs()
	for b.Loop() {
		a, err := Find(b.Context(), sized{m}, q)
		if err != nil || len(a.Pairs) != 700 {
			b.Fatalf("%d pairs, error %v", len(a.Pairs), err)
		}
	}
}

// BenchmarkExact pairs 7000 files that were only moved.
func BenchmarkExact(b *testing.B) {
	m := memory{}
	base, side := tree{}, tree{}
	for i := range 7000 {
		c := text(fmt.Sprint("file ", i/7), 2)
		base[fmt.Sprintf("pkgs/d%d/default.nix", i)] = c
		side[fmt.Sprintf("pkgs/by-name/d%d/package.nix", i)] = c
	}
	q := question(m, base, side)
	for b.Loop() {
		if a, err := Find(b.Context(), m, q); err != nil || len(a.Pairs) != 7000 {
			b.Fatalf("%d pairs, error %v", len(a.Pairs), err)
		}
	}
}

func BenchmarkCut(b *testing.B) {
	data := []byte(text("some file", 2000))
	sums := new(tally)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		cut(data, sums)
	}
}
