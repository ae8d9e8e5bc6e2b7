package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// replaced is a repository in which each kind of object stands for another one: a graft
// gives a root that had none in common with main a parent there, a file and a folder of
// topic are others than they were, and so is what topic says of itself.
func replaced(t *testing.T) *standIn {
	t.Helper()
	s := newStandIn(t)
	base := s.Commit(t, "main", repotest.Ada, "start", map[string]string{"f": someLines(20, nil), "d/g": someLines(9, nil), "h": "1\n"})
	s.Build(t,
		repotest.Commit{Branch: "topic", Parents: []forks.Hash{base}, Subject: "first", Files: map[string]string{"f": someLines(20, map[int]string{3: "topic\n"})}},
		repotest.Commit{Branch: "topic", Subject: "second", Files: map[string]string{"d/g": someLines(9, map[int]string{4: "topic\n"})}},
		repotest.Commit{Branch: "alone", Subject: "a root", Files: map[string]string{"f": someLines(20, map[int]string{9: "alone\n"}), "d/g": someLines(9, nil), "h": "1\n"}},
		repotest.Commit{Branch: "stand-ins", Parents: []forks.Hash{base}, Subject: "stand-ins", Files: map[string]string{"f": someLines(20, map[int]string{17: "stand-in\n"}), "d/g": someLines(9, map[int]string{7: "stand-in\n"})}})
	s.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": someLines(20, map[int]string{3: "main\n"}), "h": "2\n"})
	s.Git(t, "replace", "topic:f", "stand-ins:f")
	s.Git(t, "replace", "topic:d", "stand-ins:d")
	s.Git(t, "replace", "--graft", "alone", base.String())
	return s
}

func TestMergeTreeFollowsReplacements(t *testing.T) {
	t.Parallel()
	s := replaced(t)
	pairs := "main topic\ntopic main\nmain alone\nalone topic\nstand-ins topic\nmain~1 topic\n"
	with := s.same(t, pairs, "--stdin", "--messages")
	for _, env := range []string{"GIT_NO_REPLACE_OBJECTS=1", "GIT_REPLACE_REF_BASE=refs/none/"} {
		s.env = []string{env}
		without := s.same(t, pairs, "--stdin", "--messages", "--allow-unrelated-histories")
		if without.stdout == with.stdout {
			t.Errorf("%s: it makes no difference", env)
		}
	}
	s.env = nil
	s.Git(t, "config", "core.useReplaceRefs", "no")
	if off := s.same(t, pairs, "--stdin", "--messages", "--allow-unrelated-histories"); off.stdout == with.stdout {
		t.Error("core.useReplaceRefs makes no difference")
	}
	s.Git(t, "config", "--unset", "core.useReplaceRefs")
	s.Fsck(t)
}

// Objects that stand for each other in a row are followed as far as git follows them.
func TestReplacementsInARowAreFollowedAsFarAsGitFollowsThem(t *testing.T) {
	t.Parallel()
	for n := range 7 {
		s := newStandIn(t)
		base := s.Commit(t, "main", repotest.Ada, "start", map[string]string{"f": someLines(20, nil)})
		for i := range n + 1 {
			s.Build(t, repotest.Commit{Branch: fmt.Sprintf("b%d", i), Parents: []forks.Hash{base}, Subject: "a side", Files: map[string]string{"f": someLines(20, map[int]string{9: fmt.Sprintf("side %d\n", i)})}})
		}
		s.Commit(t, "main", repotest.Ada, "on", map[string]string{"f": someLines(20, map[int]string{1: "main\n"})})
		for i := range n {
			s.Git(t, "replace", fmt.Sprintf("b%d:f", i), fmt.Sprintf("b%d:f", i+1))
		}
		s.same(t, "", "main", "b0")
	}
}

func TestReplayFollowsReplacements(t *testing.T) {
	t.Parallel()
	s := replaced(t)
	for _, revs := range []string{"main..alone", "main..stand-ins"} {
		got := s.debug("", "replay", "--committer-now", "--onto", "main", revs)
		if want := cherryPicked(t, s, "main", revs); strings.TrimSpace(got.stdout) != want {
			t.Errorf("%s: %+v, want %s", revs, got, want)
		}
	}
	s.Fsck(t)
}

// The way is the one that the person's git log shows.
func TestCauseFollowsReplacements(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	start := s.Commit(t, "main", repotest.Ada, "start", map[string]string{"f": someLines(20, nil)})
	edit := s.Commit(t, "main", repotest.Ada, "edit", map[string]string{"f": someLines(20, map[int]string{3: "main\n"})})
	s.Build(t, repotest.Commit{Branch: "patch", Parents: []forks.Hash{start}, Subject: "patch", Files: map[string]string{"f": someLines(20, map[int]string{3: "patch\n"})}},
		repotest.Commit{Branch: "instead", Parents: []forks.Hash{start}, Subject: "instead", Files: map[string]string{"g": "1\n"}})
	s.Commit(t, "main", repotest.Ada, "on", map[string]string{"h": "1\n"})
	ask := func() ran {
		return s.debug("", "cause", "--repo", s.Dir, "--patch", "patch", "--from", start.String(), "--to", "main")
	}
	if got := ask(); !strings.HasPrefix(got.stdout, edit.String()+"\n") {
		t.Fatalf("%+v", got)
	}
	s.Git(t, "replace", edit.String(), "instead")
	tip := s.Tip(t, "main")
	if got := ask(); got.exit != exitConflict || !strings.HasPrefix(got.stdout, tip.String()+"\n") {
		t.Errorf("the edit is not one any more: %+v", got)
	}
}
