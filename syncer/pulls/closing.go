package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Closing is the comment that says how a conflict ended; "" while it is open. It is
// one comment, which is edited when what was taken in is published.
func Closing(c Case) string {
	if c.asks() {
		return ""
	}
	p := c.Proposal
	text := ""
	switch {
	case p.Status == forks.Declined:
		text = "Closed without merging. So this conflict is not asked again: " + c.one("the patch is left out where it does not fit, and stays", "the patches are left out where they do not fit, and stay") + " listed as undecided. A comment `/auxsync retry` asks again.\n"
	case p.Status == forks.Withdrawn && c.Next != "":
		text = fmt.Sprintf("This goes on as conflict `%s`, with branches and a pull request of its own: %s.\n", c.Next, span(p.Reason, maxSubject))
	case p.Status == forks.Withdrawn:
		text = fmt.Sprintf("No decision is needed any more: %s.\n", span(p.Reason, maxSubject))
	case c.Published.Pass > 0:
		text = c.published()
	case c.Taken.Pass > 0:
		text = fmt.Sprintf("Taken in by pass %d (%s): %s carries it with the next publication.%s This comment will say then how to undo it.\n",
			c.Taken.Pass, span(p.Reason, maxSubject), span(c.Branch, maxBranch), c.thanks())
	default:
		text = fmt.Sprintf("This is over: %s.\n", span(p.Reason, maxSubject))
	}
	return unmarked(text)
}

func (c Case) published() string {
	if len(c.Members) > 0 {
		return c.publishedAll()
	}
	now := "now carries the patch as commit " + plainCommit(c.Published.Commit)
	if c.Published.Commit.IsZero() {
		now = "no longer carries the patch"
	}
	by := fmt.Sprintf("Published by pass %d", c.Published.Pass)
	if c.Taken.Pass > 0 && c.Taken.Pass != c.Published.Pass {
		by = fmt.Sprintf("Taken in by pass %d and published by pass %d", c.Taken.Pass, c.Published.Pass)
	}
	text := fmt.Sprintf("%s (%s): %s %s.%s\n", by, span(c.Proposal.Reason, maxSubject), span(c.Branch, maxBranch), now, c.thanks())
	undo := c.revert()
	if c.Published.Commit.IsZero() {
		undo = c.bringBack()
	}
	if len(undo) > maxWays {
		return text
	}
	return text + undo
}

// thanks names who decided, where that is known.
func (c Case) thanks() string {
	who := c.Proposal.ClosedBy
	if who == "" {
		return ""
	}
	shown := person(who, false)
	for _, a := range c.Asked {
		if a.Member && strings.EqualFold(a.Login, who) {
			shown = person(a.Login, true)
		}
	}
	return " Thanks to " + shown + " for the decision."
}

// revert takes a published patch out of the branch again.
func (c Case) revert() string {
	return "\n**Undo.** An ordinary commit on the branch changes it, such as this one, which drops the patch:\n\n" + block("sh",
		c.fetchBranch(),
		"git switch -c "+c.local()+"-undo FETCH_HEAD",
		"git revert --no-edit "+c.Published.Commit.String(),
		c.pushBranch())
}

// bringBack puts a dropped patch onto the branch again, where it conflicts as before.
func (c Case) bringBack() string {
	if c.Proposal.Picked.IsZero() {
		return ""
	}
	return "\n**Undo.** Put the patch onto the branch again; the conflict is settled by hand then:\n\n" + block("sh",
		"git fetch -- "+c.url()+" "+forks.ShellWord(string(forks.StateRef(c.Track))),
		c.fetchBranch(),
		"git switch -c "+c.local()+"-undo FETCH_HEAD",
		"git cherry-pick "+c.Proposal.Picked.String(),
		"# settle the files that git names, git add them, then:",
		"git cherry-pick --continue",
		c.pushBranch())
}

func (c Case) fetchBranch() string {
	return "git fetch -- " + c.url() + " " + forks.ShellWord(string(forks.BranchRef(c.Branch)))
}

func (c Case) pushBranch() string {
	return "git push -- " + c.url() + " " + forks.ShellWord("HEAD:"+string(forks.BranchRef(c.Branch)))
}
