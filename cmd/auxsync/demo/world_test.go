package demo

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func build(t *testing.T) *World {
	t.Helper()
	w, err := Build(context.Background(), filepath.Join(t.TempDir(), "world"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func TestWorldIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	a, b := build(t), build(t)
	refs := func(w *World, dir string) string {
		out, err := w.onServer(dir).run(context.Background(), "for-each-ref")
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if refs(a, a.UpstreamDir) != refs(b, b.UpstreamDir) || refs(a, a.ForkDir) != refs(b, b.ForkDir) {
		t.Error("two worlds differ")
	}
}

// Not parallel, and the best of three: what else the machine does is not meant.
func TestWorldIsBuiltUnderASecond(t *testing.T) {
	best := time.Hour
	for range 3 {
		start := time.Now()
		build(t)
		best = min(best, time.Since(start))
	}
	if best > time.Second {
		t.Errorf("took %s", best)
	}
}

func TestBuildRefusesAFolderThatIsNotEmpty(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "letters"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Build(context.Background(), dir); err == nil || !strings.Contains(err.Error(), "not empty") {
		t.Errorf("got %v", err)
	}
}

func TestWorldHasTheSizeThatIsAskedFor(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	count := func(dir string, args ...string) int {
		return len(strings.Fields(r.run(append([]string{"-C", dir, "rev-list"}, args...)...)))
	}
	if n := count(w.UpstreamDir, w.Follow); n < 60 || n != w.UpstreamCommits() {
		t.Errorf("upstream has %d commits, and says %d", n, w.UpstreamCommits())
	}
	if n := count(w.UpstreamDir, "--merges", w.Follow); n < 3 {
		t.Errorf("upstream merged %d pull requests", n)
	}
	if n := count(w.ForkDir, w.Base().String()+".."+w.Branch); n != w.OwnCommits() {
		t.Errorf("the fork has %d commits of its own, and says %d", n, w.OwnCommits())
	}
	if n := count(w.ForkDir, "--merges", w.Base().String()+".."+w.Branch); n != 2 {
		t.Errorf("the fork has %d merges, want a topic's and upstream's", n)
	}
	patches, authors := 0, map[forks.Person]bool{}
	for _, e := range w.Expect(Contact) {
		if e.InStack() {
			patches++
			authors[e.Author] = true
		}
	}
	if patches != 12 || len(authors) < 4 {
		t.Errorf("%d patches by %d people", patches, len(authors))
	}
	for _, dir := range []string{w.UpstreamDir, w.ForkDir} {
		r.run("-C", dir, "fsck", "--strict", "--no-dangling")
	}
}

func TestUpstreamAdvances(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	tip := func() string { return r.run("-C", w.UpstreamDir, "rev-parse", w.Follow) }
	before := tip()
	if before != w.UpstreamTip(Contact).String() {
		t.Errorf("upstream begins at %s", before)
	}
	if !w.UpstreamTip(Later).IsZero() {
		t.Error("the future is known")
	}
	if err := w.AdvanceUpstream(context.Background(), Later); err != nil {
		t.Fatal(err)
	}
	if tip() != w.UpstreamTip(Later).String() || tip() == before {
		t.Errorf("upstream is at %s", tip())
	}
	r.run("-C", w.UpstreamDir, "merge-base", "--is-ancestor", before, tip())
}

func TestTopicMergeIsClean(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	m := w.expect(Contact, tidemarkMerge).Commit.String()
	if got, want := r.run("merge-tree", "--write-tree", m+"^1", m+"^2"), r.run("rev-parse", m+"^{tree}"); got != want {
		t.Error("the merge of the topic was changed by hand")
	}
	if n := r.run("rev-list", "--count", m+"^1.."+m+"^2"); n != "2" {
		t.Errorf("the topic has %s commits", n)
	}
}

func TestUpstreamMergeWasSettledByHandInTwoFiles(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	e := w.expect(Contact, lanternMerge)
	m := e.Commit.String()
	if r.run("rev-parse", m+"^2") != w.Base().String() {
		t.Error("it does not merge the base")
	}
	out, err := r.git.run(context.Background(), "merge-tree", "--write-tree", "--name-only", "--no-messages", m+"^1", m+"^2")
	if err == nil {
		t.Fatal("git merges it by itself")
	}
	merged := strings.Split(out, "\n")
	conflicts := slices.Clone(merged[1:])
	slices.Sort(conflicts)
	if want := []string{"nixos/modules/services/network-filesystems/lanternfs.nix", byName("lanternfs")}; !slices.Equal(conflicts, want) {
		t.Errorf("it conflicts in %q", conflicts)
	}
	byHand := strings.Split(r.run("diff", "--name-only", "--no-renames", merged[0], m), "\n")
	slices.Sort(byHand)
	if !slices.Equal(byHand, conflicts) {
		t.Errorf("by hand: %q", byHand)
	}
}

func TestStackIsExtractedAsExpected(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, leftOut := r.extract()
	var folded, want, have []string
	for _, e := range w.Expect(Merged) {
		if e.Ahead == forks.Folded {
			folded = append(folded, e.Subject)
		} else if e.InStack() {
			want = append(want, e.Subject)
		}
	}
	for _, e := range stack {
		have = append(have, e.subject)
	}
	if !slices.Equal(leftOut, folded) {
		t.Errorf("folded %q, want %q", leftOut, folded)
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		t.Errorf("stack %q, want %q", have, want)
	}
	if got, want := stack[len(stack)-1].after, r.run("rev-parse", w.Branch+"^{tree}"); got != want {
		t.Error("the law does not hold: the stack on its own base is not the fork's tip")
	}
	for _, p := range stack {
		if p.before == p.after {
			t.Errorf("%s is empty", p.subject)
		}
	}
}

func TestEachPatchMeetsItsOutcome(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, _ := r.extract()
	r.compare("on the tip at first contact", w.UpstreamTip(Contact), stack, w.Expect(Contact), func(e Expectation) forks.Outcome { return e.Ahead })
	r.compare("on the hold point", w.HoldPoint(harborPatch, tarnPatch, loomPatch, mistlePatch), stack, w.Expect(Contact), func(e Expectation) forks.Outcome { return e.Published })
	if err := w.AdvanceUpstream(context.Background(), Later); err != nil {
		t.Fatal(err)
	}
	r.fetch()
	r.compare("on the tip at the end", w.UpstreamTip(Later), stack, w.Expect(Later), func(e Expectation) forks.Outcome { return e.Ahead })
}

// compare replays a stack on a commit and holds each patch to its outcome.
func (r *replayer) compare(where string, on forks.Hash, stack []entry, expect []Expectation, outcome func(Expectation) forks.Outcome) {
	r.t.Helper()
	got := r.replay(on.String(), stack)
	for _, e := range expect {
		if !e.InStack() {
			continue
		}
		i := slices.IndexFunc(stack, func(s entry) bool { return s.subject == e.Subject })
		p, want := got[i], outcome(e)
		switch {
		case want == forks.Conflicted:
			if !maps.Equal(p.files, e.Files) {
				r.t.Errorf("%s: %s conflicts in %v, want %v", where, e.Subject, p.files, e.Files)
			}
			continue
		case want == forks.Blocked:
			if p.files == nil {
				r.t.Errorf("%s: %s is clean, want blocked", where, e.Subject)
			}
			continue
		case p.files != nil:
			r.t.Errorf("%s: %s conflicts in %v, want %s", where, e.Subject, p.files, want)
			continue
		}
		same := r.changedLines(stack[i].before, stack[i].after) == r.changedLines(p.parent, p.tree)
		empty := p.parent == p.tree
		ok := map[forks.Outcome]bool{
			forks.Kept: same && !empty, forks.Adapted: !same && !empty, forks.Upstreamed: empty, forks.Emptied: empty,
		}[want]
		if !ok {
			r.t.Errorf("%s: %s: same lines %t, empty %t, want %s", where, e.Subject, same, empty, want)
		}
		if !empty {
			names := strings.Split(r.run("diff-tree", "-r", "--name-only", "--no-renames", p.parent, p.tree), "\n")
			var want []string
			for _, path := range e.Paths {
				want = append(want, string(path))
			}
			slices.Sort(names)
			slices.Sort(want)
			if !slices.Equal(names, want) {
				r.t.Errorf("%s: %s changes %q, want %q", where, e.Subject, names, want)
			}
		}
	}
}

func TestEachConflictBeginsAtItsCause(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, _ := r.extract()
	conflicts := func(on forks.Hash, subject string) bool {
		return slices.ContainsFunc(r.replay(on.String(), stack), func(p picked) bool {
			return p.subject == subject && p.files != nil
		})
	}
	for _, e := range w.Expect(Contact) {
		if e.Ahead != forks.Conflicted {
			continue
		}
		if r.run("rev-parse", e.Cause.String()+"^1") != e.LastClean.String() {
			t.Errorf("%s: the last clean commit is not the cause's first parent", e.Subject)
		}
		if conflicts(e.LastClean, e.Subject) {
			t.Errorf("%s conflicts before its cause", e.Subject)
		}
		if !conflicts(e.Cause, e.Subject) {
			t.Errorf("%s is clean at its cause", e.Subject)
		}
		if !e.Inner.IsZero() {
			r.run("merge-base", "--is-ancestor", e.Inner.String(), e.Cause.String()+"^2")
		}
	}
}

func TestBlockedPatchNeedsTheOneItNames(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, _ := r.extract()
	blocked := w.expect(Contact, harborAddress)
	hold := w.HoldPoint(harborPatch)
	for i, e := range stack {
		if e.subject == blocked.Subject {
			continue
		}
		without := slices.Delete(slices.Clone(stack), i, i+1)
		var hurt []string
		for _, p := range r.replay(hold.String(), without) {
			if p.files != nil {
				hurt = append(hurt, p.subject)
			}
		}
		if e.subject == blocked.BlockedBy {
			if !slices.Equal(hurt, []string{blocked.Subject}) {
				t.Errorf("without %s these conflict: %q", e.subject, hurt)
			}
		} else if hurt != nil {
			t.Errorf("without %s these conflict, though patches stand alone: %q", e.subject, hurt)
		}
	}
}

func TestUpstreamedHasAPatchIDUpstreamAndEmptiedHasNone(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	id := func(commit string) string {
		shown := r.run("show", "--format=%H", commit)
		out, err := r.git.feed(context.Background(), []byte(shown+"\n"), "patch-id", "--stable")
		if err != nil {
			t.Fatal(err)
		}
		word, _, _ := strings.Cut(out, " ")
		return word
	}
	upstream := map[string]string{}
	for _, commit := range strings.Fields(r.run("rev-list", "--no-merges", w.Base().String()+".."+w.UpstreamTip(Contact).String())) {
		upstream[id(commit)] = commit
	}
	for _, e := range w.Expect(Contact) {
		if !e.InStack() || e.Subject == lanternMerge {
			continue
		}
		var want string
		if e.Ahead == forks.Upstreamed {
			want = e.TakenBy.String()
		}
		if got := upstream[id(e.Commit.String())]; got != want {
			t.Errorf("%s: the same patch-id upstream: %q, want %q", e.Subject, got, want)
		}
	}
}

func TestTextOfAPatchIsFoundInItAlone(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, _ := r.extract()
	for _, e := range w.Expect(Contact) {
		if e.Text == "" {
			continue
		}
		var in []string
		for _, p := range stack {
			if strings.Contains(r.added(p.before, p.after), e.Text) {
				in = append(in, p.subject)
			}
		}
		want := []string{e.Subject}
		if e.Ahead == forks.Folded {
			want = nil // the merge put its own words there
			if !strings.Contains(r.added(e.Commit.String()+"^", e.Commit.String()), e.Text) {
				t.Errorf("%q is not in %s", e.Text, e.Subject)
			}
		}
		if !slices.Equal(in, want) {
			t.Errorf("%q of %s is in %q", e.Text, e.Subject, in)
		}
	}
}

// added are the lines that a change adds.
func (r *replayer) added(before, after string) string {
	r.t.Helper()
	var lines []string
	for _, line := range strings.Split(r.run("diff-tree", "-p", "-r", before, after), "\n") {
		if strings.HasPrefix(line, "+") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}
