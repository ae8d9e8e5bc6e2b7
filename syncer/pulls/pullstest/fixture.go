package pullstest

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Fixture is a forge that serves one fork, what is behind it, and the people who use
// it beside auxsync. Each case has its own.
type Fixture struct {
	Forge pulls.Forge
	// Fork is empty at first, and so is Upstream.
	Fork, Upstream *repotest.Repo
	// OnUpstream tries to make the forge for a fork that has the address of its upstream.
	OnUpstream func() error

	// Merge and Close have each way in which Pages.Maintainer can merge an open pull
	// request, or close it without, by a name that completes "a person".
	Merge, Close map[string]func(p forks.Pull)
	// Reopen opens what was closed in any of these ways.
	Reopen func(p forks.Pull)

	// Lose cuts the connection of the next effect: once it was done and before the
	// answer, or before it arrives.
	Lose func(done bool)
	// Hang holds the next exchange until its caller gives up. What it returns is closed
	// once that exchange has begun.
	Hang func() (begun <-chan struct{})

	// Pages is nil where there are none.
	Pages *Pages
}

// Pages is what people and forge have beside branches.
type Pages struct {
	// Me is the login of the forge's own account. Maintainer and Reviewer may push and
	// are members of the fork's organisation, Stranger may only read, Nobody does not
	// exist, and Robot is somebody's program with the right to push. Team is a team that
	// may be asked for reviews, as org/slug.
	Me, Maintainer, Reviewer, Stranger, Nobody, Robot, Team string

	// Dashboard is what a dashboard is opened with, so that the forge knows it again.
	Dashboard forks.Opening

	// Count tells what there is by another way than the forge: pull requests and issues
	// of the fork, open or not, and both of the upstream.
	Count func() Count
	// Open opens a pull request as somebody, and returns its number.
	Open func(by, head, base string) int
	// Rewrite changes a body as somebody who may.
	Rewrite func(by string, p forks.Pull, body string)
	// Comment and EditComment return and take the id of the comment.
	Comment     func(by string, p forks.Pull, body string) int64
	EditComment func(by string, id int64, body string)
	Label       func(by string, p forks.Pull, label string)
	Approve     func(by string, p forks.Pull)
}

// Count is how many there are.
type Count struct{ Pulls, Issues, Upstream int }

// Conform runs the specification, with a fixture of its own for each case.
func Conform(t *testing.T, fixture func(t *testing.T) Fixture) {
	t.Helper()
	// The first fixture only tells what the cases are.
	first := fixture(t)
	groups := []map[string]check{opening(), people(first), ending(first), losing(first), waiting(), guarding()}
	if first.Forge.Traits().Pages {
		groups = append(groups, pages(), asking(), talking(), dashboard(), standing())
	} else {
		groups = append(groups, withoutPages())
	}
	for _, group := range groups {
		for name, check := range group {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, fixture(t))
				check(b)
				b.leftUpstreamAlone()
			})
		}
	}
}
