package pullstest

import (
	"github.com/auxolotl/auxsync/forks"
)

// guarding are the cases about what a forge must never be used for.
func guarding() map[string]check {
	return map[string]check{
		"There is no forge for a fork that is its own upstream": func(b *bench) {
			if err := b.OnUpstream(); err == nil || forks.KindOf(err) != forks.NeedsPerson {
				b.t.Errorf("%v; want that it needs a person", err)
			}
		},
	}
}

// withoutPages are the cases of a forge that has branches only.
func withoutPages() map[string]check {
	return map[string]check{
		"Without pages nothing is shown of them": func(b *bench) {
			p := b.opened(one)
			want(b.t, "number", p.Number, 0)
			want(b.t, "url", p.URL, "")
			want(b.t, "draft", p.Draft, false)
			seen, err := b.Forge.Look(b.ctx, forks.PullQuestion{Dashboard: true, DashboardNumber: 1})
			b.do("look for a dashboard", err)
			if seen.Dashboard != nil || seen.Me != "" {
				b.t.Errorf("found %+v", seen)
			}
		},
		"Without pages what stands on them is refused": func(b *bench) {
			p := b.opened(one)
			refs := b.Fork.Refs(b.t)
			for name, call := range b.pageCalls(p, 1) {
				b.refused(name, call())
			}
			_, err := b.openDashboard()
			b.refused("open a dashboard", err)
			b.refused("close a dashboard", b.close(forks.Pull{Number: 1}))
			for ref, tip := range b.Fork.Refs(b.t) {
				want(b.t, string(ref), tip, refs[ref])
			}
		},
		"Without pages nobody may do anything by a name": func(b *bench) {
			for _, login := range []string{"mona", "ada", ""} {
				s, err := b.Forge.Standing(b.ctx, forks.Account{Login: login})
				b.do("standing", err)
				want(b.t, "standing", s, forks.Standing{Login: login})
			}
		},
	}
}
