package repo_test

import (
	"bytes"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestAnEmptyRepositoryHasNoRefs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	refs, err := b.remote(t).List(t.Context())
	if err != nil || len(refs) != 0 {
		t.Errorf("refs %v, error %v", refs, err)
	}
	head, err := b.remote(t).Head(t.Context())
	if err != nil || head != "" {
		t.Errorf("head %q, error %v", head, err)
	}
	b.fetch(t)
}

func TestListFiltersByPrefixOfTheWholeName(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	id := b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	for _, ref := range []string{"refs/tags/v1", "refs/auxsync/state/x", "refs/other/refs/heads/main", "refs/heads/-oops"} {
		b.up.SetRef(t, ref, id)
	}
	for _, c := range []struct {
		prefixes []string
		want     []forks.Ref
	}{
		{nil, []forks.Ref{"refs/heads/main", "refs/tags/v1", "refs/auxsync/state/x", "refs/other/refs/heads/main", "refs/heads/-oops"}},
		{[]string{"refs/heads/main"}, []forks.Ref{"refs/heads/main"}},
		{[]string{"refs/heads/"}, []forks.Ref{"refs/heads/main", "refs/heads/-oops"}},
		{[]string{"refs/tags/"}, []forks.Ref{"refs/tags/v1"}},
		{[]string{"refs/heads/m", "refs/auxsync/"}, []forks.Ref{"refs/heads/main", "refs/auxsync/state/x"}},
		{[]string{"refs/none/"}, nil},
	} {
		refs, err := b.remote(t).List(t.Context(), c.prefixes...)
		if err != nil {
			t.Fatal(err)
		}
		want := map[forks.Ref]forks.Hash{}
		for _, ref := range c.want {
			want[ref] = id
		}
		if !maps.Equal(refs, want) {
			t.Errorf("%q lists %v, want %v", c.prefixes, refs, want)
		}
	}
}

func TestHeadIsTheBranchThatHEADNames(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "nixos-unstable/a", repotest.Ada, "one", map[string]string{"a": "1\n"})
	b.up.Git(t, "symbolic-ref", "HEAD", "refs/heads/nixos-unstable/a")
	head, err := b.remote(t).Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "head", head, "nixos-unstable/a")
}

func TestFetchMovesOnlyTheRefsOfItsSpecsAndPrunes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	b.up.SetRef(t, "old", one)
	b.up.SetRef(t, "refs/tags/v1", one)
	b.up.SetRef(t, "refs/auxsync/state/x", one)
	specs := []repo.FetchSpec{
		{From: "refs/heads/*", To: "refs/auxsync/up/heads/*"},
		{From: "refs/auxsync/state/x", To: "refs/auxsync/up/state/x"},
	}
	fetch := func() map[forks.Ref]forks.Hash {
		if err := b.remote(t).Fetch(t.Context(), b.cache, specs, nil); err != nil {
			t.Fatal(err)
		}
		refs, err := b.cache.Refs(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return refs
	}
	want := map[forks.Ref]forks.Hash{
		"refs/auxsync/up/heads/main": one, "refs/auxsync/up/heads/old": one, "refs/auxsync/up/state/x": one,
	}
	if got := fetch(); !maps.Equal(got, want) {
		t.Fatalf("refs %v, want %v", got, want)
	}
	// Rewound, deleted, and a directory where a branch was.
	other := b.up.Build(t, repotest.Commit{Branch: "main", Orphan: true, Subject: "again"})[0]
	b.up.SetRef(t, "old", forks.Hash{})
	b.up.SetRef(t, "old/now/a/folder", other)
	delete(want, "refs/auxsync/up/heads/old")
	want["refs/auxsync/up/heads/main"], want["refs/auxsync/up/heads/old/now/a/folder"] = other, other
	if got := fetch(); !maps.Equal(got, want) {
		t.Errorf("refs %v, want %v", got, want)
	}
	if _, err := os.Stat(filepath.Join(b.cache.Dir(), "FETCH_HEAD")); err == nil {
		t.Error("FETCH_HEAD was written")
	}
}

func TestAMissingExactRefIsNamed(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	for _, ref := range []string{"refs/heads/gone", "refs/heads/-gone", "refs/auxsync/state/caf\xc3\xa9", "refs/heads/\xff"} {
		err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{
			{From: "refs/heads/main", To: "refs/auxsync/up/main"}, {From: ref, To: "refs/auxsync/up/x"},
		}, nil)
		var missing *repo.MissingRefError
		if !errors.As(err, &missing) || missing.Ref != forks.Ref(ref) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	refs, err := b.cache.Refs(t.Context(), "")
	if err != nil || len(refs) != 0 {
		t.Errorf("refs %v, error %v", refs, err)
	}
}

func TestAFetchSpecIsTwoFullNamesOrTwoPatterns(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for _, s := range []repo.FetchSpec{
		{"main", "refs/x"}, {"refs/heads/main", "main"}, {"", "refs/x"}, {"refs/heads/main", ""},
		{"refs/heads/*", "refs/x"}, {"refs/heads/x", "refs/x/*"}, {"refs/*/*", "refs/*/*"},
		{"refs/heads/a:refs/heads/b", "refs/x"}, {"+refs/heads/a", "refs/x"}, {"^refs/heads/a", "refs/x"},
		{"refs/heads/a..b", "refs/x"}, {"refs/heads/a b", "refs/x"}, {"refs/heads/a\n", "refs/x"}, {"--upload-pack=x", "refs/x"},
	} {
		if err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{s}, nil); err == nil || errors.As(err, new(*repo.GitError)) {
			t.Errorf("%v: git was asked, or accepted it: %v", s, err)
		}
	}
}

func TestProgressIsShownLineByLine(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	var out bytes.Buffer
	err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/heads/main", To: "refs/auxsync/up/main"}}, &out)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "objects") || strings.ContainsAny(out.String(), "\r\x1b") {
		t.Errorf("progress: %q", out.String())
	}
}

// Not every way in which a remote can fail can be made for real here; these can.
func TestWhatARemoteCannotDoIsSorted(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	sha256 := filepath.Join(dir, "sha256.git")
	if out, err := exec.Command("git", "init", "-q", "--bare", "--object-format=sha256", sha256).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run := exec.Command("sh", "-c", `GIT_DIR="$1"; export GIT_DIR; t=$(git hash-object -t tree -w /dev/null); c=$(git commit-tree -m x $t); git update-ref refs/heads/main $c`, "sh", sha256)
	run.Env = repotest.Env()
	if out, err := run.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	plain := filepath.Join(dir, "plain")
	if err := os.Mkdir(plain, 0o755); err != nil {
		t.Fatal(err)
	}
	b := newBench(t)
	locked := repotest.New(t, filepath.Join(dir, "locked.git"))
	locked.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	server := repotest.Serve(t, repotest.ServeOptions{User: "x-access-token", Password: "right", RequireAuth: true}, locked.Dir)
	for _, c := range []struct {
		name   string
		access repo.Access
		kind   forks.Kind
		says   string
	}{
		{"SHA-256", repo.Access{URL: sha256, Transports: localFiles}, forks.NeedsPerson, "SHA-256"},
		{"a folder that is no repository", repo.Access{URL: plain, Transports: localFiles}, forks.NeedsPerson, "check that the URL"},
		{"no folder", repo.Access{URL: filepath.Join(dir, "none"), Transports: localFiles}, forks.NeedsPerson, "check that the URL"},
		{"nobody listens", repo.Access{URL: "http://127.0.0.1:1/x", Transports: []string{"http"}}, forks.Retry, "127.0.0.1"},
		{"no credential", repo.Access{URL: server.URL(locked.Dir), Transports: []string{"http"}}, forks.NeedsPerson, "credential"},
		{"a wrong credential", repo.Access{URL: server.URL(locked.Dir), Transports: []string{"http"},
			Secret: func() (string, error) { return "wrong", nil }}, forks.NeedsPerson, "credential"},
		{"an empty credential", repo.Access{URL: server.URL(locked.Dir), Transports: []string{"http"},
			Secret: func() (string, error) { return "\n", nil }}, forks.NeedsPerson, "credential"},
		{"not served", repo.Access{URL: server.URL("none"), Transports: []string{"http"},
			Secret: func() (string, error) { return "right", nil }}, forks.NeedsPerson, "check that the URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := remote(t, b.git, c.access)
			err := r.Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/heads/main", To: "refs/auxsync/up/main"}}, nil)
			wantKind(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("fetch says not %q: %v", c.says, err)
			}
			_, err = r.List(t.Context())
			wantKind(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("list says not %q: %v", c.says, err)
			}
		})
	}
}

func TestAFetchRefusesWhatWouldHarmACheckout(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	// fast-import refuses .git too, so the tree is made by hand.
	script := `GIT_DIR="$1"; export GIT_DIR
b=$(echo evil | git hash-object -w --stdin)
t=$(printf '100644 blob %s\t.git\n' $b | git mktree)
git update-ref refs/heads/evil $(git commit-tree -m evil $t)`
	cmd := exec.Command("sh", "-c", script, "sh", b.up.Dir)
	cmd.Env = repotest.Env()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/heads/evil", To: "refs/auxsync/up/evil"}}, nil)
	wantKind(t, err, forks.NeedsPerson)
	if !strings.Contains(err.Error(), "hasDotgit") {
		t.Errorf("git's reason is lost: %v", err)
	}
}

func TestFetchAndPushOverHTTPWithACredential(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": strings.Repeat("big\n", 1<<20)})
	fork := repotest.New(t, filepath.Join(t.TempDir(), "fork.git"))
	server := repotest.Serve(t, repotest.ServeOptions{User: "x-access-token", Password: "canary-4711", RequireAuth: true}, b.up.Dir, fork.Dir)
	access := repo.Access{Transports: []string{"http"}, Secret: func() (string, error) { return "canary-4711\n", nil }}
	access.URL = server.URL(b.up.Dir)
	fetchAll(t, remote(t, b.git, access), b.cache)
	access.URL = server.URL(fork.Dir)
	err := remote(t, b.git, access).Push(t.Context(), b.cache, []forks.RefUpdate{{Ref: "refs/heads/main", New: one}})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "the fork's tip", fork.Tip(t, "main"), one)
	for _, r := range server.Requests() {
		if r.Status != 200 || r.Authorization == "" {
			t.Errorf("%s %s went without the credential", r.Method, r.Path)
		}
	}
}
