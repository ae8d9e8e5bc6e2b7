package scripttest

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
)

// hub is the GitHub of a script.
type hub struct {
	server *githubtest.Server
	tokens []string // all that were ever given out, the newest last
}

type hubKey struct{}

func withHub(env *testscript.Env) { env.Values[hubKey{}] = &hub{} }

// The fork's repository there, and who writes in auxsync's name.
const (
	hubRepo = "aux/pkgs"
	robot   = "aux-bot"
)

// hubSecret is the secret of the webhook.
const hubSecret = Canary + "-hook"

// onHub returns the script's GitHub, which must have been begun.
func onHub(t tb) *hub {
	h := t.Value(hubKey{}).(*hub)
	if h.server == nil {
		t.Fatalf("there is no GitHub here: begin it with the word github")
	}
	return h
}

// github begins a GitHub that has the fork, and writes config.toml for it.
func github(t tb, args []string) {
	h := t.Value(hubKey{}).(*hub)
	h.server = githubtest.New(t, githubtest.Options{Validate: described.API(t)})
	owner, name, _ := strings.Cut(hubRepo, "/")
	for _, login := range []string{robot, "ada", "bob", "eve"} {
		h.server.AddUser(login, githubtest.User)
	}
	h.server.AddRepo(owner, name, t.MkAbs("fork.git"), githubtest.RepoOptions{Private: slices.Contains(args, "private")})
	h.server.AddOrgMember(owner, "ada")
	for _, login := range []string{robot, "ada", "bob"} {
		h.server.Grant(hubRepo, login, githubtest.Write)
	}
	renew(t, nil)
	t.Check(os.WriteFile(t.MkAbs("hook"), []byte(hubSecret+"\n"), 0o600))
	t.Setenv("HOOK", hubSecret)
	t.Setenv("GITHUB", strings.TrimSuffix(h.server.APIURL(), "/"))
	t.Setenv("FORK_URL", h.server.GitURL(hubRepo))
	t.Check(os.WriteFile(t.MkAbs("config.toml"), fmt.Appendf(nil, `state_dir = %q
cache_dir = %q

[log]
level = "warn"

[forks.pkgs]
upstream = %q
url = %q
credential = %q
forge = "github"
allow_transports = ["file", "http"]
history = %q

[forks.pkgs.github]
api = %q
ask = ["ada"]

[forks.pkgs.tracks.aux]
follow = "main"
branch = "main"
`, t.MkAbs("state"), t.MkAbs("cache"), t.MkAbs("upstream.git"), t.Getenv("FORK_URL"), t.MkAbs("token"), t.Getenv("HISTORY"), t.Getenv("GITHUB")), 0o644))
}

// hubAccount makes an account with an id, and lets it do something with the fork.
func hubAccount(t tb, args []string) {
	h := onHub(t)
	id, err := strconv.ParseInt(args[1], 10, 64)
	t.Check(err)
	p, ok := map[string]githubtest.Permission{"none": githubtest.None, "triage": githubtest.Triage, "write": githubtest.Write}[args[2]]
	if !ok {
		t.Fatalf("no such permission: %q", args[2])
	}
	h.server.AddNumbered(args[0], githubtest.User, id)
	h.server.Grant(hubRepo, args[0], p)
}

// hubTeam makes a team of the fork's organisation.
func hubTeam(t tb, args []string) {
	owner, _, _ := strings.Cut(hubRepo, "/")
	onHub(t).server.AddTeam(owner, args[0], args[1:], []string{hubRepo})
}

// renew writes a new token into the file token, and makes the one before worthless.
func renew(t tb, _ []string) {
	h := onHub(t)
	fresh := h.server.Token(robot, githubtest.AllRights())
	t.Check(os.WriteFile(t.MkAbs("token"), []byte(fresh+"\n"), 0o600))
	if n := len(h.tokens); n > 0 {
		h.server.Revoke(h.tokens[n-1])
	}
	h.tokens = append(h.tokens, fresh)
}

// rights gives the newest token all rights but one, or all.
func rights(t tb, args []string) {
	h, all := onHub(t), githubtest.AllRights()
	if args[0] != "all" {
		levels := map[string]githubtest.Level{"none": githubtest.NoAccess, "read": githubtest.CanRead}
		level, ok := levels[args[len(args)-1]]
		if _, known := all[args[0]]; !known || !ok || len(args) != 2 {
			t.Fatalf("no such right: %q", args)
		}
		all = all.Without(args[0], level)
	}
	h.server.SetRights(h.tokens[len(h.tokens)-1], all)
}

// interrupts runs a program, interrupts it while GitHub lets it wait for an answer, and
// compares its exit code.
func interrupts(t tb, args []string) {
	h := onHub(t)
	asked := make(chan struct{}, 1)
	h.server.SetFaults(func(r *http.Request) githubtest.Fault {
		if !strings.HasPrefix(r.URL.Path, "/api/") {
			return githubtest.Fault{}
		}
		select {
		case asked <- struct{}{}:
		default:
		}
		return githubtest.Fault{Kind: githubtest.Slow}
	})
	defer h.server.SetFaults(nil)
	start(t, "interrupted", exec.Command(args[1], args[2:]...))
	select {
	case <-asked:
	case <-time.After(patience):
		t.Fatalf("GitHub was not asked; it says:\n%s", t.ReadFile("interrupted.log"))
	}
	send(t, []string{"interrupted", "INT"})
	ends(t, []string{"interrupted", args[0], "10s"})
}

// outage has every request to the API, but none of git's, fail with 503; or ends that.
func outage(t tb, args []string) {
	h := onHub(t)
	switch args[0] {
	case "begins":
		h.server.SetFaults(func(r *http.Request) githubtest.Fault {
			if strings.HasPrefix(r.URL.Path, "/api/") {
				return githubtest.Fault{Kind: githubtest.UnavailableBefore}
			}
			return githubtest.Fault{}
		})
	case "ends":
		h.server.SetFaults(nil)
	default:
		t.Fatalf("an outage begins or ends")
	}
}
