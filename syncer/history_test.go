package syncer_test

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os/exec"
	"slices"
	"strings"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// teller draws a random history and remembers it, so that a failure can print it.
type teller struct {
	*rapid.T
	story []string
}

func (t *teller) tell(format string, args ...any) {
	t.story = append(t.story, fmt.Sprintf(format, args...))
}

// Fatalf ends the history with all of it.
func (t *teller) Fatalf(format string, args ...any) {
	t.Helper()
	t.T.Fatalf("%s\nthe history:\n  %s", fmt.Sprintf(format, args...), strings.Join(t.story, "\n  "))
}

// Errorf is Fatalf: after the first broken promise the rest says nothing.
func (t *teller) Errorf(format string, args ...any) {
	t.Helper()
	t.Fatalf(format, args...)
}

// below draws a number below n.
func (t *teller) below(n int, what string) int {
	return rapid.IntRange(0, n-1).Draw(t.T, what)
}

// oneIn is true once in n times.
func (t *teller) oneIn(n int, what string) bool { return t.below(n, what) == n-1 }

// choose draws one of list.
func choose[T any](t *teller, list []T, what string) T { return list[t.below(len(list), what)] }

// life is a world in which random things happen.
type life struct {
	*world
	t      *teller
	serial int
	// pushed holds every commit that a person pushed to the fork.
	pushed map[forks.Hash]bool
	// tips are earlier tips of the fork's branch: people branch off from them.
	tips []forks.Hash
}

// a tree as a life sees it: path to content, in repotest's notation.
type files = map[string]string

// files reads a whole commit or tree.
func (l *life) files(r *repotest.Repo, rev string) files {
	l.t.Helper()
	all := files{}
	in := tar.NewReader(strings.NewReader(r.Git(l.t, "archive", "--format=tar", rev)))
	for {
		head, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			l.t.Fatalf("read %s: %v", rev, err)
		}
		if head.Typeflag != tar.TypeReg {
			continue
		}
		text, err := io.ReadAll(in)
		if err != nil {
			l.t.Fatalf("read %s: %v", rev, err)
		}
		all[head.Name] = string(text)
		if head.Mode&0o100 != 0 {
			all[head.Name] = repotest.Executable(string(text))
		}
	}
}

// words lists the words of files that no two edits share: those with a number.
func words(all files) map[string]bool {
	found := map[string]bool{}
	for _, text := range all {
		for w := range strings.FieldsSeq(text) {
			if strings.HasPrefix(w, "up-") || strings.HasPrefix(w, "own-") {
				found[w] = true
			}
		}
	}
	return found
}

// mergeTrees is git's merge of three trees, and the conflicted paths.
func (l *life) mergeTrees(r *repotest.Repo, base, ours, theirs forks.Hash) (tree forks.Hash, conflicted []string) {
	l.t.Helper()
	commit := func(tree forks.Hash, parents ...forks.Hash) string {
		args := []string{"commit-tree", "-m", "x"}
		for _, p := range parents {
			args = append(args, "-p", p.String())
		}
		return strings.TrimSpace(r.Git(l.t, append(args, tree.String())...))
	}
	b := commit(base)
	return l.mergeCommits(r, commit(ours, l.hash(b)), commit(theirs, l.hash(b)))
}

// mergeCommits is git's merge of two commits, with diff3 markers.
func (l *life) mergeCommits(r *repotest.Repo, a, b string) (tree forks.Hash, conflicted []string) {
	l.t.Helper()
	cmd := exec.Command("git", "-c", "merge.conflictStyle=diff3", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", a, b)
	cmd.Env = append(repotest.Env(), "GIT_DIR="+r.Dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if cmd.ProcessState == nil || cmd.ProcessState.ExitCode() > 1 {
		l.t.Fatalf("merge %s and %s: %v\n%s", a, b, err, stderr.String())
	}
	fields := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	return l.hash(fields[0]), fields[1:]
}

func (l *life) hash(s string) forks.Hash {
	l.t.Helper()
	id, err := forks.ParseHash(strings.TrimSpace(s))
	if err != nil {
		l.t.Fatalf("%v", err)
	}
	return id
}

// parents lists the parents of a commit, none as the zero id.
func (l *life) parent(r *repotest.Repo, id forks.Hash) forks.Hash {
	l.t.Helper()
	ids := strings.Fields(r.Git(l.t, "rev-list", "--parents", "-n1", id.String()))
	if len(ids) < 2 {
		return forks.Hash{}
	}
	return l.hash(ids[1])
}

// word makes a word that nobody else has.
func (l *life) word(side string) string {
	l.serial++
	return fmt.Sprintf("%s-%d", side, l.serial)
}

// edit changes something in a tree and says what. A line put before the first one of
// an executable file displaces its mark: so there are binary files, too.
func (l *life) edit(side string, all files) (changes files, what string) {
	t := l.t
	paths := slices.Sorted(maps.Keys(all))
	if len(paths) == 0 {
		return l.add(side, all)
	}
	path := paths[min(t.below(len(paths), "path"), t.below(len(paths), "or path"))] // some are changed often
	list := strings.SplitAfter(all[path], "\n")
	list = list[:len(list)-1]
	at := 0
	if len(list) > 0 {
		at = min(t.below(len(list), "line"), t.below(len(list), "or line"), 5)
	}
	switch kind := t.below(14, "edit"); {
	case kind < 6 && len(list) > 0:
		w := l.word(side)
		list[at] = "  " + w + ";\n"
		return files{path: strings.Join(list, "")}, fmt.Sprintf("%s: line %d is %s", path, at+1, w)
	case kind < 8:
		w := l.word(side)
		list = slices.Insert(list, at, "  "+w+";\n")
		return files{path: strings.Join(list, "")}, fmt.Sprintf("%s: %s before line %d", path, w, at+1)
	case kind == 8 && len(list) > 1:
		list = slices.Delete(list, at, at+1)
		return files{path: strings.Join(list, "")}, fmt.Sprintf("%s: without line %d", path, at+1)
	case kind == 9:
		return files{path: repotest.Delete}, path + ": removed"
	case kind == 10 && !strings.HasPrefix(all[path], "\x00"):
		return files{path: repotest.Executable(all[path])}, path + ": executable"
	case kind <= 12:
		to := choose(t, []string{"moved.nix", "d/moved.nix", "e/moved.nix", "e/" + strings.ReplaceAll(path, "/", "-")}, "to")
		if _, taken := all[to]; taken {
			break
		}
		if _, dir := all[strings.Split(to, "/")[0]]; dir {
			break
		}
		if len(list) > 2 && t.oneIn(2, "and edited") {
			w := l.word(side)
			list[at] = "  " + w + ";\n"
			return files{path: repotest.Delete, to: strings.Join(list, "")}, fmt.Sprintf("%s: moved to %s, line %d is %s", path, to, at+1, w)
		}
		return files{path: repotest.Delete, to: all[path]}, fmt.Sprintf("%s: moved to %s", path, to)
	}
	return l.add(side, all)
}

// add puts a file into a tree.
func (l *life) add(side string, all files) (files, string) {
	path := choose(l.t, []string{"new1.nix", "new2.nix", "d/new1.nix", "d/new2.nix"}, "new")
	text := ""
	for range 3 {
		text += "  " + l.word(side) + ";\n"
	}
	_ = all
	return files{path: text}, path + ": added as " + strings.TrimSpace(strings.Split(text, "\n")[0])
}

// upstream lets upstream go on by one commit.
func (l *life) upstream() {
	t := l.t
	tip := l.up.Tip(t, "main")
	author := choose(t, []string{repotest.Ada, repotest.Alan}, "author")
	switch t.below(10, "upstream") {
	case 0: // a revert of something recent
		own := strings.Fields(l.up.Git(t, "rev-list", "--first-parent", "--no-merges", "-n5", "main"))
		target := l.hash(choose(t, own, "reverted"))
		parent := l.parent(l.up, target)
		if parent.IsZero() {
			return
		}
		tree, conflicted := l.mergeTrees(l.up, l.up.Tree(t, target), l.up.Tree(t, tip), l.up.Tree(t, parent))
		if len(conflicted) == 0 {
			l.up.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: "revert " + target.Short(), Tree: tree})
			t.tell("upstream: revert %s", target.Short())
		}
	case 1: // a side branch, merged
		from := l.hash(choose(t, strings.Fields(l.up.Git(t, "rev-list", "--first-parent", "-n3", "main")), "from"))
		changes, what := l.edit("up", l.files(l.up, from.String()))
		side := l.up.Build(t, repotest.Commit{Branch: fmt.Sprintf("side-%d", l.serial), Author: author, Subject: what, Parents: []forks.Hash{from}, Files: changes})[0]
		tree, conflicted := l.mergeCommits(l.up, tip.String(), side.String())
		l.up.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: "merge side: " + what, Parents: []forks.Hash{tip, side},
			Tree: tree, Files: l.settle(l.up, tree, conflicted, "")})
		t.tell("upstream: merge of a branch from %s: %s", from.Short(), what)
	case 2: // it takes a patch of the fork
		l.takePatch(tip, author)
	case 3:
		if t.oneIn(4, "empty") {
			l.up.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: "nothing"})
			t.tell("upstream: an empty commit")
			break
		}
		fallthrough
	default:
		changes, what := l.edit("up", l.files(l.up, tip.String()))
		l.up.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: what, Files: changes})
		t.tell("upstream: %s", what)
	}
}

// takePatch lets upstream pick one of the fork's commits.
func (l *life) takePatch(tip forks.Hash, author string) {
	t := l.t
	l.fork.Git(t, "fetch", "--quiet", l.up.Dir, "main")
	own := strings.Fields(l.fork.Git(t, "rev-list", "--no-merges", "-n6", "main", "--not", tip.String()))
	if len(own) == 0 {
		return
	}
	target := l.hash(choose(t, own, "taken"))
	l.up.Git(t, "fetch", "--quiet", l.fork.Dir, "main")
	parent := l.parent(l.up, target)
	tree, conflicted := l.mergeTrees(l.up, l.up.Tree(t, parent), l.up.Tree(t, tip), l.up.Tree(t, target))
	if len(conflicted) > 0 || tree == l.up.Tree(t, tip) {
		return
	}
	subject := strings.TrimSpace(l.up.Git(t, "log", "-1", "--format=%s", target.String()))
	if t.oneIn(2, "reworded") {
		subject = "in other words: " + subject
	}
	c := repotest.Commit{Branch: "main", Author: author, Subject: subject, Tree: tree}
	if t.oneIn(2, "with an edit") {
		changes, what := l.edit("up", l.files(l.up, tree.String()))
		c.Files, c.Subject = changes, subject+" and "+what
	}
	l.up.Build(t, c)
	t.tell("upstream: takes %s: %s", target.Short(), c.Subject)
}

// settle resolves conflicted paths of a merged tree: "ours", "theirs", "both", or
// at random. The result has no marker lines.
func (l *life) settle(r *repotest.Repo, tree forks.Hash, conflicted []string, how string) files {
	changes := files{}
	if len(conflicted) == 0 {
		return changes
	}
	all := l.files(r, tree.String())
	for path, text := range all {
		if !strings.Contains(text, "<<<<<<<") {
			continue
		}
		way := how
		if way == "" {
			way = choose(l.t, []string{"ours", "theirs", "both", "neither"}, "way")
		}
		changes[path] = withoutMarkers(text, way)
	}
	return changes
}

// withoutMarkers keeps the chosen side of every conflict.
func withoutMarkers(text, way string) string {
	var b strings.Builder
	in := "all"
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "<<<<<<<"):
			in = "ours"
		case strings.HasPrefix(line, "|||||||"):
			in = "base"
		case strings.HasPrefix(line, "=======") && in != "all":
			in = "theirs"
		case strings.HasPrefix(line, ">>>>>>>"):
			in = "all"
		case in == "all" || in == way || way == "both" && in != "base":
			b.WriteString(line)
		}
	}
	return b.String()
}

// person lets a person push one thing to the fork's branch.
func (l *life) person() {
	t := l.t
	tip := l.fork.Tip(t, "main")
	l.tips = append(l.tips, tip)
	author := choose(t, []string{repotest.Grace, repotest.Alan}, "author")
	c := repotest.Commit{Branch: "main", Author: author}
	switch t.below(12, "person") {
	case 0:
		l.revert(tip, author)
		return
	case 1, 2:
		l.topic(tip, author)
		return
	case 3:
		l.mergeUpstream(tip, author)
		return
	case 4:
		if t.oneIn(3, "empty") {
			c.Subject = "an empty commit " + l.word("n")
			break
		}
		fallthrough
	case 5:
		l.again(tip, author)
		return
	default:
		c.Files, c.Subject = l.edit("own", l.files(l.fork, tip.String()))
	}
	id := l.fork.Build(t, c)[0]
	l.pushed[id] = true
	t.tell("fork: %s commits %s: %s", author, id.Short(), c.Subject)
}

// revert undoes one of the fork's own commits as git revert does.
func (l *life) revert(tip forks.Hash, author string) {
	t := l.t
	l.fork.Git(t, "fetch", "--quiet", l.up.Dir, "main")
	own := strings.Fields(l.fork.Git(t, "rev-list", "--no-merges", "-n6", "main", "--not", l.up.Tip(t, "main").String()))
	if len(own) == 0 {
		return
	}
	target := l.hash(choose(t, own, "reverted"))
	tree, conflicted := l.mergeTrees(l.fork, l.fork.Tree(t, target), l.fork.Tree(t, tip), l.fork.Tree(t, l.parent(l.fork, target)))
	if len(conflicted) > 0 || tree == l.fork.Tree(t, tip) {
		return
	}
	subject := strings.TrimSpace(l.fork.Git(t, "log", "-1", "--format=%s", target.String()))
	id := l.fork.Build(t, repotest.Commit{Branch: "main", Author: author, Tree: tree,
		Subject: fmt.Sprintf("Revert %q\n\nThis reverts commit %s.", subject, target)})[0]
	l.pushed[id] = true
	t.tell("fork: %s reverts %s (%s) in %s", author, target.Short(), subject, id.Short())
}

// topic merges a branch that began at an earlier tip.
func (l *life) topic(tip forks.Hash, author string) {
	t := l.t
	from := choose(t, l.tips, "from")
	id, names := from, []string{}
	for range 1 + t.below(2, "commits") {
		changes, what := l.edit("own", l.files(l.fork, id.String()))
		id = l.fork.Build(t, repotest.Commit{Branch: fmt.Sprintf("topic-%d", l.serial), Author: author, Subject: what, Parents: []forks.Hash{id}, Files: changes})[0]
		l.pushed[id] = true
		names = append(names, id.Short()+" "+what)
	}
	tree, conflicted := l.mergeCommits(l.fork, tip.String(), id.String())
	merged := l.fork.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: "merge topic " + l.word("n"),
		Parents: []forks.Hash{tip, id}, Tree: tree, Files: l.settle(l.fork, tree, conflicted, "")})[0]
	l.pushed[merged] = true
	t.tell("fork: %s merges a topic from %s in %s (conflicts: %v): %s", author, from.Short(), merged.Short(), conflicted, strings.Join(names, ", "))
}

// mergeUpstream merges a commit of upstream by hand.
func (l *life) mergeUpstream(tip forks.Hash, author string) {
	t := l.t
	l.fork.Git(t, "fetch", "--quiet", l.up.Dir, "main")
	behind := strings.Fields(l.fork.Git(t, "rev-list", "--first-parent", "FETCH_HEAD", "--not", tip.String()))
	if len(behind) == 0 {
		return
	}
	other := l.hash(choose(t, behind, "merged"))
	tree, conflicted := l.mergeCommits(l.fork, tip.String(), other.String())
	merged := l.fork.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: "merge upstream " + l.word("n"),
		Parents: []forks.Hash{tip, other}, Tree: tree, Files: l.settle(l.fork, tree, conflicted, "")})[0]
	l.pushed[merged] = true
	t.tell("fork: %s merges upstream's %s in %s (conflicts: %v)", author, other.Short(), merged.Short(), conflicted)
}

// again picks a commit onto the branch that it, or upstream, has already had.
func (l *life) again(tip forks.Hash, author string) {
	t := l.t
	l.fork.Git(t, "fetch", "--quiet", l.up.Dir, "main")
	list := strings.Fields(l.fork.Git(t, "rev-list", "--no-merges", "--max-parents=1", "--min-parents=1", "-n10", "--all"))
	if len(list) == 0 {
		return
	}
	target := l.hash(choose(t, list, "again"))
	subject := strings.TrimSpace(l.fork.Git(t, "log", "-1", "--format=%s", target.String()))
	if strings.HasPrefix(subject, "pass ") || strings.Contains(subject, "onflict") {
		return // the daemon's own
	}
	tree, conflicted := l.mergeTrees(l.fork, l.fork.Tree(t, l.parent(l.fork, target)), l.fork.Tree(t, tip), l.fork.Tree(t, target))
	if len(conflicted) > 0 {
		return
	}
	id := l.fork.Build(t, repotest.Commit{Branch: "main", Author: author, Subject: subject, Tree: tree})[0]
	l.pushed[id] = true
	t.tell("fork: %s picks %s (%s) again in %s", author, target.Short(), subject, id.Short())
}
