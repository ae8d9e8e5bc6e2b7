package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of a region. Forges take 65,536 bytes for a body; what is left is for the
// marks, and for what people write around them.
const (
	maxRegion = 59_000 // bytes
	maxWays   = 12_000 // bytes of printed commands
	maxTracks = 20     // tracks that are named
)

// Widths of names in the first screen of a body, in characters.
const (
	maxGlance = 60
	maxBranch = 100
	maxReason = 120
)

// Body is the region of the body of a pull request, to be put between its marks by
// [Framed]. It begins with what is asked and what to tap, which fits one screen of a
// phone. Texts from others stand only in code spans and code blocks, and what would
// notify somebody is broken there too, but for the commands, which must work as they
// stand: a forge can make a body the message of a commit. What does not fit is left
// out: hunks first, then files.
func Body(c Case) string {
	var before, facts, after strings.Builder
	c.glance(&before)
	if c.asks() {
		c.whoIsAsked(&before)
	}
	facts.WriteByte('\n')
	c.thePatch(&facts)
	facts.WriteByte('\n')
	c.theCause(&facts, c.showCommit)
	c.alsoFor(&facts)
	c.theEarlier(&facts, linkPage)
	before.WriteString(still(facts.String()))
	c.theWork(&before)
	if c.asks() {
		c.waysHere(&after)
		fmt.Fprintf(&after, "\n<details>\n<summary>What happens next</summary>\n\n%s\n</details>\n", c.next(c.unsettled()))
	}
	top, bottom := unmarked(before.String()), unmarked(after.String())
	return top + c.filesIn(maxRegion-len(top)-len(bottom)) + bottom
}

// still is text in which nothing notifies anybody, wherever it is shown.
func still(text string) string { return string(Defuse([]byte(text))) }

// told shows text from others inside a sentence.
func told(text string, width int) string { return still(span(text, width)) }

// asks reports whether anything is still to be decided.
func (c Case) asks() bool {
	switch c.Proposal.Status {
	case forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned:
		return false
	}
	return true
}

// files has the conflict's files also where the fix branch could not be read.
func (c Case) files() []CaseFile {
	if len(c.Files) > 0 {
		return c.Files
	}
	var files []CaseFile
	for _, f := range c.Conflict.Files {
		files = append(files, CaseFile{ConflictFile: f})
	}
	return files
}

// unsettled names what may not be left on the branch.
func (c Case) unsettled() string {
	if c.Shorter {
		return "a conflict marker"
	}
	return "`" + ConflictFileName + "` or a conflict marker"
}

// glance is what somebody reads who reads nothing else.
func (c Case) glance(b *strings.Builder) {
	switch c.Proposal.Status {
	case forks.Harvested, forks.Withdrawn, forks.Cleaned:
		b.WriteString("**This is settled: nothing is asked any more.** The last comment says how it ended.\n")
		return
	case forks.Declined:
		b.WriteString("**This was closed without merging, so it is not asked again.** The comment `/auxsync retry` asks again.\n")
		return
	case forks.Ready:
		fmt.Fprintf(b, "**All is settled here. Is this what %s should be from now on?**\n\nLook at **Files changed**, then merge%s.\n",
			c.one("the patch "+told(c.Subject, maxGlance), "the "+count(len(c.Members), "patch")), c.orApprove())
	case forks.Unresolved:
		fmt.Fprintf(b, "**This was merged, but it needs another look:** %s\n\nComment one of these lines:\n\n%s", told(c.Proposal.Reason, maxSubject), c.quickCommands())
	default:
		c.question(b)
	}
	fmt.Fprintf(b, "\n**What merging does.** It changes only a helper branch, which tells auxsync what the %s should be. %s follows with the next publication. Until then one command undoes it (below).\n",
		c.one("patch", "patches"), told(c.Branch, maxBranch))
}

func (c Case) orApprove() string {
	if c.ApproveMerges {
		return " (approving merges it too)"
	}
	return ""
}

func (c Case) question(b *strings.Builder) {
	upstream := told(c.Conflict.CauseSubject, maxGlance)
	if strings.TrimSpace(c.Conflict.CauseSubject) == "" {
		upstream = told(c.Conflict.Cause.Short(), maxGlance)
	}
	suggested, hunks, others := c.tappable()
	asked := fmt.Sprintf("do not fit together in %s. What should become of them?", count(len(c.files()), "file"))
	if hunks > 0 && others == 0 {
		asked = "changed the same lines. Which should stay?"
	}
	fmt.Fprintf(b, "**Upstream's %s and this fork's %s %s**\n\n", upstream,
		c.one("patch "+told(c.Subject, maxGlance), count(len(c.Members), "patch")), asked)
	switch {
	case suggested == 0:
		b.WriteString("Comment one of these lines:\n\n")
	case suggested == hunks && others == 0 && c.Shorter:
		fmt.Fprintf(b, "Tap **Files changed**, commit a suggestion for each conflict, and merge when this turns ready%s. Or comment one of these lines:\n\n", c.orApprove())
	default:
		b.WriteString("Tap **Files changed** and commit suggestions (more below). Or comment one of these lines:\n\n")
	}
	b.WriteString(c.quickCommands())
}

// quickCommands are those that settle a conflict at once.
func (c Case) quickCommands() string {
	if len(c.Members) > 0 {
		return c.quickForAll()
	}
	drop := ""
	if !c.Conflict.SuggestDrop.IsZero() {
		drop = "; upstream already has this change"
	}
	return "- `/auxsync take upstream` – upstream's lines; the rest of the patch stays\n" +
		"- `/auxsync keep ours` – the patch's lines\n" +
		"- `/auxsync drop` – no longer carry the patch" + drop + "\n"
}
