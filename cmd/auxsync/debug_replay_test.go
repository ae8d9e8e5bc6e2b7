package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// cleanStack makes a topic of n commits on a base, and main, which went on beside it: no
// commit of the topic conflicts there, and none becomes empty.
func cleanStack(t *testing.T, s *standIn, n int) {
	t.Helper()
	const files, each = 20, 4 // each commit of the topic has four lines of a file for itself
	size := each * (n/files + 2)
	state := make([]map[int]string, files)
	base := map[string]string{}
	name := func(f int) string { return fmt.Sprintf("d%d/f%d", f%3, f) }
	for f := range files {
		state[f] = map[int]string{}
		base[name(f)] = someLines(size, nil)
	}
	start := s.Commit(t, "main", repotest.Ada, "start", base)
	for i := range 3 { // main edits between the topic's lines, moves a file, and adds one
		edit := map[string]string{fmt.Sprintf("new%d", i): "new\n"}
		for f := i; f < files-1; f += 3 {
			edit[name(f)] = someLines(size, map[int]string{0: "first\n", 3: fmt.Sprintf("main %d\n", i)})
		}
		s.Commit(t, "main", repotest.Grace, fmt.Sprintf("main %d", i), edit)
	}
	s.Commit(t, "main", repotest.Grace, "move", map[string]string{name(files - 1): repotest.Delete, "moved/here": base[name(files-1)]})
	var commits []repotest.Commit
	for i := range n {
		f := i % files
		state[f][each*(i/files)+5] = fmt.Sprintf("topic %d\n", i)
		c := repotest.Commit{Branch: "topic", Author: repotest.Alan, Subject: fmt.Sprintf("topic %d\n\nWith a body.", i), Files: map[string]string{name(f): someLines(size, state[f])}}
		if i == 0 {
			c.Parents = []forks.Hash{start}
		}
		commits = append(commits, c)
	}
	s.Build(t, commits...)
}

// cherryPicked is the tip that git comes to, in a work tree beside the repository.
func cherryPicked(t *testing.T, s *standIn, onto, revs string) string {
	t.Helper()
	beside := filepath.Join(t.TempDir(), "beside")
	env := append(repotest.Env(), "GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=advice.detachedHead", "GIT_CONFIG_VALUE_0=false", "GIT_CONFIG_KEY_1=gc.auto", "GIT_CONFIG_VALUE_1=0")
	for _, args := range [][]string{
		{"clone", "--quiet", "--shared", s.Dir, beside},
		{"-C", beside, "fetch", "--quiet", "origin", "+refs/heads/*:refs/heads/*", "+refs/replace/*:refs/replace/*", "--update-head-ok"},
		{"-C", beside, "checkout", "--quiet", "--detach", onto},
		{"-C", beside, "cherry-pick", revs},
	} {
		if got := runGit(t, "git", env, "", args...); got.exit != 0 {
			t.Fatalf("git %q: %+v", args, got)
		}
	}
	return strings.TrimSpace(runGit(t, "git", env, "", "-C", beside, "rev-parse", "HEAD").stdout)
}

func TestReplayGivesTheCommitsOfCherryPick(t *testing.T) {
	t.Parallel()
	sizes := []int{50, 200}
	if *long > 0 {
		sizes = append(sizes, 1000)
	}
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t)
			cleanStack(t, s, n)
			got := s.debug("", "replay", "--committer-now", "--onto", "main", "main..topic")
			if got.exit != exitDone {
				t.Fatalf("%+v", got)
			}
			tip := strings.TrimSpace(got.stdout)
			// The same id says that all of them are the same, byte for byte.
			if want := cherryPicked(t, s, "main", "main..topic"); tip != want {
				t.Errorf("the new tip is %s, git's %s", tip, want)
			}
			kept := strings.TrimSpace(s.debug("", "replay", "--onto=main", "main..topic").stdout)
			format := "--format=%T%n%an %ae %ad%n%B"
			if a, b := s.git(t, "", "log", format, "main.."+kept), s.git(t, "", "log", format, "main.."+tip); a.stdout != b.stdout || a.exit != 0 {
				t.Error("without --committer-now more than the committer is another")
			}
			if a, b := s.git(t, "", "log", "--format=%cn %ce %cd", "main.."+kept), s.git(t, "", "log", "--format=%cn %ce %cd", "main..topic"); a.stdout != b.stdout {
				t.Error("the committers were not kept")
			}
			if n := len(s.Refs(t)); n != 2 {
				t.Errorf("%d refs, want two", n)
			}
			s.Fsck(t)
			replayedByGit(t, s, tip)
		})
	}
}

// replayedByGit compares a replay with that of a git which has one, if it is given.
func replayedByGit(t *testing.T, s *standIn, tip string) {
	t.Helper()
	newer := os.Getenv("AUXSYNC_GIT")
	if newer == "" {
		return
	}
	got := runGit(t, newer, s.environment(), "", "replay", "--ref-action=print", "--onto", "main", "main..topic")
	if got.exit == 129 {
		got = runGit(t, newer, s.environment(), "", "replay", "--onto", "main", "main..topic")
	}
	if strings.Contains(got.stderr, "is not a git command") {
		return
	}
	fields := strings.Fields(got.stdout)
	if got.exit != 0 || len(fields) < 3 || fields[2] != tip {
		t.Errorf("git replay: %+v, want %s", got, tip)
	}
}

func TestReplayTellsOfAConflict(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	base := s.Commit(t, "main", repotest.Ada, "start", map[string]string{"f": someLines(9, nil), "g\x1b[31m": "1\n"})
	s.Build(t,
		repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "fine", Files: map[string]string{"new": "1\n"}},
		repotest.Commit{Branch: "topic", Subject: "edit \x1b[31mboth", Files: map[string]string{"f": someLines(9, map[int]string{3: "topic\n"}), "g\x1b[31m": "2\n"}})
	s.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": someLines(9, map[int]string{3: "main\n"}), "g\x1b[31m": repotest.Delete})
	got := s.debug("", "replay", "--onto", "main", "main..topic")
	want := "auxsync: " + s.Tip(t, "topic").String() + ` (edit \x1b[31mboth) conflicts:
  content: f
  modify/delete: g\x1b[31m
`
	if got.exit != exitConflict || got.stdout != "" || got.stderr != want {
		t.Errorf("%+v, want %q", got, want)
	}
}

func TestReplayHasNoAnswer(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	base := s.Commit(t, "main", repotest.Ada, "start", map[string]string{"f": "1\n"})
	s.Build(t, repotest.Commit{Branch: "side", Parents: []forks.Hash{base}, Subject: "side", Files: map[string]string{"g": "1\n"}})
	s.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": "2\n"})
	s.Merge(t, "main", repotest.Ada, "a merge", s.Tip(t, "side"), nil)
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"--onto", "side", "side..main"}, "fatal: replaying merge commits is not supported yet!\n"},
		{[]string{"--onto", "nothing", "side..main"}, "fatal: 'nothing' is not a valid commit-ish for --onto"},
		{[]string{"--onto", "main", "nothing..main"}, "fatal: bad revision 'nothing..main'\n"},
		{[]string{"--onto", "main:f", "side..main"}, "fatal: 'main:f' is not a valid commit-ish for --onto"},
		{[]string{"--onto", "main", "--", "--all..main"}, "fatal: bad revision '--all..main'\n"},
		{[]string{"side..main"}, "takes --onto and one range"},
		{[]string{"--onto", "main", "main"}, "takes --onto and one range"},
		{[]string{"--onto", "main", "side...main"}, "takes --onto and one range"},
	} {
		got := s.debug("", append([]string{"replay"}, c.args...)...)
		if got.exit != exitUnanswered || got.stdout != "" || !strings.Contains(got.stderr, c.says) {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
	tip := s.Tip(t, "main").String() + "\n"
	if got := s.debug("", "replay", "--onto", "main", "main..side"); got.exit != 0 || got.stdout != tip {
		t.Errorf("nothing to replay: %+v", got)
	}
}
