package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// With this flag the program is killed more often: `go test ./cmd/auxsync -run Kill -long 100`.
var long = flag.Int("long", 0, "number of kills to try")

// kills is how often it is killed without the flag.
const kills = 18

// TestKillAtAnyMomentChangesNothing kills the program with SIGKILL at random moments
// of a pass, by command and in the daemon, and starts it again: the fork ends as if
// nothing had happened, nothing temporary is left, and no lock or intent.
func TestKillAtAnyMomentChangesNothing(t *testing.T) {
	t.Parallel()
	type kind struct {
		name    string
		prepare func(*killed)
		begin   []string // the command that is killed
	}
	var kinds []kind
	for _, s := range []kind{{name: "clean", prepare: (*killed).clean}, {name: "conflict", prepare: (*killed).conflict},
		{name: "resolution", prepare: (*killed).resolution}} {
		for _, command := range []string{"sync", "run"} {
			kinds = append(kinds, kind{s.name + " " + command, s.prepare, []string{command}})
		}
	}
	times := max(kills, *long)
	for i, k := range kinds {
		share := times / len(kinds)
		if i < times%len(kinds) {
			share++
		}
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			w := newKilled(t, k.prepare)
			want, took := w.undisturbed(k.begin)
			// The same moments each time, as far as the machine is as fast each time.
			random := rand.New(rand.NewPCG(3, uint64(i)))
			cut := 0
			for n := range share {
				after := time.Duration(random.Int64N(int64(took)))
				if w.kill(k.begin, after) {
					cut++
				}
				w.toTheEnd(k.begin)
				w.check(fmt.Sprintf("kill %d, after %s", n, after), want)
			}
			t.Logf("an undisturbed pass takes %s; %d kills, %d of them before its end", took.Round(time.Millisecond), share, cut)
		})
	}
}

// killed is a world that can be made again: what a pass finds is kept as a copy.
type killed struct {
	*testing.T
	dir      string
	up, fork *repotest.Repo
	begin    string // the copy
}

// newKilled makes a fork with two patches that is adopted, and lets prepare leave
// something for the next pass to do.
func newKilled(t *testing.T, prepare func(*killed)) *killed {
	root := t.TempDir()
	w := &killed{T: t, dir: filepath.Join(root, "world"), begin: filepath.Join(root, "begin")}
	if err := os.MkdirAll(w.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	w.up = repotest.New(t, filepath.Join(w.dir, "upstream.git"))
	w.up.Commit(t, "main", repotest.Ada, "first commit", map[string]string{"a": numbered("one"), "b": numbered("one"), "c": numbered("one")})
	w.fork = w.up.Fork(t, filepath.Join(w.dir, "fork.git"))
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a": numbered("fork")})
	w.fork.Commit(t, "main", repotest.Alan, "b: fork change", map[string]string{"b": numbered("fork")})
	config := fmt.Sprintf("state_dir = %q\ncache_dir = %q\n\n[forks.pkgs]\nupstream = %q\nurl = %q\nallow_transports = [\"file\"]\n"+
		"publish_every = \"0s\"\n\n[forks.pkgs.tracks.aux]\nfollow = \"main\"\nbranch = \"main\"\n",
		filepath.Join(w.dir, "state"), filepath.Join(w.dir, "cache"), w.up.Dir, w.fork.Dir)
	if err := os.WriteFile(filepath.Join(w.dir, "config.toml"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	w.run("adopt", "aux")
	prepare(w)
	if err := os.CopyFS(w.begin, os.DirFS(w.dir)); err != nil {
		t.Fatal(err)
	}
	return w
}

// numbered is a file whose fifth line is word.
func numbered(word string) string {
	var b strings.Builder
	for n := 1; n <= 9; n++ {
		if n == 5 {
			fmt.Fprintln(&b, word)
			continue
		}
		fmt.Fprintf(&b, "line %d\n", n)
	}
	return b.String()
}

func (w *killed) clean() {
	w.up.Commit(w, "main", repotest.Ada, "c: bump", map[string]string{"c": numbered("two")})
}

func (w *killed) conflict() {
	w.clean()
	w.up.Commit(w, "main", repotest.Ada, "a: bump", map[string]string{"a": numbered("two")})
}

func (w *killed) resolution() {
	w.conflict()
	w.run("sync", "aux")
	for ref := range w.fork.Refs(w) {
		if strings.HasPrefix(string(ref), "refs/heads/auxsync/aux/onto/") {
			w.fork.Commit(w, string(ref), repotest.Grace, "settle", map[string]string{"a": numbered("both")})
			return
		}
	}
	w.Fatal("no conflict is open")
}

// again makes the world as it was.
func (w *killed) again() {
	w.Helper()
	if err := os.RemoveAll(w.dir); err != nil {
		w.Fatal(err)
	}
	if err := os.CopyFS(w.dir, os.DirFS(w.begin)); err != nil {
		w.Fatal(err)
	}
}

// command is the program, which has a minute.
func (w *killed) command(args ...string) (*exec.Cmd, *bytes.Buffer) {
	out := &bytes.Buffer{}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	w.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, "auxsync", args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = w.dir, out, out
	cmd.Env = append(repotest.Env(), "USER=mona", "HOME="+w.dir, "TMPDIR="+w.dir, "GORACE=atexit_sleep_ms=0",
		"AUXSYNC_CONFIG="+filepath.Join(w.dir, "config.toml"))
	cmd.WaitDelay = 10 * time.Second
	return cmd, out
}

// run runs a command that is to succeed.
func (w *killed) run(args ...string) {
	w.Helper()
	cmd, out := w.command(args...)
	if err := cmd.Run(); err != nil {
		w.Fatalf("auxsync %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// undisturbed is the fork after the command came to its end, and how long that took.
func (w *killed) undisturbed(begin []string) (string, time.Duration) {
	w.again()
	started := time.Now()
	w.toTheEnd(begin)
	return w.ended(), time.Since(started)
}

// kill makes the world anew, runs the command and kills it. It reports whether the
// program ran until then.
func (w *killed) kill(begin []string, after time.Duration) bool {
	w.again()
	cmd, _ := w.command(begin...)
	if err := cmd.Start(); err != nil {
		w.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) {
		w.Fatal(err)
	}
	status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && status.Signaled()
}

// toTheEnd runs the command until a pass has come to its end. A daemon is asked for
// one, and then told to end.
func (w *killed) toTheEnd(begin []string) {
	w.Helper()
	if begin[0] != "run" {
		w.run(begin...)
		return
	}
	daemon, out := w.command(begin...)
	if err := daemon.Start(); err != nil {
		w.Fatal(err)
	}
	w.run("sync", "aux") // by the daemon, or before it
	if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
		w.Fatal(err)
	}
	if err := daemon.Wait(); daemon.ProcessState == nil || daemon.ProcessState.ExitCode() != exitDone && daemon.ProcessState.ExitCode() != exitSignal+15 {
		w.Fatalf("auxsync run: %v\n%s", err, out)
	}
}

// check looks at the world after the restart.
func (w *killed) check(what, want string) {
	w.Helper()
	if got := w.ended(); got != want {
		w.Errorf("%s, the fork:\n%s\nwant:\n%s", what, got, want)
	}
	w.nothingTemporary(what)
	state := filepath.Join(w.dir, "state")
	lock, err := store.Lock(state)
	if err != nil {
		w.Fatalf("%s: the state directory is still locked: %v", what, err)
	}
	defer func() { _ = lock.Unlock() }()
	db, err := store.Open(context.Background(), filepath.Join(state, store.FileName), clockwork.NewRealClock())
	if err != nil {
		w.Fatalf("%s: %v", what, err)
	}
	defer db.Close()
	open, err := db.OpenIntents(context.Background(), "pkgs", "aux")
	if err != nil || len(open) > 0 {
		w.Errorf("%s: intents are open: %v %v", what, open, err)
	}
	newest, err := db.Newest(context.Background(), "pkgs", "aux")
	if tip := w.fork.Tip(w, "refs/auxsync/state/aux"); err != nil || newest != tip {
		w.Errorf("%s: the database is at state %s, the fork at %s (%v)", what, newest, tip, err)
	}
	w.fork.Fsck(w)
}

// nothingTemporary looks for what must not be left in the cache.
func (w *killed) nothingTemporary(what string) {
	w.Helper()
	err := filepath.WalkDir(filepath.Join(w.dir, "cache"), func(path string, _ fs.DirEntry, err error) error {
		name := filepath.Base(path)
		if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") || strings.HasPrefix(name, "quarantine-") || strings.HasSuffix(name, ".lock") {
			w.Errorf("%s: left behind: %s", what, path)
		}
		return err
	})
	if err != nil {
		w.Fatal(err)
	}
}

// times differ from run to run; in the record, and nowhere else.
var times = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)

// ended renders the refs of the fork with all commits in them, and of the state ref the
// record without its times and how many there were before it.
func (w *killed) ended() string {
	w.Helper()
	var b strings.Builder
	refs := w.fork.Refs(w)
	for _, ref := range slices.Sorted(maps.Keys(refs)) {
		fmt.Fprintf(&b, "%s\n", ref)
		if ref == "refs/auxsync/state/aux" {
			text := w.fork.Git(w, "cat-file", "blob", string(ref)+":state.json")
			b.WriteString(times.ReplaceAllString(text, `"…"`))
			b.WriteString(w.fork.Git(w, "log", "--first-parent", "--format=%an %s", string(ref)))
			continue
		}
		b.WriteString(w.fork.Git(w, "log", "--topo-order", "--format=%H %an %s", string(ref)))
	}
	return b.String()
}
