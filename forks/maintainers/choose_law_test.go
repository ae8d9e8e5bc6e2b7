package maintainers_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// anyAsking is any question about few people, of whom much is special.
func anyAsking(t *rapid.T) *asking {
	a := newAsking()
	logins := []string{"ada", "bob", "cleo", "dan", "eva", "Fred", "org/core", "org/go"}
	login := rapid.SampledFrom(logins)
	sources := rapid.SampledFrom([]maintainers.Source{maintainers.FromPolicy, maintainers.FromAuthor, maintainers.FromMeta, maintainers.FromOwners,
		maintainers.FromCommitters, maintainers.FromDuty, maintainers.FromConfig})
	for _, name := range rapid.SliceOfNDistinct(login, 0, len(logins), rapid.ID[string]).Draw(t, "found") {
		a.found(sources.Draw(t, "source"), name)
		a.last().Hits = rapid.IntRange(1, 2).Draw(t, "hits")
		a.last().SIG = rapid.SampledFrom([]string{"", "Core", "Go"}).Draw(t, "sig")
	}
	kinds := []func(*forks.Resident){away, contact, onDuty, optOut}
	states := []func(*forks.Standing){notAssignable, outsider, gone, robot, organisation}
	for _, name := range logins {
		if n := rapid.IntRange(0, 12).Draw(t, "person "+name); n < len(kinds) && !strings.Contains(name, "/") {
			a.person(name, kinds[n])
		}
		if n := rapid.IntRange(0, 12).Draw(t, "standing "+name); n < len(states) && (n == 0 || n == 2 || !strings.Contains(name, "/")) {
			a.forgeIs(strings.ToLower(name), states[n])
		}
		a.Load[strings.ToLower(name)] = rapid.IntRange(0, 5).Draw(t, "load")
		a.LastAsked[strings.ToLower(name)] = a.At.Add(-time.Hour * time.Duration(rapid.IntRange(0, 2).Draw(t, "hours")))
	}
	a.sig("Core", rapid.SampledFrom([]string{"", "org/core"}).Draw(t, "core"), "cleo", "dan")
	a.sig("Go", rapid.SampledFrom([]string{"", "org/go"}).Draw(t, "go"), "ada")
	a.Roster.DefaultSIG = rapid.SampledFrom([]string{"", "Core"}).Draw(t, "default")
	a.Roster.Limits = forks.AskLimits{Asked: rapid.IntRange(0, 12).Draw(t, "limit")}
	a.NotFor = rapid.SliceOfN(login, 0, 2).Draw(t, "not for")
	a.LeftOut = rapid.SliceOfN(login, 0, 1).Draw(t, "left out")
	for _, name := range rapid.SliceOfN(login, 0, 3).Draw(t, "asked") {
		if strings.Contains(name, "/") {
			a.Asked.Reviewers = append(a.Asked.Reviewers, name)
		} else {
			a.Asked.Assignees = append(a.Asked.Assignees, name)
		}
	}
	a.Claimed = rapid.SampledFrom([]string{"", "", "ada", "zoe"}).Draw(t, "claimed")
	a.Treewide = rapid.Bool().Draw(t, "treewide")
	a.Stage = rapid.IntRange(0, 4).Draw(t, "stage")
	return a
}

// again is the same question.
func (a *asking) again() *asking {
	b := *a
	b.Candidates, b.Trace = slices.Clone(a.Candidates), slices.Clone(a.Trace)
	return &b
}

func TestTheSameQuestionHasTheSameAnswer(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAsking(t)
		one := a.again().choose(t)
		if two := a.again().choose(t); !reflect.DeepEqual(one, two) {
			t.Fatalf("%+v\n%+v", one, two)
		}
		b := a.again()
		b.Candidates = rapid.Permutation(b.Candidates).Draw(t, "order")
		if two := b.choose(t); !reflect.DeepEqual(one.People, two.People) || !reflect.DeepEqual(one.Asked, two.Asked) || one.Nobody != two.Nobody {
			t.Fatalf("in another order: %+v\n%+v", one, two)
		}
	})
}

func TestNobodyIsAskedWhoMayNotBe(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAsking(t)
		got := a.choose(t)
		most := a.Roster.Limits.Asked
		if most == 0 {
			most = 3
		}
		most = max(min(10, most+max(0, a.Stage-1)), min(10, len(a.Asked.Assignees)+len(a.Asked.Reviewers)+1))
		if n := len(got.Asked); n > most || n != len(got.People.Assignees)+len(got.People.Reviewers) {
			t.Fatalf("%d are asked, the limit is %d", n, most)
		}
		seen := map[string]bool{}
		for _, who := range got.Asked {
			key := strings.ToLower(who.Login + who.Team)
			st := a.Standings[key]
			if seen[key] || !st.Exists || !st.Assignable || st.Bot || st.Organisation {
				t.Fatalf("%s is asked: %+v", key, st)
			}
			seen[key] = true
			if key == a.Claimed {
				continue
			}
			resident, _ := a.Roster.Find(key)
			_, isAway := a.Roster.Away(key, a.At)
			if isAway || resident.OptOut || slices.ContainsFunc(slices.Concat(a.NotFor, a.LeftOut), func(n string) bool { return strings.EqualFold(n, key) }) {
				t.Fatalf("%s is asked", key)
			}
			before := slices.ContainsFunc(a.Asked.Assignees, func(n string) bool { return strings.EqualFold(n, key) })
			if who.Team == "" && !before && a.Load[key] >= 5 {
				t.Fatalf("%s has %d", key, a.Load[key])
			}
		}
	})
}

// union is what a record of those who were asked has then.
func union(list, more []string) []string {
	list = slices.Clone(list)
	for _, name := range more {
		if !slices.ContainsFunc(list, func(o string) bool { return strings.EqualFold(o, name) }) {
			list = append(list, name)
		}
	}
	return list
}

// TestWhoIsAskedStays: once somebody is asked, another look with other loads and other
// lists changes nothing, and adds nobody.
func TestWhoIsAskedStays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAsking(t)
		one := a.choose(t)
		b := a.again()
		b.Asked.Assignees = union(a.Asked.Assignees, one.People.Assignees)
		b.Asked.Reviewers = union(a.Asked.Reviewers, one.People.Reviewers)
		two := b.choose(t)
		calm := !a.Treewide && a.Stage < 3 // else what was tried in vain may be left out later
		if shown(one) != shown(two) || calm && !reflect.DeepEqual(one.Trace, two.Trace) {
			t.Fatalf("%s, then %s\n%+v\n%+v", shown(one), shown(two), one.Trace, two.Trace)
		}
		for login := range b.Load {
			b.Load[login] = rapid.IntRange(0, 9).Draw(t, "other load")
		}
		b.Candidates = b.Candidates[:rapid.IntRange(0, len(b.Candidates)).Draw(t, "fewer")]
		three := b.choose(t)
		for _, login := range one.People.Assignees {
			if !slices.Contains(three.People.Assignees, login) {
				t.Fatalf("%s is swapped: %s, then %s", login, shown(one), shown(three))
			}
		}
	})
}
