package demo

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

func TestRenderedIsWhatAPersonSees(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ markdown, seen string }{
		"marks are hidden":             {"<!-- auxsync:begin v1 x -->\n<!-- y -->\nhere\n", "here"},
		"folded stays folded":          {"a\n\n<details>\n<summary>Undo</summary>\n\ngit push\n\n</details>\n", "a||▸ Undo"},
		"a link is its text":           {"it is [deleted](http://127.0.0.1:1/x) then", "it is deleted then"},
		"bold and headings are plain":  {"## The files\n\n**All** is settled", "── The files||All is settled"},
		"a rule of a table is hidden":  {"| a | b |\n|---|---|\n| `c` | d |", "- a: b|- `c`: d"},
		"a line is broken at words":    {"one two three four five six seven", "one two three four|five six seven"},
		"a list hangs":                 {"- one two three four five six seven", "- one two three four|  five six seven"},
		"code is left as it is":        {"```sh\ngit  push **x**\n```\nend", "    git  push **x**|end"},
		"code is clipped":              {"```\n01234567890123456789\n```", "    012345678901234…"},
		"a suggestion is what it adds": {"```suggestion\n  a\n```", "  +   a"},
		"a longer fence holds shorter": {"````\n```\na\n````\nb", "    ```|    a|b"},
		"two empty lines are one":      {"a\n\n\n\nb", "a||b"},
	} {
		if got := strings.Join(rendered(c.markdown, 20), "|"); got != c.seen {
			t.Errorf("%s: got %q, want %q", name, got, c.seen)
		}
	}
}

func TestCardEndsWithAParagraphAndNamesTheRest(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := &pullStory{story: &story{out: &out}}
	s.card(6, "one\n\ntwo\n\n## Three\n\nfour\nfive\nsix\nseven\neight", "pages/01.md")
	if got, want := out.String(), "     │ one\n     │\n     │ two\n     └ … 8 more lines: pages/01.md\n"; got != want {
		t.Errorf("got\n%s", got)
	}
	out.Reset()
	s.card(6, strings.Repeat("long ", 100), "pages/02.md")
	for line := range strings.Lines(out.String()) {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%q is too wide", line)
		}
	}
}

func TestWhatGitHubDoesNotLetAPersonDoEndsTheStory(t *testing.T) {
	t.Parallel()
	w := build(t)
	h, err := OpenHub(w)
	if err != nil {
		t.Fatal(err)
	}
	number := 0
	err = mishaps(func() error {
		number = h.as(w.cast.dmitri).Open("a question", "")
		h.as(w.cast.dmitri).DeleteBranch(w.Branch)
		return fmt.Errorf("it was possible")
	})
	if number != 1 || err == nil || !strings.Contains(err.Error(), "dmitri: delete aux-unstable on aux/pkgs") {
		t.Errorf("#%d, %v", number, err)
	}
	if err := h.Close(); err != nil {
		t.Error(err)
	}
}

func TestOthersAreNotifiedOnlyIfTheyWereAsked(t *testing.T) {
	t.Parallel()
	w := build(t)
	h, err := OpenHub(w)
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	s := &pullStory{story: &story{w: w}, hub: h}
	n := h.as(w.cast.ada).Open("hello", "@bento, @dmitri, @noor, @caro, @esme, @aux/sig-cli and #1")
	if told := s.checkNotified(); len(s.broken) > 0 || !slices.Equal(told, w.named()) {
		t.Errorf("%q: %v", told, s.broken)
	}
	h.as(w.cast.ada).Comment(n, "@rowan-a, see up/pkgs#3 and aux/pkgs#7")
	s.checkNotified()
	if len(s.broken) == 0 {
		t.Fatal("nothing is broken")
	}
	for _, want := range []string{"mention of rowan-a", "reference of up/pkgs#3", "reference of aux/pkgs#7"} {
		if !strings.Contains(s.broken[0].Error(), want) {
			t.Errorf("%v does not say %q", s.broken[0], want)
		}
	}
}

func TestAccountsAreThoseOfUpstreamsList(t *testing.T) {
	t.Parallel()
	start, err := handWritten("start")
	if err != nil {
		t.Fatal(err)
	}
	list, named := start["maintainers/maintainer-list.nix"], 0
	for _, a := range append(everybody().ofFork(), everybody().ofUpstream()...) {
		entry := fmt.Sprintf("github = %q;\n    githubId = %d;\n", a.login, a.number)
		if a.number != 0 && !strings.Contains(list, entry) {
			t.Errorf("the list has no %s", entry)
		} else if a.number != 0 {
			named++
		}
	}
	if n := strings.Count(list, "    githubId = 9"); n != named {
		t.Errorf("the list has %d accounts, the forge %d of them", n, named)
	}
}

func TestClockLeapsToWhateverSomebodyWaitsFor(t *testing.T) {
	t.Parallel()
	h, err := OpenHub(build(t))
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	before := h.Clock.Now()
	select {
	case <-h.Clock.NewTimer(time.Hour).Chan():
	default:
		t.Error("somebody has to wait")
	}
	if d := h.Clock.Since(before); d != time.Hour {
		t.Errorf("the clock went on by %s", d)
	}
}

// unforged is a program that knows of no forge.
type unforged struct {
	*model
	asks bool // about references, once
}

func (u *unforged) References(string) error { return nil }

func (u *unforged) People(context.Context, io.Writer) error { return nil }

func (u *unforged) Adopt(ctx context.Context) (forks.Plan, error) {
	if u.asks {
		u.asks = false
		return forks.Plan{}, forks.AskPerson(`set references = "keep"`, "%s: @rowan-a", welcomeInit)
	}
	return u.model.Adopt(ctx)
}

func TestStoryOfPullRequestsNamesWhatDoesNotHold(t *testing.T) {
	t.Parallel()
	for fault, c := range map[string]struct {
		asks bool
		want string
	}{
		"notifies without asking": {false, "step 2 (First contact): adoption does not ask"},
		"opens no pull request":   {true, "0 pull requests were opened, want 4"},
	} {
		t.Run(fault, func(t *testing.T) {
			t.Parallel()
			w := build(t)
			h, err := OpenHub(w)
			if err != nil {
				t.Fatal(err)
			}
			defer h.Close()
			var out bytes.Buffer
			err = RunPulls(t.Context(), &out, w, h, &unforged{&model{replayer: newReplayer(t, w)}, c.asks})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q\n%s", err, c.want, out.String())
			}
		})
	}
}
