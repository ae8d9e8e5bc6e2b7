package repo_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// pushBench is a fork at one, with two more commits in the cache.
type pushBench struct {
	*bench
	fork                 *repotest.Repo
	to                   *repo.Remote
	one, two, three, odd forks.Hash
}

func newPushBench(t *testing.T) *pushBench {
	t.Helper()
	b := &pushBench{bench: newBench(t)}
	b.one = b.up.Commit(t, "main", repotest.Ada, "one", map[string]string{"a": "1\n"})
	b.fork = b.up.Fork(t, filepath.Join(t.TempDir(), "fork.git"))
	b.two = b.up.Commit(t, "main", repotest.Ada, "two", map[string]string{"a": "2\n"})
	b.three = b.up.Commit(t, "main", repotest.Ada, "three", map[string]string{"a": "3\n"})
	b.odd = b.up.Build(t, repotest.Commit{Branch: "odd", Orphan: true, Subject: "odd"})[0]
	b.fetch(t)
	b.to = remote(t, b.git, repo.Access{URL: b.fork.Dir, Transports: localFiles})
	return b
}

func (b *pushBench) push(t *testing.T, updates ...forks.RefUpdate) error {
	t.Helper()
	return b.to.Push(t.Context(), b.cache, updates)
}

func TestPushMovesMakesAndRemovesRefs(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	b.fork.SetRef(t, "done", b.one)
	b.fork.Git(t, "fetch", "--quiet", b.up.Dir, "refs/heads/main:refs/heads/rewound")
	err := b.push(t,
		forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.three},
		forks.RefUpdate{Ref: "refs/auxsync/state/aux", New: b.odd},
		forks.RefUpdate{Ref: "refs/heads/done", Old: b.one},
		forks.RefUpdate{Ref: "refs/heads/rewound", Old: b.three, New: b.odd})
	if err != nil {
		t.Fatal(err)
	}
	refs := b.fork.Refs(t)
	wantSame(t, "main", refs["refs/heads/main"], b.three)
	wantSame(t, "state", refs["refs/auxsync/state/aux"], b.odd)
	wantSame(t, "done", refs["refs/heads/done"], forks.Hash{})
	wantSame(t, "rewound", refs["refs/heads/rewound"], b.odd)
}

func TestALostLeaseMovesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		of   func(b *pushBench) forks.RefUpdate
	}{
		{"a stale id", func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/main", Old: b.two, New: b.three}
		}},
		{"a ref that should not exist", func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/main", New: b.three}
		}},
		{"a ref that should exist", func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/gone", Old: b.one, New: b.three}
		}},
		{"a deletion with a stale id", func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/main", Old: b.two}
		}},
		{"a deletion of what is gone", func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/gone", Old: b.one}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newPushBench(t)
			lost := c.of(b)
			err := b.push(t, forks.RefUpdate{Ref: "refs/auxsync/archive/aux/1", New: b.two}, lost,
				forks.RefUpdate{Ref: "refs/auxsync/state/aux", New: b.odd})
			wantKind(t, err, forks.Retry)
			var lease *repo.LeaseError
			if !errors.As(err, &lease) || lease.Ref != lost.Ref {
				t.Errorf("no LeaseError for %s: %v", lost.Ref, err)
			}
			refs := b.fork.Refs(t)
			if len(refs) != 1 || refs["refs/heads/main"] != b.one {
				t.Errorf("something moved: %v", refs)
			}
		})
	}
}

func TestALeaseIsNotCheckedForARefThatIsAlreadyThere(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	// Somebody else put main where we want it: git calls that up to date.
	if err := b.push(t, forks.RefUpdate{Ref: "refs/heads/main", Old: b.two, New: b.one}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "main", b.fork.Tip(t, "main"), b.one)
}

func TestAReadOnlyRemoteIsNeverPushedTo(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	path, record := wrapGit(t, "")
	g := newGitWith(t, repo.Options{Path: path})
	b.to = remote(t, g, repo.Access{URL: b.fork.Dir, Transports: localFiles, ReadOnly: true})
	if err := b.push(t, forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.two}); err == nil {
		t.Error("the push was made")
	}
	for _, args := range recordedRuns(t, record) {
		if args[0] == "push" {
			t.Errorf("git was asked: %q", args)
		}
	}
}

func TestEveryPushIsAtomicLeasedAndWithoutForce(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	path, record := wrapGit(t, "")
	b.to = remote(t, newGitWith(t, repo.Options{Path: path}), repo.Access{URL: b.fork.Dir, Transports: localFiles})
	b.fork.SetRef(t, "done", b.one)
	if err := b.push(t,
		forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.odd},
		forks.RefUpdate{Ref: "refs/heads/done", Old: b.one},
		forks.RefUpdate{Ref: "refs/heads/-new", New: b.two}); err != nil {
		t.Fatal(err)
	}
	pushes := 0
	for _, args := range recordedRuns(t, record) {
		if args[0] != "push" {
			continue
		}
		pushes++
		checkPush(t, args, map[string]string{
			"refs/heads/main": b.one.String(), "refs/heads/done": b.one.String(), "refs/heads/-new": "",
		})
	}
	wantSame(t, "number of pushes", pushes, 1)
}

func checkPush(t *testing.T, args []string, leases map[string]string) {
	t.Helper()
	options, rest, found := strings.Cut(strings.Join(args, "\x00"), "\x00--\x00")
	if !found {
		t.Fatalf("no -- in %q", args)
	}
	if !strings.Contains(options, "\x00--atomic\x00") {
		t.Errorf("not atomic: %q", args)
	}
	given := map[string]string{}
	for option := range strings.SplitSeq(options, "\x00") {
		switch lease, isLease := strings.CutPrefix(option, "--force-with-lease="); {
		case isLease:
			ref, old, _ := strings.Cut(lease, ":")
			given[ref] = old
		case strings.HasPrefix(option, "--force"), strings.HasPrefix(option, "-f"), strings.HasPrefix(option, "+"):
			t.Errorf("force: %q", args)
		}
	}
	for _, spec := range strings.Split(rest, "\x00")[1:] {
		_, ref, ok := strings.Cut(spec, ":")
		if !ok || strings.HasPrefix(spec, "+") {
			t.Errorf("refspec %q", spec)
		}
		if old, ok := given[ref]; !ok || old != leases[ref] {
			t.Errorf("%s goes with the lease %q, want %q", ref, old, leases[ref])
		}
	}
}

func TestHostileRefNamesNeverReachGit(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	for _, name := range []string{
		"", "main", "--force", "-f", "+refs/heads/x", "refs/heads/x:refs/heads/y", "refs/heads/*", "refs/heads/a..b", "refs/heads/a b",
		"refs/heads/a\nb", "refs/heads/.a", "refs/heads/a.lock", "refs/heads/a@{1}", "refs/heads/", "refs/heads//a", "^refs/heads/a", "refs/heads/a\x7f",
	} {
		err := b.push(t, forks.RefUpdate{Ref: forks.Ref(name), New: b.two})
		if err == nil || errors.As(err, new(*repo.GitError)) {
			t.Errorf("%q: git was asked, or accepted it: %v", name, err)
		}
	}
	for _, updates := range [][]forks.RefUpdate{
		{{Ref: "refs/heads/x", New: b.two}, {Ref: "refs/heads/x", New: b.one}},
		{{Ref: "refs/heads/x"}},
	} {
		if err := b.push(t, updates...); err == nil {
			t.Errorf("%v was pushed", updates)
		}
	}
}

func TestWhatARemoteRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		set    func(t *testing.T, b *pushBench)
		push   func(b *pushBench) forks.RefUpdate
		reason string
		says   string
	}{
		{"a hook", func(t *testing.T, b *pushBench) {
			b.fork.Hook(t, "pre-receive", `printf 'not on a \033[31mSunday\n' >&2; exit 1`)
		}, nil, "hook declined", `not on a \u001b[31mSunday`},
		{"a protected branch", func(t *testing.T, b *pushBench) {
			b.fork.Hook(t, "pre-receive", `echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2; exit 1`)
		}, nil, "protected branch", "GH006"},
		{"workflows", func(t *testing.T, b *pushBench) {
			b.fork.Hook(t, "update", "echo 'refusing to allow a GitHub App to create or update workflow `.github/workflows/x.yml` without `workflows` permission' >&2; exit 1")
		}, nil, "workflows permission", "workflows"},
		{"repository rules", func(t *testing.T, b *pushBench) {
			b.fork.Hook(t, "pre-receive", `echo 'error: GH013: Repository rule violations found for refs/heads/main.' >&2; exit 1`)
		}, nil, "rules", "GH013"},
		{"a rewind", func(t *testing.T, b *pushBench) {
			b.fork.Git(t, "config", "receive.denyNonFastForwards", "true")
		}, func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.odd}
		}, "non-fast-forward denied", "merging"},
		{"a deletion", func(t *testing.T, b *pushBench) {
			b.fork.Git(t, "config", "receive.denyDeletes", "true")
		}, func(b *pushBench) forks.RefUpdate {
			return forks.RefUpdate{Ref: "refs/heads/main", Old: b.one}
		}, "deletion denied", "deletion"},
		{"no atomic push", func(t *testing.T, b *pushBench) {
			b.fork.Git(t, "config", "receive.advertiseAtomic", "false")
		}, nil, "no atomic push", "atomic"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newPushBench(t)
			c.set(t, b)
			update := forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.two}
			if c.push != nil {
				update = c.push(b)
			}
			err := b.push(t, forks.RefUpdate{Ref: "refs/auxsync/state/aux", New: b.odd}, update)
			wantKind(t, err, forks.NeedsPerson)
			var refused *repo.RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("no RefusedError: %v", err)
			}
			wantSame(t, "reason", refused.Reason, c.reason)
			if !strings.Contains(err.Error(), c.says) {
				t.Errorf("the message has not %q: %v", c.says, err)
			}
			if refs := b.fork.Refs(t); len(refs) != 1 || refs["refs/heads/main"] != b.one {
				t.Errorf("something moved: %v", refs)
			}
		})
	}
}

func TestWhoIsQuickerBetweenLookAndLockIsALease(t *testing.T) {
	t.Parallel()
	b := newPushBench(t)
	// The hook runs after the lease was looked at and before the ref is locked.
	b.fork.Git(t, "fetch", "--quiet", b.up.Dir, "refs/heads/main:refs/keep/main")
	b.fork.Hook(t, "pre-receive", "unset GIT_QUARANTINE_PATH; git update-ref refs/heads/main "+b.two.String())
	err := b.push(t, forks.RefUpdate{Ref: "refs/heads/main", Old: b.one, New: b.three})
	wantKind(t, err, forks.Retry)
	if !errors.As(err, new(*repo.LeaseError)) {
		t.Errorf("no LeaseError: %v", err)
	}
	wantSame(t, "main", b.fork.Tip(t, "main"), b.two)
}

func TestPushNothingAsksNobody(t *testing.T) {
	t.Parallel()
	r := remote(t, newGit(t), repo.Access{URL: "http://127.0.0.1:1/x", Transports: []string{"http"}})
	if err := r.Push(t.Context(), nil, nil); err != nil {
		t.Error(err)
	}
}
