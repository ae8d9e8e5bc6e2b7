package maintainers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// choices are the cases: what is done to a conflict of which nothing is known, and who is
// asked then. A name with "?" is shown and not mentioned. why has lines of the trace that
// have to be there, as "name: why".
func choices() []choice {
	const meta, duty, config = maintainers.FromMeta, maintainers.FromDuty, maintainers.FromConfig
	return []choice{
		{"nobody was found, so nobody is asked", func(*asking) {}, "nobody", nil},
		{"one maintainer is asked", func(a *asking) { a.found(meta, "ada") }, "ada", []string{"ada: asked"}},
		{"the default SIG's team is asked beside the maintainer", func(a *asking) { a.found(meta, "ada"); a.core("cleo") }, "ada org/core", []string{"cleo: not needed: others come first"}},
		{"of forty maintainers one is asked", func(a *asking) { a.many(40) }, "m38", nil},
		{"of forty that cannot be assigned nobody is asked", func(a *asking) {
			a.many(40)
			for i := range 40 {
				a.forgeIs(fmt.Sprintf("m%d", i), notAssignable)
			}
		}, "nobody", []string{"m0: not assignable in this fork", "m39: not assignable in this fork"}},
		{"a login in the wrong case is asked as the forge spells it", func(a *asking) { a.found(meta, "aDA"); a.forgeIs("ada", called("Ada")) }, "Ada", nil},
		{"a renamed login is found by its id", func(a *asking) { a.found(meta, "ada"); a.last().ID = 7; a.forgeIs("#7", called("ada-l")) }, "ada-l", []string{"ada: asked, as ada-l now"}},
		{"a renamed login that was asked before is known again by its id", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.Candidates[0].ID = 7
			a.forgeIs("#7", called("ada-l"))
			a.Asked.Assignees = []string{"ada-l"}
		}, "ada-l", []string{"ada: asked, as ada-l now"}},
		{"a login that somebody else took is not asked", func(a *asking) {
			a.found(meta, "ada")
			a.last().ID = 7
			a.forgeIs("#7", func(s *forks.Standing) { s.ID = 8 })
		}, "nobody", []string{"ada: somebody else has this login now"}},
		{"two old logins of one person are one person", func(a *asking) {
			a.found(meta, "ada", "lovelace")
			a.forgeIs("lovelace", called("ada"))
			a.Stage = 2
		}, "ada", nil},
		{"a deleted account is not asked", func(a *asking) { a.found(meta, "ada"); a.forgeIs("ada", gone) }, "nobody", []string{"ada: there is no such account"}},
		{"a handle without a login is not asked", func(a *asking) { a.found(meta, "ada"); a.last().Login = ""; a.Trace = nil }, "nobody", nil},
		{"an id without a login does", func(a *asking) { a.found(meta, ""); a.last().ID = 7; a.Trace = nil; a.forgeIs("#7", called("ada")) }, "ada", nil},
		{"an organisation is no person", func(a *asking) { a.found(meta, "corp", "zoe"); a.forgeIs("corp", organisation) }, "zoe", []string{"corp: is an organisation"}},
		{"whom a person assigned takes the place of who was found", func(a *asking) { a.found(meta, "ada"); a.ByHand = []string{"bob"} }, "bob", []string{"ada: not needed: others come first", "bob: asked"}},
		{"beside whom a person assigned the next is asked after a week", func(a *asking) { a.found(meta, "ada"); a.ByHand = []string{"bob"}; a.Stage = 2 }, "bob ada", nil},
		{"a bot is not asked", func(a *asking) { a.found(meta, "r-ryantm", "zoe"); a.forgeIs("r-ryantm", robot) }, "zoe", []string{"r-ryantm: is a bot"}},
		{"auxsync does not ask itself", func(a *asking) { a.found(maintainers.FromCommitters, "Aux-Bot", "zoe") }, "zoe", []string{"Aux-Bot: is auxsync itself"}},
		{"who is not assignable is passed over", func(a *asking) {
			a.found(meta, "ada")
			a.forgeIs("ada", notAssignable)
			a.found(maintainers.FromOwners, "bob")
		}, "bob", []string{"ada: not assignable in this fork"}},
		{"who is outside the organisation is asked without a mention", func(a *asking) { a.found(meta, "ada"); a.forgeIs("ada", outsider) }, "ada?", nil},
		{"who is away is passed over, with the day of return", func(a *asking) { a.found(meta, "ada", "bob"); a.person("ada", away) }, "bob", []string{"ada: away until 2026-06-20"}},
		{"who is away by an alias is away", func(a *asking) {
			a.found(meta, "ada-nix", "bob")
			a.person("ada", func(r *forks.Resident) { away(r); r.Aliases = []string{"ada-nix"} })
		}, "bob", nil},
		{"who is away under the present login is away", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.forgeIs("ada", called("ada-l"))
			a.person("ada-l", away)
		}, "bob", []string{"ada: away until 2026-06-20"}},
		{"who was away before and is back is asked", func(a *asking) {
			a.found(meta, "ada")
			a.person("ada", func(r *forks.Resident) { r.Away = days("2026-05-01", "2026-06-09") })
		}, "ada", nil},
		{"the last day of an absence counts", func(a *asking) {
			a.found(meta, "ada")
			a.person("ada", func(r *forks.Resident) { r.Away = days("2026-05-01", "2026-06-10") })
		}, "nobody", nil},
		{"where everyone is away nobody is asked, and the team stands by", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("cleo")
			for _, who := range []string{"ada", "bob", "cleo"} {
				a.person(who, away)
			}
		}, "org/core nobody", nil},
		{"a team without access is passed over for the default SIG's", func(a *asking) {
			a.found(meta, "ada")
			a.last().SIG = "Go"
			a.sig("Go", "org/go", "ada")
			a.core("cleo")
			a.forgeIs("org/go", notAssignable)
		}, "ada org/core", nil},
		{"an owners file's team without access leaves the person", func(a *asking) {
			a.found(maintainers.FromOwners, "org/go", "ada")
			a.forgeIs("org/go", notAssignable)
		}, "ada", []string{"org/go: has no access to this fork"}},
		{"a team that a source names is somebody", func(a *asking) { a.found(maintainers.FromOwners, "org/go") }, "org/go", nil},
		{"a team that does not exist is nobody", func(a *asking) { a.found(maintainers.FromOwners, "org/go"); a.forgeIs("org/go", gone) }, "nobody", nil},
		{"one team is asked, not each that was found", func(a *asking) { a.found(maintainers.FromOwners, "org/go", "org/rust"); a.found(meta, "ada") }, "ada org/go", nil},
		{"the team of the SIG through which the person was found", func(a *asking) {
			a.found(maintainers.FromPolicy, "ada")
			a.last().SIG = "Go"
			a.sig("Go", "org/go", "ada")
			a.core("cleo")
		}, "ada org/go", nil},
		{"the team of the SIG whose paths match, for a maintainer outside it", func(a *asking) {
			a.found(meta, "ada")
			a.found(maintainers.FromOwners, "gus")
			a.last().SIG = "Go"
			a.sig("Go", "org/go", "gus")
			a.core("cleo")
		}, "ada org/go", nil},
		{"a SIG without a team leaves the default SIG's", func(a *asking) {
			a.found(maintainers.FromPolicy, "ada")
			a.last().SIG = "Go"
			a.sig("Go", "", "ada")
			a.core("cleo")
		}, "ada org/core", nil},
		{"who has five open conflicts gets no sixth", func(a *asking) { a.found(meta, "ada", "bob"); a.Load["ada"] = 5 }, "bob", []string{"ada: has 5 open conflicts"}},
		{"who has four gets a fifth", func(a *asking) { a.found(meta, "ada"); a.Load["ada"] = 4 }, "ada", nil},
		{"how many is too many is the policy's to say", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.Load["ada"], a.Load["bob"] = 2, 1
			a.Roster.Limits.PerPerson = 2
		}, "bob", []string{"ada: has 2 open conflicts"}},
		{"a load under the present login counts", func(a *asking) { a.found(meta, "ada"); a.forgeIs("ada", called("ada-l")); a.Load["ada-l"] = 9 }, "nobody", nil},
		{"two forks share a person: the load over both decides", func(a *asking) { a.found(meta, "ada", "bob"); a.Load["ada"], a.Load["bob"] = 3, 2 }, "bob", nil},
		{"a treewide change is the default SIG's team's alone", func(a *asking) { a.found(meta, "ada"); a.core("cleo"); a.Treewide = true }, "org/core", []string{"ada: not needed: others come first"}},
		{"a treewide change without such a team is its member on duty's", func(a *asking) {
			a.found(meta, "ada")
			a.core("cleo", "dan")
			a.sig("Core", "", "cleo", "dan")
			a.person("dan", onDuty)
			a.Treewide = true
		}, "dan", nil},
		{"a treewide change that waits for long is a member's too", func(a *asking) { a.found(meta, "ada"); a.core("cleo"); a.Treewide, a.Stage = true, 2 }, "cleo org/core", nil},
		{"a treewide change without a default SIG is the config's people's", func(a *asking) { a.found(meta, "ada"); a.found(config, "zoe"); a.Treewide = true }, "zoe", nil},
		{"who opted out is never asked", func(a *asking) { a.found(meta, "ada", "bob"); a.person("ada", optOut) }, "bob", []string{"ada: has opted out"}},
		{"who said no is not asked, and the next is", func(a *asking) {
			a.found(meta, "ada")
			a.found(maintainers.FromOwners, "bob")
			a.NotFor = []string{"Ada"}
		}, "bob", []string{"ada: said that it is not theirs"}},
		{"who said no under the present login is not asked", func(a *asking) { a.found(meta, "ada"); a.forgeIs("ada", called("ada-l")); a.NotFor = []string{"ada-l"} }, "nobody", nil},
		{"an emergency contact is passed over", func(a *asking) { a.found(meta, "eva"); a.core("cleo"); a.person("eva", contact) }, "cleo org/core", []string{"eva: is an emergency contact"}},
		{"an emergency contact is asked where nobody else is", func(a *asking) { a.person("eva", contact) }, "eva", []string{"eva: asked"}},
		{"where everyone is away the emergency contact is asked", func(a *asking) { a.found(meta, "ada"); a.person("ada", away); a.person("eva", contact) }, "eva", nil},
		{"a maintainer who is an emergency contact is asked where nobody else is", func(a *asking) { a.found(meta, "eva"); a.person("eva", contact) }, "eva", nil},
		{"without a maintainer the member on duty is asked", func(a *asking) {
			a.core("cleo", "dan", "fred")
			a.person("dan", onDuty)
			a.Load["dan"] = 4
		}, "dan org/core", nil},
		{"without anybody on duty the member with the least to do", func(a *asking) { a.core("cleo", "dan"); a.Load["cleo"] = 1 }, "dan org/core", nil},
		{"who is on duty and away is not asked", func(a *asking) {
			a.core("cleo", "dan")
			a.person("dan", func(r *forks.Resident) { onDuty(r); away(r) })
		}, "cleo org/core", nil},
		{"who took it on comes first", func(a *asking) { a.found(meta, "ada"); a.core("cleo"); a.Claimed = "zoe" }, "zoe", []string{"zoe: asked", "ada: not needed: others come first"}},
		{"who took it on may be away and have much to do", func(a *asking) { a.Claimed = "zoe"; a.person("zoe", away); a.Load["zoe"] = 9 }, "zoe", nil},
		{"who took it on and is gone leaves it to the next", func(a *asking) { a.found(meta, "ada"); a.Claimed = "zoe"; a.forgeIs("zoe", gone) }, "ada", []string{"zoe: there is no such account"}},
		{"who took it on has whoever was asked before beside them", func(a *asking) { a.found(meta, "ada"); a.Claimed, a.Asked.Assignees = "zoe", []string{"ada"} }, "zoe ada", nil},
		{"the first source counts", func(a *asking) {
			a.found(maintainers.FromCommitters, "ada")
			a.found(meta, "bob")
			a.found(maintainers.FromPolicy, "cleo")
		}, "cleo", nil},
		{"the config's people come last", func(a *asking) { a.found(config, "ada", "org/all"); a.core("cleo") }, "cleo org/core", nil},
		{"the config's people are asked where nobody else is", func(a *asking) { a.found(config, "ada", "org/all") }, "ada org/all", nil},
		{"who leads to the most files comes first", func(a *asking) { a.found(meta, "ada", "bob"); a.last().Hits = 3; a.Load["bob"] = 4 }, "bob", nil},
		{"with as many files, who has the fewest conflicts", func(a *asking) { a.found(meta, "ada", "bob", "cleo"); a.Load["ada"], a.Load["cleo"] = 2, 1 }, "bob", nil},
		{"with as many conflicts, who was asked least lately", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.LastAsked["ada"], a.LastAsked["bob"] = a.At.AddDate(0, 0, -1), a.At.AddDate(0, 0, -9)
		}, "bob", nil},
		{"people who are alike are drawn", func(a *asking) { a.found(meta, "ada", "bob", "cleo") }, "cleo", nil},
		{"another conflict draws others", func(a *asking) { a.found(meta, "ada", "bob", "cleo"); a.Seed = "c3333333333" }, "bob", nil},
		{"who was asked before stays though the lists changed", func(a *asking) { a.found(meta, "ada"); a.Asked.Assignees = []string{"zoe"} }, "zoe", []string{"zoe: asked"}},
		{"who was asked before stays though they have much to do by now", func(a *asking) { a.found(meta, "ada", "bob"); a.Asked.Assignees = []string{"bob"}; a.Load["bob"] = 7 }, "bob", nil},
		{"who was asked before and is away has another beside them", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.Asked.Assignees = []string{"ada"}
			a.person("ada", away)
		}, "bob", []string{"ada: away until 2026-06-20"}},
		{"who was asked before and said no is followed by the next", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.Asked.Assignees, a.NotFor = []string{"ada"}, []string{"ada"}
		}, "bob", nil},
		{"who was asked before and is no longer found has their no in the trace", func(a *asking) {
			a.Asked.Assignees, a.NotFor = []string{"ada"}, []string{"ada"}
		}, "nobody", []string{"ada: said that it is not theirs"}},
		{"whom the forge left out is not taken for asked", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.Asked.Assignees, a.LeftOut = []string{"ada"}, []string{"ada"}
		}, "bob", []string{"ada: the forge did not take them"}},
		{"a team that was asked before stays", func(a *asking) { a.found(meta, "ada"); a.core("cleo"); a.Asked.Reviewers = []string{"org/old"} }, "ada org/old", nil},
		{"what stands keeps why others were passed over", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.found(maintainers.FromOwners, "cleo")
			a.forgeIs("ada", notAssignable)
			a.person("bob", away)
			a.Asked.Assignees = []string{"cleo"}
		}, "cleo", []string{"ada: not assignable in this fork", "bob: away until 2026-06-20"}},
		{"a reminder asks nobody new", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan")
			a.Asked.Assignees = []string{"ada"}
			a.Stage = 1
		}, "ada org/core", nil},
		{"in time the next person is asked", func(a *asking) {
			a.found(meta, "ada")
			a.found(maintainers.FromOwners, "bob")
			a.core("dan")
			a.Stage = 2
		}, "ada bob org/core", nil},
		{"in time the team of who took it on is asked", func(a *asking) { a.core("dan"); a.Claimed, a.Stage = "zoe", 2 }, "zoe dan org/core", nil},
		{"at last the one on duty is asked", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan", "eva")
			a.person("eva", onDuty)
			a.Asked = forks.People{Assignees: []string{"ada", "bob"}, Reviewers: []string{"org/core"}}
			a.Stage = 3
		}, "ada bob eva org/core", nil},
		{"at last without days of duty the emergency contact", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan")
			a.person("eva", contact)
			a.Asked.Assignees = []string{"ada", "bob"}
			a.Stage = 3
		}, "ada bob eva org/core", nil},
		{"at last without either the member with the least to do", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan", "fred")
			a.Load["dan"] = 2
			a.Asked.Assignees = []string{"ada", "bob"}
			a.Stage = 3
		}, "ada bob fred org/core", nil},
		{"at last nobody more is added, however often it is looked", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan", "fred")
			a.Asked = forks.People{Assignees: []string{"ada", "bob", "fred"}, Reviewers: []string{"org/core"}}
			a.Load["fred"] = 5
			a.Stage = 3
		}, "ada bob fred org/core", nil},
		{"a limit of one is a person and no team", func(a *asking) { a.found(meta, "ada"); a.core("cleo"); a.Roster.Limits.Asked = 1 }, "ada", nil},
		{"with a limit of one time brings the next person all the same", func(a *asking) {
			a.found(meta, "ada", "bob")
			a.core("dan")
			a.Roster.Limits.Asked, a.Stage, a.Asked.Assignees = 1, 2, []string{"ada"}
		}, "ada bob", nil},
		{"a limit beyond the forge's is the forge's", func(a *asking) {
			a.many(40)
			a.Roster.Limits.Asked = 99
			for i := range 12 {
				a.Asked.Assignees = append(a.Asked.Assignees, fmt.Sprintf("m%d", i))
			}
		}, "m0 m1 m2 m3 m4 m5 m6 m7 m8 m9", nil},
		{"a member of the default SIG who is its maintainer is asked once", func(a *asking) { a.found(meta, "cleo"); a.core("dan"); a.found(duty, "cleo"); a.Stage = 2 }, "cleo dan org/core", nil},
	}
}

type choice struct {
	name string
	make func(*asking)
	want string
	why  []string
}

func (a *asking) many(n int) {
	for i := range n {
		a.found(maintainers.FromMeta, fmt.Sprintf("m%d", i))
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	for _, c := range choices() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := newAsking()
			c.make(a)
			got := a.choose(t)
			if shown(got) != c.want {
				t.Errorf("asked %q, want %q; %+v", shown(got), c.want, got.Trace)
			}
			for _, want := range c.why {
				name, why, _ := strings.Cut(want, ": ")
				if !slices.ContainsFunc(got.Trace, func(s maintainers.Step) bool { return s.Login == name && s.Why == why }) {
					t.Errorf("the trace does not say %q: %+v", want, got.Trace)
				}
			}
			for _, s := range got.Trace {
				if s.Accepted != strings.HasPrefix(s.Why, "asked") || s.Why == "" {
					t.Errorf("%+v", s)
				}
			}
		})
	}
}

func TestNamesThatLeadToNobodyAreShownPlain(t *testing.T) {
	t.Parallel()
	a := newAsking()
	a.found(maintainers.FromMeta, "ada", "gone", "far")
	a.forgeIs("gone", gone)
	a.forgeIs("far", notAssignable)
	a.Trace = append(a.Trace,
		maintainers.Step{Source: maintainers.FromMeta, Name: "no-account", Why: "has no account on this forge"},
		maintainers.Step{Source: maintainers.FromOwners, Name: "no-account", Why: "is unknown"})
	a.person("ada", away)
	if got := a.choose(t); !slices.Equal(got.Plain, []string{"no-account", "far"}) && !slices.Equal(got.Plain, []string{"no-account", "gone", "far"}) || !got.Nobody {
		t.Errorf("got %q, nobody %t", got.Plain, got.Nobody)
	}
}

// TestTheForgeIsAskedAboutFew: each question about a person costs four requests.
func TestTheForgeIsAskedAboutFew(t *testing.T) {
	t.Parallel()
	a := newAsking()
	a.many(40)
	a.core("cleo", "dan")
	if a.choose(t); a.known > 10 {
		t.Errorf("the forge was asked about %d people and teams", a.known)
	}
}

// A reason that changed at the second look would be written anew.
func TestTheReasonStaysWhenTheLoginHasChanged(t *testing.T) {
	t.Parallel()
	a := newAsking()
	a.found(maintainers.FromMeta, "ada")
	a.last().ID = 7
	a.forgeIs("#7", called("ada-l"))
	first := a.choose(t)
	a.Asked = first.People
	second := a.choose(t)
	if first.Asked[0].Reason != "by meta" || !slices.Equal(first.Asked, second.Asked) || !slices.Equal(first.Trace, second.Trace) {
		t.Errorf("first %v\n%v\nthen %v\n%v", first.Asked, first.Trace, second.Asked, second.Trace)
	}
}
