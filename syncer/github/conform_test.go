package github_test

import (
	"cmp"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/pulls/pullstest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

var _ pulls.Forge = (*github.Forge)(nil)

func TestGitHubIsAForge(t *testing.T) {
	t.Parallel()
	pullstest.Conform(t, func(t *testing.T) pullstest.Fixture {
		w := newHub(t)
		return pullstest.Fixture{
			Forge: w.forge(t, "NixOS/nixpkgs"), Fork: w.fork, Upstream: w.upstream,
			OnUpstream: func() error {
				_, err := github.New(w.config("nixos/NIXPKGS", "NixOS/nixpkgs"))
				return err
			},
			Merge: map[string]func(p forks.Pull){
				"merges it":   func(p forks.Pull) { w.as("mona").Merge(p.Number, "merge") },
				"squashes it": func(p forks.Pull) { w.as("mona").Merge(p.Number, "squash") },
				"rebases it":  func(p forks.Pull) { w.as("mona").Merge(p.Number, "rebase") },
				"merges it and deletes fix": func(p forks.Pull) {
					w.as("mona").Merge(p.Number, "merge")
					w.as("mona").DeleteBranch(strings.TrimPrefix(string(forks.FixRef(p.Track, p.ID)), "refs/heads/"))
				},
			},
			Close:  map[string]func(p forks.Pull){"closes it": func(p forks.Pull) { w.as("mona").Close(p.Number) }},
			Reopen: func(p forks.Pull) { w.as("mona").Reopen(p.Number) },
			Lose:   w.lose, Hang: w.hang, Pages: w.pages(),
		}
	})
}

const hubFork = "auxolotl/pkgs"

// hub is a GitHub with a fork and its upstream.
type hub struct {
	*githubtest.Server
	fork, upstream *repotest.Repo
	clock          *clockwork.FakeClock
	token          string
}

func newHub(t *testing.T) *hub {
	t.Helper()
	dir := t.TempDir()
	w := &hub{
		fork: repotest.New(t, filepath.Join(dir, "fork.git")), upstream: repotest.New(t, filepath.Join(dir, "up.git")),
		clock: clockwork.NewFakeClockAt(time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)),
	}
	go func() { // whoever waits has waited
		for w.clock.BlockUntilContext(t.Context(), 1) == nil {
			w.clock.Advance(time.Second)
		}
	}()
	w.Server = githubtest.New(t, githubtest.Options{Clock: w.clock, Validate: described.API(t)})
	w.AddRepo("auxolotl", "pkgs", w.fork.Dir, githubtest.RepoOptions{})
	w.AddRepo("NixOS", "nixpkgs", w.upstream.Dir, githubtest.RepoOptions{})
	for login, may := range map[string]githubtest.Permission{"auxsync": githubtest.Write, "mona": githubtest.Write, "Lisa": githubtest.Write} {
		w.AddUser(login, githubtest.User)
		w.AddOrgMember("auxolotl", login)
		w.Grant(hubFork, login, may)
	}
	w.AddUser("vincent", githubtest.User)
	w.AddUser("weekly[bot]", githubtest.Bot)
	w.Grant(hubFork, "weekly[bot]", githubtest.Write)
	w.AddTeam("auxolotl", "core", []string{"mona", "Lisa"}, []string{hubFork})
	w.token = w.Token("auxsync", githubtest.AllRights())
	return w
}

// as is somebody with a browser, a minute later.
func (w *hub) as(login string) *githubtest.Browser {
	w.clock.Advance(time.Minute)
	return w.As(login, hubFork)
}

func (w *hub) config(fork, upstream string) github.Config {
	owner, name, _ := strings.Cut(fork, "/")
	return github.Config{
		API: w.APIURL(), Owner: owner, Repo: name, Upstream: upstream, Clock: w.clock, Log: zap.NewNop(),
		Auth:   github.Auth{Token: func() (forks.Secret, error) { return forks.NewSecret(w.token), nil }},
		Limits: github.NewLimits(w.clock, github.Pace{Every: -1, PerMinute: 10_000, PerHour: 10_000}),
	}
}

func (w *hub) forge(t *testing.T, upstream string) *github.Forge {
	t.Helper()
	f, err := github.New(w.config(hubFork, upstream))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// lose spoils the next request that asks for a change.
func (w *hub) lose(done bool) {
	kind := githubtest.DroppedBefore
	if done {
		kind = githubtest.DroppedAfter
	}
	w.FaultTimes(1, func(r *http.Request) bool { return r.Method != http.MethodGet }, githubtest.Fault{Kind: kind})
}

func (w *hub) hang() <-chan struct{} {
	begun := make(chan struct{})
	begin := sync.OnceFunc(func() { close(begun) })
	w.FaultTimes(1, func(*http.Request) bool { begin(); return true }, githubtest.Fault{Kind: githubtest.Slow})
	return begun
}

func (w *hub) pages() *pullstest.Pages {
	return &pullstest.Pages{
		Me: "auxsync", Maintainer: "mona", Reviewer: "Lisa", Stranger: "vincent", Nobody: "no-such-person", Robot: "weekly[bot]", Team: "auxolotl/core",
		Dashboard: forks.Opening{Title: "auxsync: pkgs", Body: github.DashboardMarker + "\n| track | lag |\n", Labels: []string{github.DashboardLabel}},
		Count: func() pullstest.Count {
			const upstream = "NixOS/nixpkgs"
			return pullstest.Count{Pulls: len(w.Pulls(hubFork)), Issues: len(w.Issues(hubFork)), Upstream: len(w.Pulls(upstream)) + len(w.Issues(upstream))}
		},
		Open:    func(by, head, base string) int { return w.as(by).OpenPull(head, base, "a person's", "look") },
		Rewrite: func(by string, p forks.Pull, body string) { w.as(by).EditBody(p.Number, body) },
		Comment: func(by string, p forks.Pull, body string) int64 {
			return w.as(by).Comment(p.Number, body)
		},
		EditComment: func(by string, id int64, body string) { w.as(by).EditComment(id, body) },
		Label:       func(by string, p forks.Pull, label string) { w.as(by).Label(p.Number, label) },
		Approve:     func(by string, p forks.Pull) { w.as(by).Review(p.Number, "APPROVE", cmp.Or(p.Title, "good")) },
	}
}
