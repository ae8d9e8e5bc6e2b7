package control_test

import (
	"context"
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

func TestStoppedServerAcceptsNothingNewAndLetsRequestsEnd(t *testing.T) {
	t.Parallel()
	running, end := make(chan struct{}), make(chan struct{})
	d := start(t, &service{run: func(ctx context.Context, _ control.Peer, _ control.Request, _ func(forks.Progress)) (any, error) {
		close(running)
		<-end
		return "published", ctx.Err()
	}})
	lines, _ := d.follow(t, `{"verb":"sync"}`)
	wantLine(t, lines, `{}`)
	<-running
	// Who is connected and says nothing does not hold it up.
	silent, err := net.Dial("unix", d.path)
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	d.dial(t) // connections are accepted in their order
	d.stop()
	wantLine(t, lines, `{"note":"the daemon is being stopped; this has 5s to end"}`)
	becomes(t, "the end of the socket", func() bool {
		_, err := control.Dial(t.Context(), d.path, clockwork.NewFakeClock())
		return errors.Is(err, control.ErrNoDaemon)
	})
	if err := silent.SetReadDeadline(time.Now().Add(4 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := silent.Read(make([]byte, 1)); errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error("the silent connection is kept")
	}
	close(end)
	wantLine(t, lines, `{"result":"published","failure":null}`)
	// Without its clock having moved: it waits for nothing else.
	if err := arrives(t, d.ended, "the end of the server"); err != nil {
		t.Error(err)
	}
	d.ended <- nil
}

func TestRequestThatOutlivesTheGraceIsCancelledAndSaysWhy(t *testing.T) {
	t.Parallel()
	running := make(chan struct{})
	d := start(t, &service{run: func(ctx context.Context, _ control.Peer, _ control.Request, _ func(forks.Progress)) (any, error) {
		close(running)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	client, result := d.dial(t), make(chan error, 1)
	var notes []string
	go func() {
		_, err := client.Run(t.Context(), control.Request{Verb: "sync"}, func(p forks.Progress) { notes = append(notes, p.Doing) })
		result <- err
	}()
	<-running
	d.stop()
	// The beat of the stream and the grace.
	if err := d.clock.BlockUntilContext(t.Context(), 2); err != nil {
		t.Fatal(err)
	}
	d.clock.Advance(grace)
	err := arrives(t, result, "the end of the request")
	if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "the daemon is being stopped, and this was ended early") {
		t.Errorf("got %v", err)
	}
	if len(notes) != 1 || !strings.Contains(notes[0], "is being stopped") {
		t.Errorf("notes %q", notes)
	}
	if err := arrives(t, d.ended, "the end of the server"); err != nil {
		t.Error(err)
	}
	d.ended <- nil
}

func TestRequestThatDoesNotEndIsCutOff(t *testing.T) {
	t.Parallel()
	running, end := make(chan struct{}), make(chan struct{})
	d := start(t, &service{run: func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error) {
		close(running)
		<-end
		return nil, nil
	}})
	defer close(end)
	client, result := d.dial(t), make(chan error, 1)
	go func() {
		_, err := client.Run(t.Context(), control.Request{Verb: "sync"}, nil)
		result <- err
	}()
	<-running
	d.stop()
	d.end(t)
	if err := arrives(t, result, "the end of the client"); forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "the daemon went away") {
		t.Errorf("got %v", err)
	}
	if d.log.FilterMessageSnippet("did not end in time").Len() != 1 {
		t.Errorf("log: %v", d.log.All())
	}
}

func TestServerSaysWhenItsSocketFails(t *testing.T) {
	t.Parallel()
	ln := listen(t, t.TempDir()+"/control.sock")
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	server := control.NewServer(control.Config{Service: &service{}, Log: zap.NewNop(), Clock: clockwork.NewFakeClock(), ExitCode: exitCode})
	err := server.Serve(t.Context(), ln)
	if !errors.Is(err, net.ErrClosed) || !strings.Contains(err.Error(), "serve the control socket") {
		t.Errorf("got %v", err)
	}
}
