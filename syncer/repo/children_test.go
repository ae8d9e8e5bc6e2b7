package repo_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

const (
	fetchURL = "AUXSYNC_TEST_FETCH" // the process is one that only fetches this
	fetchGit = "AUXSYNC_TEST_GIT"
	fetchDir = "AUXSYNC_TEST_CACHE"
)

// TestMain is also the program that a test kills in the middle of a fetch.
func TestMain(m *testing.M) {
	if url := os.Getenv(fetchURL); url != "" {
		fmt.Println(fetchOnly(url))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func fetchOnly(url string) error {
	ctx := context.Background()
	g, err := repo.New(ctx, repo.Options{Path: os.Getenv(fetchGit), Stall: 10 * time.Second})
	if err != nil {
		return err
	}
	cache, err := g.OpenCache(ctx, os.Getenv(fetchDir))
	if err != nil {
		return err
	}
	r, err := g.Remote(repo.Access{URL: url, Transports: []string{"http"}})
	if err != nil {
		return err
	}
	return r.Fetch(ctx, cache, mainSpec, nil)
}

// aliveAs makes a pipe and a script that holds it open: started is closed when it
// does, and gone answers when the last process that the script became, or started,
// has ended.
func aliveAs(t *testing.T) (script string, started <-chan struct{}, gone <-chan error) {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	// Open for writing too, until the first process came: then reading ends only
	// after the last one.
	pipe, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	began, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := io.ReadFull(pipe, make([]byte, 1))
		close(began)
		reader, openErr := os.Open(fifo)
		closeErr := pipe.Close()
		if err = errors.Join(err, openErr, closeErr); err == nil {
			_, err = io.Copy(io.Discard, reader)
			_ = reader.Close()
		}
		ended <- err
	}()
	return "exec 9>'" + fifo + "'; printf x >&9", began, ended
}

func wantGone(t *testing.T, gone <-chan error) {
	t.Helper()
	select {
	case err := <-gone:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("a process is still there")
	}
}

func TestAKilledDaemonTakesItsGitAlong(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]string{
		// A process of the transport that git itself forgets, because one of its threads
		// exits while another ends its children, gives up as soon as it hears nothing.
		"in the middle of a pack": "",
		// It would not even notice that nobody listens any more.
		"that says nothing": "exec sleep 600",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sent := make(chan struct{}, 1)
			r := serveUpstream(t, newBench(t), halfThenHang(sent))
			script, started, gone := aliveAs(t)
			path, _ := wrapGit(t, `case "$1" in fetch) `+script+`; `+then+` ;; esac`)
			daemon := exec.Command(os.Args[0])
			daemon.Env = append(os.Environ(), fetchURL+"="+r.URL(), fetchGit+"="+path, fetchDir+"="+filepath.Join(t.TempDir(), "cache"))
			if err := daemon.Start(); err != nil {
				t.Fatal(err)
			}
			<-started
			if then == "" {
				<-sent
			}
			if err := daemon.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = daemon.Wait()
			wantGone(t, gone)
		})
	}
}

func TestKillEndsAllAndNothingStartsAfterwards(t *testing.T) {
	t.Parallel()
	script, started, gone := aliveAs(t)
	path, _ := wrapGit(t, `case "$1" in ls-remote) `+script+"; trap '' TERM; sh -c 'trap \"\" TERM; echo >&9; while :; do sleep 1; done' ;; esac")
	b := newBench(t)
	g := newGitWith(t, repo.Options{Path: path})
	r := remote(t, g, repo.Access{URL: b.up.Dir, Transports: localFiles})
	ended := make(chan error, 1)
	go func() {
		_, err := r.List(t.Context())
		ended <- err
	}()
	<-started
	g.Kill()
	if err := <-ended; err == nil {
		t.Error("a killed run succeeds")
	}
	wantGone(t, gone)
	if _, err := r.List(t.Context()); err == nil || !strings.Contains(err.Error(), "told to end") {
		t.Errorf("after Kill: %v", err)
	}
}

func TestACancelledFetchLeavesNothingInTheCache(t *testing.T) {
	t.Parallel()
	sent := make(chan struct{}, 1)
	b := newBench(t)
	r := serveUpstream(t, b, halfThenHang(sent))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Fetch(ctx, b.cache, mainSpec, nil) }()
	<-sent
	appears(t, filepath.Join(b.cache.Dir(), "objects", "pack", "tmp_pack_*"))
	overwriteNew(t, filepath.Join(b.cache.Dir(), "packed-refs.lock")) // as a git that is killed leaves it
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled fetch ends in %v", err)
	}
	nothingTemporary(t, b.cache.Dir())
	fetchAll(t, b.remote(t), b.cache)
}

func exists(t *testing.T, pattern string) bool {
	t.Helper()
	list, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return len(list) > 0
}

// appears waits until a folder has a file whose name matches; the kernel tells of new ones.
func appears(t *testing.T, pattern string) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	events := os.NewFile(uintptr(fd), "inotify")
	defer events.Close()
	if err := events.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := unix.InotifyAddWatch(fd, filepath.Dir(pattern), unix.IN_CREATE|unix.IN_MOVED_TO); err != nil {
		t.Fatal(err)
	}
	for buffer := make([]byte, 4096); !exists(t, pattern); {
		if _, err := events.Read(buffer); err != nil {
			t.Fatalf("wait for %s: %v", pattern, err)
		}
	}
}

// Of two that write, the one that ends last sweeps for both.
func TestAFailedFetchSweepsNothingOfAnother(t *testing.T) {
	t.Parallel()
	sent := make(chan struct{}, 1)
	b := newBench(t)
	r := serveUpstream(t, b, halfThenHang(sent))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Fetch(ctx, b.cache, mainSpec, nil) }()
	<-sent
	pattern := filepath.Join(b.cache.Dir(), "objects", "pack", "tmp_pack_*")
	appears(t, pattern)
	err := b.remote(t).Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/heads/gone", To: "refs/x"}}, nil)
	if !errors.As(err, new(*repo.MissingRefError)) {
		t.Errorf("no MissingRefError: %v", err)
	}
	if !exists(t, pattern) {
		t.Error("the pack that another fetch writes was swept")
	}
	cancel()
	<-ended
	nothingTemporary(t, b.cache.Dir())
}

func TestCloseSweepsWhatIsTemporaryWhateverItsAge(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	other := filepath.Join(t.TempDir(), "other")
	overwriteNew(t, filepath.Join(other, "quarantine-1", "x"))
	dir := b.cache.Dir()
	before := listing(t, dir)
	for _, path := range []string{"objects/pack/tmp_pack_x", "refs/auxsync/up/main.lock", "quarantine-1/objects/ab/cd", "objects/pack/pack-1.keep"} {
		overwriteNew(t, filepath.Join(dir, path))
	}
	overwriteNew(t, filepath.Join(dir+".new", "HEAD"))
	overwriteNew(t, filepath.Join(dir+".removed", "HEAD"))
	scratch, err := b.git.Scratch(t.Context(), b.cache)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.git.Close(); err != nil {
		t.Fatal(err)
	}
	nothingTemporary(t, dir)
	if after := listing(t, dir); len(after) != len(before) {
		t.Errorf("after: %v, before: %v", after, before)
	}
	if exists(t, scratch.Dir()) {
		t.Error("the scratch repository is still there")
	}
	if !exists(t, filepath.Join(other, "quarantine-1", "x")) {
		t.Error("a folder was swept that was never opened")
	}
}

func TestTheEndOfAChildLeavesNoThreadBehind(t *testing.T) {
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	before := threads(t)
	for range 40 {
		if _, err := b.cache.Refs(t.Context(), ""); err != nil {
			t.Fatal(err)
		}
	}
	if after := threads(t); after > before+5 {
		t.Errorf("%d threads, before %d", after, before)
	}
}

func threads(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/task")
	if err != nil {
		t.Skipf("threads cannot be counted here: %v", err)
	}
	return len(list)
}

func TestARemoteThatHangsIsEndedWhenTheClockSaysSo(t *testing.T) {
	t.Parallel()
	b, clock := newTimedBench(t, repo.Options{})
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	asked := make(chan struct{}, 1)
	server := repotest.Serve(t, repotest.ServeOptions{Around: always(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})}, b.up.Dir)
	r := remote(t, b.git, repo.Access{URL: server.URL(b.up.Dir), Transports: []string{"http"}})
	for name, do := range map[string]func() error{
		"fetch": func() error { return r.Fetch(t.Context(), b.cache, mainSpec, nil) },
		"list":  func() error { _, err := r.List(t.Context()); return err },
		"head":  func() error { _, err := r.Head(t.Context()); return err },
		"push": func() error {
			return r.Push(t.Context(), b.cache, []forks.RefUpdate{{Ref: "refs/heads/x", New: one}})
		},
	} {
		ended := make(chan error, 1)
		go func() { ended <- do() }()
		<-asked
		clock.Advance(5*time.Minute - time.Second)
		select {
		case err := <-ended:
			t.Fatalf("%s ended too early: %v", name, err)
		default:
		}
		clock.Advance(time.Second)
		err := <-ended
		wantKind(t, err, forks.Retry)
		if !errors.As(err, new(*repo.StalledError)) || !strings.Contains(err.Error(), "has sent nothing for 5 min") || !strings.Contains(err.Error(), name) && name == "fetch" {
			t.Errorf("%s: %v", name, err)
		}
	}
	nothingTemporary(t, b.cache.Dir())
}
