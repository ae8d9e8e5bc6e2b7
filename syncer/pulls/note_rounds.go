package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// thePin says on which commit of upstream the conflict is asked, where that is newer than
// the cause.
func (n Note) thePin(b *strings.Builder, show func(forks.Hash) string) {
	if pin := n.Conflict.Pin; !pin.IsZero() {
		fmt.Fprintf(b, "\nIt is asked on a newer commit of upstream than that, because somebody wanted it so: %s. The answer is used from there on.\n", show(pin))
	}
}

// theWork says what became of what people did in the round before.
func (n Note) theWork(b *strings.Builder) {
	c := n.Carry
	if c == nil {
		return
	}
	fmt.Fprintf(b, "\n## What was done before\n\n")
	if c.Because == "" {
		fmt.Fprintf(b, "%s of the earlier round %s %s picked onto %s; look at them once more.", counted(c.Commits), c.From, verb(c.Commits), span(n.fix(), maxPath))
	} else {
		fmt.Fprintf(b, "What people did in the earlier round %s could not be carried over to %s: %s.", c.From, span(n.fix(), maxPath), told(c.Because, maxSubject))
	}
	fmt.Fprintf(b, " Nothing of it is lost: the newest commit of it is %s, and this fetches it as a branch:\n\n%s", span(c.Work.String(), maxPath), block("sh", n.fetchWork()...))
}

func counted(commits int) string {
	if commits == 1 {
		return "One commit"
	}
	return fmt.Sprintf("%d commits", commits)
}

func verb(commits int) string {
	if commits == 1 {
		return "was"
	}
	return "were"
}

// fetchWork makes a branch of what people did in the round before. The state has it.
func (n Note) fetchWork() []string {
	return []string{
		"git fetch -- " + n.url() + " " + forks.ShellWord(string(forks.StateRef(n.Track))),
		"git branch " + n.local() + "-earlier " + n.Carry.Work.String(),
	}
}
