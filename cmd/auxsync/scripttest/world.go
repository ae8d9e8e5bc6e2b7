package scripttest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Canary is the credential of scripts that need one. It must appear nowhere.
const Canary = "canary-4f1d9c2e7b"

// Setup gives a script a clean environment with fixed dates.
func Setup(env *testscript.Env) error {
	withDaemons(env)
	withHub(env)
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.Mkdir(home, 0o755); err != nil {
		return err
	}
	for _, kv := range append(repotest.Env(), "HOME="+home, "TMPDIR="+filepath.Join(env.WorkDir, ".temp"), "USER=mona", "HISTORY=merging",
		"GORACE=atexit_sleep_ms=0", "AUXSYNC_CONFIG="+filepath.Join(env.WorkDir, "config.toml"),
		"GIT_AUTHOR_NAME=Mona Lisa", "GIT_AUTHOR_EMAIL=mona@example.org", "GIT_COMMITTER_NAME=Mona Lisa", "GIT_COMMITTER_EMAIL=mona@example.org",
		"GIT_AUTHOR_DATE=2024-05-01T12:00:00Z", "GIT_COMMITTER_DATE=2024-05-01T12:00:00Z") {
		name, value, _ := strings.Cut(kv, "=")
		env.Setenv(name, value)
	}
	now := time.Now().UTC()
	env.Setenv("QUIET", now.Add(-time.Hour).Format("15:04")+"-"+now.Add(6*time.Hour).Format("15:04"))
	return os.Mkdir(filepath.Join(env.WorkDir, ".temp"), 0o755)
}

// Commands are the words that scripts have besides testscript's own.
func Commands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"world":    plain(0, 0, makeWorld),
		"upstream": plain(1, -1, func(ts tb, args []string) { commitTo(ts, "upstream", "main", args) }),
		"fork":     plain(1, -1, func(ts tb, args []string) { commitTo(ts, "fork", "main", args) }),
		"commit":   plain(3, -1, func(ts tb, args []string) { commitTo(ts, args[0], args[1], args[2:]) }),
		"merge":    plain(4, -1, merge),
		"branch":   plain(3, 3, setBranch),
		"conflict": plain(1, 1, conflict),
		"outcome":  plain(3, 3, outcome),
		"patches":  plain(1, 1, patches),
		"rev":      plain(3, 3, rev),
		"same":     check(3, same),
		"contains": check(3, contains),
		"content":  plain(4, 4, content),
		"line":     check(5, line),
		"snapshot": plain(2, -1, snapshot),
		"nocanary": plain(0, 0, noCanary),
		"serve":    plain(0, 0, serve),

		"patch":     plain(2, 2, patch),
		"owed":      check(2, owed),
		"open":      plain(1, 1, open),
		"asked":     check(1, asked),
		"reachable": check(2, reachable),
		"exits":     plain(2, -1, exits),
		"inert":     plain(0, 0, inert),

		"config":  plain(1, 1, config),
		"daemon":  plain(1, -1, begin),
		"signal":  plain(2, 2, send),
		"ends":    plain(2, 3, ends),
		"get":     plain(2, 2, get),
		"listens": plain(0, 0, listens),
		"until":   plain(2, -1, until),

		"github":     plain(0, 1, github),
		"account":    plain(3, 3, hubAccount),
		"team":       plain(1, -1, hubTeam),
		"renew":      plain(0, 0, renew),
		"rights":     plain(1, 2, rights),
		"outage":     plain(1, 1, outage),
		"interrupts": plain(2, -1, interrupts),
		"browser":    plain(3, 5, browser),
		"pulls":      plain(0, 0, pulls),
		"shows":      plain(1, 1, shows),
		"deliver":    plain(3, 4, deliver),
	}
}

// tb lets package repotest report to a script.
type tb struct{ *testscript.TestScript }

func (tb) Helper()            {}
func (t tb) Cleanup(f func()) { t.Defer(f) }

// plain wraps a command that does not know "!". The most arguments are unlimited
// at -1.
func plain(least, most int, do func(tb, []string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if neg {
			ts.Fatalf("this command has no negation")
		}
		if len(args) < least || most >= 0 && len(args) > most {
			ts.Fatalf("wrong number of arguments; see the doc of package scripttest")
		}
		do(tb{ts}, args)
	}
}

// check wraps a command that tells true from false.
func check(n int, holds func(tb, []string) (bool, string)) func(*testscript.TestScript, bool, []string) {
	return func(ts *testscript.TestScript, neg bool, args []string) {
		if len(args) != n {
			ts.Fatalf("wrong number of arguments; see the doc of package scripttest")
		}
		if ok, found := holds(tb{ts}, args); ok == neg {
			ts.Fatalf("%s", found)
		}
	}
}

// forkClock keeps commits of the fork from having the date of one of upstream by
// accident: author and date together recognise a patch.
const forkClock = 7 * time.Second

// repository opens upstream or fork. Each commit of a script is a minute younger
// than the one before.
func repository(t tb, name string) *repotest.Repo {
	r := &repotest.Repo{Dir: t.MkAbs(name + ".git")}
	out := strings.TrimSpace(r.Git(t, "for-each-ref", "--format=%(committerdate:unix)", "--sort=-committerdate", "--count=1"))
	var last int64
	if _, err := fmt.Sscan(out, &last); err == nil {
		r.Now = dateAfter(last)
	}
	if name == "fork" {
		r.Now = r.Now.Add(forkClock)
	}
	return r
}

// makeWorld makes the two repositories and the configuration.
func makeWorld(t tb, _ []string) {
	for _, name := range []string{"upstream.git", "fork.git", "state", "cache"} {
		t.Check(os.RemoveAll(t.MkAbs(name)))
	}
	up := repotest.New(t, t.MkAbs("upstream.git"))
	files := map[string]string{"README": "a package set\n"}
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		var b strings.Builder
		for n := 1; n <= 12; n++ {
			fmt.Fprintf(&b, "%s line %d\n", name, n)
		}
		files[name+".nix"] = b.String()
	}
	up.Commit(t, "main", repotest.Ada, "first commit", files)
	up.Commit(t, "main", repotest.Ada, "second commit", map[string]string{"README": "a package set\nwith a second line\n"})
	up.Fork(t, t.MkAbs("fork.git"))
	config := fmt.Sprintf(`state_dir = %q
cache_dir = %q

[log]
level = "warn"

[limits]
per_day = 0

[forks.pkgs]
upstream = %q
url = %q
allow_transports = ["file"]
history = %q

[forks.pkgs.tracks.aux]
follow = "main"
branch = "main"
`, t.MkAbs("state"), t.MkAbs("cache"), t.MkAbs("upstream.git"), t.MkAbs("fork.git"), t.Getenv("HISTORY"))
	t.Check(os.WriteFile(t.MkAbs("config.toml"), []byte(config), 0o644))
}

// config writes config.toml, with the script's variables put in.
func config(t tb, args []string) {
	text := os.Expand(t.ReadFile(args[0]), t.Getenv)
	t.Check(os.WriteFile(t.MkAbs("config.toml"), []byte(text), 0o644))
}

// author reads "by NAME" in front of the arguments.
func author(args []string) (string, []string) {
	if len(args) > 2 && args[0] == "by" {
		name := args[1]
		return fmt.Sprintf("%s <%s@example.org>", name, strings.ToLower(strings.Fields(name)[0])), args[2:]
	}
	return "", args
}

func commitTo(t tb, name, branch string, args []string) {
	who, args := author(literals(t, args))
	r := repository(t, name)
	r.Build(t, repotest.Commit{Branch: branch, Author: who, Subject: args[0], Files: edits(t, r, branch, args[1:])})
}

func merge(t tb, args []string) {
	name, branch, other := args[0], args[1], args[2]
	who, rest := author(literals(t, args[3:]))
	if who == "" {
		who = repotest.Ada
	}
	r := repository(t, name)
	r.Merge(t, branch, who, rest[0], resolve(t, r, other), edits(t, r, branch, rest[1:]))
}

func setBranch(t tb, args []string) {
	r := repository(t, args[0])
	if args[2] == "-" {
		r.SetRef(t, args[1], forks.Hash{})
		return
	}
	r.SetRef(t, args[1], resolve(t, r, args[2]))
}

func resolve(t tb, r *repotest.Repo, rev string) forks.Hash {
	id, err := forks.ParseHash(strings.TrimSpace(r.Git(t, "rev-parse", "--verify", "--end-of-options", rev+"^{commit}")))
	t.Check(err)
	return id
}
