package pullstest

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// lostOnPages are the effects beside merging and closing.
func lostOnPages() map[string]func(b *bench) tried {
	// on is an effect on a pull request, which is looked at again each time.
	on := func(do func(b *bench, p forks.Pull) error, stands func(p forks.Pull) int) func(b *bench) tried {
		return func(b *bench) tried {
			p := b.opened(one)
			return tried{
				do:     func() error { return do(b, p) },
				stands: func() int { return stands(b.found(one)) },
			}
		}
	}
	return map[string]func(b *bench) tried{
		"an opening":   lostOpening,
		"a dashboard":  lostDashboard,
		"a reaction":   lostReaction,
		"a first text": on(func(b *bench, p forks.Pull) error { return b.edit(p, "other", "new") }, func(p forks.Pull) int { return count(p.Title == "other" && p.Body == "new") }),
		"a stage": on(func(b *bench, p forks.Pull) error { return b.Forge.Stage(b.ctx, b.next(), p, true) },
			func(p forks.Pull) int { return count(!p.Draft) }),
		"a label": on(func(b *bench, p forks.Pull) error {
			return b.Forge.Label(b.ctx, b.next(), p, []string{"conflict"}, nil)
		},
			func(p forks.Pull) int { return count(slices.Contains(p.Labels, "conflict")) }),
		"an assignment": on(func(b *bench, p forks.Pull) error {
			_, err := b.Forge.Ask(b.ctx, b.next(), p, forks.People{Assignees: []string{b.Pages.Maintainer}}, forks.People{})
			return err
		}, func(p forks.Pull) int { return len(p.Assignees) }),
		"a status": on(func(b *bench, p forks.Pull) error {
			return b.Forge.Status(b.ctx, b.next(), p.Head, forks.StatusFailure, "a person has to decide")
		}, func(p forks.Pull) int { return count(p.Status == forks.StatusFailure) }),
		"a review": on(func(b *bench, p forks.Pull) error { return b.suggest(p) },
			func(p forks.Pull) int { return len(p.Reviews) }),
		"a comment": on(func(b *bench, p forks.Pull) error {
			_, err := b.Forge.Comment(b.ctx, b.next(), p, 0, "published by pass 7")
			return err
		}, func(p forks.Pull) int { return len(p.Comments) }),
	}
}

func lostOpening(b *bench) tried {
	b.pair(one)
	return tried{
		do: func() error { _, err := b.open(one); return err },
		stands: func() int {
			n := b.Pages.Count().Pulls
			_, found := b.look(b.known(one)).Pulls[one]
			want(b.t, "found", found, n > 0)
			return n
		},
	}
}

func lostDashboard(b *bench) tried {
	return tried{
		do: func() error { _, err := b.openDashboard(); return err },
		stands: func() int {
			n := b.Pages.Count().Issues
			want(b.t, "found", b.dashboard(0) != nil, n > 0)
			return n
		},
	}
}

func lostReaction(b *bench) tried {
	id := b.Pages.Comment(b.Pages.Maintainer, b.opened(one), "/auxsync retry")
	return tried{
		do:     func() error { return b.Forge.React(b.ctx, b.next(), id, forks.Accepted) },
		stands: func() int { return count(b.found(one).Comments[0].Acknowledged) },
	}
}
