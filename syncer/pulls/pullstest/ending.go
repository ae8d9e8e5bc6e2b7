package pullstest

import (
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// merge and close end a pull request as it was seen.
func (b *bench) merge(p forks.Pull, head forks.Hash) error {
	return b.Forge.End(b.ctx, b.next(), p, forks.Ending{Merge: true, Head: head, Message: "merge what was decided"})
}

func (b *bench) close(p forks.Pull) error {
	return b.Forge.End(b.ctx, b.next(), p, forks.Ending{})
}

// ending are the cases in which auxsync ends a pull request.
func ending(first Fixture) map[string]check {
	cases := map[string]check{
		"A merge moves onto to the head that was given": func(b *bench) {
			b.mergeable(one)
			b.mergeable(two)
			head := b.push(one)
			b.do("merge", b.merge(b.found(one), head))
			b.mergedAs(one, head)
			want(b.t, "state of another", b.found(two).State, forks.PullOpen)
			want(b.t, "onto of another", b.onto(two), b.pushed[two].Onto)
		},
		"A merge of what was merged already is done": func(b *bench) {
			p := b.mergeable(one)
			b.do("merge", b.merge(p, p.Head))
			merged := b.onto(one)
			b.do("merge again", b.merge(p, p.Head))
			b.do("merge what is seen as merged", b.merge(b.found(one), p.Head))
			want(b.t, "onto", b.onto(one), merged)
			b.mergedAs(one, p.Head)
		},
		"A head that has moved is not merged": func(b *bench) {
			p := b.mergeable(one)
			pushed := b.push(one)
			for what, p := range map[string]forks.Pull{"as seen before": p, "as seen now": b.found(one)} {
				b.refused("merge "+what, b.merge(p, b.pushed[one].Fix))
				want(b.t, "onto", b.onto(one), b.pushed[one].Onto)
				want(b.t, "fix", b.fix(one), pushed)
			}
			want(b.t, "state", b.found(one).State, forks.PullOpen)
			b.do("merge what is there", b.merge(b.found(one), pushed))
			b.mergedAs(one, pushed)
		},
		"A head that was not given is not merged": func(b *bench) {
			p := b.mergeable(one)
			b.refused("merge no head", b.merge(p, forks.Hash{}))
			b.refused("merge onto", b.merge(p, p.Base))
			b.refused("merge main", b.merge(p, b.Fork.Tip(b.t, "main")))
			want(b.t, "onto", b.onto(one), b.pushed[one].Onto)
			want(b.t, "state", b.found(one).State, forks.PullOpen)
		},
		"A closed one is closed, and onto has not moved": func(b *bench) {
			p := b.opened(one)
			b.opened(two)
			b.do("close", b.close(p))
			want(b.t, "state", b.found(one).State, forks.PullClosed)
			want(b.t, "onto", b.onto(one), b.pushed[one].Onto)
			b.do("close again", b.close(p))
			b.do("close what is seen as closed", b.close(b.found(one)))
			want(b.t, "state", b.found(one).State, forks.PullClosed)
			want(b.t, "state of another", b.found(two).State, forks.PullOpen)
			want(b.t, "fix of another", b.fix(two), b.pushed[two].Fix)
			b.counts(2)
		},
		"A closed one is not merged": func(b *bench) {
			p := b.mergeable(one)
			b.do("close", b.close(p))
			b.refused("merge", b.merge(p, p.Head))
			want(b.t, "onto", b.onto(one), b.pushed[one].Onto)
			want(b.t, "state", b.found(one).State, forks.PullClosed)
		},
		"To close one never removes what a person pushed": func(b *bench) {
			p := b.opened(one)
			b.Fork.Commit(b.t, string(forks.FixRef(track, one)), repotest.Grace, "another try", map[string]string{hello: "a\nmine\nc\n"})
			pushed := b.push(one)
			if err := b.close(p); err != nil {
				b.refused("close", err)
			}
			want(b.t, "fix", b.fix(one), pushed)
		},
	}
	for way := range first.Merge {
		cases["After a person "+way+", a merge is done already"] = func(b *bench) {
			p := b.mergeable(one)
			b.Merge[way](p)
			merged := b.onto(one)
			b.do("merge", b.merge(p, p.Head))
			b.do("merge what is seen as merged", b.merge(b.found(one), p.Head))
			want(b.t, "onto", b.onto(one), merged)
		}
		cases["After a person "+way+", to close it does not undo that"] = func(b *bench) {
			p := b.mergeable(one)
			b.Merge[way](p)
			merged := b.onto(one)
			_ = b.close(p) // done or refused, as the forge sees it
			want(b.t, "onto", b.onto(one), merged)
			want(b.t, "state", b.found(one).State, forks.PullMerged)
		}
	}
	for way := range first.Close {
		cases["After a person "+way+", to close it is done already"] = func(b *bench) {
			p := b.opened(one)
			b.Close[way](p)
			b.do("close", b.close(p))
			want(b.t, "state", b.found(one).State, forks.PullClosed)
		}
		cases["After a person "+way+", it is not merged"] = func(b *bench) {
			p := b.mergeable(one)
			b.Close[way](p)
			onto := b.onto(one)
			b.refused("merge", b.merge(p, p.Head))
			want(b.t, "onto", b.onto(one), onto)
			want(b.t, "state", b.found(one).State, forks.PullClosed)
		}
	}
	return cases
}
