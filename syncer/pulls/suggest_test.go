package pulls_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// replacement is the text that a comment offers to commit.
func replacement(t failer, body string) string {
	_, block, ok := strings.Cut(body, "\n\n")
	fence, rest, ok2 := strings.Cut(block, "suggestion\n")
	text, ok3 := strings.CutSuffix(rest, fence+"\n")
	if !ok || !ok2 || !ok3 || strings.Trim(fence, "`") != "" || len(fence) < 3 {
		t.Errorf("no suggestion in %q", body)
	}
	return text
}

func caseOf(path forks.Path, content string) pulls.Case {
	hunks, err := pulls.Hunks([]byte(content))
	if err != nil {
		panic(err)
	}
	return pulls.Case{Note: exampleNote(), Shorter: true,
		Files: []pulls.CaseFile{{ConflictFile: forks.ConflictFile{Path: path, Kind: forks.Content}, Content: []byte(content), Hunks: hunks}}}
}

func TestSuggestionsReadAsIntended(t *testing.T) {
	t.Parallel()
	review := pulls.Suggestions(exampleCase(), hash(22))
	var b bytes.Buffer
	fmt.Fprintf(&b, "commit %s\n\n%s\n", review.Commit, review.Body)
	for _, s := range review.Comments {
		fmt.Fprintf(&b, "\n--- %s, lines %d to %d\n\n%s", s.Path, s.First, s.Last, s.Body)
	}
	checkGolden(t, "suggestions.md", b.Bytes())
}

func TestSuggestionsForEachChoice(t *testing.T) {
	t.Parallel()
	yes := func(forks.Path, []byte) (bool, bool) { return true, true }
	for _, c := range []struct {
		name         string
		ours, theirs string
		reads        func(forks.Path, []byte) (ok, known bool)
		want         []string
	}{
		{"two", "a\n", "b\n", nil, []string{"b\n", "a\n"}},
		{"both read", "a\n", "b\n", yes, []string{"b\n", "a\n", "a\nb\n"}},
		{"both do not read", "a\n", "b\n", func(forks.Path, []byte) (bool, bool) { return false, true }, []string{"b\n", "a\n"}},
		{"not known whether both read", "a\n", "b\n", func(forks.Path, []byte) (bool, bool) { return true, false }, []string{"b\n", "a\n"}},
		{"upstream deleted", "", "b\n", yes, []string{"b\n", ""}},
		{"the patch deletes", "a\n", "", yes, []string{"", "a\n"}},
		{"an empty line", "\n", "b\n", nil, []string{"b\n", "\n"}},
		{"backticks", "```suggestion\n", "`````\n", nil, []string{"`````\n", "```suggestion\n"}},
		{"carriage returns", "a\r\n", "b\r\n", nil, []string{"b\r\n", "a\r\n"}},
		{"tabs", "\ta\n", "\tb\n", nil, []string{"\tb\n", "\ta\n"}},
		{"six lines of upstream's", strings.Repeat("a\n", 6), "b\n", nil, []string{"b\n", strings.Repeat("a\n", 6)}},

		{"seven lines of upstream's, which lie in two hunks of the diff", strings.Repeat("a\n", 7), "b\n", nil, nil},
		{"a carriage return inside a line", "a\rb\n", "b\n", nil, nil},
		{"text that turns around", "a\u202e\n", "b\n", nil, nil},
		{"a character without a shape", "a\n", "b\u200b\n", nil, nil},
		{"bytes that are not UTF-8", "a\xff\n", "b\n", nil, nil},
		{"NUL", "a\x00\n", "b\n", nil, nil},
		{"too long", "a\n", strings.Repeat("b", 9000) + "\n", nil, nil},
	} {
		in := caseOf("f.nix", "x\n<<<<<<< u\n"+c.ours+"||||||| b\n=======\n"+c.theirs+">>>>>>> p\ny\n")
		in.Reads = c.reads
		review := pulls.Suggestions(in, hash(2))
		if review == nil {
			if c.want != nil {
				t.Errorf("%s: no review", c.name)
			}
			continue
		}
		var got []string
		for _, s := range review.Comments {
			got = append(got, replacement(t, s.Body))
			if s.First != 2 || s.Path != "f.nix" {
				t.Errorf("%s: stands on %s from line %d", c.name, s.Path, s.First)
			}
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestSuggestionsAreNoneWhereThereIsNothingToTap(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*pulls.Case){
		"no files":                 func(c *pulls.Case) { c.Files = nil },
		"a path that is not UTF-8": func(c *pulls.Case) { c.Files[0].Path = "\xff" },
		"no hunks":                 func(c *pulls.Case) { c.Files[0].Hunks = nil },
		"no content":               func(c *pulls.Case) { c.Files[0].Content = nil },
	} {
		c := caseOf("f", conflicted)
		change(&c)
		if review := pulls.Suggestions(c, hash(2)); review != nil {
			t.Errorf("%s: %+v", name, review)
		}
	}
}

// Both is offered only if the file reads whatever becomes of the other hunks.
func TestSuggestionsTryBothInTheWholeFile(t *testing.T) {
	t.Parallel()
	c := caseOf("f", conflicted+conflicted)
	var tried []string
	c.Reads = func(_ forks.Path, content []byte) (bool, bool) {
		tried = append(tried, string(content))
		return !bytes.Contains(content, []byte("a\nd\ne\na\nb\nd\n")), true
	}
	review := pulls.Suggestions(c, hash(2))
	both := 0
	for _, s := range review.Comments {
		if replacement(t, s.Body) == "b\nd\n" {
			both++
			if s.First != 2 {
				t.Errorf("both is offered from line %d", s.First)
			}
		}
	}
	if both != 1 {
		t.Errorf("both is offered %d times; tried were %q", both, tried)
	}
}

func TestSuggestionsStayWithinTheirLimits(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("x", 3000)
	for name, content := range map[string]string{
		"many":  strings.Repeat(conflicted, 200),
		"large": strings.Repeat("<<<<<<< u\n"+line+"\n||||||| b\n=======\n"+line+"y\n>>>>>>> p\n", 50),
	} {
		c := caseOf("f", content)
		review := pulls.Suggestions(c, hash(2))
		size, at := len(review.Body), map[int]int{}
		for _, s := range review.Comments {
			size += len(s.Body)
			at[s.First]++
		}
		if len(review.Comments) > 30 || size > 60_000 || !strings.Contains(review.Body, "more conflicts)") {
			t.Errorf("%s: %d comments, %d bytes, %q", name, len(review.Comments), size, review.Body)
		}
		for first, n := range at {
			if n != 2 {
				t.Errorf("%s: the conflict in line %d has %d choices of 2", name, first, n)
			}
		}
	}
}

func TestNothingHostileLeavesItsSuggestion(t *testing.T) {
	t.Parallel()
	reviews := 0
	rapid.Check(t, func(t *rapid.T) {
		c := hostileCase(t)
		review := pulls.Suggestions(c, hash(2))
		if review == nil {
			return
		}
		reviews++
		checkMarkdown(t, review.Body, shape{})
		for _, s := range review.Comments {
			checkMarkdown(t, s.Body, shape{blocks: 1})
			replacement(t, s.Body)
		}
	})
	if reviews == 0 {
		t.Error("no review was written")
	}
}
