package weekly_test

import (
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

var (
	// What forges and forums act on in the text of a page.
	loudPattern = regexp.MustCompile(`(?i)@[\pL\d_]|#\d|gh-\d|://|www\.\w|\w\.(?:com|net|org|io|de)\b|:[a-z]+:|javascript:\w`)
	escapes     = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	foldPattern = regexp.MustCompile(`^(?:<details>\n<summary>\d+ lines?</summary>\n|</details>\n)$`)
)

// sections are a report's, in order.
func sections() []string {
	return []string{"Decisions needed", "Tracks", "Stack", "Conflicts", "Security", "What upstream did for us", "Readiness",
		"How decisions are made here", "What auxsync did by itself", "Service"}
}

// hosts are those of the report's addresses that may be linked.
func hosts(r weekly.Report) map[string]bool {
	list := map[string]bool{}
	weeklytest.ReplaceTexts(&r, func(field, old string) string {
		if u, err := url.Parse(old); err == nil && u.Scheme == "https" && u.User == nil && slices.Contains(addressFields(), field) {
			list[u.Host] = true
			list["redirect.github.com"] = list["redirect.github.com"] || u.Host == "github.com"
		}
		return old
	})
	return list
}

func addressFields() []string {
	return []string{"URL", "Agreed", "Self", "Feed", "Page", "Upstream", "Fork", "Policy"}
}

// checkActsOnNothing fails unless Markdown is as a report's has to be, whatever is in it.
func checkActsOnNothing(t interface {
	Errorf(string, ...any)
	Helper()
}, r weekly.Report, source []byte,
) {
	t.Helper()
	if n := utf8.RuneCount(source); n > weekly.MaxMarkdown || !utf8.Valid(source) {
		t.Errorf("it has %d characters, or is not UTF-8", n)
	}
	may := hosts(r)
	doc := goldmark.New(goldmark.WithExtensions(extension.GFM)).Parser().Parse(text.NewReader(source))
	var headings []string
	folded := 0
	if first := doc.FirstChild(); first == nil || first.FirstChild() == nil || first.FirstChild().Kind() != ast.KindEmphasis || first.FirstChild() != first.LastChild() {
		t.Errorf("it does not begin with a bold line")
	}
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 2 {
				headings = append(headings, string(plainText(n, source)))
			} else if n.Level != 3 {
				t.Errorf("a heading of level %d", n.Level)
			}
		case *ast.Link:
			u, err := url.Parse(string(n.Destination))
			if err != nil || u.Scheme != "https" || u.User != nil || !may[u.Host] || len(n.Title) > 0 {
				t.Errorf("links %s", n.Destination)
			}
		case *ast.AutoLink, *ast.Image, *ast.RawHTML, *ast.CodeBlock, *ast.Blockquote:
			t.Errorf("has a %s", n.Kind())
		case *ast.HTMLBlock:
			block := string(n.Lines().Value(source))
			if n.HasClosure() {
				block += string(n.ClosureLine.Value(source))
			}
			if !foldPattern.MatchString(block) {
				t.Errorf("has HTML: %q", block)
			}
			folded++
		case *ast.CodeSpan, *ast.FencedCodeBlock:
			return ast.WalkSkipChildren, nil
		case *ast.Paragraph, *ast.TextBlock:
			if loud := loudPattern.Find(plainText(n, source)); loud != nil {
				t.Errorf("something would act on %q in %q", loud, plainText(n, source))
			}
		}
		return ast.WalkContinue, nil
	})
	if !slices.Equal(headings, sections()) {
		t.Errorf("its sections are %q", headings)
	}
	if folded%2 != 0 {
		t.Errorf("%d ends of folds", folded)
	}
}

// plainText is what a page shows of a node, without what stands in code.
func plainText(n ast.Node, source []byte) []byte {
	var b []byte
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.Text:
			b = append(b, unescaped(string(c.Segment.Value(source)))...)
		case *ast.String:
			b = append(b, c.Value...)
		case *ast.CodeSpan:
			b = append(b, ' ')
		default:
			b = append(b, plainText(c, source)...)
		}
	}
	return b
}

// unescaped takes Markdown's backslashes away.
func unescaped(s string) string { return escapes.ReplaceAllString(s, "$1") }

func TestMarkdownOfTheSamplesActsOnNothing(t *testing.T) {
	t.Parallel()
	for name, r := range samplesByName() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkActsOnNothing(t, r, weekly.Markdown(r))
		})
	}
}

// nasty draws a text that would do more than to be read.
func nasty() *rapid.Generator[string] {
	pieces := append(weeklytest.HostileTexts(), "*", "**", "_", "`", "```", "~~~", "[", "](", ")", "<", ">", "!", "|", "\\", "&", "#", "@", "1.", "- ", "+ ", "=", "===", ":",
		"\n", "\r\n", "\t", "    ", "x", "9", "</details>", "<!--", "www.a.com", "a.io", "gh-1", "http://", "\u200b", "é", "\xff", "$", "{", "}")
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "any") {
			return rapid.String().Draw(t, "text")
		}
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(pieces), 0, 8).Draw(t, "pieces"), "")
	})
}

// mutated draws a report like one of the samples, with other texts, and lists of other
// lengths.
func mutated() *rapid.Generator[weekly.Report] {
	return rapid.Custom(func(t *rapid.T) weekly.Report {
		r := rapid.SampledFrom([]func() weekly.Report{weeklytest.Busy, weeklytest.Quiet, weeklytest.Broken, weeklytest.First}).Draw(t, "sample")()
		texts, urls := nasty(), rapid.SampledFrom(append(weeklytest.HostileURLs(), "https://good.example/a", "https://github.com/o/r/pull/1", ""))
		some := rapid.SliceOfN(texts, 1, 12).Draw(t, "texts")
		addresses := rapid.SliceOfN(urls, 1, 5).Draw(t, "addresses")
		n := 0
		weeklytest.ReplaceTexts(&r, func(field, _ string) string {
			n++
			if slices.Contains(addressFields(), field) {
				return addresses[n%len(addresses)]
			}
			return some[(n*7+len(field))%len(some)]
		})
		resize(rapid.SliceOfN(rapid.SampledFrom([]int{0, 0, 0, 0, 0, 1, -1, 30}), 1, 11).Draw(t, "sizes"), new(int), reflect.ValueOf(&r).Elem())
		return r
	})
}

// resize makes some lists below v empty, and others longer by so many.
func resize(sizes []int, n *int, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				resize(sizes, n, v.Field(i))
			}
		}
	case reflect.Slice:
		*n++
		more := sizes[*n%len(sizes)]
		for i := range v.Len() {
			resize(sizes, n, v.Index(i))
		}
		if more < 0 {
			v.SetLen(0)
		}
		for ; more > 0 && v.Len() > 0; more-- {
			v.Set(reflect.Append(v, v.Index(0)))
		}
	}
}

func TestMarkdownOfAnyReportActsOnNothingAndFits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := mutated().Draw(t, "report")
		checkActsOnNothing(t, r, weekly.Markdown(r))
	})
}

// enormous is a report filled to the brim: every list long, every text long, and such that
// it grows as much as it can when it is escaped.
func enormous(text string) weekly.Report {
	r := weeklytest.Busy()
	grow(reflect.ValueOf(&r).Elem())
	address := "https://host.example/" + strings.Repeat("%41", 92)
	weeklytest.ReplaceTexts(&r, func(field, _ string) string {
		if slices.Contains(addressFields(), field) && field != "Fork" {
			return address
		}
		return strings.Repeat(text, 2000/len(text))
	})
	return r
}

func grow(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				grow(v.Field(i))
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			grow(v.Index(i))
		}
		for v.Len() > 0 && v.Len() < 30 {
			v.Set(reflect.Append(v, v.Index(0)))
		}
	}
}

func TestMarkdownOfAnEnormousReportFitsAndTellsWhereTheRestIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"@a", "#1", "*_", "`", "日", "a.", "\u202e", "\xff", "<b>", "word "} {
		r := enormous(text)
		got := weekly.Markdown(r)
		checkActsOnNothing(t, r, got)
		if !strings.Contains(string(got), "did not fit here; the rest: [the whole report](https://host.example/") {
			t.Errorf("%q: it does not say where the rest is", text)
		}
		r.Links.Self, r.Fork = "", "nixpkgs"
		if got := string(weekly.Markdown(r)); !strings.Contains(got, "did not fit here; the rest: `auxsync report --fork nixpkgs --week 2026-W47 --format html`.") {
			t.Errorf("%q: it does not give the command for the rest", text)
		}
	}
}

func TestMarkdownOfTheSamplesLeavesNothingOut(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"busy", "quiet", "broken", "first"} {
		if got := string(weekly.Markdown(samplesByName()[name])); strings.Contains(got, "did not fit") {
			t.Errorf("%s: something did not fit", name)
		}
	}
}

func TestMarkdownShowsNoCommandInPart(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	r.Needed[1].Command = "auxsync retry " + strings.Repeat("x", 5000)
	r.Deeds[0].Command = "auxsync undo \u202e"
	if got := string(weekly.Markdown(r)); strings.Contains(got, "auxsync retry") || strings.Contains(got, "auxsync undo \\u") || !strings.Contains(got, "2 entries did not fit") {
		t.Errorf("a command is shown otherwise than it is:\n%s", got)
	}
}

func TestMarkdownExplainsEachWordOnce(t *testing.T) {
	t.Parallel()
	got := string(weekly.Markdown(weeklytest.Busy()))
	for _, word := range []string{"A *track* is", "Its *base* is", "Its *lag* is", "A *pass* is", "A *patch* is", "are its *stack*", "A *conflict* is", "(the same change as before)"} {
		if n := strings.Count(got, word); n != 1 {
			t.Errorf("%q stands there %d times", word, n)
		}
	}
}

func TestMarkdownNamesNobodyAsLate(t *testing.T) {
	t.Parallel()
	for name, r := range samplesByName() {
		got := strings.ToLower(string(weekly.Markdown(r)))
		for _, word := range []string{"overdue", " late ", "too slow", "did not answer", "has not answered", "ignored", "failed to answer"} {
			if strings.Contains(got, word) {
				t.Errorf("%s: says %q", name, word)
			}
		}
	}
}

func TestMarkdownOfAnEmptyReportIsCalm(t *testing.T) {
	t.Parallel()
	r := weekly.Report{Week: forks.Week{Year: 2026, Number: 47}}
	checkActsOnNothing(t, r, weekly.Markdown(r))
	checkGolden(t, "empty.md", weekly.Markdown(r))
}

func TestLinksToPagesOfGitHubLeaveNoMentionThere(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	if got := string(weekly.Markdown(r)); strings.Contains(got, "//github.com/auxolotl/nixpkgs/pull/") || !strings.Contains(got, "https://redirect.github.com/auxolotl/nixpkgs/pull/412") {
		t.Error("a pull request is linked directly")
	}
}

func TestWordsOfOthersReadAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"[quote]a[/quote]":      `\[quote\]a\[/quote\]`,
		"jq: 1.7 -> 1.8, 2 * 3": `jq: 1.7 -> 1.8, 2 \* 3`,
		"- no list":             `\- no list`,
		"12. no list":           `12\. no list`,
		"at 12:30 @grace":       "at 12:30 @\u200bgrace",
		"fix GH-12 and #3":      "fix GH-\u200b12 and \\#\u200b3",
		"see example.org":       "see example.\u200borg",
		"  ":                    "(empty)",
	} {
		r := weeklytest.First()
		r.Summary = from
		got, _, _ := strings.Cut(string(weekly.Markdown(r)), "\n")
		if got != "**"+want+"**" {
			t.Errorf("%q is written %q, want %q", from, got, want)
		}
	}
}
