package branches_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/branches"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

const id forks.ProposalID = "c0123456789"

const (
	onto = "refs/heads/auxsync/aux/onto/c0123456789"
	fix  = "refs/heads/auxsync/aux/fix/c0123456789"
)

// pair pushes the branches of a proposal, and returns what the forge shows.
func (w *world) pair() forks.Pull {
	w.t.Helper()
	base := w.fork.Commit(w.t, onto, repotest.Ada, "cause", map[string]string{"a": "1\n"})
	w.fork.SetRef(w.t, fix, base)
	w.fork.Commit(w.t, fix, repotest.Ada, "patch", map[string]string{"a": "2\n"})
	return w.see(base)
}

// see looks at the proposal, whose onto was pushed as given.
func (w *world) see(pushed forks.Hash) forks.Pull {
	w.t.Helper()
	seen, err := w.forge.Look(w.t.Context(), forks.PullQuestion{Pulls: []forks.KnownPull{{Track: "aux", ID: id, Onto: pushed}}})
	if err != nil {
		w.t.Fatal(err)
	}
	return seen.Pulls[id]
}

func (w *world) end(p forks.Pull, merge bool) error {
	return w.forge.End(w.t.Context(), 1, p, forks.Ending{Merge: merge, Head: p.Head})
}

func isRefused(err error) bool {
	return errors.As(err, new(*forks.ForgeRefusedError)) && !errors.As(err, new(*forks.UnknownOutcomeError))
}

func TestNoForgeForWhatCouldBeAnUpstream(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ fork, upstream, want string }{
		{"https://example.org/a/b.git", "ssh://git@EXAMPLE.org/a/b", "has the address of its upstream"},
		{"git@example.org:a/b", "https://example.org:443/A/b.git/", "has the address of its upstream"},
		{"", "https://example.org/a/b", "the address of the fork is empty"},
		{"https://example.org/a/b", "../b", "the address of the upstream is neither"},
		{"https://example.org/a/b", "https://ada:canary@example.org/a/c", "the address of the upstream "},
	} {
		_, err := branches.New(branches.Config{Fork: c.fork, Upstream: c.upstream})
		if err == nil || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s of %s: %v; want %q", c.fork, c.upstream, err, c.want)
		}
	}
	if _, err := branches.New(branches.Config{Fork: "https://example.org/a/b", Upstream: "https://example.org/b/b"}); err != nil {
		t.Error(err)
	}
}

func TestWhatTwoBranchesTell(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	base := w.pair().Base
	head := w.fork.Tip(t, fix)
	squash := w.fork.Build(t, repotest.Commit{Branch: "squash", Parents: []forks.Hash{base}, Tree: w.fork.Tree(t, head), Subject: "squash"})[0]
	none := forks.Hash{}
	for _, c := range []struct {
		name              string
		onto, fix, pushed forks.Hash
		want              forks.PullState
	}{
		{"both are there", base, head, base, forks.PullOpen},
		{"both are there, and it is not known how onto was pushed", base, head, none, forks.PullOpen},
		{"onto is at fix", head, head, base, forks.PullMerged},
		{"onto is at fix, and it is not known how it was pushed", head, head, none, forks.PullMerged},
		{"onto has moved", squash, head, base, forks.PullMerged},
		{"onto has moved, and fix is gone", squash, none, base, forks.PullMerged},
		{"onto has moved, and it is not known from where", squash, head, none, forks.PullOpen},
		{"fix is gone", base, none, base, forks.PullClosed},
		{"onto is gone", none, head, base, forks.PullClosed},
		{"neither is there", none, none, base, ""},
	} {
		w.fork.SetRef(t, onto, c.onto)
		w.fork.SetRef(t, fix, c.fix)
		p := w.see(c.pushed)
		if p.State != c.want || p.Head != c.fix || p.Base != c.onto {
			t.Errorf("%s: %+v, want %q", c.name, p, c.want)
		}
	}
}

func TestOnlyHelperBranchesArePushedEachWithItsLease(t *testing.T) {
	t.Parallel()
	for _, merge := range []bool{true, false} {
		w := newWorld(t)
		p := w.pair()
		if err := w.end(p, merge); err != nil {
			t.Fatal(err)
		}
		want := []forks.RefUpdate{{Ref: forks.Ref(fix), Old: p.Head}}
		if merge {
			want = []forks.RefUpdate{{Ref: forks.Ref(onto), Old: p.Base, New: p.Head}, {Ref: forks.Ref(fix), Old: p.Head, New: p.Head}}
		}
		if len(w.remote.pushed) != 1 || !slices.Equal(w.remote.pushed[0], want) {
			t.Errorf("merge %t: pushed %v, want %v", merge, w.remote.pushed, want)
		}
	}
}

func TestAPersonWhoIsQuickerThanAPushKeepsIt(t *testing.T) {
	t.Parallel()
	for _, merge := range []bool{true, false} {
		for _, branch := range []string{onto, fix} {
			if !merge && branch == onto {
				continue // closing only deletes fix
			}
			w := newWorld(t)
			p := w.pair()
			var pushed forks.Hash
			w.remote.between = func() {
				pushed = w.fork.Commit(t, branch, repotest.Grace, "quicker", map[string]string{"a": "3\n"})
			}
			if err := w.end(p, merge); !isRefused(err) {
				t.Errorf("merge %t, %s moved: %v; want it refused", merge, branch, err)
			}
			now := w.fork.Refs(t)
			if now[forks.Ref(branch)] != pushed || merge && branch == fix && now[forks.Ref(onto)] != p.Base {
				t.Errorf("merge %t, %s moved: %v", merge, branch, now)
			}
		}
	}
}

func TestARefusalSaysWhereABranchIsNow(t *testing.T) {
	t.Parallel()
	for _, merge := range []bool{true, false} {
		for _, branch := range []string{onto, fix} {
			if merge && branch == onto {
				continue // then it is merged already
			}
			w := newWorld(t)
			p := w.pair()
			was := w.fork.Tip(t, branch)
			now := w.fork.Commit(t, branch, repotest.Grace, "more", map[string]string{"a": "3\n"})
			err := w.end(p, merge)
			if want := fmt.Sprintf("%s was pushed to: it is at %s, not at %s", branch, now, was); !isRefused(err) || !strings.Contains(err.Error(), want) {
				t.Errorf("merge %t: %v; want %q", merge, err, want)
			}
			if len(w.remote.pushed) != 0 {
				t.Errorf("merge %t: pushed %v", merge, w.remote.pushed)
			}
		}
	}
}

func TestAMergeThatIsNoFastForwardIsForAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pair()
	w.fork.Build(t, repotest.Commit{Branch: fix, Orphan: true, Subject: "rewritten", Files: map[string]string{"a": "2\n"}})
	p = w.see(p.Base)
	err := w.end(p, true)
	if !isRefused(err) || !strings.Contains(err.Error(), "a person has to merge it") {
		t.Errorf("%v", err)
	}
	if tip := w.fork.Tip(t, onto); tip != p.Base {
		t.Errorf("onto is at %s", tip)
	}
}

func TestWhatAPersonMergedIsSeenWithoutKnowingHowItWasPushed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pair()
	merged := w.fork.Merge(t, onto, repotest.Grace, "merge", p.Head, nil)
	if err := w.end(w.see(forks.Hash{}), true); err != nil {
		t.Error(err)
	}
	if tip := w.fork.Tip(t, onto); tip != merged {
		t.Errorf("onto is at %s", tip)
	}
}

func TestWhatIsSeenAsMergedIsNotClosed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pair()
	if err := w.end(p, true); err != nil {
		t.Fatal(err)
	}
	if err := w.end(w.see(p.Base), false); !isRefused(err) || !strings.Contains(err.Error(), "it was merged") {
		t.Errorf("%v; want it refused", err)
	}
	if tip := w.fork.Tip(t, fix); tip != p.Head {
		t.Errorf("fix is at %s", tip)
	}
}

func TestARuleOfTheRemoteNeedsAPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pair()
	w.fork.Hook(t, "pre-receive", "echo 'frozen until Monday'; exit 1")
	err := w.end(p, true)
	if forks.KindOf(err) != forks.NeedsPerson || isRefused(err) || errors.As(err, new(*forks.UnknownOutcomeError)) {
		t.Errorf("%v; want that it needs a person", err)
	}
	if !strings.Contains(err.Error(), "merge "+string(id)+" of aux: ") || !strings.Contains(err.Error(), "frozen until Monday") {
		t.Errorf("it does not say what happened to which: %v", err)
	}
}

func TestAForkThatCannotBeReachedIsNoRefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.pair()
	w.fork.Git(t, "config", "core.repositoryFormatVersion", "99")
	_, look := w.forge.Look(t.Context(), forks.PullQuestion{Pulls: []forks.KnownPull{{Track: "aux", ID: id}}})
	_, open := w.forge.Open(t.Context(), 1, forks.Opening{Track: "aux", ID: id})
	for what, err := range map[string]error{"look": look, "open": open, "merge": w.end(p, true), "close": w.end(p, false)} {
		if err == nil || isRefused(err) || errors.As(err, new(*forks.UnknownOutcomeError)) {
			t.Errorf("%s: %v; want the error of the listing", what, err)
		}
	}
}
