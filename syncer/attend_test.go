package syncer_test

import (
	"context"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

const (
	owner    = "auxolotl"
	forkName = "pkgs"
	fullName = owner + "/" + forkName
	bot      = "aux-bot"
)

// forgeWorld is a fork whose conflicts are shown on a GitHub.
type forgeWorld struct {
	*testing.T
	up, fork *repotest.Repo
	server   *githubtest.Server
	clock    *clockwork.FakeClock
	store    *store.Store
	token    string
	track    forks.Track
	syncer   *syncer.Syncer
}

// newForgeWorld makes an upstream and a fork with one patch, adopted.
func newForgeWorld(t *testing.T) *forgeWorld {
	t.Helper()
	dir := t.TempDir()
	w := &forgeWorld{T: t, clock: clockwork.NewFakeClockAt(forgeStartAt())}
	w.up = repotest.New(t, filepath.Join(dir, "upstream.git"))
	w.up.Commit(t, "main", repotest.Grace, "hello: init at 2.12.0", map[string]string{"hello.nix": lines("hello", 1, 12), "other.nix": lines("other", 1, 12)})
	w.fork = w.up.Fork(t, filepath.Join(dir, forkName+".git"))
	w.fork.Commit(t, "main", repotest.Ada, "hello: use the Aux mirror", map[string]string{"hello.nix": lines("hello", 1, 12, "3=mirror = aux;")})
	w.server = githubtest.New(t, githubtest.Options{Clock: w.clock, Validate: true})
	for _, login := range []string{bot, "ada", "bob", "eve"} {
		w.server.AddUser(login, githubtest.User)
	}
	w.server.AddRepo(owner, forkName, w.fork.Dir, githubtest.RepoOptions{})
	w.server.Grant(fullName, bot, githubtest.Write)
	w.server.Grant(fullName, "bob", githubtest.Write)
	w.server.AddOrgMember(owner, "ada")
	w.server.Grant(fullName, "ada", githubtest.Triage)
	w.token = w.server.Token(bot, githubtest.AllRights())
	w.track = forks.Track{Fork: forkName, Name: "aux-main", Upstream: w.up.Dir, URL: w.server.GitURL(fullName), Credential: "token", Forge: forks.ForgeGitHub,
		AllowTransports: []string{"file", "http"}, Follow: "main", Branch: "main", History: forks.Merging, References: forks.KeepReferences,
		GitHub: forks.GitHub{API: strings.TrimRight(w.server.APIURL(), "/"), Owner: owner, Repo: forkName, ApproveMerges: true, Dashboard: true, Ask: []string{"ada"}}}
	w.restart(dir)
	if _, err := w.syncer.Adopt(t.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		t.Fatal(err)
	}
	return w
}

// restart begins a new process on the same state directory.
func (w *forgeWorld) restart(dir string) {
	w.Helper()
	if w.store != nil {
		if err := w.store.Close(); err != nil {
			w.Fatal(err)
		}
	}
	db, _, err := store.OpenOrReplace(w.Context(), filepath.Join(dir, "state", store.FileName), w.clock)
	if err != nil {
		w.Fatal(err)
	}
	w.store = db
	w.Cleanup(func() { _ = db.Close() })
	git, err := repo.New(w.Context(), repo.Options{})
	if err != nil {
		w.Fatal(err)
	}
	secret := func() (forks.Secret, error) { return forks.NewSecret(w.token), nil }
	forge, err := github.New(github.Config{API: w.track.GitHub.API, Owner: owner, Repo: forkName, Auth: github.Auth{Token: secret},
		Clock: leaping{w.clock}, Log: zap.NewNop(), Transport: http.DefaultTransport.(*http.Transport).Clone()})
	if err != nil {
		w.Fatal(err)
	}
	w.syncer = syncer.New(syncer.Config{Git: git, Store: db, Forges: db, CacheDir: filepath.Join(dir, "cache"), Clock: w.clock, Log: zap.NewNop(),
		Secret: func(forks.Track) func() (string, error) { return func() (string, error) { return w.token, nil } },
		Forge:  func(forks.Track) (pulls.Forge, error) { return forge, nil },
		People: func(t forks.Track, _ forks.Proposal) (list []syncer.Candidate) {
			for _, name := range t.GitHub.Ask {
				list = append(list, syncer.Candidate{Name: name, Reason: "asked about all conflicts"})
			}
			return list
		}})
}

// sync makes a pass with what comes before and after it on the forge.
func (w *forgeWorld) sync() syncer.Outcome {
	w.Helper()
	w.attend()
	out, err := w.syncer.Sync(w.Context(), w.track, syncer.Options{Who: "ada"})
	if err != nil {
		w.Fatal(err)
	}
	w.attend()
	return out
}

func (w *forgeWorld) attend() syncer.Attended {
	w.Helper()
	out, err := w.syncer.Attend(w.Context(), []forks.Track{w.track}, syncer.AttendOptions{})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// conflict lets upstream change the patch's line, and makes a pass.
func (w *forgeWorld) conflict() {
	w.Helper()
	w.up.Commit(w, "main", repotest.Grace, "hello: 2.12.0 -> 2.12.1", map[string]string{"hello.nix": lines("hello", 1, 12, "3=mirror = gnu;")})
	w.sync()
}

func (w *forgeWorld) state() forks.State {
	w.Helper()
	s, err := w.syncer.Read(context.Background(), w.track)
	if err != nil || s == nil {
		w.Fatalf("state: %v %v", s, err)
	}
	return *s
}

func TestConflictBecomesOnePullRequestAndTheAnswerIsTakenIn(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t)
	w.conflict()
	list := w.server.Pulls(fullName)
	if len(list) != 1 {
		t.Fatalf("%d pull requests", len(list))
	}
	p := list[0]
	t.Logf("%+v\n%s", p, p.Body)
	if !p.Draft || !slices.Contains(p.Labels, "auxsync") || !slices.Equal(p.Assignees, []string{"ada"}) {
		t.Errorf("%+v", p)
	}
	w.sync()
	if n := w.state().Proposals[0].Number; n != p.Number {
		t.Errorf("the state has number %d", n)
	}
	if out := w.attend(); out.Effects != 0 || len(out.Due) != 0 {
		t.Errorf("a second look does %+v", out)
	}
	w.server.As("ada", fullName).Comment(p.Number, "/auxsync take upstream because theirs is fine")
	w.sync()
	w.sync()
	t.Logf("%+v", w.state().Proposals)
	for _, c := range w.server.Comments(fullName, p.Number) {
		t.Logf("%+v", c)
	}
	t.Logf("%+v", w.server.Pulls(fullName)[0])
	for _, i := range w.server.Issues(fullName) {
		t.Logf("%+v", i)
	}
}

func forgeStartAt() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// leaping is a clock that jumps to the end of every wait.
type leaping struct{ *clockwork.FakeClock }

// NewTimer implements [clockwork.Clock].
func (l leaping) NewTimer(d time.Duration) clockwork.Timer {
	timer := l.FakeClock.NewTimer(d)
	l.Advance(d)
	return timer
}
