package repo_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestTagsAreFollowedToTheirCommits(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	b.up.Git(t, "tag", "v1", one.String())
	b.up.Git(t, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "tag", "-a", "-m", "two", "v2", one.String())
	b.up.Git(t, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "tag", "-a", "-m", "of a tag", "v3", "v2")
	b.up.Git(t, "tag", "a-tree", strings.TrimSpace(b.up.Git(t, "rev-parse", one.String()+"^{tree}")))
	b.up.Git(t, "tag", "other", one.String())
	err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/tags/*", To: "refs/auxsync/f/tags/*"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := b.cache.Commits(t.Context(), "refs/auxsync/f/tags/")
	want := map[forks.Ref]forks.Hash{}
	for _, name := range []string{"v1", "v2", "v3", "other"} {
		want[forks.Ref("refs/auxsync/f/tags/"+name)] = one
	}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("have %v, %v; want %v", got, err, want)
	}
	if got, err := b.cache.Commits(t.Context(), "refs/nothing/"); err != nil || len(got) != 0 {
		t.Errorf("have %v, %v", got, err)
	}
}
