package lines

import (
	"bytes"
	"fmt"
	"math/rand/v2"
)

// Random texts in the shapes that meet the corners of the algorithms: few distinct
// lines, lines that fill whole texts, blocks moved and doubled, sides that share edits,
// both line endings, last lines without a newline.

// triple is a base and two sides.
type triple struct{ base, ours, theirs []byte }

// author writes random texts.
type author struct {
	*rand.Rand
	alphabet int // of lines that repeat
	unique   int // how many of a hundred lines are the only ones of their kind
	crlf     int // how many of a hundred end in CRLF
	made     int
}

// line is a new line.
func (w *author) line() string {
	end := "\n"
	if w.IntN(100) < w.crlf {
		end = "\r\n"
	}
	w.made++
	switch {
	case w.IntN(100) < w.unique:
		return fmt.Sprintf("line %d%s", w.made, end)
	case w.alphabet > 3 && w.IntN(8) == 0:
		return end
	default:
		return fmt.Sprintf("%c%s", 'a'+w.IntN(w.alphabet), end)
	}
}

// text is n new lines.
func (w *author) text(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = w.line()
	}
	return out
}

// run is a random range of a text, mostly a short one.
func (w *author) run(t []string) (from, to int) {
	if len(t) == 0 {
		return 0, 0
	}
	from = w.IntN(len(t))
	size := 1 + w.IntN(4)
	if w.IntN(10) == 0 {
		size = 1 + w.IntN(len(t))
	}
	return from, min(len(t), from+size)
}

// edit changes a text in n places.
func (w *author) edit(t []string, n int) []string {
	for range n {
		from, to := w.run(t)
		block := append([]string(nil), t[from:to]...)
		rest := append(append([]string(nil), t[:from]...), t[to:]...)
		switch w.IntN(8) {
		case 0, 1: // new lines
			t = insert(t, from, w.text(1+w.IntN(3)))
		case 2:
			t = rest
		case 3, 4:
			t = insert(rest, from, w.text(w.IntN(4)))
		case 5: // moved
			t = insert(rest, w.IntN(len(rest)+1), block)
		case 6: // doubled
			t = insert(t, w.IntN(len(t)+1), block)
		case 7: // other line endings
			for i, l := range block {
				block[i] = string(bytes.TrimRight([]byte(l), "\r\n")) + []string{"\n", "\r\n"}[w.IntN(2)]
			}
			t = insert(rest, from, block)
		}
	}
	return t
}

func insert(t []string, at int, block []string) []string {
	out := append([]string(nil), t[:at]...)
	out = append(out, block...)
	return append(out, t[at:]...)
}

// finish joins lines, at times without the last newline.
func (w *author) finish(t []string) []byte {
	var out []byte
	for _, l := range t {
		out = append(out, l...)
	}
	switch w.IntN(8) {
	case 0:
		out = bytes.TrimSuffix(out, []byte("\n"))
	case 1:
		out = bytes.TrimRight(out, "\r\n")
	}
	return out
}

// newAuthor is one of many tempers.
func newAuthor(r *rand.Rand) *author {
	w := &author{Rand: r, alphabet: 2 + r.IntN(25), unique: []int{0, 0, 20, 60, 100}[r.IntN(5)]}
	if r.IntN(2) == 0 {
		w.alphabet = 2 + r.IntN(4)
	}
	switch r.IntN(6) {
	case 0:
		w.crlf = 100
	case 1:
		w.crlf = 50
	case 2:
		w.crlf = 5
	}
	return w
}

// size is how many lines a text begins with.
func (w *author) size() int {
	switch k := w.IntN(100); {
	case k < 40:
		return w.IntN(12)
	case k < 75:
		return w.IntN(60)
	case k < 97:
		return w.IntN(400)
	default:
		return w.IntN(2500)
	}
}

// triple is a new base and two sides.
func (w *author) triple() triple {
	base := w.text(w.size())
	edits := func() int {
		if w.IntN(20) == 0 {
			return w.IntN(60)
		}
		return w.IntN(7)
	}
	if w.IntN(12) == 0 {
		base = w.even()
	}
	var ours, theirs []string
	switch w.IntN(10) {
	case 0: // nothing in common but the alphabet
		ours, theirs = w.text(w.size()), w.text(w.size())
	case 1: // new on both sides, and alike
		base = nil
		ours = w.text(w.size())
		theirs = w.edit(ours, edits())
	case 2, 3, 4: // some edits shared
		both := w.edit(base, edits())
		ours, theirs = w.edit(both, edits()), w.edit(both, edits())
	default:
		ours, theirs = w.edit(base, edits()), w.edit(base, edits())
	}
	return triple{w.finish(base), w.finish(ours), w.finish(theirs)}
}

// triples are n cases of one seed.
func triples(seed uint64, n int) []triple {
	out := make([]triple, n)
	for i := range out {
		out[i] = newAuthor(rand.New(rand.NewPCG(seed, uint64(i)))).triple()
	}
	return out
}

// heavy are cases that are expensive to compare: thousands of lines of which few are
// distinct.
func heavy(seed uint64, n int) []triple {
	out := make([]triple, n)
	for i := range out {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		w := &author{Rand: r, alphabet: 2 + r.IntN(30), unique: []int{0, 0, 1, 5, 30}[r.IntN(5)]}
		var texts [3][]string
		switch i % 3 {
		case 0:
			texts = w.patchwork()
		case 1:
			texts = w.sprinkled()
		case 2:
			texts = w.drowned()
		}
		if w.IntN(3) == 0 {
			texts[2] = w.edit(texts[1], 20)
		}
		out[i] = triple{w.finish(texts[0]), w.finish(texts[1]), w.finish(texts[2])}
	}
	return out
}

// patchwork alternates wholly rewritten stretches with runs that the texts share.
func (w *author) patchwork() (texts [3][]string) {
	longest, runs := 50+w.IntN(1500), 10+w.IntN(40)
	for len(texts[0]) < 1500+longest && len(texts[1]) < 6000 {
		for k := range texts {
			texts[k] = append(texts[k], w.text(w.IntN(longest))...)
		}
		run := w.text(w.IntN(runs))
		for k := range texts {
			if w.IntN(10) > 0 {
				texts[k] = append(texts[k], run...)
			}
		}
	}
	return texts
}

// sprinkled texts share most lines, but differ in some hundreds of places that are some
// twenty lines apart.
func (w *author) sprinkled() (texts [3][]string) {
	w.unique = 0
	w.alphabet = 10 + w.IntN(600)
	apart, longest := 12+w.IntN(24), 1+w.IntN(4)
	for len(texts[0]) < 6000 {
		run := w.text(w.IntN(apart))
		for k := range texts {
			texts[k] = append(append(texts[k], w.text(w.IntN(longest+1))...), run...)
		}
	}
	return texts
}

// vast are cases of so many lines that a search has time for long runs. The texts share
// nearly all of them.
func vast(seed uint64, n int) []triple {
	out := make([]triple, n)
	for i := range out {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		w := &author{Rand: r, alphabet: 200 + r.IntN(1500)}
		var a, b []string
		apart, longest := 20+w.IntN(60), 1+w.IntN(3)
		for len(a) < 36000 {
			run := w.text(w.IntN(apart))
			a = append(append(a, w.text(w.IntN(longest+1))...), run...)
			b = append(append(b, w.text(w.IntN(longest+1))...), run...)
		}
		out[i] = triple{base: w.finish(a), ours: w.finish(b)}
	}
	return out
}

// drowned texts have long stretches of lines of their own, and in them lines that occur
// all over.
func (w *author) drowned() (texts [3][]string) {
	w.alphabet = 1 + w.IntN(3)
	for k := range texts {
		for range 1 + w.IntN(12) {
			w.unique = 70 + w.IntN(14)
			texts[k] = append(texts[k], w.text(20+w.IntN(400))...)
			w.unique = 0
			texts[k] = append(texts[k], w.text(w.IntN(4))...)
		}
	}
	return texts
}

// even is a text in which each line occurs about as often as a histogram counts.
func (w *author) even() []string {
	var out []string
	for k := range 1 + w.IntN(4) {
		for range 62 + w.IntN(5) {
			out = append(out, string(rune('a'+k))+"\n")
		}
	}
	w.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
