package demo

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// policyBranch is where the fork says who looks after what, and policyFile says it.
const (
	policyBranch = "auxsync/policy"
	policyFile   = "policy.toml"
)

// given is what has to be said of whom a conflict is given to.
type given struct {
	subject string
	to      string // a login
	team    string // of the organisation, asked as well; "" for none
	says    string // why, on the page
	plain   string // names that are shown although they lead to nobody; "" for none
	passed  string // why somebody was passed over; "" if nobody was
	story   string
}

// whoIsAsked says of each conflict whom it is given to in the first pass.
func (w *World) whoIsAsked() []given {
	c := w.cast
	return []given{
		{harborPatch, firstName(c.bento), "", "maintains harbor: " + byName("harbor"), "`Pim Aldous`, `BriskHarrow`", "", ""},
		{tarnPatch, firstName(c.noor), "sig-cli", "in SIG cli", "", "",
			"The policy has a SIG for tarn's folder: one of its members is asked, and its team."},
		{loomPatch, firstName(c.esme), "", "maintains loom: " + byName("loom"), "", "away until 2026-04-12",
			"Ines wrote loom's patch, and maintains it with Esme. She is away, so it goes to Esme. Here unfolded:"},
		{mistlePatch, firstName(c.caro), "", "in SIG core: is asked where nobody else is known", "`Pim Aldous`, `lark`", "",
			"Pim, who wrote mistle's patch, has left, and upstream's list has no login for Lark, who maintains it. Both are named, and Caro is asked, who is on duty."},
	}
}

// named lists everybody who is asked in the story: those of the first pass, and who comes
// next where it is not theirs.
func (w *World) named() []string {
	list := []string{firstName(w.cast.dmitri)}
	for _, g := range w.whoIsAsked() {
		list = append(list, g.to)
		if g.team != "" {
			list = append(list, "aux/"+g.team)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// writePolicy lets Ada push the fork's policy, and shows it.
func (s *pullStory) writePolicy() error {
	files, err := handWritten("policy")
	if err != nil {
		return err
	}
	c := &commit{by: s.w.cast.ada, at: s.w.now, message: "policy: who looks after what\n", after: files}
	if err := importInto(s.ctx, s.w.onServer(s.w.ForkDir), policyBranch, []*commit{c}); err != nil {
		return fmt.Errorf("demo: push the policy: %w", err)
	}
	s.w.pushed = append(s.w.pushed, Pushed{By: c.by, Commits: []forks.Hash{c.id}, Text: "default_sig"})
	s.say("Ada has pushed %s to the branch %s. It says who looks after what:", policyFile, policyBranch)
	s.card(oneScreen, "```\n"+files[policyFile]+"```", "")
	return nil
}

// whom tells whom the conflicts were given to, and why.
func (s *pullStory) whom() error {
	s.say("Bento maintains harbor, as #%d says. Why the others are asked:", s.numbers[harborPatch])
	for _, g := range s.w.whoIsAsked() {
		p := s.pull(g.subject)
		s.checkSays(g.subject, g.says, g.plain, g.passed)
		s.check(strings.Contains(p.Body, "Named too") == (g.plain != ""), "#%d names others: %t", p.Number, g.plain == "")
		if g.subject == harborPatch {
			continue
		}
		s.say("%s", g.story)
		if err := s.showAsked(p, g.passed != ""); err != nil {
			return err
		}
	}
	s.say("The same in a terminal, here without the addresses:")
	return s.showPeople("4 conflicts wait with people", "waits with "+firstName(s.w.cast.noor)+" and SIG cli", "away until 2026-04-12", "on duty")
}

// checkSays expects texts on a page where it says who is asked.
func (s *pullStory) checkSays(subject string, texts ...string) {
	p := s.pull(subject)
	for _, text := range texts {
		s.check(strings.Contains(asked(p.Body), text), "#%d does not say of whom it asks %q:\n%s", p.Number, text, asked(p.Body))
	}
}

// showAsked shows what a page says of whom it asks. How they were found is folded away
// there; it may be unfolded.
func (s *pullStory) showAsked(p githubtest.Pull, unfolded bool) error {
	text := asked(p.Body)
	file, err := s.keep(fmt.Sprintf("pull-%d-asked", p.Number), text)
	if err != nil {
		return err
	}
	if unfolded {
		text = strings.NewReplacer("<details>\n", "", "</details>\n", "", "<summary>", "▾ ", "</summary>", "").Replace(text)
	}
	s.head("#%d · asked: %s", p.Number, strings.Join(slices.Concat(p.Assignees, p.TeamReviewers), ", "))
	s.card(oneGlance, text, file)
	return nil
}

// asked is the part of a page that says who is asked.
func asked(body string) string {
	_, text, _ := strings.Cut(body, "## Who is asked\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// showPeople shows what auxsync people prints, which has to say something.
func (s *pullStory) showPeople(want ...string) error {
	var out bytes.Buffer
	if err := s.program.People(s.ctx, &out); err != nil {
		return err
	}
	for _, w := range want {
		s.check(strings.Contains(out.String(), w), "auxsync people does not say %q", w)
	}
	file, err := s.keep("people", "```\n"+out.String()+"```")
	if err != nil {
		return err
	}
	var seen strings.Builder
	for line := range strings.Lines(out.String()) {
		if !strings.HasPrefix(line, "     ") { // the rest of the line before: an address
			seen.WriteString(line)
		}
	}
	s.head("$ auxsync people")
	s.card(oneScreen, "```\n"+seen.String()+"```", file)
	return nil
}
