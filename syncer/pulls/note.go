package pulls

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// ConflictFileName is the file on fix that explains the conflict. A tree that
// has it is not settled.
const ConflictFileName = "AUXSYNC-CONFLICT.md"

// Limits of what is shown of texts from others, in characters and lines.
const (
	maxSubject      = 200
	maxMessageLines = 20
	maxPath         = 1000
	maxAdds         = 20 // files that are named one by one in git add
)

// Note is what people are told about one conflict. All its texts are hostile,
// except track and id.
type Note struct {
	Track    string
	Branch   string // fork branch, without refs/heads/
	Fork     string // address of the fork
	Upstream string // address of upstream
	Follow   string // upstream branch, without refs/heads/

	ID       forks.ProposalID
	Onto     forks.Hash // the tip of onto as it will be pushed
	Subject  string     // of the patch
	Author   forks.Person
	Message  string // the patch's whole message
	Conflict forks.Conflict
	// Deadline is when the branch goes on without the patch, zero if it does not; Parked
	// why it does already.
	Deadline time.Time
	Parked   *forks.Out
	// Earlier are the conflicts about the patch that people were asked before, see
	// [EarlierOf]; AlsoFor the fork's other tracks that wait for this answer.
	Earlier []forks.Proposal
	AlsoFor []string
	// Members are the patches of an umbrella; Conflict has the files of all of them then,
	// and Subject, Author and Message are of the first. See [NoteMember].
	Members []NoteMember
	// Carry is what became of people's work in the round before; nil if there was none.
	Carry *forks.Carry
}

// FixMessage is the message of the commit on fix. It notifies and links nobody.
func FixMessage(n Note) string {
	return fmt.Sprintf(`Conflict %s: %s

This patch of the fork conflicts with upstream's commit %s.
%s says where, and how to settle it.
`, n.ID, quiet(n.Subject, 60), n.Conflict.Cause, ConflictFileName)
}

// ConflictFile is the content of [ConflictFileName]. Texts from others stand
// only in code spans and code blocks that they cannot end, so they neither
// format nor notify nor link anything.
func ConflictFile(n Note) []byte {
	var b strings.Builder
	cause := func(b *strings.Builder) {
		n.theCause(b, plainCommit)
		n.theWork(b)
		n.alsoFor(b)
		n.theEarlier(b, linkPlain)
	}
	for i, part := range []func(*strings.Builder){n.whatMergingDoes, n.thePatch, cause, n.theFiles, n.theWays, n.whatHappensNext} {
		if i > 0 {
			b.WriteByte('\n')
		}
		part(&b)
	}
	return []byte(b.String())
}

func (n Note) onto() string {
	return strings.TrimPrefix(string(forks.OntoRef(n.Track, n.ID)), "refs/heads/")
}
func (n Note) fix() string {
	return strings.TrimPrefix(string(forks.FixRef(n.Track, n.ID)), "refs/heads/")
}

// local is the branch that the commands make in the reader's clone.
func (n Note) local() string { return "auxsync-" + string(n.ID) }

func (n Note) whatMergingDoes(b *strings.Builder) {
	fmt.Fprintf(b, "# Conflict %s: %s of this fork %s your decision\n\n", n.ID, n.one("a patch", count(len(n.Members), "patch")), n.one("needs", "need"))
	fmt.Fprintf(b, "**What merging does.** %s is only a helper branch: merging %s into it tells auxsync what the %s should be from now on, and changes nothing that people use. %s follows with the next publication.\n",
		span(n.onto(), maxPath), span(n.fix(), maxPath), n.one("patch", "patches"), span(n.Branch, maxPath))
	b.WriteString("\n**Undo.** Until auxsync has taken it in, put the helper branch back:\n\n")
	b.WriteString(block("sh", n.undo()))
	fmt.Fprintf(b, "\nAfter that, change %s with an ordinary commit. Its earlier tips are kept below %s.\n",
		span(n.Branch, maxPath), span(string(forks.ArchivePrefix(n.Track)), maxPath))
}

func (n Note) thePatch(b *strings.Builder) {
	if len(n.Members) > 0 {
		n.thePatches(b)
		return
	}
	fmt.Fprintf(b, "## What the patch is for\n\n%s, by %s (patch %s)\n", span(n.Subject, maxSubject), span(n.Author.Name, maxSubject), span(string(n.Conflict.Patch), maxSubject))
	if lines := excerpt(n.Message); len(lines) > 0 {
		b.WriteString("\n" + block("text", lines...))
	}
}

// excerpt gives the first lines of a message's body, inert.
func excerpt(message string) []string {
	_, body, _ := strings.Cut(strings.TrimSpace(message), "\n")
	body = strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	if body == "" {
		return nil
	}
	lines := strings.Split(body, "\n")
	if len(lines) > maxMessageLines {
		lines = append(lines[:maxMessageLines], "…")
	}
	for i, line := range lines {
		lines[i] = inertClip(line, maxSubject)
	}
	return lines
}

// theCause names upstream's commit; show gives a commit as it should be seen.
func (n Note) theCause(b *strings.Builder, show func(forks.Hash) string) {
	c := n.Conflict
	fmt.Fprintf(b, "## What it met\n\nUpstream is %s, branch %s. ", span(publicAddress(n.Upstream), maxPath), span(n.Follow, maxPath))
	commit := c.Cause
	if !c.Inner.IsZero() {
		commit = c.Inner
	}
	fmt.Fprintf(b, "Since this commit of it the %s no longer %s:\n\n%s\n\nby %s, with thanks for the work; commit %s",
		n.one("patch", "patches"), n.one("applies", "apply"), span(c.CauseSubject, maxSubject), span(c.CauseAuthor.Name, maxSubject), show(commit))
	if !c.Inner.IsZero() {
		fmt.Fprintf(b, ", which came in with the merge %s", show(c.Cause))
	}
	b.WriteString(".\n")
	if !c.Clean.IsZero() {
		fmt.Fprintf(b, "The newest upstream commit on which the %s %s is %s.\n", n.one("patch", "patches"), n.one("applies", "apply"), show(c.Clean))
	}
	n.thePin(b, show)
	if c.CausePatch != "" {
		fmt.Fprintf(b, "\nIt is not upstream's change itself that is in the way, but the form that the earlier patch %s of this fork has since then.\n", span(string(c.CausePatch), maxSubject))
	}
	if !c.SuggestDrop.IsZero() {
		fmt.Fprintf(b, "\nUpstream's commit %s already contained this change. Dropping the patch (below) may be all that is needed.\n", show(c.SuggestDrop))
	}
}

// plainCommit shows a commit by its full id.
func plainCommit(h forks.Hash) string { return span(h.String(), maxPath) }

func (n Note) theFiles(b *strings.Builder) {
	b.WriteString("## The files\n\nTo work on them, begin in the top folder of a clone of this fork (all commands are for bash or zsh):\n\n")
	b.WriteString(block("sh", n.begin()...))
	markers := false
	last := ""
	for _, f := range n.byKind() {
		g := guideFor(f)
		if g.title != last {
			fmt.Fprintf(b, "\n### %s\n\n%s\n", g.title, g.text)
			if g.edit && !markers {
				fmt.Fprintf(b, "%s\n", markerGuide)
				markers = true
			}
			if g.choose {
				fmt.Fprintf(b, "The patch's form may have to be fetched first:\n\n%s", block("sh", n.fetchPatch()))
			}
			last = g.title
		}
		fmt.Fprintf(b, "\n- %s (%s)%s\n", span(string(f.Path), maxPath), span(string(f.Kind), maxSubject), n.whose(f.Path))
		if f.Message != "" {
			fmt.Fprintf(b, "  git says: %s\n", span(f.Message, maxSubject))
		}
		if lines := g.lines(f); len(lines) > 0 {
			b.WriteString("\n" + block("sh", lines...))
		}
	}
}

// byKind groups the files by how they are settled, in the order in which the
// groups first appear.
func (n Note) byKind() []forks.ConflictFile {
	var titles []string
	groups := map[string][]forks.ConflictFile{}
	for _, f := range n.Conflict.Files {
		title := guideFor(f).title
		if groups[title] == nil {
			titles = append(titles, title)
		}
		groups[title] = append(groups[title], f)
	}
	var files []forks.ConflictFile
	for _, title := range titles {
		files = append(files, groups[title]...)
	}
	return files
}
