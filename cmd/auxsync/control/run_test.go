package control_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

func TestWhoAsksIsToldByTheKernel(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(_ context.Context, p control.Peer, r control.Request, _ func(forks.Progress)) (any, error) {
		return map[string]any{"uid": p.UID, "pid": p.PID, "who": p.Who(), "request": r}, nil
	}})
	request := control.Request{
		Verb: "adopt", Track: "nix/aux-main", AcceptFolded: true, Create: true, TakeOver: true, Due: true,
		Onto: "https://example.org/lix", Ref: "refs/heads/main", Upstream: "https://example.org/nix",
	}
	raw, err := d.dial(t).Run(t.Context(), request, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		UID, PID int
		Who      string
		Request  control.Request
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	who := "uid " + strconv.Itoa(os.Getuid())
	if u, err := user.LookupId(strconv.Itoa(os.Getuid())); err == nil && u.Username != "nobody" {
		who = u.Username
	}
	if got.UID != os.Getuid() || got.PID != os.Getpid() || got.Who != who || got.Request != request {
		t.Errorf("got %+v", got)
	}
	entries := d.log.FilterField(zap.String("who", who)).FilterField(zap.String("verb", "adopt")).FilterField(zap.String("track", "nix/aux-main"))
	if entries.Len() != 2 {
		t.Errorf("log: %v", d.log.All())
	}
}

func TestUserWithoutANameIsANumber(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]control.Peer{"uid 1000": {UID: 1000}, "alice": {UID: 1000, Name: "alice"}} {
		if got := p.Who(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestStreamHasProgressAndOneLastEvent(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	d := start(t, &service{run: func(_ context.Context, _ control.Peer, r control.Request, say func(forks.Progress)) (any, error) {
		say(forks.Progress{Doing: "fetching <upstream>", Done: 3, Of: 10})
		<-next
		say(forks.Progress{Doing: "replaying", Detail: "\x1b[31m"})
		<-next
		return map[string]string{"track": r.Track}, forks.AskPerson("look at it", "the track is stopped")
	}})
	lines, _ := d.follow(t, `{"verb":"sync","track":"aux-main"}`)
	wantLine(t, lines, `{}`)
	wantLine(t, lines, `{"progress":{"doing":"fetching <upstream>","done":3,"of":10,"detail":""}}`)
	next <- struct{}{}
	wantLine(t, lines, `{"progress":{"doing":"replaying","done":0,"of":0,"detail":"\u001b[31m"}}`)
	next <- struct{}{}
	wantLine(t, lines, `{"result":{"track":"aux-main"},"failure":{"kind":"needs person","message":"the track is stopped","next":"look at it","code":3}}`)
	if lines.Scan() || lines.Err() != nil {
		t.Errorf("after the last event: %q, %v", lines.Text(), lines.Err())
	}
}

func TestClientGetsProgressResultAndFailure(t *testing.T) {
	t.Parallel()
	next := make(chan struct{})
	d := start(t, &service{run: func(_ context.Context, _ control.Peer, _ control.Request, say func(forks.Progress)) (any, error) {
		for i := range 3 {
			say(forks.Progress{Doing: "replaying", Done: i, Of: 3})
			<-next
		}
		return []int{1}, forks.RetryLater("", "the remote hangs")
	}})
	var heard []int
	raw, err := d.dial(t).Run(t.Context(), control.Request{Verb: "sync"}, func(p forks.Progress) {
		heard = append(heard, p.Done)
		next <- struct{}{}
	})
	if string(raw) != "[1]" || err == nil || err.Error() != "the remote hangs" || forks.KindOf(err) != forks.Retry {
		t.Errorf("got %s, %v", raw, err)
	}
	if fmt.Sprint(heard) != "[0 1 2]" {
		t.Errorf("heard %v", heard)
	}
}

func TestRequestEndsWhenItsClientGoesAway(t *testing.T) {
	t.Parallel()
	running, ended := make(chan struct{}), make(chan error, 1)
	d := start(t, &service{run: func(ctx context.Context, _ control.Peer, r control.Request, _ func(forks.Progress)) (any, error) {
		running <- struct{}{}
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return nil, ctx.Err()
	}})

	_, hangUp := d.follow(t, `{"verb":"sync"}`)
	<-running
	hangUp()
	if err := arrives(t, ended, "the end of the request"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}

	// A person's Ctrl-C: their own request ends, and they are told that nothing else did.
	ctx, interrupt := context.WithCancelCause(t.Context())
	client, result := d.dial(t), make(chan error, 1)
	go func() {
		_, err := client.Run(ctx, control.Request{Verb: "sync"}, nil)
		result <- err
	}()
	<-running
	why := errors.New("interrupt")
	interrupt(why)
	if err := arrives(t, result, "the end of the client"); !errors.Is(err, why) {
		t.Errorf("got %v", err)
	}
	arrives(t, ended, "the end of the request")
	if h, err := client.Hello(t.Context()); err != nil || h.PID != os.Getpid() {
		t.Errorf("the daemon is gone: %v", err)
	}
}

func TestSlowReaderHoldsUpNoPassAndGetsTheResult(t *testing.T) {
	t.Parallel()
	const events = 20_000
	long := strings.Repeat("x", 1000)
	done := make(chan struct{})
	d := start(t, &service{run: func(_ context.Context, _ control.Peer, _ control.Request, say func(forks.Progress)) (any, error) {
		defer close(done)
		for i := range events {
			say(forks.Progress{Doing: long, Done: i, Of: events})
		}
		return long, nil
	}})
	lines, _ := d.follow(t, `{"verb":"sync"}`)
	wantLine(t, lines, `{}`)
	arrives(t, done, "the end of a pass that nobody follows")
	var n int
	var last string
	for lines.Scan() {
		last = lines.Text()
		n++
	}
	// What the sockets hold, and no more, arrives.
	if n > events/2 {
		t.Errorf("all of %d events were kept for a client that did not read", n)
	}
	if last != `{"result":"`+long+`","failure":null}` {
		t.Errorf("the last event is %.100s", last)
	}
}

func TestPanicIsAnsweredAndTheDaemonLives(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error) {
		panic("a mistake")
	}})
	client := d.dial(t)
	for range 2 {
		_, err := client.Run(t.Context(), control.Request{Verb: "sync"}, nil)
		var f *control.Failure
		if !errors.As(err, &f) || f.Kind != control.FailureFatal || f.ExitCode() != 1 || !strings.Contains(f.Message, "the daemon goes on") {
			t.Errorf("got %v", err)
		}
	}
	logged := d.log.FilterMessage("a request panicked")
	if logged.Len() != 2 || !strings.Contains(fmt.Sprint(logged.All()[0].ContextMap()["stack"]), "run_test.go") {
		t.Errorf("log: %v", logged.All())
	}
}

func TestResultThatCannotBeEncodedIsAFailure(t *testing.T) {
	t.Parallel()
	d := start(t, &service{run: func(context.Context, control.Peer, control.Request, func(forks.Progress)) (any, error) {
		return func() {}, nil
	}})
	raw, err := d.dial(t).Run(t.Context(), control.Request{Verb: "sync"}, nil)
	if raw != nil || err == nil || !strings.Contains(err.Error(), "encode the answer") {
		t.Errorf("got %s, %v", raw, err)
	}
}

func TestQuietDaemonSaysThatItLives(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	d := start(t, &service{run: func(ctx context.Context, _ control.Peer, _ control.Request, _ func(forks.Progress)) (any, error) {
		<-end
		return nil, nil
	}})
	lines, _ := d.follow(t, `{"verb":"sync"}`)
	wantLine(t, lines, `{}`)
	for range 3 {
		if err := d.clock.BlockUntilContext(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		d.clock.Advance(15 * time.Second)
		wantLine(t, lines, `{}`)
	}
	close(end)
	wantLine(t, lines, `{"result":null,"failure":null}`)
}

func TestHostileTextStaysData(t *testing.T) {
	t.Parallel()
	hostile := "\x1b]0;x\x07\n{\"result\":1,\"failure\":null}\r\n\u202e</script>\u2028 end"
	d := start(t, &service{run: func(_ context.Context, _ control.Peer, r control.Request, say func(forks.Progress)) (any, error) {
		say(forks.Progress{Doing: hostile, Detail: hostile})
		return r.Track, forks.AskPerson(hostile, "%s", hostile)
	}})
	client := d.dial(t)
	heard := 0
	raw, err := client.Run(t.Context(), control.Request{Verb: "sync", Track: hostile}, func(p forks.Progress) {
		heard++
		if p.Doing != hostile || p.Detail != hostile {
			t.Errorf("progress %+v", p)
		}
	})
	if heard != 1 {
		t.Errorf("heard progress %d times", heard)
	}
	var track string
	if unmarshalErr := json.Unmarshal(raw, &track); unmarshalErr != nil || track != hostile {
		t.Errorf("result %s, %v", raw, unmarshalErr)
	}
	var p *forks.Problem
	if !errors.As(err, &p) || p.Err.Error() != hostile || p.Next != hostile {
		t.Errorf("failure %+q", err)
	}
	if d.log.FilterField(zap.String("track", forks.Inert(hostile))).Len() != 2 {
		t.Errorf("log: %v", d.log.All())
	}
}

func TestManyClientsAtOnceEachGetTheirOwn(t *testing.T) {
	t.Parallel()
	d := start(t, &service{
		run: func(_ context.Context, _ control.Peer, r control.Request, say func(forks.Progress)) (any, error) {
			var wg sync.WaitGroup
			for i := range 4 {
				wg.Go(func() { say(forks.Progress{Doing: r.Track, Done: i}) })
			}
			wg.Wait()
			return r.Track, nil
		},
		views: []control.View{{}},
	})
	client := d.dial(t)
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			track := fmt.Sprint("track-", i)
			for range 5 {
				raw, err := client.Run(t.Context(), control.Request{Verb: "sync", Track: track}, func(p forks.Progress) {
					if p.Doing != track {
						t.Errorf("%s hears of %s", track, p.Doing)
					}
				})
				if err != nil || string(raw) != strconv.Quote(track) {
					t.Errorf("%s gets %s, %v", track, raw, err)
				}
			}
		})
		wg.Go(func() {
			if views, err := client.Tracks(t.Context(), ""); err != nil || len(views) != 1 {
				t.Errorf("got %v, %v", views, err)
			}
		})
	}
	wg.Wait()
}
