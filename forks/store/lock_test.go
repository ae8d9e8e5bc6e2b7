package store_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// This test binary is also the other process: it does what this variable says.
const roleVariable = "AUXSYNC_STORE_TEST"

func TestMain(m *testing.M) {
	role, dir, _ := strings.Cut(os.Getenv(roleVariable), ":")
	switch role {
	case "":
		fewerChecks()
		os.Exit(m.Run())
	case "hold":
		os.Exit(hold(dir))
	case "write":
		os.Exit(writeIntents(dir))
	case "upgrade":
		os.Exit(upgrade(dir))
	case "stall":
		os.Exit(stallInUpgrade(dir))
	case "disk":
		os.Exit(smallDisk(dir))
	}
	os.Exit(2)
}

// fewerChecks lets laws be tried 25 times, for each time is many transactions, unless
// -rapid.checks says otherwise.
func fewerChecks() {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if told {
		return
	}
	if err := flag.Set("rapid.checks", "25"); err != nil {
		panic(err)
	}
}

// hold keeps the lock until its input ends.
func hold(dir string) int {
	lock, err := store.Lock(dir)
	if err != nil {
		fmt.Println(err)
		return 1
	}
	fmt.Println("locked")
	_, _ = io.Copy(io.Discard, os.Stdin)
	if err := lock.Unlock(); err != nil {
		return 1
	}
	return 0
}

// writeIntents writes intents and prints each id once it is told to be on disk.
func writeIntents(dir string) int {
	ctx := context.Background()
	db, err := store.Open(ctx, filepath.Join(dir, store.FileName), clockwork.NewFakeClock())
	if err != nil {
		fmt.Println(err)
		return 1
	}
	for {
		id, err := db.OpenIntent(ctx, forks.Intent{Fork: "nix", Track: "main", Kind: "push", Payload: json.RawMessage(`{}`)})
		if err != nil {
			fmt.Println(err)
			return 1
		}
		fmt.Println(id)
	}
}

// process is the other process.
type process struct {
	cmd   *exec.Cmd
	stdin io.WriteCloser
	lines *bufio.Scanner
}

func start(t *testing.T, role, dir string) *process {
	t.Helper()
	return startCommand(t, exec.Command(os.Args[0]), role, dir)
}

func startCommand(t *testing.T, cmd *exec.Cmd, role, dir string) *process {
	t.Helper()
	cmd.Env = append(os.Environ(), roleVariable+"="+role+":"+dir, "GORACE=atexit_sleep_ms=0")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &process{cmd, stdin, bufio.NewScanner(stdout)}
}

func (p *process) line(t *testing.T) string {
	t.Helper()
	if !p.lines.Scan() {
		t.Fatalf("the other process says nothing: %v", p.lines.Err())
	}
	return p.lines.Text()
}

func holdElsewhere(t *testing.T, dir string) *process {
	t.Helper()
	other := start(t, "hold", dir)
	if got := other.line(t); got != "locked" {
		t.Fatal(got)
	}
	return other
}

func TestSecondProcessIsToldWhoWorksAndSinceWhen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state")
	other := holdElsewhere(t, dir)
	if err := os.Chtimes(filepath.Join(dir, store.LockName), noon(), noon()); err != nil {
		t.Fatal(err)
	}
	_, err := store.Lock(dir)
	want := fmt.Sprintf("auxsync (pid %d) has been working on the state directory %s since 2026-01-02 12:03:04 UTC; wait for it, or stop it",
		other.cmd.Process.Pid, dir)
	if forks.KindOf(err) != forks.Retry || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestLockIsFreeAfterUnlockAndAfterKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, end := range []func(*process) error{
		func(p *process) error { return p.stdin.Close() },
		func(p *process) error { return p.cmd.Process.Kill() },
	} {
		other := holdElsewhere(t, dir)
		if _, err := store.Lock(dir); err == nil {
			t.Fatal("two processes have the lock")
		}
		if err := end(other); err != nil {
			t.Fatal(err)
		}
		_ = other.cmd.Wait()
		lock, err := store.Lock(dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := lock.Unlock(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestLockInOneProcessIsExclusiveToo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	lock, err := store.Lock(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock(dir); forks.KindOf(err) != forks.Retry {
		t.Errorf("got %v", err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, store.LockName)); err != nil || info.Size() != 0 {
		t.Errorf("a released lock still names a process: %v, %v", info, err)
	}
}

func TestWaitingForTheLockSaysSoAndGetsIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := holdElsewhere(t, dir)
	var told []string
	lock, err := store.LockWait(t.Context(), dir, func(holder string) {
		told = append(told, holder)
		if err := other.stdin.Close(); err != nil {
			t.Error(err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Unlock()
	if len(told) != 1 || !strings.Contains(told[0], fmt.Sprintf("(pid %d)", other.cmd.Process.Pid)) {
		t.Errorf("told %q", told)
	}
	if _, err := store.Lock(dir); err == nil {
		t.Error("the lock is not held")
	}
}

func TestWaitingEndsWithItsContextAndLeavesTheLockFree(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	other := holdElsewhere(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := store.LockWait(ctx, dir, func(string) { cancel() })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := other.stdin.Close(); err != nil {
		t.Fatal(err)
	}
	deadline, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	lock, err := store.LockWait(deadline, dir, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}

func TestLockWithoutAPlaceForIt(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Lock(filepath.Join(file, "state")); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v", err)
	}
	var pathErr *fs.PathError
	if _, err := store.LockWait(t.Context(), filepath.Join(file, "state"), nil); !errors.As(err, &pathErr) {
		t.Errorf("got %v", err)
	}
}

func TestWhatWasAcknowledgedSurvivesKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var last string
	for range 3 {
		other := start(t, "write", dir)
		for range 20 {
			last = other.line(t)
		}
		if err := other.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		// What it wrote before the signal was seen counts too.
		for other.lines.Scan() {
			last = other.lines.Text()
		}
		_ = other.cmd.Wait()

		open, err := open(t, filepath.Join(dir, store.FileName)).OpenIntents(t.Context(), "nix", "main")
		if err != nil {
			t.Fatal(err)
		}
		var found bool
		for i, in := range open {
			if in.ID != int64(i+1) {
				t.Fatalf("intent %d is lost", i+1)
			}
			found = found || fmt.Sprint(in.ID) == last
		}
		if !found {
			t.Errorf("intent %s was acknowledged and is lost", last)
		}
	}
}
