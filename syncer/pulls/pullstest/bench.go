package pullstest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// track is whose proposals the cases are about, and one, two and three are proposals.
const (
	track = "aux-main"

	one   forks.ProposalID = "c0123456789"
	two   forks.ProposalID = "cabcdef0123"
	three forks.ProposalID = "c0246813579"
)

// hello is the file that the pairs conflict in, with a line of ours and theirs.
const hello = "pkgs/hello.nix"

// check is one case.
type check = func(b *bench)

// bench is one case under way.
type bench struct {
	Fixture
	t      *testing.T
	ctx    context.Context
	pushed map[forks.ProposalID]forks.Pair
	before map[forks.Ref]forks.Hash // of upstream
	intent int64
}

// newBench gives fork and upstream the same main.
func newBench(t *testing.T, f Fixture) *bench {
	t.Helper()
	b := &bench{Fixture: f, t: t, ctx: t.Context(), pushed: map[forks.ProposalID]forks.Pair{}}
	for _, r := range []*repotest.Repo{f.Upstream, f.Fork} {
		r.Commit(t, "main", repotest.Ada, "first commit", map[string]string{hello: "a\nb\nc\n", "README": "a package set\n"})
	}
	b.before = f.Upstream.Refs(t)
	return b
}

// leftUpstreamAlone holds for every case.
func (b *bench) leftUpstreamAlone() {
	b.t.Helper()
	if now := b.Upstream.Refs(b.t); !maps.Equal(now, b.before) {
		b.t.Errorf("upstream has %v, had %v", now, b.before)
	}
	if b.Pages != nil {
		want(b.t, "pages of upstream", b.Pages.Count().Upstream, 0)
	}
}

// next is the id of another intent.
func (b *bench) next() int64 {
	b.intent++
	return b.intent
}

// pair pushes a proposal's two branches.
func (b *bench) pair(id forks.ProposalID) forks.Pair {
	b.t.Helper()
	onto, fix := string(forks.OntoRef(track, id)), string(forks.FixRef(track, id))
	main := b.Fork.Tip(b.t, "main")
	p := forks.Pair{Onto: b.Fork.Build(b.t, repotest.Commit{Branch: onto, Parents: []forks.Hash{main}, Subject: "cause of " + string(id),
		Files: map[string]string{hello: "a\ntheirs of " + string(id) + "\nc\n"}})[0]}
	p.Fix = b.Fork.Build(b.t, repotest.Commit{Branch: fix, Parents: []forks.Hash{p.Onto}, Subject: "patch of " + string(id),
		Files: map[string]string{hello: "a\nours\ntheirs\nc\n", "AUXSYNC-CONFLICT.md": "settle it\n"}})[0]
	b.pushed[id] = p
	return p
}

// push is a person's commit on a proposal's fix branch, which settles the conflict.
func (b *bench) push(id forks.ProposalID) forks.Hash {
	b.t.Helper()
	return b.Fork.Commit(b.t, string(forks.FixRef(track, id)), repotest.Grace, "settle it",
		map[string]string{hello: "a\nours\nc\n", "AUXSYNC-CONFLICT.md": repotest.Delete})
}

// title and body are what a proposal's pull request is opened with.
func title(id forks.ProposalID) string { return `[aux-main] hello: "use the Aux mirror" ` + string(id) }
func body(id forks.ProposalID) string {
	return "Only a helper branch.\n\n<!-- auxsync:begin -->\nsettle `" + string(id) + "`\n<!-- auxsync:end -->\n"
}

// open calls Open for a proposal.
func (b *bench) open(id forks.ProposalID) (forks.Pull, error) {
	return b.Forge.Open(b.ctx, b.next(), forks.Opening{Track: track, ID: id, Title: title(id), Body: body(id)})
}

// opened is a proposal's pull request, from the pair of branches on.
func (b *bench) opened(id forks.ProposalID) forks.Pull {
	b.t.Helper()
	b.pair(id)
	if _, err := b.open(id); err != nil {
		b.t.Fatalf("open: %v", err)
	}
	return b.found(id)
}

// mergeable is a pull request that a merge would not be refused for.
func (b *bench) mergeable(id forks.ProposalID) forks.Pull {
	b.t.Helper()
	p := b.opened(id)
	if b.Pages == nil {
		return p
	}
	b.do("stage", b.Forge.Stage(b.ctx, b.next(), p, true))
	return b.found(id)
}

// known is how a proposal is looked for by its branches.
func (b *bench) known(id forks.ProposalID) forks.KnownPull {
	return forks.KnownPull{Track: track, ID: id, Onto: b.pushed[id].Onto}
}

// look asks for proposals.
func (b *bench) look(known ...forks.KnownPull) forks.SeenPulls {
	b.t.Helper()
	seen, err := b.Forge.Look(b.ctx, forks.PullQuestion{Pulls: known})
	if err != nil {
		b.t.Fatalf("look: %v", err)
	}
	if seen.Dashboard != nil {
		b.t.Error("a dashboard was found that was not asked for")
	}
	return seen
}

// found is a proposal's pull request as a look by its branches shows it.
func (b *bench) found(id forks.ProposalID) forks.Pull {
	b.t.Helper()
	p, ok := b.look(b.known(id)).Pulls[id]
	if !ok {
		b.t.Fatalf("%s was not found", id)
	}
	want(b.t, "id", p.ID, id)
	want(b.t, "track", p.Track, track)
	return p
}

// absent fails if a look for proposals finds any.
func (b *bench) absent(known ...forks.KnownPull) {
	b.t.Helper()
	if seen := b.look(known...); len(seen.Pulls) > 0 {
		b.t.Errorf("found %+v", seen.Pulls)
	}
}

// do fails the case if an effect did not succeed.
func (b *bench) do(what string, err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatalf("%s: %v", what, err)
	}
}

// refused fails unless an effect was refused, as it would be again.
func (b *bench) refused(what string, err error) {
	b.t.Helper()
	if !isRefused(err) {
		b.t.Errorf("%s: %v; want it refused", what, err)
	}
}

// notYet fails unless an effect was refused, or is to be tried later.
func (b *bench) notYet(what string, err error) {
	b.t.Helper()
	if !isRefused(err) && (isUnknown(err) || forks.KindOf(err) != forks.Retry) {
		b.t.Errorf("%s: %v; want it refused, or put off", what, err)
	}
}

// onto and fix are the tips of a proposal's branches, zero if they are gone.
func (b *bench) onto(id forks.ProposalID) forks.Hash {
	return b.Fork.Refs(b.t)[forks.OntoRef(track, id)]
}

func (b *bench) fix(id forks.ProposalID) forks.Hash {
	return b.Fork.Refs(b.t)[forks.FixRef(track, id)]
}

// isRefused is not told of what may have been done all the same.
func isRefused(err error) bool {
	return errors.As(err, new(*forks.ForgeRefusedError)) && !isUnknown(err)
}

func isUnknown(err error) bool { return errors.As(err, new(*forks.UnknownOutcomeError)) }

func want[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// wantNames compares logins or labels, whose case and order mean nothing.
func wantNames(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if g, w := names(got), names(want); !slices.Equal(g, w) {
		t.Errorf("%s: %q, want %q", what, g, w)
	}
}

func names(list []string) []string {
	lower := []string{}
	for _, s := range list {
		lower = append(lower, strings.ToLower(s))
	}
	slices.Sort(lower)
	return lower
}
