package pulls_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/syncer/pulls"
)

// shownAs gives where a Markdown parser puts a text: "text", or what hides or quotes it.
func shownAs(body, find string) string {
	source := []byte(body)
	where := "nowhere"
	_ = ast.Walk(goldmark.DefaultParser().Parse(text.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := n.(*ast.Text); ok && entering && strings.Contains(string(t.Segment.Value(source)), find) {
			where = "text"
			for p := n.Parent(); p != nil; p = p.Parent() {
				switch p.Kind() {
				case ast.KindCodeSpan, ast.KindBlockquote, ast.KindRawHTML:
					where = p.Kind().String()
				}
			}
		}
		return ast.WalkContinue, nil
	})
	return where
}

// checkShown holds ParseCommands against the parser: what it takes is plain text.
func checkShown(t interface{ Fatalf(string, ...any) }, body string) (taken int) {
	for _, c := range pulls.ParseCommands(body) {
		if c.Err != "" {
			continue
		}
		taken++
		if where := shownAs(body, "because "+c.Because); where != "text" {
			t.Fatalf("a command is taken that is shown as %s:\n%q\n%s", where, body, body)
		}
	}
	return taken
}

func TestNoCommandIsTakenOutOfAQuoteOrCode(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"\n", "\n", "\n", "\n\n", "x", " ", "  ", "    ", "\t", "> ", ">", "- ", "1. ", "2) ", "# ", "---\n",
		"`", "``", "```", "````", "```\n", "```\n", "```nix\n", "~~~\n", "~~~~", "\\", "<!--", "-->", "<!-- x -->", "<details>\n", "</details>\n",
		"<pre>\n", "</pre>\n", "<a href=\"`\">", "<x>\n", "&lt;", "<!", "<?", "?>",
	})
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for i := range rapid.IntRange(1, 5).Draw(t, "commands") {
			for _, s := range rapid.SliceOfN(piece, 0, 8).Draw(t, "before") {
				b.WriteString(s)
			}
			fmt.Fprintf(&b, "\n/auxsync drop because x%dx\n", i)
		}
		for _, s := range rapid.SliceOfN(piece, 0, 6).Draw(t, "after") {
			b.WriteString(s)
		}
		taken += checkShown(t, b.String())
	})
	if taken < 20 {
		t.Errorf("only %d commands were taken: the law says little", taken)
	}
}
