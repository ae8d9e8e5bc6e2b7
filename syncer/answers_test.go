package syncer_test

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// recorded reads the state from the fork, past the program.
func (l *life) recorded() forks.State {
	l.t.Helper()
	text := l.fork.Git(l.t, "cat-file", "blob", string(l.track.StateRef())+":state.json")
	s, err := forks.DecodeState([]byte(text))
	if err != nil {
		l.t.Fatalf("state.json: %v", err)
	}
	return s
}

// answer lets people do something about the open conflicts.
func (l *life) answer() {
	for _, p := range l.recorded().Proposals {
		if p.Status == forks.Cleaned || l.t.oneIn(3, "nobody answers") {
			continue
		}
		l.answerOne(p)
	}
}

// answerOne lets a person do something about one conflict.
func (l *life) answerOne(p forks.Proposal) {
	t := l.t
	onto, fix := forks.OntoRef(l.track.Name, p.ID), forks.FixRef(l.track.Name, p.ID)
	refs := l.fork.Refs(t)
	pair := forks.Pair{Onto: refs[onto], Fix: refs[fix]}
	if pair.Onto.IsZero() || pair.Fix.IsZero() {
		if p.Status == forks.Declined && t.oneIn(4, "reopened") {
			l.fork.SetRef(t, string(onto), p.Onto)
			l.fork.SetRef(t, string(fix), p.Fix)
			t.tell("conflict %s: pushed again", p.ID)
		}
		return
	}
	switch what := t.below(12, "answer"); what {
	case 0:
		l.fork.SetRef(t, string(fix), forks.Hash{})
		if t.oneIn(2, "both") {
			l.fork.SetRef(t, string(onto), forks.Hash{})
		}
		t.tell("conflict %s: closed", p.ID)
		l.forget(pair.Fix)
	case 1: // some work on fix, and no merge
		settled := t.oneIn(2, "settled")
		tree, name := l.resolution(p, pair, settled)
		l.onRef(fix, name, tree, pair.Fix)
	case 2: // merged as it is
		l.onRef(onto, "merge with the markers inside", l.fork.Tree(t, pair.Fix), pair.Onto, pair.Fix)
	case 3: // squashed, and nothing of the patch is left
		l.onRef(onto, "merge without the change", l.fork.Tree(t, pair.Onto), pair.Onto)
	case 4: // with something else besides
		tree, name := l.resolution(p, pair, true)
		id := l.fork.Build(t, repotest.Commit{Branch: string(onto), Author: repotest.Grace, Subject: name + ", and more",
			Parents: []forks.Hash{pair.Onto}, Tree: tree, Files: files{"besides.nix": l.word("own") + "\n"}})[0]
		l.pushed[id] = true
		t.tell("conflict %s: squashed into onto with another file besides in %s", p.ID, id.Short())
	case 5: // on newer upstream
		l.mergeNewer(p, pair)
	case 6: // onto moves somewhere else
		if t.oneIn(3, "foreign") {
			l.onRef(onto, "something else", l.fork.Tree(t, l.fork.Tip(t, "main")), l.fork.Tip(t, "main"))
		}
	case 7, 8:
		tree, name := l.resolution(p, pair, true)
		l.onRef(onto, "squashed: "+name, tree, pair.Onto)
		if t.oneIn(2, "and fix deleted") {
			l.fork.SetRef(t, string(fix), forks.Hash{})
			l.forget(pair.Fix)
		}
	default:
		tree, name := l.resolution(p, pair, true)
		done := l.onRef(fix, name, tree, pair.Fix)
		if t.oneIn(3, "fast-forward") {
			l.fork.SetRef(t, string(onto), done)
			t.tell("conflict %s: onto fast-forwarded", p.ID)
			return
		}
		l.onRef(onto, "merge fix", tree, pair.Onto, done)
	}
}

// onRef commits a tree for a person.
func (l *life) onRef(ref forks.Ref, subject string, tree forks.Hash, parents ...forks.Hash) forks.Hash {
	id := l.fork.Build(l.t, repotest.Commit{Branch: string(ref), Author: repotest.Grace, Subject: subject, Parents: parents, Tree: tree})[0]
	l.pushed[id] = true
	l.t.tell("%s: Grace commits %s on %v: %s", ref, id.Short(), parents, subject)
	return id
}

// forget takes the commits off the list that only a branch had which a person
// deleted.
func (l *life) forget(tip forks.Hash) {
	for line := range strings.Lines(l.fork.Git(l.t, "rev-list", tip.String(), "--not", "--all")) {
		delete(l.pushed, l.hash(line))
	}
}

// resolution makes a tree that settles a conflict in some way, or half of it.
func (l *life) resolution(p forks.Proposal, pair forks.Pair, settled bool) (forks.Hash, string) {
	t := l.t
	way := choose(t, []string{"ours", "theirs", "both", "delete", "rewrite"}, "way")
	changes := files{}
	all := l.files(l.fork, pair.Fix.String())
	for path, text := range all {
		if strings.Contains(text, "<<<<<<<") {
			changes[path] = withoutMarkers(text, way)
		}
	}
	for _, f := range p.Conflict.Files {
		text, there := all[string(f.Path)]
		switch {
		case there && way == "delete":
			changes[string(f.Path)] = repotest.Delete
		case there && way == "rewrite":
			changes[string(f.Path)] = withoutMarkers(text, "both") + "  " + l.word("own") + ";\n"
		}
	}
	if _, there := all[pulls.ConflictFileName]; there {
		changes[pulls.ConflictFileName] = repotest.Delete
	}
	name := "settled: " + way
	if !settled {
		changes = files{"notes.nix": l.word("own") + "\n"}
		name = "notes only"
	}
	scratch := l.fork.Build(t, repotest.Commit{Branch: "refs/scratch", Subject: "scratch", Parents: []forks.Hash{pair.Fix}, Files: changes})[0]
	l.fork.SetRef(t, "refs/scratch", forks.Hash{})
	return l.fork.Tree(t, scratch), name
}

// mergeNewer settles a conflict together with newer commits of upstream.
func (l *life) mergeNewer(p forks.Proposal, pair forks.Pair) {
	t := l.t
	l.fork.Git(t, "fetch", "--quiet", l.up.Dir, "main")
	newest := l.up.Tip(t, "main")
	tree, name := l.resolution(p, pair, true)
	mine := l.onRef(forks.FixRef(l.track.Name, p.ID), name, tree, pair.Fix)
	tree, conflicted := l.mergeCommits(l.fork, mine.String(), newest.String())
	id := l.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef(l.track.Name, p.ID)), Author: repotest.Grace,
		Subject: "merge fix and upstream", Parents: []forks.Hash{mine, newest}, Tree: tree, Files: l.settle(l.fork, tree, conflicted, "")})[0]
	l.pushed[id] = true
	t.tell("conflict %s: merged with upstream's %s in %s", p.ID, newest.Short(), fmt.Sprint(id.Short()))
}
