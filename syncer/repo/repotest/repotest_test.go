package repotest_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func build(t *testing.T) *repotest.Repo {
	t.Helper()
	r := repotest.New(t, filepath.Join(t.TempDir(), "r.git"))
	one := r.Commit(t, "main", repotest.Ada, "one\n\nwith a body", map[string]string{
		"a": "1\n", "run": repotest.Executable("x"), "link": repotest.Symlink("a"), "-\n\"\xff": "odd", "d/x": "x", "empty": "",
		"sub": repotest.Submodule(forks.Hash{1}),
	})
	r.SetRef(t, "side", one)
	ids := r.Build(t,
		repotest.Commit{Branch: "main", Author: repotest.Grace, Subject: "two", Files: map[string]string{"d": "a file now", "a": repotest.Delete}},
		repotest.Commit{Branch: "side", Subject: "three", Files: map[string]string{"run": repotest.Executable("y")}},
		repotest.Commit{Branch: "main", Subject: "four", Files: map[string]string{"z": "z"}},
		repotest.Commit{Branch: "main", Subject: "anew", Orphan: true, Files: map[string]string{"z": "z"}})
	r.SetRef(t, "main", ids[2])
	r.Merge(t, "main", repotest.Alan, "merge", ids[1], nil)
	r.Fsck(t)
	return r
}

func TestTheSameCallsGiveTheSameIDs(t *testing.T) {
	t.Parallel()
	one, two := build(t), build(t)
	if one.Tip(t, "main") != two.Tip(t, "main") {
		t.Errorf("%s and %s", one.Tip(t, "main"), two.Tip(t, "main"))
	}
}

func TestWhatWasBuilt(t *testing.T) {
	t.Parallel()
	r := build(t)
	log := r.Git(t, "log", "--format=%an %ad %s", "--date=iso-strict", "--topo-order", "main")
	want := "Alan Turing 2024-01-01T12:05:00+00:00 merge\n" +
		"Ada Lovelace 2024-01-01T12:02:00+00:00 three\n" +
		"Ada Lovelace 2024-01-01T12:03:00+00:00 four\n" +
		"Grace Hopper 2024-01-01T12:01:00+00:00 two\n" +
		"Ada Lovelace 2024-01-01T12:00:00+00:00 one\n"
	if log != want {
		t.Errorf("log:\n%swant:\n%s", log, want)
	}
	tree := r.Git(t, "ls-tree", "-r", "-z", "main")
	for _, part := range []string{"100755 blob", "120000 blob", "160000 commit 01", "\t-\n\"\xff\x00", "\td\x00", "\tempty\x00"} {
		if !strings.Contains(tree, part) {
			t.Errorf("the tree has not %q:\n%q", part, tree)
		}
	}
	if _, ok := r.File(t, "main", "a"); ok {
		t.Error("a was not removed")
	}
	if run, _ := r.File(t, "main", "run"); run != "y" {
		t.Errorf("the merge has run %q", run)
	}
}

func TestAForkHasTheSameRefs(t *testing.T) {
	t.Parallel()
	r := build(t)
	fork := r.Fork(t, filepath.Join(t.TempDir(), "fork.git"))
	if fork.Tip(t, "main") != r.Tip(t, "main") || len(fork.Refs(t)) != len(r.Refs(t)) {
		t.Errorf("%v, want %v", fork.Refs(t), r.Refs(t))
	}
}

func TestTheServerAsksForTheToken(t *testing.T) {
	t.Parallel()
	r := build(t)
	s := repotest.Serve(t, repotest.ServeOptions{User: "u", Password: "p", RequireAuth: true}, r.Dir)
	for password, want := range map[string]int{"p": http.StatusOK, "q": http.StatusUnauthorized} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL(r.Dir)+"/info/refs?service=git-upload-pack", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("u", password)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("password %q: %d, want %d", password, res.StatusCode, want)
		}
	}
	if n := len(s.Requests()); n != 2 {
		t.Errorf("%d requests in the log", n)
	}
}
