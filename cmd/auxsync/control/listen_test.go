package control_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

func listen(t *testing.T, path string) net.Listener {
	t.Helper()
	ln, err := control.Listen(path, 0o660, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

// stale leaves a socket on which nobody listens.
func stale(t *testing.T, path string) {
	t.Helper()
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Net: "unix", Name: path})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
}

func files(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}

// mustAnswer fails if nobody listens on path.
func mustAnswer(t *testing.T, path string) {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Error(err)
		return
	}
	_ = conn.Close()
}

func TestSocketHasItsModeAndIsRemovedAtTheEnd(t *testing.T) {
	t.Parallel()
	for _, mode := range []fs.FileMode{0o660, 0o600, 0o666} {
		dir := t.TempDir()
		path := filepath.Join(dir, "control.sock")
		ln, err := control.Listen(path, mode, zap.NewNop())
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != mode|fs.ModeSocket {
			t.Errorf("got %v, %v", info.Mode(), err)
		}
		if got := files(t, dir); got != "control.sock control.sock.lock" {
			t.Errorf("files %s", got)
		}
		if ln.Addr().String() != path {
			t.Errorf("its address is %s", ln.Addr())
		}
		for range 2 {
			if err := ln.Close(); err != nil {
				t.Error(err)
			}
		}
		if got := files(t, dir); got != "control.sock.lock" {
			t.Errorf("after its end there is %s", got)
		}
	}
}

func TestStaleSocketIsReplacedAndThisIsLogged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	stale(t, path)
	if _, err := net.Dial("unix", path); err == nil {
		t.Fatal("it is not stale")
	}
	core, logs := observer.New(zap.InfoLevel)
	ln, err := control.Listen(path, 0o660, zap.New(core))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	mustAnswer(t, path)
	if logs.FilterField(zap.String("path", path)).Len() != 1 {
		t.Errorf("log: %v", logs.All())
	}
}

func TestSocketOfARunningDaemonIsRefusedAndItsProcessNamed(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	listen(t, path)
	_, err := control.Listen(path, 0o660, zap.NewNop())
	want := fmt.Sprintf("auxsync (pid %d) is already running there: it has the control socket %s; use it, or stop it first", os.Getpid(), path)
	if forks.KindOf(err) != forks.Retry || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	mustAnswer(t, path)
}

func TestFileThatIsNoSocketIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, link := filepath.Join(dir, "file"), filepath.Join(dir, "link")
	if err := os.WriteFile(file, []byte("precious"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, link} {
		_, err := control.Listen(path, 0o660, zap.NewNop())
		if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), path+": there is a file that is not a socket") {
			t.Errorf("got %v", err)
		}
		if text, err := os.ReadFile(path); err != nil || string(text) != "precious" {
			t.Errorf("the file has %q, %v", text, err)
		}
	}
	missing := filepath.Join(dir, "missing", "control.sock")
	if _, err := control.Listen(missing, 0o660, zap.NewNop()); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), missing) {
		t.Errorf("got %v", err)
	}
}

func TestSocketThatSomebodyElsePutThereIsNotRemoved(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	first := listen(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	listen(t, path)
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	mustAnswer(t, path)
}

func TestOfManyThatStartAtOnceOneWins(t *testing.T) {
	t.Parallel()
	for range 20 {
		path := filepath.Join(t.TempDir(), "control.sock")
		stale(t, path)
		var wg sync.WaitGroup
		winners := make(chan net.Listener, 8)
		for range cap(winners) {
			wg.Go(func() {
				ln, err := control.Listen(path, 0o660, zap.NewNop())
				if err == nil {
					winners <- ln
				} else if forks.KindOf(err) != forks.Retry {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		close(winners)
		if len(winners) != 1 {
			t.Errorf("%d started", len(winners))
		}
		mustAnswer(t, path)
		for ln := range winners {
			if err := ln.Close(); err != nil {
				t.Error(err)
			}
		}
		if got := files(t, filepath.Dir(path)); got != "control.sock.lock" {
			t.Errorf("left over: %s", got)
		}
	}
}

func TestPathLongerThanAnAddressWorks(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), strings.Repeat("d", 100), strings.Repeat("e", 200))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "control.sock")
	if _, err := control.Dial(t.Context(), path, clockwork.NewFakeClock()); !errors.Is(err, control.ErrNoDaemon) {
		t.Errorf("before it is made: %v", err)
	}
	ln := listen(t, path)
	if _, err := control.Listen(path, 0o660, zap.NewNop()); err == nil || !strings.Contains(err.Error(), "is already running there") {
		t.Errorf("got %v", err)
	}
	d := serve(t, &service{}, ln)
	if h, err := d.dial(t).Hello(t.Context()); err != nil || h.PID != os.Getpid() {
		t.Errorf("got %v, %v", h, err)
	}
	d.stop()
	d.end(t)
	if got := files(t, dir); got != "control.sock.lock" {
		t.Errorf("after its end there is %s", got)
	}
}
