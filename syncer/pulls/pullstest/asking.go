package pullstest

import (
	"strings"
	"unicode"

	"github.com/auxolotl/auxsync/forks"
)

// label adds and removes labels.
func (b *bench) label(p forks.Pull, add, remove []string) {
	b.t.Helper()
	b.do("label", b.Forge.Label(b.ctx, b.next(), p, add, remove))
}

// ask asks people, and takes it back.
func (b *bench) ask(p forks.Pull, add, remove forks.People) forks.People {
	b.t.Helper()
	asked, err := b.Forge.Ask(b.ctx, b.next(), p, add, remove)
	b.do("ask", err)
	return asked
}

// asking are the cases about labels and people.
func asking() map[string]check {
	return map[string]check{
		"Labels are added and removed, each as often as asked": func(b *bench) {
			p := b.opened(one)
			for range 2 {
				b.label(p, []string{"auxsync", "conflict: 1 hunk"}, nil)
				wantNames(b.t, "labels", b.found(one).Labels, "auxsync", "conflict: 1 hunk")
			}
			for range 2 {
				b.label(p, []string{"settled"}, []string{"conflict: 1 hunk", "was never there"})
				wantNames(b.t, "labels", b.found(one).Labels, "auxsync", "settled")
			}
			b.label(p, nil, nil)
			wantNames(b.t, "labels", b.found(one).Labels, "auxsync", "settled")
		},
		"A person's label stays": func(b *bench) {
			p := b.opened(one)
			b.Pages.Label(b.Pages.Maintainer, p, "needs coffee")
			b.label(p, []string{"auxsync"}, nil)
			b.label(p, nil, []string{"auxsync"})
			wantNames(b.t, "labels", b.found(one).Labels, "needs coffee")
		},
		"One bad name loses none of the others": func(b *bench) {
			p := b.opened(one)
			c := b.Pages
			wish := forks.People{
				Assignees: []string{c.Nobody, c.Maintainer, c.Stranger},
				Reviewers: []string{c.Nobody, c.Reviewer, c.Team, c.Stranger},
			}
			for range 2 {
				asked := b.ask(p, wish, forks.People{})
				p = b.found(one)
				for what, got := range map[string]forks.People{"asked": asked, "seen": {Assignees: p.Assignees, Reviewers: p.Reviewers}} {
					wantNames(b.t, what+": assignees", got.Assignees, c.Maintainer)
					wantNames(b.t, what+": reviewers", got.Reviewers, c.Reviewer, c.Team)
				}
			}
		},
		"What was asked of people is taken back, each as often as asked": func(b *bench) {
			p := b.opened(one)
			c := b.Pages
			b.ask(p, forks.People{Assignees: []string{c.Maintainer, c.Reviewer}, Reviewers: []string{c.Reviewer, c.Team}}, forks.People{})
			for range 2 {
				asked := b.ask(p, forks.People{}, forks.People{Assignees: []string{c.Maintainer}, Reviewers: []string{c.Team}})
				want(b.t, "asked", asked.Empty(), true)
				p = b.found(one)
				wantNames(b.t, "assignees", p.Assignees, c.Reviewer)
				wantNames(b.t, "reviewers", p.Reviewers, c.Reviewer)
			}
		},
		"A reviewer who has answered is not waited for any more": func(b *bench) {
			p := b.opened(one)
			b.ask(p, forks.People{Reviewers: []string{b.Pages.Reviewer}}, forks.People{})
			b.Pages.Approve(b.Pages.Reviewer, p)
			wantNames(b.t, "reviewers", b.found(one).Reviewers)
		},
		"An ask of nobody asks nobody": func(b *bench) {
			p := b.opened(one)
			want(b.t, "asked", b.ask(p, forks.People{}, forks.People{}).Empty(), true)
			p = b.found(one)
			want(b.t, "people", len(p.Assignees)+len(p.Reviewers), 0)
		},
	}
}

// standing are the cases about what people may do.
func standing() map[string]check {
	whoIs := func(b *bench, who forks.Account) forks.Standing {
		b.t.Helper()
		s, err := b.Forge.Standing(b.ctx, who)
		b.do("standing of "+who.Login, err)
		return s
	}
	of := func(b *bench, login string) forks.Standing { return whoIs(b, forks.Account{Login: login}) }
	return map[string]check{
		"A maintainer may push and be asked, however the login is written": func(b *bench) {
			s := of(b, b.Pages.Maintainer)
			if s.ID == 0 || !s.Exists || s.Bot || !s.Write || !s.Assignable || !s.Member {
				b.t.Errorf("%+v", s)
			}
			want(b.t, "login", s.Login, b.Pages.Maintainer)
			want(b.t, "in other letters", of(b, swapCase(b.Pages.Maintainer)), s)
			if other := of(b, b.Pages.Reviewer); other.ID == s.ID {
				b.t.Error("two people have one id")
			}
		},
		"A stranger exists, and may do nothing": func(b *bench) {
			s := of(b, b.Pages.Stranger)
			if s.ID == 0 || !s.Exists || s.Write || s.Assignable || s.Member {
				b.t.Errorf("%+v", s)
			}
		},
		"Who does not exist is nobody, and no error": func(b *bench) {
			for _, login := range []string{b.Pages.Nobody, "", "..", "../../orgs", "a/b", "a?b=c", "-x", "a b", "\x00"} {
				s := of(b, login)
				if s.ID != 0 || s.Exists || s.Bot || s.Write || s.Assignable || s.Member {
					b.t.Errorf("%q: %+v", login, s)
				}
			}
		},
		"An id finds somebody by whatever login they had": func(b *bench) {
			s := of(b, b.Pages.Maintainer)
			for _, login := range []string{"was-called-so", b.Pages.Stranger, b.Pages.Maintainer, ""} {
				want(b.t, "by id, as "+login, whoIs(b, forks.Account{Login: login, ID: s.ID}), s)
			}
			gone := whoIs(b, forks.Account{Login: b.Pages.Maintainer, ID: s.ID + 1<<40})
			want(b.t, "by an id that nobody has", gone, forks.Standing{Login: b.Pages.Maintainer})
		},
		"A team can be asked if it has access, and no other": func(b *bench) {
			s := of(b, b.Pages.Team)
			want(b.t, "login", s.Login, b.Pages.Team)
			if !s.Exists || !s.Assignable || s.Bot || s.Write {
				b.t.Errorf("%+v", s)
			}
			org, _, _ := strings.Cut(b.Pages.Team, "/")
			for _, team := range []string{org + "/nobody", "elsewhere/core", org + "/", org + "/a/b", org + "/.."} {
				want(b.t, "standing", of(b, team), forks.Standing{Login: team})
			}
		},
		"A robot is known as one": func(b *bench) {
			if s := of(b, b.Pages.Robot); !s.Exists || !s.Bot {
				b.t.Errorf("%+v", s)
			}
		},
	}
}

// swapCase turns upper into lower case and back.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsUpper(r) {
			return unicode.ToLower(r)
		}
		return unicode.ToUpper(r)
	}, s)
}
