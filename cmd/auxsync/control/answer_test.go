package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

func TestHelloTellsWhoTheDaemonIs(t *testing.T) {
	t.Parallel()
	d := start(t, &service{})
	want := fmt.Sprintf(`{"schema":"auxsync.control/1","version":"1.4.0","pid":%d,"started":"2026-01-02T12:03:04Z","config":"/etc/auxsync/config.toml"}`+"\n", os.Getpid())
	if status, got := d.ask(t, "GET", "/v1/hello", "", ""); status != http.StatusOK || got != want {
		t.Errorf("got  %d %s\nwant %s", status, got, want)
	}
	h, err := d.dial(t).Hello(t.Context())
	if err != nil || h != (control.Hello{
		Schema: control.ControlSchema, Version: "1.4.0", PID: os.Getpid(), Started: started(), Config: "/etc/auxsync/config.toml",
	}) {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestWrongUseIsToldWithTheNextStep(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error) {
		t.Error("a malformed request was run")
		return nil, nil
	}})
	const json1 = "application/json; charset=utf-8"
	for _, c := range []struct {
		method, path, contentType, body string
		status                          int
		message, next                   string
	}{
		{"GET", "/v1/nothing", "", "", 404, `there is no "/v1/nothing" here`, "there are /v1/hello, /v1/tracks, /v1/run and /v1/backup"},
		{"GET", "/v1/hello/", "", "", 404, `there is no "/v1/hello/" here`, "/v1/hello"},
		{"GET", "/v1/%1b%5bm%E2%80%AE", "", "", 404, `there is no "/v1/\x1b[m\u202e" here`, "/v1/hello"},
		{"GET", "/v2/hello", "", "", 404, `this daemon (auxsync 1.4.0) speaks v1 of the control protocol, and was asked for "v2"`, "use the auxsync program of the daemon's own version"},
		{"POST", "/v0/run", json1, "{}", 404, `speaks v1 of the control protocol, and was asked for "v0"`, "use the auxsync program"},
		{"GET", "/", "", "", 404, `asked for ""`, ""},
		{"POST", "/v1/hello", json1, "{}", 405, `/v1/hello does not take "POST"`, "use GET"},
		{"GET", "/v1/run", "", "", 405, `/v1/run does not take "GET"`, "use POST"},
		{"GET", "/v1/tracks?track=x", "", "", 400, `does not take this query: "track=x"`, "?name=fork/track"},
		{"GET", "/v1/tracks?name=x&name=y", "", "", 400, "does not take this query", "name one track"},
		{"GET", "/v1/tracks?name=x", "", "", 400, `no track is named "x"; there are nix/aux-main`, ""},
		{"POST", "/v1/run", "", "{}", 415, `content type ""`, "application/json"},
		{"POST", "/v1/run", "application/x-www-form-urlencoded", `{"verb":"sync"}`, 415, "x-www-form-urlencoded", "application/json"},
		{"POST", "/v1/run", json1, "", 400, "the request cannot be read: EOF", "send one JSON object"},
		{"POST", "/v1/run", json1, `{"verb":`, 400, "unexpected EOF", "send one JSON object"},
		{"POST", "/v1/run", json1, `[1]`, 400, "it must be a JSON object, and is: array", "send one JSON object"},
		{"POST", "/v1/run", json1, `null`, 400, `"verb" is missing`, ""},
		{"POST", "/v1/run", json1, `{"track":"x"}`, 400, `"verb" is missing`, ""},
		{"POST", "/v1/run", json1, `{"verb":"sync","tomorrow":1}`, 400, `unknown field "tomorrow"`, "a newer program may ask for what this daemon does not know"},
		{"POST", "/v1/run", json1, `{"verb":"sync","create":"yes"}`, 400, `"create" cannot be a string`, ""},
		{"POST", "/v1/run", json1, `{"verb":"sync"}{"verb":"sync"}`, 400, "something follows", ""},
		{"POST", "/v1/run", json1, `{"verb":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "larger than 1048576 bytes", ""},
	} {
		status, body := d.ask(t, c.method, c.path, c.contentType, c.body)
		var e struct{ Schema, Kind, Message, Next string }
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Errorf("%s %s: %v", c.method, c.path, err)
		}
		if status != c.status || e.Schema != "auxsync.error/1" || e.Kind != "usage" || !strings.Contains(e.Message, c.message) || !strings.Contains(e.Next, c.next) {
			t.Errorf("%s %s %.100s:\ngot %d %s", c.method, c.path, c.body, status, body)
		}
	}
}

func TestLargestRequestIsTaken(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(_ context.Context, _ control.Peer, r control.Request, _ func(forks.Progress)) (any, error) {
		return len(r.Track), nil
	}})
	body := `{"verb":"sync","track":""}`
	n := 1<<20 - len(body)
	lines, _ := d.follow(t, strings.Replace(body, `""`, `"`+strings.Repeat("x", n)+`"`, 1))
	wantLine(t, lines, `{}`)
	wantLine(t, lines, fmt.Sprintf(`{"result":%d,"failure":null}`, n))
}

func TestRequestThatStopsInTheMiddleIsNotRun(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error) {
		t.Error("half a request was run")
		return nil, nil
	}})
	conn, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"verb\":\"sync\"}"); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.UnixConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(conn)
	if err != nil || !strings.Contains(string(answer), "the request did not arrive whole") {
		t.Errorf("got %s, %v", answer, err)
	}
}

func TestTracksAreAnsweredInOrderAndByName(t *testing.T) {
	t.Parallel()
	one, two := control.View{}, control.View{}
	one.Track = forks.Track{Fork: "nix", Name: "aux-main", AllowTransports: []string{"https"}}
	two.Track = forks.Track{Fork: "nixpkgs", Name: "unstable", AllowTransports: []string{"ssh"}}
	d := start(t, &service{})
	if status, got := d.ask(t, "GET", "/v1/tracks", "", ""); status != http.StatusOK || got != `{"schema":"auxsync.tracks/1","tracks":[]}`+"\n" {
		t.Errorf("without tracks: %d %s", status, got)
	}
	client := d.dial(t)
	d2 := start(t, &service{views: []control.View{two, one}})
	views, err := d2.dial(t).Tracks(t.Context(), "")
	if err != nil || len(views) != 2 || views[0].Track.Name != "unstable" || views[1].Track.Name != "aux-main" {
		t.Errorf("got %+v, %v", views, err)
	}
	views, err = d2.dial(t).Tracks(t.Context(), "nix/aux-main")
	if err != nil || len(views) != 1 || views[0].Track.Fork != "nix" {
		t.Errorf("got %+v, %v", views, err)
	}
	_, err = client.Tracks(t.Context(), "a&name=b#?\n")
	var f *control.Failure
	if !errors.As(err, &f) || f.Kind != control.FailureUsage || f.ExitCode() != 2 || !strings.Contains(f.Message, `no track is named "a&name=b#?\n"`) {
		t.Errorf("got %v", err)
	}
}

func TestBackupArrivesWhole(t *testing.T) {
	t.Parallel()
	want := strings.Repeat("database\x00", 1<<18)
	d := start(t, &service{backup: func(_ context.Context, w io.Writer) error {
		_, err := io.Copy(w, strings.NewReader(want))
		return err
	}})
	var got strings.Builder
	if err := d.dial(t).Backup(t.Context(), &got); err != nil || got.String() != want {
		t.Errorf("got %d bytes, %v", got.Len(), err)
	}
	empty := start(t, &service{backup: func(context.Context, io.Writer) error { return nil }})
	if err := empty.dial(t).Backup(t.Context(), io.Discard); err != nil {
		t.Errorf("an empty one: %v", err)
	}
}

func TestBackupThatFailsIsNeverTakenForWhole(t *testing.T) {
	t.Parallel()
	early := start(t, &service{backup: func(context.Context, io.Writer) error {
		return forks.RetryLater("make room", "no space left")
	}})
	err := early.dial(t).Backup(t.Context(), io.Discard)
	if forks.KindOf(err) != forks.Retry || err.Error() != "no space left; make room" {
		t.Errorf("before the first byte: %v", err)
	}
	for name, fail := range map[string]func() error{
		"error": func() error { return errors.New("read error") },
		"panic": func() error { panic("mistake") },
	} {
		late := start(t, &service{backup: func(_ context.Context, w io.Writer) error {
			if _, err := io.WriteString(w, strings.Repeat("x", 1<<16)); err != nil {
				return err
			}
			return fail()
		}})
		err := late.dial(t).Backup(t.Context(), io.Discard)
		if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "not complete: delete it") {
			t.Errorf("%s: %v", name, err)
		}
		// Somebody with curl notices too.
		resp, err := late.web().Get("http://auxsync/v1/backup")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: plain HTTP sees %v", name, err)
		}
		_ = resp.Body.Close()
		if late.log.FilterMessage("a backup was cut off").Len() == 0 {
			t.Errorf("%s: nothing is logged: %v", name, late.log.All())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left on device") }

func TestBackupToAFullDiskSaysSo(t *testing.T) {
	t.Parallel()
	ended := make(chan error, 1)
	d := start(t, &service{backup: func(ctx context.Context, w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				ended <- err
				return err
			}
		}
	}})
	err := d.dial(t).Backup(t.Context(), fullDisk{})
	if err == nil || err.Error() != "write the backup: no space left on device" {
		t.Errorf("got %v", err)
	}
	arrives(t, ended, "the end of the backup in the daemon")
}

func TestOneConnectionTooManyIsToldSo(t *testing.T) {
	t.Parallel()
	d := start(t, &service{})
	idle := make([]net.Conn, 32)
	for i := range idle {
		conn, err := net.Dial("unix", d.path)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		idle[i] = conn
	}
	_, err := control.Dial(t.Context(), d.path, clockwork.NewFakeClock())
	if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "the daemon has 32 connections already; try it again") {
		t.Errorf("got %v", err)
	}
	if err := idle[7].Close(); err != nil {
		t.Fatal(err)
	}
	becomes(t, "room for another", func() bool {
		_, err := control.Dial(t.Context(), d.path, clockwork.NewFakeClock())
		return err == nil
	})
}
