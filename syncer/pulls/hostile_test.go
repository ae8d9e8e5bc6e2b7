package pulls_test

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// shape is what a text may have, and must have, of Markdown that hostile text could
// bring in.
type shape struct {
	html   []string // beginnings of the blocks of HTML, all of them
	blocks int      // code blocks; 0 for any number
	links  bool     // to ours alone
	words  bool     // of others stand outside of code too, as in a title
}

var (
	ownLinks    = regexp.MustCompile(`^https://(redirect\.github\.com/NixOS/nixpkgs/commit/[0-9a-f]{40}|github\.com/auxolotl/nixpkgs/(edit|delete|pull)/[A-Za-z0-9._%/~-]+|status\.aux\.example/[A-Za-z0-9._/~-]*)$`)
	ownMentions = regexp.MustCompile(`@(ada|auxolotl/sig-core)\b`)
	ownNumbers  = regexp.MustCompile(`(?m)^\[?#[0-9]+(\]| )`)
	references  = regexp.MustCompile(`#[0-9]|(?i:gh-)[0-9]|://|(?i:www)\.|&[#a-z]|<[a-z!/]`)
)

func markdown() goldmark.Markdown { return goldmark.New(goldmark.WithExtensions(extension.GFM)) }

// checkMarkdown parses a text as a forge does and looks at what it means: outside of
// code stands no word of others (they have letters of the Greek alphabet), no mention
// but of members, no reference, no image; links and HTML are our own, and all of our
// own HTML is there, so nothing of others has swallowed it.
func checkMarkdown(t failer, source string, want shape) {
	r := reading{t: t, data: []byte(source), want: want}
	if err := ast.Walk(markdown().Parser().Parse(text.NewReader(r.data)), r.node); err != nil {
		t.Errorf("walk: %v", err)
	}
	if !slices.EqualFunc(r.html, want.html, strings.HasPrefix) {
		t.Errorf("the HTML is %q, want %q in\n%s", r.html, want.html, source)
	}
	if want.blocks > 0 && r.blocks != want.blocks {
		t.Errorf("%d code blocks, want %d in\n%s", r.blocks, want.blocks, source)
	}
	prose := ownNumbers.ReplaceAllString(ownMentions.ReplaceAllString(r.prose.String(), ""), "")
	if i := strings.IndexFunc(prose, func(r rune) bool { return unicode.Is(unicode.Greek, r) }); i >= 0 && !want.words {
		t.Errorf("outside of code stands %q", prose[i:])
	}
	if found := pulls.Pings(prose); len(found) > 0 {
		t.Errorf("pings %q in\n%s", found, prose)
	}
	if found := references.FindString(prose); found != "" {
		t.Errorf("%q refers to something: %q", prose, found)
	}
}

// reading is what was seen of a text. Its prose has a backtick for each piece of code.
type reading struct {
	t      failer
	data   []byte
	want   shape
	html   []string
	blocks int
	prose  strings.Builder
}

func (r *reading) node(n ast.Node, entering bool) (ast.WalkStatus, error) {
	switch n := n.(type) {
	case *ast.Link:
		r.prose.WriteString(map[bool]string{true: "[", false: "]"}[entering])
		if entering && (!r.want.links || !ownLinks.Match(n.Destination)) {
			r.t.Errorf("a link to %q", n.Destination)
		}
		return ast.WalkContinue, nil
	}
	if !entering {
		if n.Type() == ast.TypeBlock {
			r.prose.WriteByte('\n')
		}
		return ast.WalkContinue, nil
	}
	switch n := n.(type) {
	case *ast.CodeSpan:
		r.prose.WriteByte('`')
		return ast.WalkSkipChildren, nil
	case *ast.FencedCodeBlock:
		r.blocks++
		return ast.WalkSkipChildren, nil
	case *ast.CodeBlock:
		r.t.Errorf("an indented code block: %q", n.Lines().Value(r.data))
	case *ast.HTMLBlock:
		r.html = append(r.html, strings.TrimSpace(string(n.Lines().Value(r.data))))
	case *ast.RawHTML:
		r.t.Errorf("HTML in a line: %q", n.Segments.Value(r.data))
	case *ast.Image:
		r.t.Errorf("an image: %q", n.Destination)
	case *ast.AutoLink:
		r.t.Errorf("a link by itself: %q", n.URL(r.data))
	case *ast.Text:
		r.prose.Write(n.Value(r.data))
	case *ast.String:
		r.prose.Write(n.Value)
	}
	return ast.WalkContinue, nil
}
