package scripttest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// browser is what a person does on GitHub's pages: WHO ACT NUMBER [WORD].
func browser(t tb, args []string) {
	h := onHub(t)
	b, act := h.server.As(args[0], hubRepo), args[1]
	if act == "edit" {
		if len(args) != 5 {
			t.Fatalf("want browser WHO edit BRANCH PATH FILE")
		}
		edited(t, b, args[2:])
		return
	}
	number, err := strconv.Atoi(args[2])
	t.Check(err)
	word := ""
	if len(args) == 4 {
		word = args[3]
	}
	switch {
	case act == "comment" && word != "":
		b.Comment(number, strings.ReplaceAll(word, `\n`, "\n"))
	case act == "merge" && word != "":
		b.Merge(number, word)
	case act == "accept" && word != "":
		b.AcceptSuggestion(suggested(t, h, number, word))
	case act == "title" && word != "":
		b.EditTitle(number, word)
	case act == "approve" && word == "":
		b.Review(number, "APPROVE", "")
	case act == "close" && word == "":
		b.Close(number)
	case act == "reopen" && word == "":
		b.Reopen(number)
	default:
		t.Fatalf("no such act: %q; see the doc of package scripttest", args)
	}
}

// edited commits in the web editor: a file, or without a FILE its removal.
func edited(t tb, b *githubtest.Browser, args []string) {
	if args[2] == "-" {
		b.DeleteFile(args[0], args[1])
		return
	}
	b.EditFile(args[0], args[1], t.ReadFile(args[2]))
}

// suggested finds the comment with a suggestion whose text has the words.
func suggested(t tb, h *hub, number int, words string) int64 {
	var list []string
	for _, r := range h.server.Reviews(hubRepo, number) {
		for _, c := range r.Comments {
			if strings.Contains(c.Body, words) {
				return c.ID
			}
			list = append(list, c.Body)
		}
	}
	t.Fatalf("no comment of #%d has %q; there are %q", number, words, list)
	return 0
}

// pulls prints what GitHub shows.
func pulls(t tb, _ []string) { fmt.Fprint(t.Stdout(), shown(t)) }

// shows waits until what GitHub shows matches.
func shows(t tb, args []string) {
	pattern := multiline(t, args[0])
	eventually(t, "GitHub shows "+args[0], func() bool { return pattern.MatchString(shown(t)) })
}

// shown describes all pull requests and issues with their comments, by number: a line
// for each fact.
func shown(t tb) string {
	s := onHub(t).server
	var out strings.Builder
	for _, p := range s.Pulls(hubRepo) {
		state := map[bool]string{true: "open", false: "closed"}[p.Open]
		switch {
		case p.Merged:
			state = "merged by " + p.MergedBy
		case p.Open && p.Draft:
			state = "draft"
		}
		fmt.Fprintf(&out, "pull #%d %s: %s\n", p.Number, state, p.Title)
		fact(&out, p.Number, "branches", p.Head+" -> "+p.Base)
		looks(&out, p.Issue)
		fact(&out, p.Number, "asked for a review", slices.Concat(p.Reviewers, p.TeamReviewers)...)
		for _, st := range s.Statuses(hubRepo, p.HeadSHA) {
			fact(&out, p.Number, "status", st.Context+" "+st.State+": "+st.Description)
		}
		for _, r := range s.Reviews(hubRepo, p.Number) {
			fact(&out, p.Number, "review of "+r.Author, fmt.Sprintf("%s, %d suggestions", r.State, len(r.Comments)))
		}
		talk(&out, s, p.Issue)
	}
	for _, i := range s.Issues(hubRepo) {
		fmt.Fprintf(&out, "issue #%d %s: %s\n", i.Number, map[bool]string{true: "open", false: "closed"}[i.Open], i.Title)
		looks(&out, i)
		talk(&out, s, i)
	}
	return out.String()
}

func looks(out *strings.Builder, i githubtest.Issue) {
	fact(out, i.Number, "labels", i.Labels...)
	fact(out, i.Number, "assigned", i.Assignees...)
	for line := range strings.SplitSeq(i.Body, "\n") {
		fact(out, i.Number, "text", line)
	}
}

func talk(out *strings.Builder, s *githubtest.Server, i githubtest.Issue) {
	for _, c := range s.Comments(hubRepo, i.Number) {
		for line := range strings.SplitSeq(c.Body, "\n") {
			fact(out, i.Number, c.Author+" says", line)
		}
		for _, r := range c.Reactions {
			fact(out, i.Number, r.Author+" reacts to "+c.Author, r.Content)
		}
	}
}

// fact writes one line about an issue or pull request; nothing for no words.
func fact(out *strings.Builder, number int, what string, words ...string) {
	if text := strings.Join(words, " "); strings.TrimSpace(text) != "" {
		fmt.Fprintf(out, "#%d %s: %s\n", number, what, text)
	}
}
