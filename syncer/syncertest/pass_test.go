package syncertest_test

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// people is a repository elsewhere, real or not.
type people interface {
	Commit(t repotest.TB, branch, author, subject string, files map[string]string) forks.Hash
	Build(t repotest.TB, commits ...repotest.Commit) []forks.Hash
	Merge(t repotest.TB, branch, author, subject string, other forks.Hash, files map[string]string) forks.Hash
	Tip(t repotest.TB, branch string) forks.Hash
	Tree(t repotest.TB, commit forks.Hash) forks.Hash
	Refs(t repotest.TB) map[forks.Ref]forks.Hash
	SetRef(t repotest.TB, branch string, id forks.Hash)
	File(t repotest.TB, rev, path string) (string, bool)
}

var (
	_ people = (*repotest.Repo)(nil)
	_ people = (*syncertest.Server)(nil)
)

// side is one of the two worlds in which a history happens.
type side struct {
	t        testing.TB
	up, fork people
	track    forks.Track
	clock    *clockwork.FakeClock
	*syncer.Syncer
}

// numbered is a file of twelve lines, with some of them replaced: "3=text".
func numbered(name string, replaced ...string) string {
	var b strings.Builder
	for n := range 12 {
		line := fmt.Sprintf("  %s line %d;", name, n+1)
		for _, r := range replaced {
			if at, text, _ := strings.Cut(r, "="); at == fmt.Sprint(n+1) {
				line = "  " + text
			}
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

func firstFiles() map[string]string {
	files := map[string]string{"README": "a package set\n"}
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		files[name+".nix"] = numbered(name)
		files["pkgs/by-name/"+name+"/package.nix"] = numbered("package " + name)
	}
	return files
}

// bothSides makes the same world on disk and in memory, at the same addresses.
func bothSides(t *testing.T, history forks.History) (disk, memory *side) {
	t.Helper()
	dir := t.TempDir()
	up := repotest.New(t, filepath.Join(dir, "up.git"))
	up.Commit(t, "main", repotest.Ada, "first commit", firstFiles())
	fork := up.Fork(t, filepath.Join(dir, "fork.git"))
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = git.Close() })
	clock := func() *clockwork.FakeClock {
		return clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC))
	}
	track := forks.Track{Fork: "pkgs", Name: "aux-main", Upstream: up.Dir, URL: fork.Dir, Forge: forks.ForgeGit,
		AllowTransports: []string{"file"}, Follow: "main", Branch: "main", History: history, Merger: forks.OwnMerger}
	disk = &side{t: t, up: up, fork: fork, track: track, clock: clock()}
	disk.Syncer = syncer.New(syncer.Config{Git: syncer.OnDisk(git), Store: syncertest.NewStore(disk.clock),
		CacheDir: filepath.Join(dir, "cache"), Clock: disk.clock, Log: zap.NewNop()})

	own := syncertest.NewGit()
	server := own.NewServer(up.Dir)
	server.Commit(t, "main", repotest.Ada, "first commit", firstFiles())
	memory = &side{t: t, up: server, fork: server.Fork(t, fork.Dir), track: track, clock: clock()}
	memory.Syncer = syncer.New(syncer.Config{Git: own, Store: syncertest.NewStore(memory.clock),
		CacheDir: "cache", Clock: memory.clock, Log: zap.NewNop()})
	return disk, memory
}

// pass makes a pass, or adopts, and tells how it ended.
func (s *side) pass(adopt bool) string {
	s.clock.Advance(time.Hour)
	run := s.Sync
	if adopt {
		run = s.Adopt
	}
	out, err := run(context.Background(), s.track, syncer.Options{Who: "mona"})
	var b strings.Builder
	fmt.Fprintf(&b, "written %v, quiet %v, error %v\n", out.Written, out.Quiet, err)
	for _, row := range out.Plan.Outcomes {
		fmt.Fprintf(&b, "%s: %s/%s by %s: %s\n", row.Subject, row.Ahead, row.Published, row.By, row.Reason)
	}
	return b.String()
}

// TestAPassInMemoryEqualsTheOneOnDisk has a history happen on both sides: a pass in memory
// stands for a real one only while all refs are the same.
func TestAPassInMemoryEqualsTheOneOnDisk(t *testing.T) {
	t.Parallel()
	files := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	steps := []struct {
		name string
		do   func(t *testing.T, s *side)
	}{
		{"patches", func(t *testing.T, s *side) {
			s.fork.Commit(t, "main", repotest.Grace, "a: fork change", files("a.nix", numbered("a", "5=fork;")))
			s.fork.Commit(t, "main", repotest.Grace, "b: fork change", files("b.nix", numbered("b", "5=fork;")))
			side := s.fork.Build(t, repotest.Commit{Branch: "side", Parents: []forks.Hash{s.fork.Tip(t, "main")}, Subject: "c: on a side branch", Files: files("c.nix", numbered("c", "2=fork;"))})[0]
			s.fork.Commit(t, "main", repotest.Alan, "new file", files("pkgs/by-name/new/package.nix", "{ }: 1\n"))
			s.fork.Merge(t, "main", repotest.Alan, "merge side", side, nil)
		}},
		{"adoption", nil},
		{"upstream takes one patch and moves on", func(t *testing.T, s *side) {
			s.up.Commit(t, "main", repotest.Ada, "b: the same", files("b.nix", numbered("b", "5=fork;")))
			s.up.Commit(t, "main", repotest.Ada, "d", files("d.nix", numbered("d", "1=up;"), "README", repotest.Delete))
		}},
		{"a conflict", func(t *testing.T, s *side) {
			s.up.Commit(t, "main", repotest.Ada, "c: upstream", files("c.nix", numbered("c", "9=up;")))
			s.up.Commit(t, "main", repotest.Ada, "a: upstream", files("a.nix", numbered("a", "5=up;")))
			s.up.Commit(t, "main", repotest.Ada, "e: upstream", files("e.nix", numbered("e", "9=up;")))
		}},
		{"an answer", func(t *testing.T, s *side) {
			for ref, fix := range s.fork.Refs(t) {
				if name, ok := strings.CutPrefix(string(ref), "refs/heads/auxsync/aux-main/fix/"); ok {
					onto := "auxsync/aux-main/onto/" + name
					answer := s.fork.Build(t, repotest.Commit{Branch: string(ref), Author: repotest.Grace, Subject: "resolved", Parents: []forks.Hash{fix},
						Files: files("a.nix", numbered("a", "5=both;"), "AUXSYNC-CONFLICT.md", repotest.Delete)})[0]
					s.fork.SetRef(t, onto, answer)
				}
			}
		}},
		{"a person's push and a revert", func(t *testing.T, s *side) {
			s.fork.Commit(t, "main", repotest.Alan, "e: fork change", files("e.nix", numbered("e", "3=fork;", "9=up;")))
			s.up.Commit(t, "main", repotest.Ada, "b: back again", files("b.nix", numbered("b")))
		}},
	}
	for _, history := range []forks.History{forks.Merging, forks.Rewrite} {
		t.Run(string(history), func(t *testing.T) {
			t.Parallel()
			disk, memory := bothSides(t, history)
			for i, step := range steps {
				var said [2]string
				for j, s := range []*side{disk, memory} {
					if step.do != nil {
						step.do(t, s)
					}
					if i > 0 {
						said[j] = s.pass(i == 1) + s.pass(false)
					}
				}
				t.Logf("%s:\n%s", step.name, said[0])
				if said[0] != said[1] {
					t.Fatalf("%s: on disk\n%sin memory\n%s", step.name, said[0], said[1])
				}
				same(t, step.name, disk, memory)
			}
		})
	}
}

// same fails unless both sides have the same refs; what differs is shown.
func same(t *testing.T, step string, disk, memory *side) {
	t.Helper()
	real, ours := disk.fork.Refs(t), memory.fork.Refs(t)
	if maps.Equal(real, ours) {
		return
	}
	names := map[forks.Ref]bool{}
	for _, refs := range []map[forks.Ref]forks.Hash{real, ours} {
		for ref := range refs {
			names[ref] = true
		}
	}
	for _, ref := range slices.Sorted(maps.Keys(names)) {
		if real[ref] == ours[ref] {
			continue
		}
		t.Errorf("%s: %s is at %s on disk and at %s in memory", step, ref, real[ref].Short(), ours[ref].Short())
		if ref == disk.track.StateRef() {
			a, _ := disk.fork.File(t, string(ref), "state.json")
			b, _ := memory.fork.File(t, string(ref), "state.json")
			t.Logf("%s\n%s", a, b)
		}
	}
	t.FailNow()
}
