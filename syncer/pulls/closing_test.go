package pulls_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// endings are the ways in which a conflict ends.
func endings() map[string]pulls.Case {
	all := map[string]pulls.Case{}
	add := func(name string, status forks.ProposalStatus, reason string, change func(*pulls.Case)) {
		c := exampleCase()
		c.Proposal.Status, c.Proposal.Reason = status, reason
		change(&c)
		all[name] = c
	}
	by := func(c *pulls.Case) { c.Proposal.ClosedBy, c.Taken = "Ada", pulls.Publication{Pass: 12, At: now} }
	add("1 taken in", forks.Harvested, "resolved by Ada", by)
	add("2 published", forks.Cleaned, "resolved by Ada", func(c *pulls.Case) {
		by(c)
		c.Published = pulls.Publication{Pass: 13, Commit: hash(51), At: later}
	})
	add("3 taken in and published at once, by a stranger", forks.Cleaned, "resolved by eve", func(c *pulls.Case) {
		by(c)
		c.Proposal.ClosedBy = "eve"
		c.Published = pulls.Publication{Pass: 12, Commit: hash(51), At: later}
	})
	add("4 dropped", forks.Harvested, "merged without the patch's change: dropped by Ada", func(c *pulls.Case) {
		by(c)
		c.Published = pulls.Publication{Pass: 12, At: later}
	})
	add("5 withdrawn", forks.Withdrawn, "upstream took the patch", func(*pulls.Case) {})
	add("6 declined", forks.Declined, "the fix branch was deleted without merging", func(*pulls.Case) {})
	add("7 over, and how is not known any more", forks.Cleaned, "the patch was parked by Ada", func(*pulls.Case) {})
	return all
}

func TestClosingReadsAsIntended(t *testing.T) {
	t.Parallel()
	all := endings()
	var b bytes.Buffer
	for i := range len(all) {
		for name, c := range all {
			if strings.HasPrefix(name, fmt.Sprint(i+1)) {
				fmt.Fprintf(&b, "# %s\n\n%s\n", name, pulls.Closing(c))
			}
		}
	}
	checkGolden(t, "closing.md", b.Bytes())
}

func TestClosingIsEmptyWhileSomethingIsAsked(t *testing.T) {
	t.Parallel()
	for _, status := range []forks.ProposalStatus{forks.Open, forks.Ready, forks.Unresolved} {
		c := exampleCase()
		c.Proposal.Status = status
		if text := pulls.Closing(c); text != "" {
			t.Errorf("%s: %s", status, text)
		}
	}
}

func TestNothingHostileLeavesItsPlaceInAClosingComment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := hostileCase(t)
		c.Taken.Pass, c.Published.Pass = rapid.IntRange(0, 2).Draw(t, "taken"), rapid.IntRange(0, 2).Draw(t, "published")
		if rapid.Bool().Draw(t, "carried") {
			c.Published.Commit = hash(51)
		}
		text := pulls.Closing(c)
		checkMarkdown(t, text, shape{})
		if strings.Contains(text, "<!-- auxsync:") {
			t.Fatalf("a mark in\n%s", text)
		}
	})
}

func TestClosingKeepsItsSize(t *testing.T) {
	t.Parallel()
	for name, c := range endings() {
		huge := strings.Repeat("😀`", 20_000)
		c.Fork, c.Branch, c.Proposal.Reason, c.Proposal.ClosedBy = "/"+huge, huge, huge, huge
		text := pulls.Closing(c)
		if len(text) > 60_000 {
			t.Errorf("%s: %d bytes", name, len(text))
		}
		checkMarkdown(t, text, shape{})
	}
}

// typed runs the commands of a comment as they stand there, but for its comments.
func (s *scene) typed(text string) {
	s.t.Helper()
	_, rest, ok := strings.Cut(text, "```sh\n")
	script, _, ok2 := strings.Cut(rest, "\n```")
	if !ok || !ok2 {
		s.t.Fatalf("no commands in\n%s", text)
	}
	s.command(s.clone, "bash", "-euc", script)
}

func TestTheUndoOfAPublishedPatchWorksAsPrinted(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.Content)[:1])
	before := s.git(s.clone, "rev-parse", "HEAD^{tree}")
	s.write("plain.nix", "the patch\n")
	s.git(s.clone, "commit", "-q", "-am", "hello: use our mirror")
	s.git(s.clone, "push", "-q", "--", s.fork, "HEAD:refs/heads/aux-unstable")

	c := pulls.Case{Note: s.note, Proposal: forks.Proposal{Status: forks.Harvested}}
	c.Taken, c.Published = pulls.Publication{Pass: 1}, pulls.Publication{Pass: 1, Commit: s.rev("HEAD")}
	s.typed(pulls.Closing(c))
	if got := s.git(s.fork, "rev-parse", "aux-unstable^{tree}"); got != before {
		t.Errorf("the tree is %s, want %s", got, before)
	}
}

func TestTheUndoOfADroppedPatchWorksAsPrinted(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.Content)[:1])
	s.write("new.nix", "the patch\n")
	s.git(s.clone, "add", ".")
	s.git(s.clone, "commit", "-q", "-m", "hello: use our mirror")
	picked := s.rev("HEAD")
	s.git(s.clone, "push", "-q", "--force", "--", s.fork, "HEAD:refs/auxsync/state/"+track)
	s.git(s.clone, "reset", "-q", "--hard", "HEAD~")

	c := pulls.Case{Note: s.note, Proposal: forks.Proposal{Status: forks.Harvested, Picked: picked}}
	c.Taken, c.Published = pulls.Publication{Pass: 1}, pulls.Publication{Pass: 2}
	// Here nothing conflicts, so there is nothing to continue.
	s.typed(strings.Replace(pulls.Closing(c), "git cherry-pick --continue\n", "", 1))
	if got := s.git(s.fork, "cat-file", "blob", "aux-unstable:new.nix"); got != "the patch" {
		t.Errorf("the branch has %q", got)
	}
}

// after runs the commands of the first block after words.
func (s *scene) after(text, words string) {
	s.t.Helper()
	_, rest, ok := strings.Cut(text, words)
	if !ok {
		s.t.Fatalf("%q is not in\n%s", words, text)
	}
	s.typed(rest)
}

func TestTheCommandsOfABodyWorkAsPrinted(t *testing.T) {
	t.Parallel()
	for _, shorter := range []bool{false, true} {
		t.Run(fmt.Sprintf("shorter %v", shorter), func(t *testing.T) {
			t.Parallel()
			s := newScene(t, odd(forks.Content)[:5])
			if shorter {
				s.git(s.clone, "switch", "-q", "fix")
				s.git(s.clone, "rm", "-q", "--", pulls.ConflictFileName)
				s.git(s.clone, "commit", "-q", "--amend", "--no-edit")
				s.git(s.clone, "push", "-q", "--force", "--", s.fork, "HEAD:"+string(forks.FixRef(track, s.note.ID)))
				s.git(s.clone, "switch", "-q", "aux-unstable")
			}
			text := pulls.Body(pulls.Case{Note: s.note, Shorter: shorter})
			s.after(text, "Begin in the top folder")
			for _, f := range s.note.Conflict.Files {
				s.write(string(f.Path), "settled\n")
			}
			s.after(text, "**Keep the patch")
			for _, f := range s.note.Conflict.Files {
				if got := s.published(f.Path); got != "settled" {
					t.Errorf("%q has %q", f.Path, got)
				}
			}
			if out := s.git(s.fork, "ls-tree", s.onto(), "--", pulls.ConflictFileName); out != "" {
				t.Errorf("%s was left: %s", pulls.ConflictFileName, out)
			}
			s.after(text, "<summary>Undo</summary>")
			if got := s.git(s.fork, "rev-parse", s.onto()); got != s.note.Onto.String() {
				t.Errorf("undo left onto at %s", got)
			}
		})
	}
}
