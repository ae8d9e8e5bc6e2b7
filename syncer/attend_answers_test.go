package syncer_test

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// settledWith checks that a conflict is over and everybody told: the branch has the
// line, and the closing comment names the pass and how to undo it.
func (w *forgeWorld) settledWith(number int, line string) {
	w.Helper()
	if got := w.published("hello"); got != written("hello", line) {
		w.Errorf("the branch has\n%s", got)
	}
	prop := w.proposal("hello")
	if prop.Status != forks.Harvested && prop.Status != forks.Cleaned || prop.Published == 0 {
		w.Errorf("the conflict is %s, published by pass %d: %s", prop.Status, prop.Published, prop.Reason)
	}
	if p := w.pull("hello"); p.Number != number || p.Open {
		w.Errorf("pull request %d is open %t", p.Number, p.Open)
	}
	closing := w.commentsWith(number, "<!-- auxsync:comment closing -->")
	if len(closing) != 1 || !strings.Contains(closing[0], "ublished by pass") || !strings.Contains(closing[0], "**Undo.**") {
		w.Errorf("the closing comments are %q", closing)
	}
	w.settled()
}

// commentsWith returns the comments that hold a text.
func (w *forgeWorld) commentsWith(number int, text string) (list []string) {
	for _, c := range w.server.Comments(fullName, number) {
		if strings.Contains(c.Body, text) {
			list = append(list, c.Body)
		}
	}
	return list
}

// resolved is the state of auxsync's status on a pull request's head.
func (w *forgeWorld) resolved(p githubtest.Pull) string {
	for _, s := range w.server.Statuses(fullName, p.HeadSHA) {
		if s.Context == forks.StatusContext {
			return s.State
		}
	}
	return ""
}

// ready lets bob settle the conflict in the web editor, and checks what that shows.
func (w *forgeWorld) ready(line string) {
	w.Helper()
	w.server.As("bob", fullName).EditFile(w.pull("hello").Head, "hello.nix", written("hello", line))
	w.moved()
	if p := w.pull("hello"); p.Draft || w.resolved(p) != "success" || !p.Open {
		w.Errorf("settled, it is draft %t, open %t, with status %q", p.Draft, p.Open, w.resolved(p))
	}
}
