package control_test

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

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

// dialVariable makes this test binary a user's program that dials the path in it.
const dialVariable = "AUXSYNC_CONTROL_TEST_DIAL"

func TestMain(m *testing.M) {
	if path := os.Getenv(dialVariable); path != "" {
		_, err := control.Dial(context.Background(), path, clockwork.NewRealClock())
		fmt.Printf("%d %v\n", forks.KindOf(err), err)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// stranger answers on a socket in its own way.
func stranger(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "control.sock")
	srv := &http.Server{Handler: answer}
	ln := listen(t, path)
	go func() { _ = srv.Serve(ln) }()
	t.Cleanup(func() { _ = srv.Close() })
	return path
}

// otherwise answers hello as a daemon does, and all else in its own way.
func otherwise(t *testing.T, answer http.HandlerFunc) *control.Client {
	t.Helper()
	path := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/v1/hello" {
			answer(w, r)
			return
		}
		_, _ = io.WriteString(w, `{"schema":"auxsync.control/1","version":"1.9.0","pid":1,"later":true}`)
	})
	c, err := control.Dial(t.Context(), path, clockwork.NewFakeClock())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// stream answers with these bytes of a stream and then ends as end says.
func stream(text string, end func()) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson")
		_, _ = io.WriteString(w, text)
		_ = http.NewResponseController(w).Flush()
		end()
	}
}

func cut() { panic(http.ErrAbortHandler) }

func TestNoDaemonIsToldApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stale(t, filepath.Join(dir, "stale"))
	for _, path := range []string{filepath.Join(dir, "missing"), filepath.Join(dir, "missing", "too"), filepath.Join(file, "below"), filepath.Join(dir, "stale"), file} {
		_, err := control.Dial(t.Context(), path, clockwork.NewFakeClock())
		if !errors.Is(err, control.ErrNoDaemon) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v", path, err)
		}
	}
	d := start(t, &service{})
	client := d.dial(t)
	d.stop()
	d.end(t)
	if _, err := client.Tracks(t.Context(), ""); !errors.Is(err, control.ErrNoDaemon) {
		t.Errorf("after its end: %v", err)
	}
}

// dialAs dials as a user who is not root: this one if that is so, else "nobody".
func dialAs(t *testing.T, path string) string {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), dialVariable+"="+path, "GORACE=atexit_sleep_ms=0")
	if os.Getuid() == 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.TrimSpace(string(out))
}

func TestUserWhoMayNotConnectIsToldWhichGroupMay(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("/tmp", "control")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	path := filepath.Join(dir, "folder", "control.sock")
	if err := os.Mkdir(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	listen(t, path)
	uid, group := os.Getuid(), "gid 54321"
	if uid == 0 {
		uid = 65534
		if err := os.Chown(path, 0, 54321); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Dir(path), 0, 54321); err != nil {
			t.Fatal(err)
		}
	} else {
		group = ""
	}
	for _, c := range []struct {
		dir, folder, socket os.FileMode
		next                string
	}{
		{0o755, 0o755, 0o060, "join the group that owns " + path + " (" + group},
		{0o755, 0o755, 0o000, "run this as the owner of " + path},
		{0o755, 0o010, 0o666, "join the group that owns " + filepath.Dir(path) + " (" + group},
		{0o000, 0o755, 0o666, "run this as the owner of " + dir},
	} {
		for name, mode := range map[string]os.FileMode{path: c.socket, filepath.Dir(path): c.folder, dir: c.dir} {
			if err := os.Chmod(name, mode); err != nil && os.Getuid() == 0 {
				t.Fatal(err)
			}
		}
		got := dialAs(t, path)
		want := fmt.Sprintf("%d you (uid %d) may not use the daemon's socket %s; %s", forks.NeedsPerson, uid, path, c.next)
		if !strings.HasPrefix(got, want) {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		for _, name := range []string{dir, filepath.Dir(path), path} {
			if err := os.Chmod(name, 0o755); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestDaemonThatDoesNotAnswerIsToldAfterTwentySeconds(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	listen(t, path) // and nobody accepts
	clock := clockwork.NewFakeClock()
	result := make(chan error, 1)
	go func() {
		_, err := control.Dial(t.Context(), path, clock)
		result <- err
	}()
	if err := clock.BlockUntilContext(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	clock.Advance(20*time.Second - 1)
	select {
	case err := <-result:
		t.Fatalf("too early: %v", err)
	default:
	}
	clock.Advance(1)
	want := "the daemon does not answer on " + path + "; see `systemctl status auxsync`"
	if err := arrives(t, result, "an answer"); forks.KindOf(err) != forks.Retry || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

func TestDaemonOfAnotherVersionIsToldApart(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"newer schema": func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"schema":"auxsync.control/2","version":"2.0.0"}`)
		},
		"newer only": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"schema":"auxsync.error/2","message":"this daemon (auxsync 2.0.0) speaks v2"}`)
		},
	} {
		_, err := control.Dial(t.Context(), stranger(t, answer), clockwork.NewFakeClock())
		if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "speaks another version of the control protocol") ||
			!strings.Contains(err.Error(), "2") || !strings.Contains(err.Error(), "use the auxsync program of the daemon's own version") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestWhateverElseListensIsNotTakenForADaemon(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"page":   func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") },
		"status": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) },
		"redirect": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://example.org/", http.StatusFound)
		},
		"no http": func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = io.WriteString(conn, "220 mail.example.org ESMTP\r\n")
				_ = conn.Close()
			}
		},
	} {
		path := stranger(t, answer)
		_, err := control.Dial(t.Context(), path, clockwork.NewFakeClock())
		if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "what answers on "+path+" is not understood") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestStreamThatBreaksOffIsAnError(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"ends":        stream(`{"progress":{"doing":"replaying"}}`+"\n", func() {}),
		"cut":         stream(`{"progress":{"doing":"replaying"}}`+"\n", cut),
		"half a line": stream(`{"progress":{"doing":"replaying"}}`+"\n"+`{"result":1,"failure":null}`, cut),
	} {
		raw, err := otherwise(t, answer).Run(t.Context(), control.Request{Verb: "sync"}, nil)
		want := `the daemon went away while it was busy with "replaying" (unexpected EOF); ` +
			"nothing is half done: when it runs again it looks at the remotes and goes on; see `systemctl status auxsync`, and ask again"
		if raw != nil || forks.KindOf(err) != forks.Retry || err.Error() != want {
			t.Errorf("%s:\ngot  %s, %v\nwant %s", name, raw, err, want)
		}
	}
}

func TestLinesThatAreNoEventsAreAnError(t *testing.T) {
	t.Parallel()
	for _, line := range []string{"", "nonsense", "[]", `{"progress":1}`, `{"failure":1}`, `{"failure":null}{}`} {
		raw, err := otherwise(t, stream(line+"\n", func() {})).Run(t.Context(), control.Request{Verb: "sync"}, nil)
		if raw != nil || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "is not understood") {
			t.Errorf("%q: got %s, %v", line, raw, err)
		}
	}
}

func TestEventsOfANewerDaemonAreLeftOut(t *testing.T) {
	t.Parallel()
	client := otherwise(t, stream(`{"weather":"fine"}`+"\n"+`{"note":"hello","x":1}`+"\n"+`{"result":{"a":1},"failure":null,"more":[]}`+"\n", func() {}))
	var heard []string
	raw, err := client.Run(t.Context(), control.Request{Verb: "sync"}, func(p forks.Progress) { heard = append(heard, p.Doing) })
	if err != nil || string(raw) != `{"a":1}` || fmt.Sprint(heard) != "[hello]" {
		t.Errorf("got %s, %v, %v", raw, heard, err)
	}
}

func TestFailureNeverExitsWithZero(t *testing.T) {
	t.Parallel()
	inStream := otherwise(t, stream(`{"result":null,"failure":{"kind":"odd","message":"broken"}}`+"\n", func() {}))
	instead := otherwise(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = io.WriteString(w, `{"schema":"auxsync.error/1","message":"broken"}`)
	})
	for _, client := range []*control.Client{inStream, instead} {
		_, err := client.Run(t.Context(), control.Request{Verb: "sync"}, nil)
		var f *control.Failure
		if !errors.As(err, &f) || f.ExitCode() != 1 || forks.KindOf(err) != forks.Fatal || err.Error() != "broken" {
			t.Errorf("got %v", err)
		}
	}
}

func TestDaemonThatFallsSilentIsNoticedAfterAMinute(t *testing.T) {
	t.Parallel()
	hangs := make(chan struct{})
	path := stranger(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/hello" {
			_, _ = io.WriteString(w, `{"schema":"auxsync.control/1"}`)
			return
		}
		stream(`{"progress":{"doing":"replaying"}}`+"\n", func() { <-hangs })(w, r)
	})
	defer close(hangs)
	clock := clockwork.NewFakeClock()
	client, err := control.Dial(t.Context(), path, clock)
	if err != nil {
		t.Fatal(err)
	}
	heard, result := make(chan struct{}, 1), make(chan error, 1)
	go func() {
		_, err := client.Run(t.Context(), control.Request{Verb: "sync"}, func(forks.Progress) { heard <- struct{}{} })
		result <- err
	}()
	arrives(t, heard, "progress")
	began := clock.Now()
	becomes(t, "the end of patience", func() bool {
		clock.Advance(5 * time.Second)
		return len(result) > 0
	})
	want := "the daemon on " + path + ` fell silent while it was busy with "replaying"; nothing is half done`
	if err := <-result; forks.KindOf(err) != forks.Retry || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if waited := clock.Since(began); waited < 45*time.Second {
		t.Errorf("after %s already", waited)
	}
}

func TestDamagedBackupIsNoticed(t *testing.T) {
	t.Parallel()
	client := otherwise(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Trailer", "Auxsync-Sha256")
		_, _ = io.WriteString(w, "database")
		w.Header().Set("Auxsync-Sha256", strings.Repeat("0", 64))
	})
	if err := client.Backup(t.Context(), io.Discard); forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "received damaged") {
		t.Errorf("got %v", err)
	}
	none := otherwise(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "database") })
	if err := none.Backup(t.Context(), io.Discard); err == nil {
		t.Error("a backup without its digest is taken")
	}
}

func TestStateOfANewerAuxsyncAsksForTheRightProgram(t *testing.T) {
	t.Parallel()
	client := otherwise(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"schema":"auxsync.tracks/1","tracks":[{"track":{"interval":"1s","publish_every":"1s","hold_for":"1s","max_lag":"1s","security_hold_for":"1s"},"state":{"schema":99}}]}`)
	})
	_, err := client.Tracks(t.Context(), "")
	if forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "state.json has schema 99") ||
		!strings.Contains(err.Error(), "use the auxsync program of the daemon's own version") || strings.Contains(err.Error(), "state ref") {
		t.Errorf("got %v", err)
	}
}

func TestDaemonThatDiesBeforeItAnswers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "control.sock")
	ln := listen(t, path)
	go func() {
		for { // the client asks twice
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 10))
			_ = conn.Close()
		}
	}()
	_, err := control.Dial(t.Context(), path, clockwork.NewFakeClock())
	if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "the daemon went away while it was asked") {
		t.Errorf("got %v", err)
	}
}
