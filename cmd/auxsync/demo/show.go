package demo

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// Sizes of what is printed: a terminal of 80 columns, and what a phone shows first.
const (
	seenColumns = 72
	oneScreen   = 24
	oneGlance   = 10
)

// Pages is the folder of the full texts, below the world's.
const Pages = "pages"

// card prints what somebody sees, with a bar beside it: about so many lines of it, to
// the end of a paragraph. What is left out is in a file, which is named.
func (s *pullStory) card(most int, markdown, file string) {
	lines := rendered(markdown, seenColumns)
	left := 0
	if len(lines) > most+2 {
		cut := most
		for cut > most/2 && lines[cut] != "" {
			cut--
		}
		if lines[cut] != "" {
			cut = most
		}
		for cut > 1 && (lines[cut-1] == "" || strings.HasPrefix(lines[cut-1], "──")) {
			cut-- // no heading without its text
		}
		left, lines = len(lines)-cut, lines[:cut]
	}
	for _, line := range lines {
		fmt.Fprintln(s.out, strings.TrimRight("     │ "+line, " "))
	}
	switch {
	case left > 0:
		fmt.Fprintf(s.out, "     └ … %d more lines: %s\n", left, file)
	case file != "":
		fmt.Fprintln(s.out, "     └")
	}
}

// list prints a pull request in a list, with a word on it.
func (s *pullStory) list(p githubtest.Pull, word string) {
	lines := wrapped(p.Title, seenColumns)
	fmt.Fprintf(s.out, "     #%d %s\n        %s\n", p.Number, strings.Join(lines, "\n        "), word)
}

// head prints the first line of a card.
func (s *pullStory) head(format string, args ...any) {
	for i, line := range wrapped(fmt.Sprintf(format, args...), seenColumns) {
		bar := "┌"
		if i > 0 {
			bar = "│"
		}
		fmt.Fprintf(s.out, "     %s %s\n", bar, line)
	}
}

// keep writes a text to a file below the world's folder, and names it.
func (s *pullStory) keep(name, text string) (string, error) {
	s.kept++
	name = filepath.Join(Pages, fmt.Sprintf("%02d-%s.md", s.kept, name))
	full := filepath.Join(s.w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	if err := os.WriteFile(full, []byte(text+"\n"), 0o644); err != nil {
		return "", fmt.Errorf("demo: %w", err)
	}
	return name, nil
}

// showPull shows a pull request as somebody finds it.
func (s *pullStory) showPull(p githubtest.Pull, most int) error {
	file, err := s.keep(fmt.Sprintf("pull-%d", p.Number), "# "+p.Title+"\n\n"+p.Body)
	if err != nil {
		return err
	}
	s.head("#%d · %s · %s · asked: %s", p.Number, stageOf(p), strings.Join(p.Labels, ", "), strings.Join(p.Assignees, ", "))
	s.card(oneGlance, p.Title+"\n\n"+forks.StatusContext+": "+s.status(p).Description, "")
	fmt.Fprintln(s.out, "     ├")
	s.card(most, p.Body, file)
	return nil
}

// showReview shows auxsync's review with suggestions.
func (s *pullStory) showReview(number int, r githubtest.Review) error {
	text := r.Body
	for _, c := range r.Comments {
		text += fmt.Sprintf("\n\n## %s, lines %d to %d\n\n%s", c.Path, c.StartLine, c.Line, c.Body)
	}
	file, err := s.keep(fmt.Sprintf("pull-%d-review", number), text)
	if err != nil {
		return err
	}
	s.head("#%d · review by %s", number, r.Author)
	s.card(oneScreen, text, file)
	return nil
}

// showLast shows auxsync's last comment on a page.
func (s *pullStory) showLast(number int) error {
	list := s.ownComments(number)
	if len(list) == 0 {
		s.check(false, "auxsync did not comment on #%d", number)
		return nil
	}
	c := list[len(list)-1]
	file, err := s.keep(fmt.Sprintf("pull-%d-comment", number), c.Body)
	if err != nil {
		return err
	}
	s.head("#%d · %s comments", number, c.Author)
	s.card(oneGlance, c.Body, file)
	return nil
}

// showDashboard shows the fork's dashboard.
func (s *pullStory) showDashboard(most int) error {
	i, ok := s.dashboard()
	if !ok {
		return nil
	}
	file, err := s.keep("dashboard", "# "+i.Title+"\n\n"+i.Body)
	if err != nil {
		return err
	}
	s.head("#%d · %s · %s", i.Number, i.Title, strings.Join(i.Labels, ", "))
	s.card(most, i.Body, file)
	return nil
}

// does tells what a person does on a page.
func (s *pullStory) does(p forks.Person, format string, args ...any) {
	lines := wrapped("- "+firstName(p)+" "+fmt.Sprintf(format, args...), seenColumns+2)
	lines[0] = strings.Replace(lines[0], "- ", "☞ ", 1)
	fmt.Fprintf(s.out, "     %s\n", strings.Join(lines, "\n     "))
}

func stageOf(p githubtest.Pull) string {
	switch {
	case p.Merged:
		return "merged by " + p.MergedBy
	case !p.Open:
		return "closed"
	case p.Draft:
		return "draft"
	}
	return "ready"
}

// status is auxsync's status on a pull request's head.
func (s *pullStory) status(p githubtest.Pull) githubtest.Status {
	list := s.hub.server.Statuses(forkOnHub, p.HeadSHA)
	if i := slices.IndexFunc(list, func(st githubtest.Status) bool { return st.Context == forks.StatusContext }); i >= 0 {
		return list[i]
	}
	return githubtest.Status{}
}
