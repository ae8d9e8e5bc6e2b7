package systemd_test

import (
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// handing runs a unit that is handed sockets, and returns what it says. Each socket
// has a client, who has to be answered.
func handing(t *testing.T, sockets []*os.File, clients []net.Conn, env ...string) taken {
	t.Helper()
	cmd := started(t, "listeners", os.Stderr, env...)
	cmd.ExtraFiles = sockets
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	for _, c := range clients {
		if answer, err := io.ReadAll(c); string(answer) != "here" || err != nil {
			t.Errorf("a client was answered %q, %v", answer, err)
		}
	}
	var out taken
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// socket makes a listening socket as the service manager does, with a client that
// waits already. The manager's end stays open.
func socket(t *testing.T, network, address string) (*os.File, net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	if u, ok := l.(*net.UnixListener); ok {
		u.SetUnlinkOnClose(false)
	}
	f, err := l.(interface{ File() (*os.File, error) }).File()
	if err != nil {
		t.Fatal(err)
	}
	client, err := net.Dial(network, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		f.Close()
		l.Close()
	})
	return f, client
}

func TestSocketsAreTakenByTheirNames(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	control, c1 := socket(t, "unix", path)
	page, c2 := socket(t, "tcp", "127.0.0.1:0")
	got := handing(t, []*os.File{page, control}, []net.Conn{c1, c2},
		"LISTEN_PID=self", "LISTEN_FDS=2", "LISTEN_FDNAMES=page:control")
	if !reflect.DeepEqual(got.Control, []string{"unix"}) || !reflect.DeepEqual(got.Page, []string{"tcp"}) || got.Problem != "" {
		t.Errorf("got %+v", got)
	}
	if len(got.LeftOpen) != 2 || got.ToChildren {
		t.Errorf("descriptors %v listen, inherited by children: %v", got.LeftOpen, got.ToChildren)
	}
	// The unit closed its sockets; the manager's are as they were.
	if _, err := os.Stat(path); err != nil {
		t.Error("the unit removed the socket's file: ", err)
	}
	if on, err := acceptsOn(int(control.Fd())); !on || err != nil {
		t.Errorf("the manager's socket does not listen any more: %v", err)
	}
}

func TestSocketsForSomebodyElseAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, env := range [][]string{
		{},
		{"LISTEN_FDS=1", "LISTEN_FDNAMES=control"},
		{"LISTEN_PID=" + strconv.Itoa(os.Getpid()), "LISTEN_FDS=1", "LISTEN_FDNAMES=control"},
		{"LISTEN_PID=self", "LISTEN_FDS=0"},
	} {
		control, _ := socket(t, "unix", filepath.Join(t.TempDir(), "control.sock"))
		got := handing(t, []*os.File{control}, nil, env...)
		if len(got.Control)+len(got.Page) != 0 || got.Problem != "" || len(got.LeftOpen) != 1 {
			t.Errorf("%q: got %+v", env, got)
		}
	}
}

func TestSocketThatCannotBeMeantIsNamedAndNoneIsTaken(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		names string
		want  []string
	}{
		"unknown names":   {"control:metrics", []string{`socket "metrics"`, "FileDescriptorName= may be control or page"}},
		"no names":        {"", []string{"handed over 2 sockets and 1 names"}},
		"control on TCP":  {"control:control", []string{"socket control: is a tcp socket; ListenStream= must be a path"}},
		"hostile name":    {"control:a\x1b[2J", []string{`socket "a\x1b[2J"`}},
		"names of a unit": {"auxsync.socket:auxsync.socket", []string{`socket "auxsync.socket"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			control, _ := socket(t, "unix", filepath.Join(t.TempDir(), "control.sock"))
			page, _ := socket(t, "tcp", "127.0.0.1:0")
			got := handing(t, []*os.File{control, page}, nil, "LISTEN_PID=self", "LISTEN_FDS=2", "LISTEN_FDNAMES="+c.names)
			for _, want := range c.want {
				if !strings.Contains(got.Problem, want) {
					t.Errorf("got %q; want %s", got.Problem, want)
				}
			}
			if len(got.Control)+len(got.Page)+len(got.LeftOpen) != 0 {
				t.Errorf("took some all the same: %+v", got)
			}
		})
	}
	file := filepath.Join(t.TempDir(), "file")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got := handing(t, []*os.File{f}, nil, "LISTEN_PID=self", "LISTEN_FDS=1", "LISTEN_FDNAMES=page")
	if !strings.Contains(got.Problem, "socket page: is not a listening stream socket") {
		t.Errorf("a file: got %q", got.Problem)
	}
	for _, count := range []string{"many", "-1", ""} {
		got := handing(t, nil, nil, "LISTEN_PID=self", "LISTEN_FDS="+count)
		if !strings.Contains(got.Problem, "$LISTEN_FDS is ") {
			t.Errorf("LISTEN_FDS=%s: got %q", count, got.Problem)
		}
	}
}
