package syncer_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/prove"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// The two engines of these tests are git twice, of which "own" may be bent.

// lie changes what a merge gives.
type lie func(q syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error)

// bent is an engine that may lie about the merges of trees.
type bent struct {
	syncer.Quarantine
	lie lie
}

func (b bent) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	r, err := b.Quarantine.Merge(ctx, base, ours, theirs)
	if err != nil || base == ours || base == theirs {
		return r, err
	}
	return b.lie(b.Quarantine, r)
}

// tallied counts what it is asked.
type tallied struct {
	syncer.Quarantine
	asked *atomic.Int64
}

func (c tallied) Merge(ctx context.Context, base, ours, theirs forks.Hash) (forks.MergeResult, error) {
	c.asked.Add(1)
	return c.Quarantine.Merge(ctx, base, ours, theirs)
}

// engines puts a lying own engine beside git, and turns the check on. It counts the
// merges that git is asked for.
func (w *world) engines(own lie) *atomic.Int64 {
	asked := new(atomic.Int64)
	c := w.Config
	c.Mergers = func(name string, q syncer.Quarantine) rebase.Merger {
		if name == forks.GitMerger {
			return tallied{q, asked}
		}
		return bent{q, own}
	}
	w.Syncer, w.track.CrossCheck = syncer.New(c), true
	return asked
}

// honest tells what git says.
func honest(_ syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error) { return r, nil }

// wrongBlob puts another file into each clean tree.
func wrongBlob(q syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error) {
	return withFile(q, r, "not what anybody wrote\n")
}

// wrongEachTime puts a file into each clean tree that no other tree has.
func wrongEachTime(q syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error) {
	return withFile(q, r, "in place of "+r.Tree.String()+"\n")
}

// withFile gives a.nix other contents in a clean tree.
func withFile(q syncer.Quarantine, r forks.MergeResult, content string) (forks.MergeResult, error) {
	if !r.Clean() {
		return r, nil
	}
	_, tree, err := q.Object(r.Tree)
	if err != nil {
		return r, err
	}
	blob, err := q.Write("blob", []byte(content))
	if err != nil {
		return r, err
	}
	at := bytes.Index(tree, []byte("a.nix\x00")) + len("a.nix\x00")
	changed := bytes.Clone(tree)
	copy(changed[at:], blob[:])
	r.Tree, err = q.Write("tree", changed)
	return r, err
}

// noConflict takes each conflict for clean, markers and all.
func noConflict(_ syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error) {
	return forks.MergeResult{Tree: r.Tree}, nil
}

// allConflict takes what is clean for a conflict.
func allConflict(_ syncer.Quarantine, r forks.MergeResult) (forks.MergeResult, error) {
	if r.Clean() {
		r.Files = []forks.ConflictFile{{Path: "a.nix", Kind: forks.Content, Message: "invented"}}
	}
	return r, nil
}

func TestMergeThatTheOtherEngineDoesNotConfirmStopsTheTrack(t *testing.T) {
	t.Parallel()
	clean := map[string]string{"a.nix": lines("a", 1, 12, "12=upstream;")}
	clash := map[string]string{"a.nix": lines("a", 1, 12, "5=upstream;")}
	for _, c := range []struct {
		name     string
		own      lie
		upstream map[string]string
		says     string
		gits     string // outcome once git has decided
	}{
		{"a clean tree with a wrong file", wrongBlob, clean, "auxsync's own says clean, tree ", "kept/kept"},
		{"a conflict that is called clean", noConflict, clash, "git says conflict in a.nix", "conflicted/kept"},
		{"a clean merge that is called a conflict", allConflict, clean, "auxsync's own says conflict in a.nix, git says clean, tree ", "kept/kept"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := published(t, forks.Merging, "a")
			w.engines(c.own)
			w.up.Commit(t, "main", repotest.Ada, "a: bump", c.upstream)
			before, told := w.fork.Refs(t), ""
			for range 2 {
				w.clock.Advance(time.Hour)
				out, err := w.Sync(t.Context(), w.track, syncer.Options{Who: "mona"})
				w.stoppedByDifference(t, err, c.says)
				if out.Written || !maps.Equal(before, w.fork.Refs(t)) {
					t.Errorf("something was pushed: %v", w.fork.Refs(t))
				}
				if told != "" && err.Error() != told {
					t.Errorf("told again in other words:\n%s\n%s", told, err)
				}
				told = err.Error()
			}
			w.reproduces(t, told)
			_, err := w.Plan(t.Context(), w.track, syncer.Options{Who: "mona"})
			w.stoppedByDifference(t, err, c.says)
			if !strings.Contains(err.Error(), "a pass stops there too") {
				t.Errorf("a dry run names what it does not keep: %v", err)
			}

			w.track.Merger, w.track.MergerDecides = forks.GitMerger, true
			w.sync()
			state, err := w.Read(t.Context(), w.track)
			if err != nil {
				t.Fatal(err)
			}
			w.want(forks.Plan{Outcomes: state.Ledger}, "a: fork change: "+c.gits)
		})
	}
}

// stoppedByDifference fails unless a pass ended because the two engines differ.
func (w *world) stoppedByDifference(t *testing.T, err error, says string) {
	t.Helper()
	var differ *prove.Differ
	var problem *forks.Problem
	if !errors.As(err, &differ) || !errors.As(err, &problem) || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), says) {
		t.Fatalf("want a difference that says %q, got %v", says, err)
	}
	for _, want := range []string{`merger = "own" or merger = "git" for track ` + w.track.Name, "cross_check = false", "nothing was pushed"} {
		if !strings.Contains(problem.Next, want) {
			t.Errorf("the next step %q does not name %q", problem.Next, want)
		}
	}
}

// reproduces runs the command of an error in the cache.
func (w *world) reproduces(t *testing.T, told string) {
	t.Helper()
	said := regexp.MustCompile(`look at it in (\S+) with .* ` + "`git (merge-tree --write-tree [0-9a-f]{40} [0-9a-f]{40})`").FindStringSubmatch(told)
	if said == nil {
		t.Fatalf("no command in %s", told)
	}
	cmd := exec.Command("git", append([]string{"-C", said[1]}, strings.Fields(said[2])...)...)
	cmd.Env = repotest.Env()
	out, err := cmd.Output()
	tree, _, _ := strings.Cut(string(out), "\n")
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
		t.Fatalf("%v: %v", cmd.Args, err)
	}
	if err == nil && !strings.Contains(told, tree) {
		t.Errorf("git makes %s, which is not in %s", tree, told)
	}
}

func TestWithoutACrossCheckNobodyNoticesALie(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	asked := w.engines(wrongBlob)
	w.track.CrossCheck = false
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "12=upstream;")})
	w.sync()
	if text, _ := w.fork.File(t, "main", "a.nix"); text != "not what anybody wrote\n" || asked.Load() != 0 {
		t.Errorf("git was asked %d times, a.nix:\n%s", asked.Load(), text)
	}
}

func TestCrossCheckAsksOnceForEachMergeThatIsNew(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a", "b")
	asked := w.engines(honest)
	now := func() int64 { return asked.Swap(0) }

	w.up.Commit(t, "main", repotest.Ada, "c: bump", map[string]string{"c.nix": lines("c", 1, 12, "3=two;")})
	w.sync()
	if n := now(); n != 2 {
		t.Errorf("two patches on a new base: %d merges were repeated", n)
	}
	// Upstream moves, but the branch is not due to.
	w.track.PublishEvery = 48 * time.Hour
	w.up.Commit(t, "main", repotest.Ada, "d: bump", map[string]string{"d.nix": lines("d", 1, 12, "3=two;")})
	if _, err := w.Sync(t.Context(), w.track, syncer.Options{Who: "mona", Due: true}); err != nil {
		t.Fatal(err)
	}
	if n := now(); n != 0 {
		t.Errorf("nothing is published: %d merges were repeated", n)
	}
	// Somebody is faster: the pass begins again, and what was confirmed stands.
	w.track.PublishEvery = 0
	w.barrier = func() error {
		w.barrier = nil
		w.fork.Commit(t, "main", repotest.Grace, "e: fork change", map[string]string{"e.nix": lines("e", 1, 12, "9=fork;")})
		return nil
	}
	if out := w.sync(); out.Retried == 0 {
		t.Error("nobody was faster")
	}
	if n := now(); n != 3 {
		t.Errorf("two patches, and one more at the second attempt: %d merges were repeated", n)
	}
	// A new conflict is asked about: its merge at upstream's tip and the one of its
	// branches are one and the same here, and those of the other patches are new too.
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	if n := now(); n != 1 {
		t.Errorf("one new conflict: %d merges were repeated", n)
	}
	w.clock.Advance(time.Hour)
	w.up.Commit(t, "main", repotest.Ada, "d: bump again", map[string]string{"d.nix": lines("d", 1, 12, "3=three;")})
	w.sync()
	if n := now(); n != 0 {
		t.Errorf("the conflict waits: %d merges were repeated", n)
	}
}

func TestAfterARestartAPassConfirmsOnlyWhatItPublishesOrAsks(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a", "b")
	w.engines(honest)
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "5=two;")})
	w.sync()
	w.only()

	asked := w.engines(honest) // nothing is remembered
	if out := w.sync(); !out.Quiet || asked.Load() != 0 {
		t.Errorf("nothing has moved: quiet %v, %d merges were repeated", out.Quiet, asked.Load())
	}
	w.bump("d")
	if out := w.sync(); out.Quiet || asked.Load() != 0 {
		t.Errorf("the conflict holds the branch: quiet %v, %d merges were repeated", out.Quiet, asked.Load())
	}
}

func TestWhereTheTrackHasDecidedADryRunGoesOnToo(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.engines(wrongBlob)
	w.track.Merger, w.track.MergerDecides = forks.OwnMerger, true
	seen, logs := observer.New(zap.WarnLevel)
	w.Log = zap.New(seen)
	w.up.Commit(t, "main", repotest.Ada, "a: bump", map[string]string{"a.nix": lines("a", 1, 12, "12=upstream;")})
	if _, err := w.Plan(t.Context(), w.track, syncer.Options{Who: "mona"}); err != nil {
		t.Fatal(err)
	}
	list := logs.FilterMessageSnippet("config.toml has decided for this track").All()
	if len(list) != 1 || list[0].ContextMap()["next"] != "a pass keeps that merge to be looked at" {
		t.Errorf("logged %+v", logs.All())
	}
}

func TestWhereTheTrackHasDecidedEachDifferenceIsTold(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a", "b")
	asked := w.engines(wrongEachTime)
	w.track.Merger, w.track.MergerDecides = forks.OwnMerger, true
	seen, logs := observer.New(zap.WarnLevel)
	w.Log = zap.New(seen)
	w.bump("c")
	packs := func() int {
		found, err := filepath.Glob(filepath.Join(syncer.CachePath(w.CacheDir, w.track.Upstream), "objects", "pack", "*.pack"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	before := packs()
	w.sync()
	told := map[any]bool{}
	for _, entry := range logs.FilterMessageSnippet("the two merge engines differ about").All() {
		told[entry.Message] = true
	}
	if len(told) != 2 || asked.Load() != 2 {
		t.Errorf("git repeated %d merges; logged %+v", asked.Load(), logs.All())
	}
	// The fetch brings one pack, what is published is one, and one merge is kept.
	if n := packs() - before; n > 3 {
		t.Errorf("%d new packs", n)
	}
}

func TestAdoptionConfirmsTheMergesThatItExplains(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	base := w.fork.Tip(t, "main")
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.SetRef(t, "topic", base)
	topic := w.fork.Commit(t, "topic", repotest.Alan, "a: another", map[string]string{"a.nix": lines("a", 1, 12, "11=topic;")})
	w.fork.Merge(t, "main", repotest.Grace, "merge topic", topic, nil)
	w.engines(wrongBlob)
	_, err := w.Adopt(t.Context(), w.track, syncer.Options{Who: "mona"})
	w.stoppedByDifference(t, err, "auxsync's own says clean, tree ")
}

// pressed is an engine whose merges ran into limits.
type pressed struct {
	rebase.Merger
	limits merge.Limits
}

func (p pressed) Limits() merge.Limits { return p.limits }

func TestLimitsThatMergesRanIntoAreLoggedOnceAPass(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	seen, logs := observer.New(zap.WarnLevel)
	c := w.Config
	c.Log = zap.New(seen)
	limits := merge.Limits{Renames: 3, RenameLimit: 9000, Large: 2}
	c.Mergers = func(_ string, q syncer.Quarantine) rebase.Merger { return pressed{q, limits} }
	w.Syncer = syncer.New(c)
	w.bump("a")
	w.sync()
	want := []map[string]any{
		{"fork": w.track.Fork, "track": w.track.Name, "merges": int64(3), "compared": int64(7000), "needed": int64(9000)},
		{"fork": w.track.Fork, "track": w.track.Name, "merges": int64(2)},
	}
	var got []map[string]any
	for _, l := range logs.All() {
		got = append(got, l.ContextMap())
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("logged %+v", logs.All())
	}
	limits = merge.Limits{}
	logs.TakeAll()
	w.bump("a")
	w.sync()
	if logs.Len() > 0 {
		t.Errorf("without any limit: logged %+v", logs.All())
	}
}
