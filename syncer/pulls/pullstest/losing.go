package pullstest

import "github.com/auxolotl/auxsync/forks"

// tried is an effect that a fault meets.
type tried struct {
	do func() error
	// stands tells, by a look at the forge, how often it was done.
	stands func() int
}

// losing are the cases in which a connection is cut. Whatever an effect says then,
// looking and trying again if it does not stand must give it once.
func losing(first Fixture) map[string]check {
	effects := map[string]func(b *bench) tried{"a merge": lostMerge, "a closing": lostClosing}
	if first.Forge.Traits().Pages {
		for name, effect := range lostOnPages() {
			effects[name] = effect
		}
	}
	cases := map[string]check{}
	for name, effect := range effects {
		cases["When the answer to "+name+" is lost, a look tells that it stands"] = func(b *bench) { lost(b, effect(b), true) }
		cases["When "+name+" is lost on its way, it is done by trying again"] = func(b *bench) { lost(b, effect(b), false) }
	}
	return cases
}

func lost(b *bench, e tried, done bool) {
	b.t.Helper()
	if n := e.stands(); n != 0 {
		b.t.Fatalf("it stands %d times before it was tried", n)
	}
	b.Lose(done)
	err := e.do()
	stands := e.stands()
	switch {
	case err == nil:
		// Where trying again does no harm, a forge may have done so.
		want(b.t, "after success it stands", stands, 1)
	case done:
		if !isUnknown(err) {
			b.t.Errorf("the answer was lost: %v; want an unknown outcome", err)
		}
		want(b.t, "it stands", stands, 1)
	default:
		if isRefused(err) || !isUnknown(err) && forks.KindOf(err) != forks.Retry {
			b.t.Errorf("lost on its way: %v; want an unknown outcome, or to try again", err)
		}
		want(b.t, "it stands", stands, 0)
	}
	if stands == 0 {
		b.do("try again", e.do())
		want(b.t, "then it stands", e.stands(), 1)
	}
}

func lostMerge(b *bench) tried {
	p := b.mergeable(one)
	return tried{
		do: func() error { return b.merge(p, p.Head) },
		stands: func() int {
			return count(b.found(one).State == forks.PullMerged && b.onto(one) != b.pushed[one].Onto)
		},
	}
}

func lostClosing(b *bench) tried {
	p := b.opened(one)
	return tried{
		do:     func() error { return b.close(p) },
		stands: func() int { return count(b.found(one).State == forks.PullClosed) },
	}
}

// count is 1 for what holds.
func count(holds bool) int {
	if holds {
		return 1
	}
	return 0
}
