package syncer_test

import (
	"errors"
	"fmt"
	"math/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// storming is how many requests the storm makes, unless -long asks for more: `go test
// ./syncer -run Storm -v -long 10000`. Under the race detector it is a third.
const storming = 600

// TestInAStormOfFaultsNothingIsThereTwice has one request in five go wrong in any way,
// while conflicts come and go and people do what they like: each conflict has one pull
// request, nothing is said twice, writes keep their distance, and after the storm
// everything is as it should be.
func TestInAStormOfFaultsNothingIsThereTwice(t *testing.T) {
	t.Parallel()
	s := &storm{forgeWorld: newMovingWorld(t, 0), random: rand.New(rand.NewSource(1)), last: forgeStartAt().Add(-time.Hour)}
	faults := githubtest.RandomFaults(rand.New(rand.NewSource(2)), 5, githubtest.EveryFault()...)
	s.server.SetFaults(func(r *http.Request) githubtest.Fault {
		s.requests++
		s.paced(r)
		f := faults(r)
		if f.Kind != githubtest.NoFault {
			s.faults++
		}
		return f
	})
	most := max(storming, *long)
	if raced && *long == 0 {
		most /= 3
	}
	for s.requests < most {
		s.act()
		s.weather()
	}
	s.server.SetFaults(func(r *http.Request) githubtest.Fault { s.paced(r); return githubtest.Fault{} })
	s.clock.Advance(2 * time.Hour)
	s.calm()
	s.moved()
	s.settled()
	for _, p := range s.state().Proposals {
		if n := len(s.pulls(p.ID)); n != 1 {
			t.Errorf("conflict %s (%s) has %d pull requests", p.ID, p.Status, n)
		}
	}
	t.Logf("%d requests, %d faulty, %d writes, in %s on the forge's clock: %d conflicts, %d passes; people: %v",
		s.requests, s.faults, s.writes, s.clock.Since(forgeStartAt()).Round(time.Minute), len(s.server.Pulls(fullName)), s.state().Pass, s.done)
}

// storm is a world in which things happen at random.
type storm struct {
	*forgeWorld
	random *rand.Rand

	requests, faults, writes, versions int
	last                               time.Time // of the last write
	done                               map[string]int
}

// paced notes a write, and checks that the one before was a second ago.
func (s *storm) paced(r *http.Request) {
	write := r.Header.Get(writeHeader)
	if write == "" {
		return
	}
	now := s.clock.Now()
	if d := now.Sub(s.last); d < time.Second {
		s.Errorf("%s was sent %s after another write", write, d)
	}
	s.last = now
	s.writes++
}

// weather looks at the forge as often as the daemon may between two passes, and makes
// those that are due, however that ends.
func (s *storm) weather() {
	s.Helper()
	for range 1 + s.random.Intn(12) {
		s.clock.Advance(5 * time.Minute)
		out, err := s.tryAttend()
		var problem *forks.Problem
		if err != nil && (!errors.As(err, &problem) || problem.Kind == forks.Fatal) {
			s.Fatalf("%v", err)
		}
		if problem != nil && problem.NotBefore.After(s.clock.Now()) {
			s.clock.Advance(problem.NotBefore.Sub(s.clock.Now()))
		}
		if len(out.Due) > 0 {
			s.pass()
		}
	}
	if s.random.Intn(15) == 0 {
		s.restart()
	}
}

// version is a text that was nowhere before.
func (s *storm) version() string {
	s.versions++
	return fmt.Sprintf("mirror = %d;", s.versions)
}

// pulls returns the pull requests of a conflict.
func (s *storm) pulls(id forks.ProposalID) (list []githubtest.Pull) {
	for _, p := range s.server.Pulls(fullName) {
		if strings.HasSuffix(p.Head, string(id)) {
			list = append(list, p)
		}
	}
	return list
}

// act lets something happen about one of the files.
func (s *storm) act() {
	s.Helper()
	name := about()[s.random.Intn(len(about()))]
	var live forks.Proposal
	for _, p := range s.state().Proposals {
		if p.Status.Live() && string(p.Conflict.Files[0].Path) == name+".nix" {
			live = p
		}
	}
	list := s.pulls(live.ID)
	switch {
	case live.ID == "":
		s.begin(name)
		s.pass()
	case len(list) > 0 && list[0].Open:
		s.person(list[0], name)
	}
}

// begin lets upstream change the line that the fork's patch is about. A patch that is
// no more comes back in another form.
func (s *storm) begin(name string) {
	s.Helper()
	s.did("upstream moved")
	carried := false
	for _, p := range s.state().Patches {
		carried = carried || strings.HasPrefix(p.Subject, name+":")
	}
	if !carried {
		s.fork.Commit(s, "main", repotest.Ada, name+": use the Aux mirror", files{name + ".nix": written(name, s.version())})
		s.pass()
	}
	s.up.Commit(s, "main", repotest.Grace, name+": update", files{name + ".nix": written(name, s.version())})
}

func (s *storm) did(what string) {
	if s.done == nil {
		s.done = map[string]int{}
	}
	s.done[what]++
}

// person lets somebody do something on a page.
func (s *storm) person(p githubtest.Pull, name string) {
	s.Helper()
	ada, bob := s.server.As("ada", fullName), s.server.As("bob", fullName)
	settled := s.resolved(p) == "success" && !p.Draft
	switch n := s.random.Intn(14); {
	case n < 4 && settled:
		button := []string{"merge", "squash", "rebase"}[s.random.Intn(3)]
		s.did(button)
		bob.Merge(p.Number, button)
		s.pass()
	case n < 4:
		s.did("web editor")
		bob.EditFile(p.Head, name+".nix", written(name, s.version()))
		s.pass()
	case n < 6 && settled:
		s.did("approval")
		bob.Review(p.Number, "APPROVE", "")
	case n < 8:
		verb := []string{"keep ours", "take upstream", "drop", "retry", "mine", "not mine"}[s.random.Intn(6)]
		s.did(verb)
		bob.Comment(p.Number, "/auxsync "+verb)
	case n == 8:
		s.did("refused")
		s.server.As("eve", fullName).Comment(p.Number, "/auxsync drop")
	case n == 9:
		s.did("title")
		bob.EditTitle(p.Number, s.version())
	case n == 10:
		s.did("label")
		ada.Label(p.Number, "urgent")
		ada.Unlabel(p.Number, "urgent")
	case n == 11:
		s.did("text")
		bob.EditBody(p.Number, "Note.\n\n"+p.Body)
	case n == 12 && s.random.Intn(3) == 0:
		s.did("closed")
		bob.Close(p.Number)
	}
}
