package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// theWays lists commands that work as they are typed, after those with which
// theFiles begins.
func (n Note) theWays(b *strings.Builder) {
	push := "git push -- " + n.url() + " " + forks.ShellWord("HEAD:"+string(forks.OntoRef(n.Track, n.ID)))
	b.WriteString("## Ways to settle it\n")
	b.WriteString("\n**Keep the patch, in a form that fits.** Settle each file as said there, then:\n\n")
	lines := n.adds()
	lines = append(lines, "git rm -- "+ConflictFileName, "git commit", push)
	b.WriteString(block("sh", lines...))
	fmt.Fprintf(b, "\nOr, with others to look at it first: push to %s instead, and merge that branch into %s when all agree; a merge, a fast-forward and a squash are all fine.\n",
		span(n.fix(), maxPath), span(n.onto(), maxPath))

	b.WriteString("\n**Drop the patch.** Make the files what they are without it:\n\n")
	b.WriteString(block("sh",
		"git restore --source="+n.Onto.String()+" --staged --worktree -- :/",
		"git commit -m 'Drop the patch'",
		push))

	fmt.Fprintf(b, "\n**Decide nothing.** Delete the branch %s. You are not asked again about this patch and this upstream commit; the patch stays listed as undecided.\n",
		span(n.fix(), maxPath))
}

// adds stages the files that were edited.
func (n Note) adds() []string {
	var lines []string
	for _, f := range n.Conflict.Files {
		if guideFor(f).commands == nil {
			lines = append(lines, "git add -- "+pathspec(f.Path))
		}
	}
	if len(lines) > maxAdds {
		return []string{"git add --update -- :/"}
	}
	return lines
}

func (n Note) whatHappensNext(b *strings.Builder) {
	fmt.Fprintf(b, `## What happens next

- Neither branch moves while upstream moves on. What you push to %s is yours: auxsync never overwrites it.
- At its next pass after the merge auxsync takes the difference between %s as it is now (%s) and what you merged as the patch's new form. Message and author stay the patch's own; you are recorded as who resolved it. Then it deletes both helper branches, unless they hold work of yours that was not merged.
- As long as this file or a conflict marker is inside, nothing is taken in, and a new round starts from what you merged.
- Changes to files that belong neither to the patch nor to this conflict are not taken in either: somebody is asked first.
- If upstream settles the conflict by itself, it is withdrawn, and no decision is needed.
`, span(n.fix(), maxPath), span(n.onto(), maxPath), span(n.Onto.Short(), maxPath))
}

// url is the fork's address as a word of a command.
func (n Note) url() string { return forks.ShellWord(publicAddress(n.Fork)) }

// publicAddress gives an address only if it holds no credential and git would
// run no program for it; config refuses such addresses before.
func publicAddress(address string) string {
	if _, err := forks.Transport(address); err != nil {
		return "ADDRESS"
	}
	return address
}
