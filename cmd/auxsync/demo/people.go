package demo

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Request is the file that says what is asked for on a fix branch.
const Request = "AUXSYNC-CONFLICT.md"

// Pushed is what a person has pushed to the fork.
type Pushed struct {
	By      forks.Person
	Commits []forks.Hash // the person's own, oldest first, merges included
	Text    string       // something that only this change says; empty for a deletion
	Typed   []string     // the commands, as they were typed
}

// Way is how a person brings a settled fix branch into its onto branch.
type Way int

const (
	// MergeCommit is git merge --no-ff.
	MergeCommit Way = iota
	// FastForward is git merge --ff-only.
	FastForward
	// Squash is git merge --squash, and a commit.
	Squash
)

// Settle is what a person makes of the file at path. The text may have conflict
// markers. False deletes the file.
type Settle func(path, text string) (string, bool)

// Answer is a person's resolution of one conflict.
type Answer struct {
	By      forks.Person
	Subject string
	Settle  Settle
	Way     Way
	Text    string // something that only the answer says, for [World.Lost]
}

// Resolve answers a conflict the way a contributor does: clone, check out the
// fix branch, settle each of its files, delete the request, commit, merge into
// the onto branch, push that.
func (w *World) Resolve(ctx context.Context, id forks.ProposalID, a Answer) (Pushed, error) {
	fix := "auxsync/" + w.Track + "/fix/" + string(id)
	onto := "auxsync/" + w.Track + "/onto/" + string(id)
	return w.inClone(ctx, a.By, fix, func(p *desk) {
		for _, path := range p.lines("diff", "--name-only", "--no-renames", "--diff-filter=d", "origin/"+onto, "HEAD") {
			if path != Request {
				p.settle(path, a.Settle)
			}
		}
		p.types("git", "rm", "--quiet", Request)
		p.types("git", "commit", "--quiet", "--all", "-m", a.Subject)
		p.types("git", "checkout", "--quiet", onto)
		switch a.Way {
		case MergeCommit:
			p.types("git", "merge", "--quiet", "--no-ff", fix)
		case FastForward:
			p.types("git", "merge", "--quiet", "--ff-only", fix)
		case Squash:
			p.types("git", "merge", "--quiet", "--squash", fix)
			p.types("git", "commit", "--quiet", "-m", a.Subject)
		}
		p.types("git", "push", "--quiet", "origin", onto)
		p.pushed.Text = a.Text
	})
}

// PushToBranch commits new texts of some files on a branch of the fork, and
// pushes it. Text is something that only this change says.
func (w *World) PushToBranch(ctx context.Context, by forks.Person, branch, subject, text string, edits map[string]Settle) (Pushed, error) {
	return w.inClone(ctx, by, branch, func(p *desk) {
		p.pushed.Text = text
		for _, path := range slices.Sorted(maps.Keys(edits)) {
			p.settle(path, edits[path])
		}
		p.types("git", "commit", "--quiet", "--all", "-m", subject)
		p.types("git", "push", "--quiet", "origin", branch)
	})
}

// desk is a person at work in a clone. The first thing that goes wrong ends the
// work: what follows does nothing.
type desk struct {
	ctx    context.Context
	git    git
	pushed Pushed
	err    error
}

// inClone lets a person work in a new clone of the fork, which is deleted when
// the work is done.
func (w *World) inClone(ctx context.Context, by forks.Person, branch string, work func(*desk)) (Pushed, error) {
	folder, err := os.MkdirTemp(w.Dir, "clone-")
	if err != nil {
		return Pushed{}, fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(folder)
	w.now = w.now.Add(17 * time.Minute)
	p := &desk{ctx: ctx, git: w.gitIn(folder, by, w.now), pushed: Pushed{By: by}}
	name := strings.TrimSuffix(filepath.Base(w.ForkDir), ".git")
	p.run("clone", "--quiet", "--template=", "--", w.ForkDir, name)
	p.note("git clone " + filepath.Base(w.ForkDir) + " && cd " + name)
	p.git.dir = filepath.Join(folder, name)
	p.types("git", "checkout", "--quiet", branch)
	known := p.lines("for-each-ref", "--format=^%(objectname)", "refs/remotes")
	work(p)
	for _, id := range p.lines(append([]string{"rev-list", "--reverse", "--topo-order", "HEAD"}, known...)...) {
		h, err := forks.ParseHash(id)
		p.fail(err)
		p.pushed.Commits = append(p.pushed.Commits, h)
	}
	if p.err != nil {
		return Pushed{}, fmt.Errorf("demo: %s: %w", by.Name, p.err)
	}
	w.pushed = append(w.pushed, p.pushed)
	return p.pushed, nil
}

// fail keeps the first error.
func (p *desk) fail(err error) {
	if p.err == nil {
		p.err = err
	}
}

// run runs git without a word to anybody.
func (p *desk) run(args ...string) string {
	if p.err != nil {
		return ""
	}
	out, err := p.git.run(p.ctx, args...)
	p.fail(err)
	return out
}

func (p *desk) lines(args ...string) []string { return strings.Fields(p.run(args...)) }

func (p *desk) note(command string) { p.pushed.Typed = append(p.pushed.Typed, command) }

// types runs a git command and remembers it. What only keeps git from talking
// is not shown.
func (p *desk) types(command ...string) {
	shown := slices.DeleteFunc(slices.Clone(command), func(s string) bool { return s == "--quiet" })
	for i, word := range shown {
		if strings.ContainsAny(word, " '") {
			shown[i] = `"` + word + `"`
		}
	}
	p.run(command[1:]...)
	p.note(strings.Join(shown, " "))
}

// settle opens a file in an editor, so to speak.
func (p *desk) settle(path string, s Settle) {
	if p.err != nil {
		return
	}
	name := filepath.Join(p.git.dir, filepath.FromSlash(path))
	raw, err := os.ReadFile(name)
	if err != nil {
		p.fail(err)
		return
	}
	text, keep := s(path, string(raw))
	if !keep {
		p.types("git", "rm", "--quiet", path)
		return
	}
	if text == string(raw) {
		return // looked at, and left as it is
	}
	p.note("$EDITOR " + path)
	p.fail(os.WriteFile(name, []byte(text), 0o644))
}
