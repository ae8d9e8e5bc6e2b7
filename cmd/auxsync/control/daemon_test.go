package control_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

// patience bounds what a test waits for; nothing waits so long if all is well.
const patience = time.Minute

// service is a daemon that does what a test says.
type service struct {
	views  []control.View
	run    func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error)
	backup func(context.Context, io.Writer) error
}

func started() time.Time { return time.Date(2026, 1, 2, 12, 3, 4, 0, time.UTC) }

func (s *service) Hello() control.Hello {
	return control.Hello{Version: "1.4.0", PID: os.Getpid(), Started: started(), Config: "/etc/auxsync/config.toml"}
}

func (s *service) Tracks(_ context.Context, name string) ([]control.View, error) {
	if name == "" {
		return s.views, nil
	}
	for _, v := range s.views {
		if v.Track.Fork+"/"+v.Track.Name == name {
			return []control.View{v}, nil
		}
	}
	return nil, &forks.TrackNameError{Name: name, Candidates: []string{"nix/aux-main"}}
}

func (s *service) Run(ctx context.Context, p control.Peer, r control.Request, say func(forks.Progress)) (any, error) {
	return s.run(ctx, p, r, say)
}

func (s *service) Backup(ctx context.Context, w io.Writer) error { return s.backup(ctx, w) }

// exitCode is the program's, in short.
func exitCode(err error) int {
	var name *forks.TrackNameError
	var config *forks.ConfigError
	switch {
	case errors.As(err, &name), errors.As(err, &config):
		return 2
	case forks.KindOf(err) == forks.NeedsPerson:
		return 3
	case forks.KindOf(err) == forks.Retry:
		return 4
	}
	return 1
}

// daemon is a running server.
type daemon struct {
	path  string
	clock *clockwork.FakeClock
	log   *observer.ObservedLogs
	stop  func() // tells it to stop
	ended chan error
}

const grace = 5 * time.Second

// start serves s on a socket of its own until the test ends.
func start(t *testing.T, s control.Service) *daemon {
	t.Helper()
	return serve(t, s, listen(t, filepath.Join(t.TempDir(), "control.sock")))
}

// serve serves s on ln until the test ends.
func serve(t *testing.T, s control.Service, ln net.Listener) *daemon {
	t.Helper()
	core, logs := observer.New(zap.DebugLevel)
	d := &daemon{path: ln.Addr().String(), clock: clockwork.NewFakeClockAt(started()), log: logs, ended: make(chan error, 1)}
	ctx, cancel := context.WithCancel(context.Background())
	d.stop = cancel
	server := control.NewServer(control.Config{Service: s, Log: zap.New(core), Clock: d.clock, ExitCode: exitCode, Grace: grace})
	go func() { d.ended <- server.Serve(ctx, ln) }()
	t.Cleanup(func() {
		cancel()
		d.end(t)
	})
	return d
}

// end waits until the server has ended, whatever it takes of its own time.
func (d *daemon) end(t *testing.T) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case err := <-d.ended:
			d.ended <- nil
			if err != nil {
				t.Errorf("serve: %v", err)
			}
			return
		case <-tick.C:
			d.clock.Advance(time.Second)
		case <-deadline.C:
			t.Fatal("the server does not end")
		}
	}
}

// dial connects a client whose clock stands still.
func (d *daemon) dial(t *testing.T) *control.Client {
	t.Helper()
	c, err := control.Dial(t.Context(), d.path, clockwork.NewFakeClock())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// web is what somebody has who knows HTTP and no more.
func (d *daemon) web() *http.Client {
	return &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", d.path)
		},
	}}
}

// ask sends a request over plain HTTP and returns status and body.
func (d *daemon) ask(t *testing.T, method, path, contentType, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://auxsync"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	resp, err := d.web().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(answer)
}

// follow posts a request and returns its lines as they come.
func (d *daemon) follow(t *testing.T, body string) (lines *bufio.Scanner, hangUp func()) {
	t.Helper()
	resp, err := d.web().Post("http://auxsync/v1/run", "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("got %s, %s", resp.Status, resp.Header.Get("Content-Type"))
	}
	return bufio.NewScanner(resp.Body), func() { _ = resp.Body.Close() }
}

func wantLine(t *testing.T, lines *bufio.Scanner, want string) {
	t.Helper()
	if !lines.Scan() {
		t.Fatalf("the stream ends (%v); want %s", lines.Err(), want)
	}
	if lines.Text() != want {
		t.Fatalf("got  %s\nwant %s", lines.Text(), want)
	}
}

// arrives waits for a signal from the other side.
func arrives[T any](t *testing.T, c <-chan T, what string) T {
	t.Helper()
	select {
	case v := <-c:
		return v
	case <-time.After(patience):
		t.Fatalf("%s does not happen", what)
		panic("unreachable")
	}
}

// becomes polls for a condition.
func becomes(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("%s does not happen", what)
		}
	}
}
