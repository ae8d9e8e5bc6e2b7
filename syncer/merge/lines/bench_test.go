package lines

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// BenchmarkMerge merges sides that changed some places of a text of 12,000 lines, most
// of which are the only ones of their kind.
func BenchmarkMerge(b *testing.B) {
	for _, edits := range []int{1, 10, 100} {
		b.Run(fmt.Sprint(edits, " edits"), func(b *testing.B) {
			w := &author{Rand: rand.New(rand.NewPCG(1, 1)), alphabet: 26, unique: 80}
			base := w.text(12000)
			change := func() []byte {
				t := base
				for range edits {
					at := w.IntN(len(t))
					t = insert(append(append([]string(nil), t[:at]...), t[min(len(t), at+2):]...), at, w.text(3))
				}
				return w.finish(t)
			}
			old, ours, theirs := w.finish(base), change(), change()
			b.SetBytes(int64(len(old)))
			b.ReportAllocs()
			for b.Loop() {
				Merge(old, ours, theirs, Options{})
			}
		})
	}
}

// BenchmarkFallback compares texts in which nothing is rare.
func BenchmarkFallback(b *testing.B) {
	c := heavy(1, 1)[0]
	b.ReportAllocs()
	for b.Loop() {
		Diff(c.base, c.ours)
	}
}
