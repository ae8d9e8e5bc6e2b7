//go:build !race

package syncer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// The files of a small package set.
const (
	helloNix = "pkgs/by-name/he/hello/package.nix"
	listNix  = "maintainers/maintainer-list.nix"
)

// hello is a package with a version and maintainers.
func hello(version, maintainers string) string {
	return fmt.Sprintf(`{ lib, stdenv }:

stdenv.mkDerivation {
  pname = "hello";
  version = %q;

  meta = {
    description = "Greets";
    maintainers = with lib.maintainers; [ %s ];
  };
}
`, version, maintainers)
}

// list is a list of maintainers, whose handles are not their logins.
func list(logins ...string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, login := range logins {
		fmt.Fprintf(&b, "  %s-nix = {\n    name = \"The %s\";\n    github = %q;\n  };\n", login, login, login)
	}
	return b.String() + "}\n"
}

// newPeopleWorld is a fork of a small package set with a conflict about hello, whose
// maintainers are named by handle; with has the fork's own files beside. ada and bob
// can be assigned, eve as well, gus exists and no more.
func newPeopleWorld(t *testing.T, maintainers string, with files, roster forks.Roster) *forgeWorld {
	t.Helper()
	w := plainWorld(t, t.TempDir())
	now := w.up.Now
	w.up = repotest.New(t, w.up.Dir)
	w.up.Now = now
	w.up.Commit(t, "main", repotest.Grace, "init", files{helloNix: hello("1", maintainers), listNix: list("ada", "bob", "eve", "gus")})
	w.fork = w.up.Fork(t, w.fork.Dir)
	if with != nil {
		w.fork.Commit(t, "main", repotest.Grace, "our people", with)
	}
	w.fork.Commit(t, "main", repotest.Grace, "hello: use ours", files{helloNix: hello("1-aux", maintainers)})
	w.serve()
	w.server.AddUser("gus", githubtest.User)
	w.server.Grant(fullName, "eve", githubtest.Triage)
	w.server.AddTeam(owner, "go", []string{"bob"}, nil)
	w.track.GitHub.Ask, w.roster = nil, roster
	w.start()
	if _, err := w.syncer.Adopt(t.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		t.Fatal(err)
	}
	w.up.Commit(t, "main", repotest.Grace, "hello: 1 -> 2", files{helloNix: hello("2", maintainers)})
	w.pass()
	return w
}

// core is a policy with a default SIG.
func core(team string, members ...string) forks.Roster {
	r := forks.Roster{People: map[string]forks.Resident{}, SIGs: map[string]forks.SIG{"core": {Name: "Core", Members: members, Team: team}}, DefaultSIG: "Core"}
	for _, login := range members {
		r.People[login] = forks.Resident{Login: login}
	}
	return r
}

// gone makes people of a policy be away when the tests take place.
func gone(r forks.Roster, logins ...string) forks.Roster {
	for _, login := range logins {
		r.People[login] = forks.Resident{Login: login, Away: []forks.DayRange{{First: forks.Day{Year: 2026, Month: 5, Day: 20}, Last: forks.Day{Year: 2026, Month: 6, Day: 20}}}}
	}
	return r
}

// asks looks until all is calm, checks who is asked, and that another visit, in a new
// process too, writes nothing.
func (w *forgeWorld) asks(assignees, teams []string) githubtest.Pull {
	w.Helper()
	w.calm()
	p := w.server.Pulls(fullName)[0]
	if !slices.Equal(p.Assignees, assignees) || !slices.Equal(p.TeamReviewers, teams) || len(w.server.Pulls(fullName)) != 1 {
		w.Errorf("assignees %v, teams %v; want %v, %v\n%s", p.Assignees, p.TeamReviewers, assignees, teams, p.Body)
	}
	for range 2 {
		before := w.writes()
		w.attend()
		if n := w.writes() - before; n > 0 {
			w.Errorf("another visit wrote %d times", n)
		}
		w.restart()
	}
	return p
}

// writes counts the requests that could change something.
func (w *forgeWorld) writes() (n int) {
	for _, r := range w.server.Requests() {
		if r.Method != "GET" && r.Method != "HEAD" && !strings.HasSuffix(r.Path, "graphql") {
			n++
		}
	}
	return n
}

// says checks that a body has parts, in any order.
func (w *forgeWorld) says(p githubtest.Pull, parts ...string) {
	w.Helper()
	for _, part := range parts {
		if !strings.Contains(p.Body, part) {
			w.Errorf("the body does not say %q:\n%s", part, p.Body)
		}
	}
}

func TestThePackagesMaintainerIsAssignedWithTheReason(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, core(sigCore, "bob"))
	p := w.asks([]string{"ada"}, []string{"core"})
	w.says(p, "@ada", "maintains hello", "How they were found", "`ada-nix`", "the team of SIG Core", "not needed: others come first")
	if slices.Contains(p.Labels, "needs-maintainer") {
		t.Errorf("labels %v", p.Labels)
	}
	w.server.As("ada", fullName).Comment(p.Number, "/auxsync keep ours")
	w.calm()
	if content, _ := w.fork.File(t, "main", helloNix); content != hello("1-aux", "ada-nix") {
		t.Errorf("who is assigned decides, and the branch has\n%s", content)
	}
}

func TestWhereTheForkEmptiedItsListUpstreamsSaysWhoTheyAre(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", files{listNix: "{ }\n"}, forks.Roster{})
	w.says(w.asks([]string{"ada"}, nil), "@ada")
}

func TestTheForksListIsReadAsItIsNow(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "zed", nil, forks.Roster{})
	w.fork.Commit(t, "main", repotest.Grace, "our people", files{listNix: "{ zed = { github = \"bob\"; }; }\n"})
	w.pass() // the patch that names them stands behind the one in conflict
	w.asks([]string{"bob"}, nil)
}

func TestWhoIsAwayIsPassedOver(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix bob-nix", nil, gone(core("", "eve"), "ada"))
	w.says(w.asks([]string{"bob"}, nil), "away until 2026-06-20")
}

func TestWhoCannotBeAskedIsShownPlain(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "gus-nix nobody-knows bob-nix", nil, forks.Roster{})
	p := w.asks([]string{"bob"}, nil)
	w.says(p, "not assignable in this fork", "Named too", "`nobody-knows`", "`gus`")
	if strings.Contains(p.Body, "@gus") || strings.Contains(p.Body, "@nobody") || strings.Contains(p.Body, "@bob") {
		t.Errorf("somebody outside the organisation is mentioned:\n%s", p.Body)
	}
}

func TestATeamWithoutAccessLosesNobodyElse(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, core(owner+"/go", "bob"))
	w.asks([]string{"ada"}, nil)
}

func TestAConfigsPeopleAreAskedWhereNobodyIsFound(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "gus-nix", nil, forks.Roster{})
	w.track.GitHub.Ask = []string{"eve", sigCore}
	w.says(w.asks([]string{"eve"}, []string{"core"}), "asked for all conflicts of this fork")
}

func TestWhereEveryoneIsAwayItNeedsAMaintainer(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, gone(core(sigCore, "bob"), "ada", "bob"))
	if p := w.asks(nil, []string{"core"}); !slices.Contains(p.Labels, "needs-maintainer") {
		t.Errorf("labels %v", p.Labels)
	}
	w.roster = core(sigCore, "bob")
	if p := w.asks([]string{"ada"}, []string{"core"}); slices.Contains(p.Labels, "needs-maintainer") {
		t.Errorf("they are back, and the labels are %v", p.Labels)
	}
}

func TestNotMineGoesToTheNextAndMineClaims(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, core("", "eve"))
	p := w.asks([]string{"ada"}, nil)
	w.server.As("ada", fullName).Comment(p.Number, "/auxsync not mine")
	w.calm()
	p = w.asks([]string{"eve"}, nil)
	w.says(p, "said that it is not theirs")
	if n := len(w.commentsWith(p.Number, "why")); n != 0 {
		t.Errorf("%d comments ask why", n)
	}
	w.server.As("ada", fullName).Comment(p.Number, "/auxsync mine")
	w.calm()
	if p = w.asks([]string{"eve", "ada"}, nil); w.onlyProposal().Claimed != "ada" {
		t.Errorf("claimed by %q", w.onlyProposal().Claimed)
	}
	w.says(p, "took it on")
}

// onlyProposal is the only one.
func (w *forgeWorld) onlyProposal() forks.Proposal {
	w.Helper()
	return w.state().Proposals[0]
}

func TestWhatAPersonChangedStays(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, core("", "eve"))
	p := w.asks([]string{"ada"}, nil)
	w.server.As("bob", fullName).Unassign(p.Number, "ada")
	w.asks(nil, nil)
	w.server.As("bob", fullName).Assign(p.Number, "bob")
	w.says(w.asks([]string{"bob"}, nil), "`was assigned by hand`")
	waiting, err := w.store.Waiting(t.Context())
	if err != nil || len(waiting) != 1 || !slices.Equal(waiting[0].With(), []string{"bob"}) {
		t.Errorf("it waits with %+v %v", waiting, err)
	}
}

func TestWhatWaitsInOtherForksCounts(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix bob-nix", nil, forks.Roster{})
	for i, who := range []string{"ada", "ada", "ada", "ada", "ada"} {
		r := forks.PullRecord{Number: i + 1, State: forks.PullOpen, Assigned: []string{who}}
		if err := w.store.SetPullRecord(t.Context(), "nix", "main", forks.ProposalID(fmt.Sprintf("c%010d", i)), r); err != nil {
			t.Fatal(err)
		}
	}
	w.says(w.asks([]string{"bob"}, nil), "has 5 open conflicts")
}

func TestAPolicyThatChangedIsHeeded(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "gus-nix", nil, forks.Roster{})
	if p := w.asks(nil, nil); !slices.Contains(p.Labels, "needs-maintainer") {
		t.Errorf("labels %v", p.Labels)
	}
	w.roster = core("", "eve")
	w.roster.Owners = []forks.OwnerRule{{Pattern: "pkgs/**", Ask: []forks.Ask{{Login: "bob"}}}}
	w.asks([]string{"bob"}, nil)
	w.roster.Owners = nil // whoever stands stays
	w.asks([]string{"bob"}, nil)
}

func TestANewDatabaseAsksNobodyElse(t *testing.T) {
	t.Parallel()
	w := newPeopleWorld(t, "ada-nix", nil, core("", "eve"))
	w.asks([]string{"ada"}, nil)
	w.close()
	if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
		t.Fatal(err)
	}
	w.roster.Owners = []forks.OwnerRule{{Pattern: "pkgs/**", Ask: []forks.Ask{{Login: "bob"}}}} // who would be asked now
	w.start()
	w.asks([]string{"ada"}, nil)
}
