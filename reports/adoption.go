package reports

import (
	"fmt"
	"io"

	"github.com/auxolotl/auxsync/forks"
)

// FirstContact is what the first contact with a fork's branch found.
type FirstContact struct {
	Fork string     // name of the fork in config
	Plan forks.Plan // of the adoption; its State says what is recorded
	// Own is the number of commits, merges left out, that the branch has on top
	// of its base, and Folded how many of them do not replay by themselves.
	Own, Folded int
	// Done says that the track was adopted; otherwise it could be.
	Done bool
}

// Adoption writes what a first contact found, what is folded, how the branch
// will move and what happens next.
func Adoption(w io.Writer, c FirstContact, style Style) error {
	p := &page{style: style}
	s := c.Plan.State
	p.heading("First contact with %s", forks.Inert(c.Plan.Track))
	p.fields(
		field{"branch", forks.Inert(s.Branch) + " of the fork " + forks.Inert(c.Fork) + ", at " + short(c.Plan.ForkTip)},
		field{"follows", forks.Inert(s.Follow) + " of " + forks.Inert(s.Upstream)},
		field{"base", short(c.Plan.Base.New) + ", the newest upstream commit that the branch contains; " +
			count(c.Plan.Behind, "commit", "commits") + " behind upstream"},
	)
	c.stack(p)
	c.folding(p)
	p.pings(c.Plan.Pings)
	c.history(p)
	c.next(p)
	return p.writeTo(w)
}

func (c FirstContact) stack(p *page) {
	patches := c.Plan.State.Patches
	if len(patches) == 0 {
		p.heading("No patches: the branch is its base")
		return
	}
	p.heading("The stack: %s, oldest first (a patch is one change that the fork carries)", count(len(patches), "patch", "patches"))
	var rows []row
	for _, patch := range patches {
		change := forks.Inert(patch.Subject)
		if n := len(patch.Folded); n > 0 {
			change = "(" + count(n, "commit", "commits") + " folded) " + change
		}
		rows = append(rows, row{cells: []cell{
			{inert(string(patch.ID), 16), plain}, {short(patch.Commit), plain}, {inert(patch.Author.Name, maxName), plain}, {change, plain},
		}})
	}
	p.table([]string{"patch", "commit", "author", "change"}, rows)
	p.text(2, "Checked: these patches, replayed on the base, give exactly the files of the branch.")
}

func (c FirstContact) folding(p *page) {
	lists := 0
	for _, patch := range c.Plan.State.Patches {
		lists += len(patch.Folded)
	}
	if lists == 0 {
		p.heading("Nothing is folded: every commit replays by itself")
		return
	}
	share := ""
	if c.Own > 0 {
		share = fmt.Sprintf(": %d of %s, %d percent", c.Folded, count(c.Own, "own commit", "own commits"), c.Folded*100/c.Own)
	}
	p.heading("Folded%s", share)
	p.text(2, "These do not replay one by one on the base. What they changed together lives on as one patch, "+
		"so no line is lost, but they can no longer be followed or dropped one by one.")
	for _, patch := range c.Plan.State.Patches {
		if len(patch.Folded) == 0 {
			continue
		}
		var rows []row
		for _, f := range patch.Folded {
			rows = append(rows, row{cells: []cell{
				{short(f.Commit), plain}, {inert(f.Author.Name, maxName), plain}, {forks.Inert(f.Subject), plain},
			}})
		}
		p.b.WriteByte('\n')
		p.text(2, "into %s, %s:", inert(string(patch.ID), 16), inert(patch.Subject, maxSubject))
		p.table([]string{"commit", "author", "change"}, rows)
	}
}

func (c FirstContact) history(p *page) {
	p.heading("How the branch will move: history = %q", c.Plan.State.History)
	if c.Plan.State.History == forks.Rewrite {
		p.text(2, "Each publication puts the patches anew on upstream's commit and moves the branch there. The history stays short and "+
			"reads like a list of patches. But the branch does not fast-forward: clones have to reset, pins of a commit in lock files "+
			"point to what is no longer on the branch, and open pull requests show old copies of the patches until they are rebased. "+
			"A remote that denies rewinding the branch, as a protected branch does, refuses the first publication; nothing is lost then.")
		return
	}
	p.text(2, "Each publication joins the old branch and the new stack with one merge commit, the marker. The branch always "+
		"fast-forwards: clones pull as ever, pins of a commit in lock files stay valid, and open pull requests stay mergeable. "+
		"In return the history grows with every publication.")
}

func (c FirstContact) next(p *page) {
	p.heading("What happens next")
	track := forks.Inert(c.Plan.Track)
	if !c.Done {
		p.text(2, "Nothing was pushed, and nothing will be until the track is adopted: auxsync adopt %s", track)
		return
	}
	moved := "The branch was not moved"
	if c.Plan.Publishes() {
		moved = "The branch was moved to " + short(c.Plan.CandidateTip)
	}
	p.text(2, "The track is adopted. %s; the stack is recorded on the fork, in %s. "+
		"See what the next pass would do with: auxsync plan %s", moved, forks.StateRef(c.Plan.Track), track)
	p.text(2, "Make it with: auxsync sync %s", track)
}
