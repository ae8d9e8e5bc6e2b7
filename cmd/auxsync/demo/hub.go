package demo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// The repositories on the forge, and the account of auxsync there.
const (
	forkOnHub     = "aux/pkgs"
	upstreamOnHub = "up/pkgs"
	robot         = "aux-robot"
)

// Hub is the forge of the story with pull requests: a GitHub inside this process, on
// loopback, that serves the world's two repositories to its people. It is used by one
// goroutine at a time, beside the requests that it answers.
type Hub struct {
	Clock Clock // of the forge; the program has to live by it too

	world  *World
	server *githubtest.Server
	ends   ending
}

// OpenHub opens the forge of a world. Close it.
func OpenHub(w *World) (h *Hub, err error) {
	h = &Hub{Clock: Clock{clockwork.NewFakeClockAt(w.now)}, world: w}
	err = mishaps(func() error {
		h.server = githubtest.New(&h.ends, githubtest.Options{Clock: h.Clock.FakeClock})
		h.server.AddRepo("up", "pkgs", w.UpstreamDir, githubtest.RepoOptions{})
		h.server.AddRepo("aux", "pkgs", w.ForkDir, githubtest.RepoOptions{})
		h.server.AddUser(robot, githubtest.User)
		h.server.Grant(forkOnHub, robot, githubtest.Write)
		for _, a := range w.cast.ofFork() {
			h.add(a)
			h.server.AddOrgMember("aux", a.login)
			h.server.Grant(forkOnHub, a.login, githubtest.Write)
		}
		h.server.Grant(forkOnHub, firstName(w.cast.dmitri), githubtest.Triage)
		for _, a := range w.cast.ofUpstream() {
			h.add(a)
		}
		h.server.AddTeam("aux", "sig-cli", []string{firstName(w.cast.noor), firstName(w.cast.dmitri)}, []string{forkOnHub})
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// add makes an account.
func (h *Hub) add(a account) {
	if a.number == 0 {
		h.server.AddUser(a.login, githubtest.User)
	} else {
		h.server.AddNumbered(a.login, githubtest.User, a.number)
	}
}

// API is the address of the forge's API.
func (h *Hub) API() string { return strings.TrimSuffix(h.server.APIURL(), "/") }

// ForkURL is the address that git has the fork by.
func (h *Hub) ForkURL() string { return h.server.GitURL(forkOnHub) }

// UpstreamURL is that of upstream, which anybody may read.
func (h *Hub) UpstreamURL() string { return h.server.GitURL(upstreamOnHub) }

// Token is a credential of auxsync's account, with the rights that it needs.
func (h *Hub) Token() string { return h.server.Token(robot, githubtest.AllRights()) }

// Close ends the forge. The error is what was asked of it that GitHub would not have
// taken.
func (h *Hub) Close() error {
	return mishaps(func() error {
		for _, end := range slices.Backward(h.ends.list) {
			end()
		}
		return nil
	})
}

// catchUp brings the forge's clock to the time of the story.
func (h *Hub) catchUp() {
	if d := h.world.now.Sub(h.Clock.Now()); d > 0 {
		h.Clock.Advance(d)
	}
	h.world.now = later(h.world.now, h.Clock.Now().Truncate(time.Second))
}

// as is a person in front of the fork's pages, some time later.
func (h *Hub) as(p forks.Person) *githubtest.Browser {
	h.world.now = h.world.now.Add(17 * time.Minute)
	h.catchUp()
	return h.server.As(firstName(p), forkOnHub)
}

// Clock is a time that stands still until somebody waits for it: then it leaps.
type Clock struct{ *clockwork.FakeClock }

// NewTimer implements [clockwork.Clock].
func (c Clock) NewTimer(d time.Duration) clockwork.Timer {
	timer := c.FakeClock.NewTimer(d)
	c.Advance(d)
	return timer
}

// ending is what the forge needs of whoever runs it: a place for what comes at the end,
// and somebody to tell that a person did what GitHub would not have let them do.
type ending struct{ list []func() }

// mishap is an error on its way up to [mishaps].
type mishap struct{ error }

// Helper does nothing here.
func (e *ending) Helper() {}

// Fatalf ends what is being told.
func (e *ending) Fatalf(format string, args ...any) { panic(mishap{fmt.Errorf(format, args...)}) }

// Cleanup keeps what has to be done at the end.
func (e *ending) Cleanup(do func()) { e.list = append(e.list, do) }

// mishaps does something, and turns what the forge could not go on with into an error.
func mishaps(do func() error) (err error) {
	defer func() {
		switch m := recover().(type) {
		case nil:
		case mishap:
			err = fmt.Errorf("demo: the forge: %w", m.error)
		default:
			panic(m)
		}
	}()
	return do()
}
