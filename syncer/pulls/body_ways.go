package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// waysHere lists how a conflict can be settled on the page and beside it.
func (c Case) waysHere(b *strings.Builder) {
	b.WriteString("\n## Ways\n\n")
	if suggested, hunks, others := c.tappable(); suggested > 0 {
		every := "each conflict"
		if suggested < hunks || others > 0 {
			every = "each conflict that has one, and edit the other files"
		}
		b.WriteString("**With suggestions.** Under **Files changed**, commit one for " + every + ".\n\n")
	}
	b.WriteString("**In the web editor.** Edit each file on the branch " + span(c.fix(), maxPath) + ": write what should stand there, and remove the four marker lines.\n\n")
	b.WriteString("Either way: when no conflict marker is left" + c.deletion() + ", this turns ready at the next pass. Merge it then" + c.orApprove() + ".\n\n")
	b.WriteString("**With a comment.** A line such as `/auxsync keep ours because the mirror is ours`; the reason is optional. " +
		"Who is asked here may do this; everybody else needs the right to write.\n\n")
	b.WriteString("| Comment | What it does |\n|---|---|\n")
	for _, use := range forks.CommandsAt(forks.OnConflict) {
		if use.Verb != forks.VerbSplit || c.Proposal.Umbrella() {
			fmt.Fprintf(b, "| `/auxsync %s` | %s |\n", use.Verb, use.Help)
		}
	}
	b.WriteString("\n<details>\n<summary>On the command line</summary>\n\n")
	if commands := c.commandLine(); len(commands) <= maxWays {
		b.WriteString(commands)
	} else if c.Shorter {
		b.WriteString("There are too many files to print the commands.\n")
	} else {
		b.WriteString("There are too many files to print the commands here: they are in `" + ConflictFileName + "` on the branch.\n")
	}
	b.WriteString("\n</details>\n")
	fmt.Fprintf(b, "\n<details>\n<summary>Undo</summary>\n\nUntil auxsync has taken it in, put the helper branch back:\n\n%s\nAfter that, change %s with an ordinary commit. Its earlier tips are kept below %s.\n\n</details>\n",
		c.undoHere(), span(c.Branch, maxBranch), span(string(forks.ArchivePrefix(c.Track)), maxPath))
}

// deletion asks to delete the conflict file too, where there is one, with a link where
// the fork has pages.
func (c Case) deletion() string {
	if c.Shorter {
		return ""
	}
	if url, ok := c.branchPage("delete", ConflictFileName); ok {
		return ", and `" + ConflictFileName + "` is [deleted](" + url + ")"
	}
	return ", and `" + ConflictFileName + "` is deleted"
}

func (c Case) undoHere() string {
	if text := block("sh", c.undo()); len(text) <= maxWays {
		return text
	}
	return "The command is too long to print.\n"
}

// commandLine has the same commands as the conflict file.
func (c Case) commandLine() string {
	var b strings.Builder
	b.WriteString("Begin in the top folder of a clone of this fork (all commands are for bash or zsh):\n\n" + block("sh", c.begin()...))
	fetched := false
	for _, f := range c.byKind() {
		g := guideFor(f)
		lines := g.lines(f)
		if len(lines) == 0 {
			continue
		}
		if b.Len() > maxWays {
			break // too long already
		}
		if g.choose && !fetched {
			b.WriteString("\nThe patch's form may have to be fetched first:\n\n" + block("sh", c.fetchPatch()))
			fetched = true
		}
		fmt.Fprintf(&b, "\n%s:\n\n%s", span(string(f.Path), maxPath), block("sh", lines...))
	}
	b.WriteString("\n**Keep the patch, in a form that fits.** Settle each file, then:\n\n" + block("sh", c.keep(!c.Shorter)...))
	b.WriteString("\n**Drop the patch.** Make the files what they are without it:\n\n" + block("sh", c.drop()...))
	return b.String()
}
