package pullstest

import "github.com/auxolotl/auxsync/forks"

// people are the cases in which a person ends a pull request.
func people(first Fixture) map[string]check {
	cases := map[string]check{}
	for way := range first.Merge {
		cases["When a person "+way+", it is seen as merged and onto has moved"] = func(b *bench) {
			p := b.mergeable(one)
			b.Merge[way](p)
			b.mergedAs(one, b.pushed[one].Fix)
			b.counts(1)
		}
		cases["When a person pushes to it and "+way+", what was pushed is merged"] = func(b *bench) {
			b.mergeable(one)
			pushed := b.push(one)
			b.Merge[way](b.found(one))
			b.mergedAs(one, pushed)
		}
	}
	for way := range first.Close {
		cases["When a person "+way+", it is seen as closed and onto has not moved"] = func(b *bench) {
			p := b.opened(one)
			b.opened(two)
			b.Close[way](p)
			want(b.t, "state", b.found(one).State, forks.PullClosed)
			if onto := b.onto(one); !onto.IsZero() {
				want(b.t, "onto", onto, b.pushed[one].Onto)
			}
			want(b.t, "state of another", b.found(two).State, forks.PullOpen)
		}
		cases["When a person "+way+" and opens it again, it is seen as open"] = func(b *bench) {
			p := b.opened(one)
			b.Close[way](p)
			b.Reopen(p)
			again := b.found(one)
			want(b.t, "state", again.State, forks.PullOpen)
			want(b.t, "number", again.Number, p.Number)
			want(b.t, "head", again.Head, p.Head)
		}
	}
	return cases
}

// mergedAs fails unless a proposal is merged and onto has the files of a commit.
func (b *bench) mergedAs(id forks.ProposalID, head forks.Hash) {
	b.t.Helper()
	p := b.found(id)
	want(b.t, "state", p.State, forks.PullMerged)
	onto := b.onto(id)
	if onto.IsZero() || onto == b.pushed[id].Onto {
		b.t.Fatalf("onto is at %s, as before", onto)
	}
	want(b.t, "files of onto", b.Fork.Tree(b.t, onto), b.Fork.Tree(b.t, head))
	if b.Pages != nil {
		known := b.known(id)
		known.Number = p.Number
		want(b.t, "state by number", b.look(known).Pulls[id].State, forks.PullMerged)
	}
}
