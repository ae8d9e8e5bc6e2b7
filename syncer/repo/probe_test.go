package repo_test

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestAProbeTriesEveryRightAndLeavesNothing(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	path, record := wrapGit(t, "")
	to := remote(t, newGitWith(t, repo.Options{Path: path}), repo.Access{URL: b.fork.Dir, Transports: localFiles})
	before := b.fork.Refs(t)
	for _, rewind := range []bool{false, true} {
		if err := to.Probe(t.Context(), rewind); err != nil {
			t.Errorf("rewind %v: %v", rewind, err)
		}
	}
	if after := b.fork.Refs(t); len(after) != len(before) {
		t.Errorf("the fork has %v", after)
	}
	pushes := 0
	for _, args := range recordedRuns(t, record) {
		if args[0] != "push" {
			continue
		}
		pushes++
		refs := 0
		for _, a := range args[slices.Index(args, "--")+2:] {
			_, ref, _ := strings.Cut(a, ":")
			wantSame(t, "leases of "+ref, strings.Count(strings.Join(args, " "), "--force-with-lease="+ref+":"), 1)
			if !strings.HasPrefix(ref, "refs/auxsync/probe/") && !strings.HasPrefix(ref, "refs/heads/auxsync/probe.") {
				t.Errorf("a probe touches %s", ref)
			}
			refs++
		}
		if refs == 0 {
			t.Errorf("nothing is pushed: %q", args)
		}
		for _, a := range args {
			if strings.HasPrefix(a, "+") || a == "--force" || a == "-f" {
				t.Errorf("force: %q", args)
			}
		}
		if !strings.Contains(strings.Join(args, " "), " --atomic ") {
			t.Errorf("not atomic: %q", args)
		}
	}
	wantSame(t, "pushes", pushes, 5)
}

func TestAProbeSaysWhichRightIsMissing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		right repo.Right
		set   func(t *testing.T, b *pushBench)
		left  int
	}{
		{repo.RightPush, func(t *testing.T, b *pushBench) { b.fork.Hook(t, "pre-receive", "echo no >&2; exit 1") }, 0},
		{repo.RightRewind, func(t *testing.T, b *pushBench) { b.fork.Git(t, "config", "receive.denyNonFastForwards", "true") }, 0},
		{repo.RightDelete, func(t *testing.T, b *pushBench) { b.fork.Git(t, "config", "receive.denyDeletes", "true") }, 2},
	} {
		t.Run(string(c.right), func(t *testing.T) {
			t.Parallel()
			b := newPushBench(t)
			before := len(b.fork.Refs(t))
			c.set(t, b)
			err := b.to.Probe(t.Context(), true)
			wantKind(t, err, forks.NeedsPerson)
			var missing *repo.RightError
			if !errors.As(err, &missing) || missing.Right != c.right {
				t.Errorf("no RightError for %s: %v", c.right, err)
			}
			if c.left > 0 && !strings.Contains(err.Error(), "refs/auxsync/probe/") {
				t.Errorf("what is left there is not named: %v", err)
			}
			wantSame(t, "refs left", len(b.fork.Refs(t))-before, c.left)
			if c.right == repo.RightRewind {
				if err := b.to.Probe(t.Context(), false); err != nil {
					t.Errorf("without a rewind: %v", err)
				}
			}
		})
	}
}

func TestAProbeOfARemoteThatCannotBeReadOrIsAnUpstream(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	err := remote(t, b.git, repo.Access{URL: filepath.Join(t.TempDir(), "none"), Transports: localFiles}).Probe(t.Context(), false)
	wantKind(t, err, forks.NeedsPerson)
	var missing *repo.RightError
	if !errors.As(err, &missing) || missing.Right != repo.RightFetch {
		t.Errorf("no RightError: %v", err)
	}
	up := remote(t, b.git, repo.Access{URL: b.up.Dir, Transports: localFiles, ReadOnly: true})
	if err := up.Probe(t.Context(), false); err == nil || errors.As(err, &missing) && missing.Right != repo.RightFetch {
		t.Errorf("an upstream was pushed to: %v", err)
	}
}

func TestAProbeThatIsInterruptedCleansUp(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	ctx, cancel := context.WithCancel(t.Context())
	server := repotest.Serve(t, repotest.ServeOptions{Around: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			interrupt := r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "git-receive-pack") && ctx.Err() == nil
			next.ServeHTTP(w, r)
			if interrupt {
				cancel() // the ref is made, and the client has not heard of it
				reset(w)
			}
		})
	}}, b.fork.Dir)
	before := len(b.fork.Refs(t))
	err := remote(t, b.git, repo.Access{URL: server.URL(b.fork.Dir), Transports: []string{"http"}}).Probe(ctx, true)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended in %v", err)
	}
	wantSame(t, "refs left", len(b.fork.Refs(t))-before, 0)
}

func TestAShallowFetchBringsOneCommitAndOnlyToAScratch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	two := b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "2\n"})
	b.up.SetRef(t, "refs/auxsync/state/aux", two)
	server := repotest.Serve(t, repotest.ServeOptions{}, b.up.Dir)
	r := remote(t, b.git, repo.Access{URL: server.URL(b.up.Dir), Transports: []string{"http"}})
	specs := []repo.FetchSpec{{From: "refs/auxsync/state/*", To: "refs/auxsync/x/state/*"}}
	if err := r.FetchShallow(t.Context(), b.cache, specs); err == nil || !strings.Contains(err.Error(), "not a scratch") {
		t.Errorf("a cache was made shallow: %v", err)
	}
	scratch, err := b.git.Scratch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	for range 2 {
		if err := r.FetchShallow(t.Context(), scratch, specs); err != nil {
			t.Fatal(err)
		}
	}
	q := quarantine(t, scratch)
	_, data, err := q.Object(two)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := forks.ParseHash(string(data[5:45]))
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "content", read(t, q, tree, "a"), "2\n")
	if _, _, err := q.Object(one); !errors.Is(err, repo.ErrMissing) {
		t.Errorf("the ancestor came too: %v", err)
	}
	missing := []repo.FetchSpec{{From: "refs/auxsync/state/none", To: "refs/x"}}
	if err := r.FetchShallow(t.Context(), scratch, missing); !errors.As(err, new(*repo.MissingRefError)) {
		t.Errorf("no MissingRefError: %v", err)
	}
}
