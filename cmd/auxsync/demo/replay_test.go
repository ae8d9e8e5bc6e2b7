package demo

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// replayer replays a stack with nothing but git: the tests' own small model of
// a pass, so that the world is proved without the program that it is made for.
type replayer struct {
	t   *testing.T
	w   *World
	git git // in the fork, which has upstream's objects too
}

func newReplayer(t *testing.T, w *World) *replayer {
	t.Helper()
	r := &replayer{t: t, w: w, git: w.onServer(w.ForkDir)}
	r.git.env = append(r.git.env, "GIT_INDEX_FILE="+w.Dir+"/index")
	r.fetch()
	return r
}

// fetch brings upstream's objects, and no ref, to the fork.
func (r *replayer) fetch() {
	r.t.Helper()
	r.run("fetch", "--quiet", "--no-write-fetch-head", "--", r.w.UpstreamDir, r.w.Follow)
}

func (r *replayer) run(args ...string) string {
	r.t.Helper()
	out, err := r.git.run(context.Background(), args...)
	if err != nil {
		r.t.Fatal(err)
	}
	return out
}

// entry is a patch as one pick wants it: the tree before, and the tree after.
type entry struct {
	subject       string
	before, after string
}

// find finds a patch of a stack.
func find(stack []entry, subject string) entry {
	return stack[slices.IndexFunc(stack, func(e entry) bool { return e.subject == subject })]
}

// picked is what came of one pick.
type picked struct {
	subject string
	parent  string // the tree it was picked on
	tree    string // the tree it gave; parent if it conflicts
	files   map[forks.Path]forks.ConflictKind
}

// forced makes the throw-away commits that git 2.39 needs for a merge with a
// forced base. They are written here: three processes less for each pick.
func (r *replayer) forced(base, on, after string) (ours, theirs string) {
	r.t.Helper()
	b := r.looseCommit(base, "")
	return r.looseCommit(on, b), r.looseCommit(after, b)
}

func (r *replayer) looseCommit(tree, parent string) string {
	r.t.Helper()
	if parent != "" {
		parent = "parent " + parent + "\n"
	}
	const nobody = "nobody <nobody@invalid> 0 +0000\n"
	body := "tree " + tree + "\n" + parent + "author " + nobody + "committer " + nobody + "\nthrow-away\n"
	raw := fmt.Sprintf("commit %d\x00%s", len(body), body)
	id := fmt.Sprintf("%x", sha1.Sum([]byte(raw)))
	name := filepath.Join(r.w.ForkDir, "objects", id[:2], id[2:])
	if _, err := os.Stat(name); err == nil {
		return id
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, err := z.Write([]byte(raw))
	err = errors.Join(err, z.Close(), os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, packed.Bytes(), 0o444))
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// pick merges with a forced base.
func (r *replayer) pick(on string, e entry) picked {
	r.t.Helper()
	if on == e.before {
		return picked{subject: e.subject, parent: on, tree: e.after}
	}
	ours, theirs := r.forced(e.before, on, e.after)
	out, err := r.git.run(context.Background(), "merge-tree", "--write-tree", "-z", ours, theirs)
	fields := strings.Split(out, "\x00")
	if err == nil {
		return picked{subject: e.subject, parent: on, tree: fields[0]}
	}
	if !strings.Contains(err.Error(), "exit status 1") {
		r.t.Fatal(err)
	}
	p := picked{subject: e.subject, parent: on, tree: on, files: map[forks.Path]forks.ConflictKind{}}
	i := 1
	for ; i < len(fields) && fields[i] != ""; i++ { // the conflicted entries
	}
	for i++; i+1 < len(fields); { // the messages: count, paths, type, text
		var n int
		if _, err := fmt.Sscan(fields[i], &n); err != nil {
			r.t.Fatalf("merge-tree says %q", fields[i])
		}
		// The type field calls add/add "contents" too; the sentence tells them apart.
		if text, ok := strings.CutPrefix(fields[i+2+n], "CONFLICT ("); ok {
			kind, _, _ := strings.Cut(text, ")")
			for _, path := range fields[i+1 : i+1+n] {
				p.files[forks.Path(path)] = forks.ConflictKind(kind)
			}
		}
		i += 1 + n + 2
	}
	return p
}

// replay picks a stack on a commit, going on past conflicts.
func (r *replayer) replay(on string, stack []entry) []picked {
	r.t.Helper()
	tree := r.run("rev-parse", on+"^{tree}")
	var all []picked
	for _, e := range stack {
		p := r.pick(tree, e)
		tree = p.tree
		all = append(all, p)
	}
	return all
}

// stackOf turns a clean replay into the stack as it stands there.
func stackOf(replayed []picked) []entry {
	var stack []entry
	for _, p := range replayed {
		stack = append(stack, entry{p.subject, p.parent, p.tree})
	}
	return stack
}

// own lists the fork's own non-merge commits, as they are in its history.
func (r *replayer) own() []entry {
	r.t.Helper()
	var list []entry
	out := r.run("log", "--reverse", "--topo-order", "--no-merges", "--format=%s%x09%P%x09%T", r.w.Base().String()+".."+r.w.Branch)
	for _, line := range strings.Split(out, "\n") {
		f := strings.Split(line, "\t")
		list = append(list, entry{f[0], r.run("rev-parse", f[1]+"^{tree}"), f[2]})
	}
	return list
}

// extract is section 4.3 of the design in a few lines: what does not replay on
// the base is left out, and the difference to the tip becomes one patch.
func (r *replayer) extract() (stack []entry, leftOut []string) {
	r.t.Helper()
	base := r.run("rev-parse", r.w.Base().String()+"^{tree}")
	var clean []entry
	own := r.own()
	for i, p := range r.replay(r.w.Base().String(), own) {
		if p.files != nil {
			leftOut = append(leftOut, p.subject)
			continue
		}
		clean = append(clean, own[i])
	}
	stack = stackOf(r.replay(r.w.Base().String(), clean))
	tip := r.run("rev-parse", r.w.Branch+"^{tree}")
	last := stack[len(stack)-1].after
	if last == tip {
		return stack, leftOut
	}
	// The difference goes first, where the first commit was left out.
	fold := r.pick(base, entry{lanternMerge, last, tip})
	if fold.files != nil {
		r.t.Fatalf("the fold does not fit on the base: %v", fold.files)
	}
	return stackOf(r.replay(r.w.Base().String(), append([]entry{{lanternMerge, base, fold.tree}}, clean...))), leftOut
}

// changedLines are a patch's paths and its added and removed lines.
func (r *replayer) changedLines(before, after string) string {
	r.t.Helper()
	var kept []string
	for _, line := range strings.Split(r.run("diff-tree", "-p", "--no-renames", "-r", "-U0", before, after), "\n") {
		if !strings.HasPrefix(line, "@@") && !strings.HasPrefix(line, "index ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// ask opens a conflict in the fork as section 5 of the design says: onto is the
// cause, fix has the patch with its markers and the request.
func (r *replayer) ask(id forks.ProposalID, patch entry) (onto, fix string) {
	r.t.Helper()
	onto = r.w.expect(Contact, patch.subject).Cause.String()
	ours, theirs := r.forced(patch.before, r.run("rev-parse", onto+"^{tree}"), patch.after)
	out, err := r.git.run(context.Background(), "-c", "merge.conflictStyle=diff3", "merge-tree", "--write-tree", ours, theirs)
	if err == nil {
		r.t.Fatalf("%s does not conflict", patch.subject)
	}
	merged, _, _ := strings.Cut(out, "\n")
	request, err := r.git.feed(context.Background(), []byte("Please settle this.\n"), "hash-object", "-w", "--stdin")
	if err != nil {
		r.t.Fatal(err)
	}
	r.run("read-tree", merged)
	r.run("update-index", "--add", "--cacheinfo", "100644,"+request+","+Request)
	fix = r.run("commit-tree", "-m", patch.subject, "-p", onto, r.run("write-tree"))
	r.run("update-ref", "refs/heads/auxsync/"+r.w.Track+"/onto/"+string(id), onto)
	r.run("update-ref", "refs/heads/auxsync/"+r.w.Track+"/fix/"+string(id), fix)
	return onto, fix
}
