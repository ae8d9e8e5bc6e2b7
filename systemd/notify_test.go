package systemd_test

import (
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/auxolotl/auxsync/systemd"
)

// environment returns an environment of those variables.
func environment(pairs ...string) func(string) string {
	return func(key string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == key {
				return pairs[i+1]
			}
		}
		return ""
	}
}

// manager is the service manager's end of a datagram socket.
func manager(t *testing.T, name string) *net.UnixConn {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: name})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

func heard(t *testing.T, conn *net.UnixConn) string {
	t.Helper()
	buf := make([]byte, 1<<16)
	n, err := conn.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func TestManagerIsToldHowTheDaemonIs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{filepath.Join(t.TempDir(), "notify"), "@auxsync-notify-test-" + strconv.Itoa(os.Getpid())} {
		conn := manager(t, name)
		n := systemd.NewNotifier(environment("NOTIFY_SOCKET", name))
		for want, tell := range map[string]func() error{
			"READY=1\nSTATUS=2 tracks, all ok":     func() error { return n.Ready("2 tracks, all ok") },
			"STATUS=fetching nixpkgs":              func() error { return n.Status("fetching nixpkgs") },
			"STOPPING=1\nSTATUS=ends the push":     func() error { return n.Stopping("ends the push") },
			"EXTEND_TIMEOUT_USEC=90000000":         func() error { return n.Extend(90 * time.Second) },
			"WATCHDOG=1":                           n.Alive,
			"READY=1\nSTATUS=":                     func() error { return n.Ready("") },
			"STATUS=MAINPID=1 in the text is text": func() error { return n.Status("MAINPID=1 in the text is text") },
		} {
			if err := tell(); err != nil {
				t.Errorf("%s: %v", want, err)
			} else if got := heard(t, conn); got != want {
				t.Errorf("heard %q, want %q", got, want)
			}
		}
	}
}

func TestReloadingTellsTheMonotonicTime(t *testing.T) {
	t.Parallel()
	name := filepath.Join(t.TempDir(), "notify")
	conn := manager(t, name)
	before := monotonic(t)
	if err := systemd.NewNotifier(environment("NOTIFY_SOCKET", name)).Reloading(); err != nil {
		t.Fatal(err)
	}
	usec, ok := strings.CutPrefix(heard(t, conn), "RELOADING=1\nMONOTONIC_USEC=")
	got, err := strconv.ParseInt(usec, 10, 64)
	if after := monotonic(t); !ok || err != nil || got < before || got > after {
		t.Errorf("heard %s µs, not between %d and %d", usec, before, after)
	}
}

func monotonic(t *testing.T) int64 {
	t.Helper()
	var now unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &now); err != nil {
		t.Fatal(err)
	}
	return now.Nano() / 1000
}

func TestWithoutAManagerNothingIsToldAndNothingFails(t *testing.T) {
	t.Parallel()
	n := systemd.NewNotifier(environment("WATCHDOG_USEC", "60000000"))
	for _, err := range []error{n.Ready("x"), n.Status("x"), n.Reloading(), n.Stopping("x"), n.Extend(time.Minute), n.Alive()} {
		if err != nil {
			t.Error(err)
		}
	}
	if d, ok := n.WatchdogInterval(); ok {
		t.Errorf("beats every %s for nobody", d)
	}
}

func TestWhatCannotBeToldIsAnError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	name := filepath.Join(dir, "notify")
	conn := manager(t, name)
	n := systemd.NewNotifier(environment("NOTIFY_SOCKET", name))
	for what, err := range map[string]error{
		"line break":   n.Status("ok\nMAINPID=1"),
		"zero byte":    n.Ready("ok\x00"),
		"too short":    n.Extend(0),
		"nobody":       systemd.NewNotifier(environment("NOTIFY_SOCKET", filepath.Join(dir, "missing"))).Alive(),
		"neither":      systemd.NewNotifier(environment("NOTIFY_SOCKET", "vsock:2:1")).Alive(),
		"-1m0s":        n.Extend(-time.Minute),
		`\nMAINPID=1"`: systemd.NewNotifier(environment()).Status("ok\nMAINPID=1"), // also without a manager
	} {
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: got %v", what, err)
		}
	}
	if err := n.Alive(); err != nil {
		t.Fatal(err)
	}
	if got := heard(t, conn); got != "WATCHDOG=1" {
		t.Errorf("something refused was sent: %q", got)
	}
}

func TestWatchdogIntervalIsWhatTheManagerWaits(t *testing.T) {
	t.Parallel()
	self, other := strconv.Itoa(os.Getpid()), strconv.Itoa(os.Getpid()+1)
	for _, c := range []struct {
		usec, pid string
		want      time.Duration
	}{
		{"60000000", self, time.Minute},
		{"3000000", "", 3 * time.Second},
		{"60000000", other, 0},
		{"", self, 0},
		{"0", self, 0},
		{"-1", self, 0},
		{"soon", self, 0},
		{"9223372036854775807", self, 0},
	} {
		n := systemd.NewNotifier(environment("NOTIFY_SOCKET", "@x", "WATCHDOG_USEC", c.usec, "WATCHDOG_PID", c.pid))
		if got, ok := n.WatchdogInterval(); got != c.want || ok != (c.want > 0) {
			t.Errorf("usec %q, pid %q: got %s, %v", c.usec, c.pid, got, ok)
		}
	}
}
