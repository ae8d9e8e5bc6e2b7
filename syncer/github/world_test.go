package github_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

var _ pulls.Forge = (*github.Forge)(nil)

const (
	owner = "auxolotl"
	name  = "nixpkgs"
	full  = owner + "/" + name
	me    = "aux-bot"
	track = "aux-main"
	id    = forks.ProposalID("c0123456789")
)

// leaping is a clock that jumps to the end of every wait.
type leaping struct{ *clockwork.FakeClock }

func (l leaping) NewTimer(d time.Duration) clockwork.Timer {
	timer := l.FakeClock.NewTimer(d)
	l.Advance(d)
	return timer
}

// memory is a cache that shows what it was given.
type memory struct {
	mu   sync.Mutex
	kept map[string][2]string // key: etag, body
}

func (m *memory) Get(_ context.Context, key string) (string, []byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.kept[key]
	return e[0], []byte(e[1]), ok
}

func (m *memory) Put(_ context.Context, key, etag string, body []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[key] = [2]string{etag, string(body)}
}

// world is a fork on a GitHub, with the branches of one conflict.
type world struct {
	*testing.T
	server *githubtest.Server
	clock  leaping
	repo   *repotest.Repo
	forge  *github.Forge
	token  string
	base   forks.Hash
	fix    forks.Hash
	cache  *memory
	logs   *observer.ObservedLogs
	config github.Config
}

func newWorld(t *testing.T, o githubtest.RepoOptions) *world {
	t.Helper()
	t.Parallel()
	w := &world{
		T: t, clock: leaping{clockwork.NewFakeClockAt(time.Now().Truncate(time.Second))},
		cache: &memory{kept: map[string][2]string{}},
	}
	w.server = githubtest.New(t, githubtest.Options{Clock: w.clock, Validate: described.API(t)})
	dir := filepath.Join(t.TempDir(), name+".git")
	w.repo = repotest.New(t, dir)
	base := w.repo.Commit(t, "main", repotest.Ada, "base", map[string]string{"a": "1\n2\n3\n"})
	w.base = base
	w.fix = w.conflicts(id)[0]
	w.server.AddUser(me, githubtest.User)
	w.server.AddUser("ada", githubtest.User)
	w.server.AddUser("bob", githubtest.User)
	w.server.AddUser("eve", githubtest.User)
	w.server.AddRepo(owner, name, dir, o)
	w.server.Grant(full, me, githubtest.Write)
	w.server.Grant(full, "bob", githubtest.Write)
	w.server.AddOrgMember(owner, "ada")
	w.server.AddTeam(owner, "core", []string{"ada"}, []string{full})
	w.token = w.server.Token(me, githubtest.AllRights())
	core, logs := observer.New(zap.DebugLevel)
	w.logs = logs
	w.config = github.Config{
		API: w.server.APIURL(), Owner: owner, Repo: name, Upstream: "NixOS/nixpkgs",
		Auth:  github.Auth{Token: func() (forks.Secret, error) { return forks.NewSecret(w.token), nil }},
		Cache: w.cache, Clock: w.clock, Log: zap.New(core), Transport: http.DefaultTransport.(*http.Transport).Clone(),
		Patience: 10 * time.Second,
	}
	w.restart()
	t.Cleanup(w.noTokenAnywhere)
	return w
}

// conflicts makes the branches of conflicts, and returns the tips of their fixes.
func (w *world) conflicts(ids ...forks.ProposalID) (fixes []forks.Hash) {
	w.Helper()
	var commits []repotest.Commit
	for _, c := range ids {
		commits = append(commits,
			repotest.Commit{Branch: "auxsync/aux-main/onto/" + string(c), Parents: []forks.Hash{w.base}, Subject: "cause", Files: map[string]string{"b": "1\n"}},
			repotest.Commit{Branch: "auxsync/aux-main/fix/" + string(c), Parents: []forks.Hash{w.base}, Subject: "conflict " + string(c), Files: map[string]string{"a": "1\ntwo\nthree\n"}})
	}
	for i, commit := range w.repo.Build(w, commits...) {
		if i%2 == 1 {
			fixes = append(fixes, commit)
		}
	}
	return fixes
}

// restart makes the forge anew: nothing is remembered but the cache.
func (w *world) restart() {
	w.Helper()
	f, err := github.New(w.config)
	if err != nil {
		w.Fatal(err)
	}
	w.forge = f
}

// noTokenAnywhere looks through what is logged and kept.
func (w *world) noTokenAnywhere() {
	for _, entry := range w.logs.All() {
		for key, value := range entry.ContextMap() {
			if text, ok := value.(string); ok && w.secret(text) {
				w.Errorf("a token is logged in %s: %s", key, text)
			}
		}
	}
	for key, e := range w.cache.kept {
		if w.secret(key) || w.secret(e[1]) {
			w.Errorf("a token is cached under %s", key)
		}
	}
	for _, r := range w.server.Requests() {
		if w.secret(r.Path + r.Query) {
			w.Errorf("a token is in an address: %s?%s", r.Path, r.Query)
		}
	}
}

func (w *world) secret(text string) bool {
	return strings.Contains(text, w.token) || strings.Contains(text, "github_pat_") || strings.Contains(text, "ghs_")
}

// found finds the pull request of the conflict.
func (w *world) found() forks.Pull {
	w.Helper()
	return w.foundOf(id)
}

func (w *world) foundOf(c forks.ProposalID) forks.Pull {
	w.Helper()
	seen, err := w.forge.Look(context.Background(), forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: c}}})
	if err != nil {
		w.Fatal(err)
	}
	p, ok := seen.Pulls[c]
	if !ok {
		w.Fatal("the pull request is not found")
	}
	return p
}

func (w *world) open() forks.Pull {
	w.Helper()
	p, err := w.forge.Open(context.Background(), 1, opening(id))
	if err != nil {
		w.Fatal(err)
	}
	return p
}

func opening(c forks.ProposalID) forks.Opening {
	return forks.Opening{Track: track, ID: c, Title: "[aux-main] hello", Body: "Please decide.\n"}
}

// only returns the one pull request that there is on the server.
func (w *world) only() githubtest.Pull {
	w.Helper()
	all := w.server.Pulls(full)
	if len(all) != 1 {
		w.Fatalf("%d pull requests: %+v", len(all), all)
	}
	return all[0]
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// asked counts the requests with a method and a part of the path.
func (w *world) asked(method, part string) (n int) {
	for _, r := range w.server.Requests() {
		if r.Method == method && strings.Contains(r.Path, part) {
			n++
		}
	}
	return n
}
