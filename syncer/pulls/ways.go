package pulls

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// theWays lists commands that work as they are typed, after those with which
// theFiles begins.
func (n Note) theWays(b *strings.Builder) {
	b.WriteString("## Ways to settle it\n")
	fmt.Fprintf(b, "\n**Keep the %s, in a form that fits.** Settle each file as said there, then:\n\n", n.one("patch", "patches"))
	b.WriteString(block("sh", n.keep(true)...))
	fmt.Fprintf(b, "\nOr, with others to look at it first: push to %s instead, and merge that branch into %s when all agree; a merge, a fast-forward and a squash are all fine.\n",
		span(n.fix(), maxPath), span(n.onto(), maxPath))

	fmt.Fprintf(b, "\n**Drop the %s.** Make the files what they are without %s:\n\n", n.one("patch", "patches, all of them"), n.one("it", "them"))
	b.WriteString(block("sh", n.drop()...))
	n.waysApart(b)

	fmt.Fprintf(b, "\n**Decide nothing.** Delete the branch %s. You are not asked again about %s and this upstream commit; %s listed as undecided.\n",
		span(n.fix(), maxPath), n.one("this patch", "these patches"), n.one("the patch stays", "the patches stay"))
}

// begin brings the fix branch into the reader's clone.
func (n Note) begin() []string {
	return []string{
		"git fetch -- " + n.url() + " " + forks.ShellWord(string(forks.FixRef(n.Track, n.ID))),
		"git switch -c " + n.local() + " FETCH_HEAD",
	}
}

// fetchPatch brings the objects that only the patch's own commit has.
func (n Note) fetchPatch() string {
	return "git fetch -- " + n.url() + " " + forks.ShellWord(string(forks.BranchRef(n.Branch))) + " " + forks.ShellWord(string(forks.StateRef(n.Track)))
}

// keep publishes what was settled, without the conflict file if fix has one.
func (n Note) keep(conflictFile bool) []string {
	lines := n.adds()
	if conflictFile {
		lines = append(lines, "git rm -- "+ConflictFileName)
	}
	return append(lines, "git commit", n.push())
}

// drop publishes the files as they are without the patch.
func (n Note) drop() []string {
	return []string{
		"git restore --source=" + n.Onto.String() + " --staged --worktree -- :/",
		"git commit -m 'Drop the " + n.one("patch", "patches") + "'",
		n.push(),
	}
}

// undo puts the helper branch back to where it was opened.
func (n Note) undo() string {
	return "git push --force -- " + n.url() + " " + forks.ShellWord(n.Onto.String()+":"+string(forks.OntoRef(n.Track, n.ID)))
}

func (n Note) push() string {
	return "git push -- " + n.url() + " " + forks.ShellWord("HEAD:"+string(forks.OntoRef(n.Track, n.ID)))
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
	b.WriteString("## What happens next\n\n")
	b.WriteString(n.next("this file or a conflict marker"))
}

// next tells what auxsync does, as a list; unsettled is what may not be left inside.
func (n Note) next(unsettled string) string {
	if len(n.Members) > 0 {
		return n.nextOfAll()
	}
	return n.branchWaits() + fmt.Sprintf(`- Neither branch moves while upstream moves on. What you push to %s is yours: auxsync never overwrites it.
- At its next pass after the merge auxsync takes the difference between %s as it is now (%s) and what you merged as the patch's new form. Message and author stay the patch's own; you are recorded as who resolved it. Then it deletes both helper branches, unless they hold work of yours that was not merged.
- As long as %s is inside, nothing is taken in, and a new round starts from what you merged.
- Changes to files that belong neither to the patch nor to this conflict are not taken in either: somebody is asked first.
- If upstream settles the conflict by itself, it is withdrawn, and no decision is needed.
`, span(n.fix(), maxPath), span(n.onto(), maxPath), span(n.Onto.Short(), maxPath), unsettled)
}

// branchWaits says, as an item of a list, how long the branch waits for an answer, or
// that it went on.
func (n Note) branchWaits() string {
	const back = "comes back in its place once this is decided"
	switch {
	case n.Parked != nil:
		return fmt.Sprintf("- %s goes on without this patch since %s: %s. The patch %s.\n", span(n.Branch, maxPath), moment(n.Parked.At), span(n.Parked.Reason, maxSubject), back)
	case !n.Deadline.IsZero():
		return fmt.Sprintf("- %s waits for an answer until %s; then the branch goes on without this patch, which %s. A commit about security upstream may not wait that long.\n",
			span(n.Branch, maxPath), moment(n.Deadline), back)
	}
	return ""
}

// moment is a time as people read it.
func moment(at time.Time) string { return at.UTC().Format("2006-01-02 15:04 MST") }

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
