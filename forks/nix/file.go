package nix

import (
	"fmt"
	"sort"
	"strings"
)

// A File is a source and its tree. It never changes, so that many may read it at once.
type File struct {
	Root   Node
	text   string
	tokens []Token
	lines  []int32 // where each begins
}

// Source returns the whole source, byte for byte.
func (f *File) Source() string { return f.text }

// Text returns the bytes of a node of this file.
func (f *File) Text(n Node) string { r := n.Range(); return f.text[r.Start:r.End] }

// Tokens returns all tokens of the file; the last is EOF. They must not be changed.
func (f *File) Tokens() []Token { return f.tokens[:len(f.tokens):len(f.tokens)] }

// TokensOf returns the tokens of a node of this file. They must not be changed.
func (f *File) TokensOf(n Node) []Token {
	r := n.Range()
	first := sort.Search(len(f.tokens), func(i int) bool { return int(f.tokens[i].Start) >= r.Start })
	last := first + sort.Search(len(f.tokens)-first, func(i int) bool { return int(f.tokens[first+i].End) > r.End })
	if last > first && f.tokens[last-1].Tok == EOF {
		last--
	}
	return f.tokens[first:last:last]
}

// Print writes a tree as source: each node's own tokens with the trivia before them,
// and its children in their places. Print(f) is f.Source().
func Print(f *File) string {
	pr := printer{f: f}
	pr.out.Grow(len(f.text))
	pr.node(f.Root)
	pr.tokensUntil(int32(len(f.text)) + 1)
	return pr.out.String()
}

type printer struct {
	f   *File
	at  int // the next token
	out strings.Builder
}

func (pr *printer) node(n Node) {
	for _, c := range n.Children() {
		pr.tokensUntil(int32(c.Range().Start))
		pr.node(c)
	}
	pr.tokensUntil(int32(n.Range().End))
}

// tokensUntil writes the tokens that begin before an offset.
func (pr *printer) tokensUntil(offset int32) {
	for ; pr.at < len(pr.f.tokens) && pr.f.tokens[pr.at].Start < offset; pr.at++ {
		t := pr.f.tokens[pr.at]
		pr.out.WriteString(pr.f.text[t.Lead:t.End])
	}
}

// A Position is a place for people. A line ends with a newline, as git counts them: a
// carriage return alone ends none. Columns are bytes. Both begin with 1.
type Position struct{ Line, Column int }

// String returns "line 3, column 7".
func (p Position) String() string { return fmt.Sprintf("line %d, column %d", p.Line, p.Column) }

// Position returns the place of an offset; beyond the source it is that of its end.
func (f *File) Position(offset int) Position {
	offset = max(0, min(offset, len(f.text)))
	line := sort.Search(len(f.lines), func(i int) bool { return int(f.lines[i]) > offset })
	return Position{line, 1 + offset - int(f.lines[line-1])}
}

// Lines returns the range of the lines from first to last, both included and counted
// from 1, with their newlines. Lines that the file does not have are left out.
func (f *File) Lines(first, last int) Range {
	begin := func(line int) int {
		if line > len(f.lines) {
			return len(f.text)
		}
		return int(f.lines[max(line, 1)-1])
	}
	start := begin(first)
	return Range{start, max(start, begin(max(last, 0)+1))}
}

func lineStarts(text string) []int32 {
	starts := make([]int32, 1, strings.Count(text, "\n")+1)
	for i := 0; i < len(text); i++ {
		if text[i] == '\n' {
			starts = append(starts, int32(i+1))
		}
	}
	return starts
}
