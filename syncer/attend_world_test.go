package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

const (
	owner    = "auxolotl"
	forkName = "pkgs"
	fullName = owner + "/" + forkName
	bot      = "aux-bot"
	sigCore  = owner + "/core" // a team
)

// TestMain removes the fixtures that tests share.
func TestMain(m *testing.M) {
	code := m.Run()
	fixtures.remove()
	os.Exit(code)
}

// fixtures are forks with open conflicts of which no forge knows yet, made once by
// their number of conflicts. Tests work on copies; the upstream is shared.
var fixtures shelf

type shelf struct {
	mu   sync.Mutex
	dir  string
	made map[int]string
}

func (s *shelf) get(t *testing.T, conflicts int) (dir string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if made, ok := s.made[conflicts]; ok {
		return made
	}
	if s.dir == "" {
		var err error
		if s.dir, err = os.MkdirTemp("", "auxsync-fixtures-"); err != nil {
			t.Fatal(err)
		}
		s.made = map[int]string{}
	}
	dir = filepath.Join(s.dir, fmt.Sprint(conflicts))
	w := plainWorld(t, dir)
	w.beginFork(conflicts)
	w.close()
	s.made[conflicts] = dir
	return dir
}

func (s *shelf) remove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir) // a temporary folder
	}
}

// forgeWorld is a fork whose conflicts are shown on a GitHub.
type forgeWorld struct {
	*testing.T
	dir      string
	up, fork *repotest.Repo
	server   *githubtest.Server
	clock    *clockwork.FakeClock
	store    *store.Store
	token    string
	app      *github.App // who auxsync is instead of the token's owner, if set
	track    forks.Track
	syncer   *syncer.Syncer
	roster   forks.Roster // of the fork's policy
	logs     *observer.ObservedLogs
	// dies, if set, says after each exchange with the forge's API whether the process ends
	// there; write is "" for what was read.
	dies func(write string) bool
	// again is how often people had a conflict asked again in a new pull request.
	again int
	// end ends what the process does.
	ctx context.Context
	end context.CancelFunc
}

// plainWorld is a world in a folder, which may have a state already, without a forge.
func plainWorld(t *testing.T, dir string) *forgeWorld {
	t.Helper()
	w := &forgeWorld{T: t, dir: dir, clock: clockwork.NewFakeClockAt(forgeStartAt())}
	w.up = &repotest.Repo{Dir: filepath.Join(dir, "upstream.git"), Now: forgeStartAt().AddDate(-1, 0, 0)}
	w.fork = &repotest.Repo{Dir: filepath.Join(dir, forkName+".git"), Now: w.up.Now}
	w.track = forks.Track{Fork: forkName, Name: "aux-main", Upstream: w.up.Dir, URL: w.fork.Dir, Forge: forks.ForgeGitHub,
		AllowTransports: []string{"file", "http"}, Follow: "main", Branch: "main", History: forks.Merging, References: forks.KeepReferences,
		HoldFor: forks.Never, MaxLag: forks.Never, SecurityHoldFor: forks.Never,
		GitHub: forks.GitHub{Owner: owner, Repo: forkName, ApproveMerges: true, Dashboard: true, Ask: []string{"ada", sigCore}}}
	return w
}

// newForgeWorld makes a fork with open conflicts on a GitHub that does not know of them:
// the first one is about hello.nix. The upstream must not be moved.
func newForgeWorld(t *testing.T, conflicts int) *forgeWorld {
	t.Helper()
	from := fixtures.get(t, conflicts)
	w := plainWorld(t, t.TempDir())
	for _, part := range []string{forkName + ".git", "cache", "state"} {
		if err := os.CopyFS(filepath.Join(w.dir, part), os.DirFS(filepath.Join(from, part))); err != nil {
			t.Fatal(err)
		}
	}
	w.up.Dir = filepath.Join(from, "upstream.git")
	w.track.Upstream = w.up.Dir
	w.serve()
	w.start()
	return w
}

// newMovingWorld is newForgeWorld with an upstream of its own, which may move.
func newMovingWorld(t *testing.T, conflicts int) *forgeWorld {
	t.Helper()
	w := plainWorld(t, t.TempDir())
	w.beginFork(conflicts)
	w.close()
	w.serve()
	w.start()
	return w
}

// about names the files of the conflicts that a fork can begin with.
func about() []string { return []string{"hello", "other"} }

// beginFork makes an upstream and a fork with a patch for each file, adopted, and lets
// upstream change the lines of some patches.
func (w *forgeWorld) beginFork(conflicts int) {
	w.Helper()
	first, now := files{}, w.up.Now
	for _, name := range about() {
		first[name+".nix"] = lines(name, 1, 12)
	}
	w.up = repotest.New(w, w.up.Dir)
	w.up.Now = now
	w.up.Commit(w, "main", repotest.Grace, "first: init at 2.12.0", first)
	w.fork = w.up.Fork(w, w.fork.Dir)
	for _, name := range about() {
		w.fork.Commit(w, "main", repotest.Ada, name+": use the Aux mirror", files{name + ".nix": lines(name, 1, 12, "3=mirror = aux;")})
	}
	w.start()
	if _, err := w.syncer.Adopt(w.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		w.Fatal(err)
	}
	// The last is upstream's first: so the answer to the first waits for the others.
	for i := conflicts - 1; i >= 0; i-- {
		w.bump(about()[i], "gnu")
	}
	if conflicts > 0 {
		w.pass()
	}
}

// bump lets upstream change the line of a patch.
func (w *forgeWorld) bump(name, to string) {
	w.Helper()
	w.up.Commit(w, "main", repotest.Grace, name+": 2.12.0 -> 2.12.1", files{name + ".nix": lines(name, 1, 12, "3=mirror = "+to+";")})
}

// serve starts the GitHub: ada may triage, bob may write, eve may read.
func (w *forgeWorld) serve() {
	w.Helper()
	w.server = githubtest.New(w, githubtest.Options{Clock: w.clock, Validate: described.API(w)})
	for _, login := range []string{bot, "ada", "bob", "eve"} {
		w.server.AddUser(login, githubtest.User)
	}
	w.server.AddRepo(owner, forkName, w.fork.Dir, githubtest.RepoOptions{})
	w.server.Grant(fullName, bot, githubtest.Write)
	w.server.Grant(fullName, "bob", githubtest.Write)
	w.server.AddOrgMember(owner, "ada")
	w.server.Grant(fullName, "ada", githubtest.Triage)
	w.server.AddTeam(owner, "core", []string{"bob"}, []string{fullName})
	w.token = w.server.Token(bot, githubtest.AllRights())
	w.track.GitHub.API = strings.TrimRight(w.server.APIURL(), "/")
}

// overHTTP has git fetch and push over the GitHub's own address.
func (w *forgeWorld) overHTTP() *forgeWorld {
	w.track.URL, w.track.Credential = w.server.GitURL(fullName), "token"
	return w
}

// close ends the process.
func (w *forgeWorld) close() {
	w.Helper()
	w.end()
	if err := w.store.Close(); err != nil {
		w.Fatal(err)
	}
}

// restart begins a new process on the same state directory.
func (w *forgeWorld) restart() {
	w.Helper()
	w.close()
	w.start()
}

// start begins a process.
func (w *forgeWorld) start() {
	w.Helper()
	w.ctx, w.end = context.WithCancel(w.Context())
	db, _, err := store.OpenOrReplace(w.ctx, filepath.Join(w.dir, "state", store.FileName), w.clock)
	if err != nil {
		w.Fatal(err)
	}
	w.store = db
	w.Cleanup(func() { _ = db.Close() })
	git, err := repo.New(w.ctx, repo.Options{})
	if err != nil {
		w.Fatal(err)
	}
	var core zapcore.Core
	core, w.logs = observer.New(zap.DebugLevel)
	c := syncer.Config{Git: syncer.OnDisk(git), Store: db, CacheDir: filepath.Join(w.dir, "cache"), Clock: w.clock, Log: zap.New(core),
		Secret: func(forks.Track) func() (string, error) { return func() (string, error) { return w.token, nil } },
		Roster: func(string) forks.Roster { return w.roster }}
	if w.track.GitHub.API != "" {
		forge := w.forge(c.Log)
		c.Forges, c.Forge = db, func(forks.Track) (pulls.Forge, error) { return forge, nil }
	}
	w.syncer = syncer.New(c)
}

// forge is a new client of the GitHub.
func (w *forgeWorld) forge(log *zap.Logger) pulls.Forge {
	w.Helper()
	under := http.DefaultTransport.(*http.Transport).Clone()
	w.Cleanup(under.CloseIdleConnections)
	auth := github.Auth{App: w.app}
	if w.app == nil {
		auth.Token = func() (forks.Secret, error) { return forks.NewSecret(w.token), nil }
	}
	forge, err := github.New(github.Config{API: w.track.GitHub.API, Owner: owner, Repo: forkName, Clock: leaping{w.clock}, Log: log,
		Auth: auth, Transport: mortal{w, under}})
	if err != nil {
		w.Fatal(err)
	}
	return forge
}

// writeHeader tells the server which write a request is, see writeKey.
const writeHeader = "Auxsync-Test-Write"

// mortal is the way to the forge, on which a process can end.
type mortal struct {
	w     *forgeWorld
	under http.RoundTripper
}

// RoundTrip implements [http.RoundTripper].
func (m mortal) RoundTrip(r *http.Request) (*http.Response, error) {
	end := m.w.end
	marked := r.Clone(r.Context())
	write := writeKey(r)
	marked.Header.Set(writeHeader, write)
	resp, err := m.under.RoundTrip(marked)
	if m.w.dies != nil && m.w.dies(write) {
		end()
	}
	return resp, err
}

// pass makes one pass.
func (w *forgeWorld) pass() syncer.Outcome {
	w.Helper()
	out, err := w.syncer.Sync(w.ctx, w.track, syncer.Options{Who: "ada"})
	if err != nil {
		w.Fatal(err)
	}
	return out
}

// attend looks at the forge once.
func (w *forgeWorld) attend() syncer.Attended {
	w.Helper()
	out, err := w.tryAttend()
	if err != nil {
		w.Fatal(err)
	}
	return out
}

func (w *forgeWorld) tryAttend() (syncer.Attended, error) {
	return w.syncer.Attend(w.ctx, []forks.Track{w.track}, syncer.AttendOptions{})
}

// mostLooks is in how many looks and passes a forge that is no longer in trouble must
// have what it should have.
const mostLooks = 40

// calm looks, and makes the passes that are due, until nothing is left to do. It waits
// as long as the forge wants, and begins a new process where one has ended.
func (w *forgeWorld) calm() {
	w.Helper()
	var last error
	began := false
	for range mostLooks {
		out, err := w.tryAttend()
		last = err
		var problem *forks.Problem
		switch {
		case w.ctx.Err() != nil:
			w.restart()
			began = true
		case errors.As(err, &problem) && problem.Kind == forks.Retry:
			w.clock.Advance(max(time.Minute, problem.NotBefore.Sub(w.clock.Now())))
			if len(out.Due) > 0 {
				w.pass()
			}
		case err != nil:
			w.Fatal(err)
		case len(out.Due) > 0 || began: // a new process begins with a pass
			began = false
			w.pass()
		case !out.Waits.IsZero():
			w.clock.Advance(max(time.Minute, out.Waits.Sub(w.clock.Now())))
		case out.Effects == 0:
			return
		}
	}
	w.Fatalf("after %d looks something is left to do: %v", mostLooks, last)
}

// moved makes the pass that is due after a push, and all that follows.
func (w *forgeWorld) moved() {
	w.Helper()
	w.pass()
	w.calm()
}

func (w *forgeWorld) state() forks.State {
	w.Helper()
	s, err := w.syncer.Read(w.Context(), w.track)
	if err != nil || s == nil {
		w.Fatalf("state: %v %v", s, err)
	}
	return *s
}

// proposal is the newest one about a file.
func (w *forgeWorld) proposal(name string) (found forks.Proposal) {
	w.Helper()
	for _, p := range w.state().Proposals {
		if string(p.Conflict.Files[0].Path) == name+".nix" {
			found = p
		}
	}
	if found.ID == "" {
		w.Fatalf("there is no conflict about %s", name)
	}
	return found
}

// pull is the pull request of the newest conflict about a file, the last one if it was
// asked again.
func (w *forgeWorld) pull(name string) (found githubtest.Pull) {
	w.Helper()
	id := string(w.proposal(name).ID)
	for _, p := range w.server.Pulls(fullName) {
		if strings.HasSuffix(p.Head, id) {
			found = p
		}
	}
	if found.Number == 0 {
		w.Fatalf("the conflict about %s has no pull request", name)
	}
	return found
}

// published is a file on the fork's branch.
func (w *forgeWorld) published(name string) string {
	w.Helper()
	content, ok := w.fork.File(w, "main", name+".nix")
	if !ok {
		w.Fatalf("%s.nix is not on the branch", name)
	}
	return content
}

// written has the file of a conflict with a line in the place of the patch's.
func written(name, line string) string { return lines(name, 1, 12, "3="+line) }

func forgeStartAt() time.Time { return time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC) }

// leaping is a clock that jumps to the end of every wait.
type leaping struct{ *clockwork.FakeClock }

// NewTimer implements [clockwork.Clock].
func (l leaping) NewTimer(d time.Duration) clockwork.Timer {
	timer := l.FakeClock.NewTimer(d)
	l.Advance(d)
	return timer
}
