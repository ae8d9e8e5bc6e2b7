package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// aPoller polls one fork every minute, with a loop of which a test sees the maintenance.
// settings are more of its forge.
func aPoller(t *testing.T, clock clockwork.Clock, idle func(context.Context), settings ...string) *poller {
	t.Helper()
	file := filepath.Join(t.TempDir(), "config.toml")
	text := `state_dir = "/var/lib/auxsync"
cache_dir = "/var/cache/auxsync"
[forks.nix]
upstream = "https://github.com/NixOS/nix"
url = "https://github.com/auxolotl/nix"
forge = "github"
credential = "token"
[forks.nix.tracks.main]
follow = "master"
interval = "24h"
[forks.nix.github]
` + strings.Join(settings, "\n")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cfg, err := forks.Load(file, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	s := &session{app: &app{}, config: cfg, clock: clock, log: zap.NewNop(), catalog: newCatalog(cfg, nil, nil)}
	s.forges = newForges(s)
	s.loop = syncer.NewLoop(syncer.LoopConfig{Clock: clock, Log: s.log, Journal: noJournal{}, Random: func() float64 { return 0.5 }, Idle: idle,
		Pass: func(context.Context, forks.Track) (syncer.Outcome, error) { return syncer.Outcome{Quiet: true}, nil }})
	s.loop.SetTracks(cfg.Tracks())
	return newPoller(&daemon{session: s})
}

// noJournal remembers nothing.
type noJournal struct{}

func (noJournal) Health(context.Context, string, string) (forks.Health, error) {
	return forks.Health{}, nil
}
func (noJournal) SetHealth(context.Context, string, string, forks.Health) error { return nil }
func (noJournal) AddEvent(context.Context, forks.Event) error                   { return nil }

func (p *poller) lookedLast() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.looked["nix"]
}

func TestPollsDoNotEndMaintenance(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var begun, ended atomic.Int32
		p := aPoller(t, clockwork.NewRealClock(), func(ctx context.Context) {
			begun.Add(1)
			select {
			case <-time.After(time.Hour):
				ended.Add(1)
			case <-ctx.Done():
			}
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- p.loop.Run(ctx) }()
		go func() { p.run(ctx); done <- nil }()
		<-time.After(3 * time.Hour)
		synctest.Wait()
		if begun.Load() != 1 || ended.Load() != 1 {
			t.Errorf("maintenance began %d times and came to its end %d times", begun.Load(), ended.Load())
		}
		if ago := time.Since(p.lookedLast()); ago > 70*time.Second {
			t.Errorf("the last look is %s ago", ago)
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWebhooksThatNeverCeaseLeaveAPauseBetweenLooks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := aPoller(t, clockwork.NewRealClock(), nil)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- p.loop.Run(ctx) }()
		go func() { p.run(ctx); done <- nil }()
		synctest.Wait()
		last, looks := p.lookedLast(), 0
		for range 600 {
			p.wake("nix")
			<-time.After(100 * time.Millisecond)
			synctest.Wait()
			now := p.lookedLast()
			if now.Equal(last) {
				continue
			}
			if pause := now.Sub(last); pause < pollPause || pause > pollPause+pollBeat {
				t.Errorf("%s between two looks", pause)
			}
			last = now
			looks++
		}
		if looks < 4 {
			t.Errorf("%d looks in a minute of webhooks", looks)
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}

func TestALookIsMadeAgainWhenTheLastOneSaid(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)
	soon, later := now.Add(time.Minute), now.Add(time.Hour)
	limited := func(at time.Time) error {
		return fmt.Errorf("look: %w", &forks.Problem{Kind: forks.Retry, NotBefore: at, Err: errors.New("a limit")})
	}
	for _, c := range []struct {
		name string
		out  syncer.Attended
		err  error
		want time.Time
	}{
		{"nothing waits", syncer.Attended{}, nil, time.Time{}},
		{"writes were put off", syncer.Attended{Waits: soon}, nil, soon},
		{"a stage begins", syncer.Attended{Next: later}, nil, later},
		{"the earlier of both", syncer.Attended{Waits: later, Next: soon}, nil, soon},
		{"what may be tried at once waits for the next look", syncer.Attended{Waits: now}, nil, time.Time{}},
		{"and hides nothing", syncer.Attended{Waits: now, Next: later}, nil, later},
		{"the forge wants to be left alone", syncer.Attended{}, limited(soon), soon},
		{"and has not said until when", syncer.Attended{}, limited(time.Time{}), time.Time{}},
		{"an error that no time mends", syncer.Attended{}, forks.AskPerson("look", "a right is missing"), time.Time{}},
	} {
		if got := backAt(c.out, c.err, now); !got.Equal(c.want) {
			t.Errorf("%s: at %s, want %s", c.name, got, c.want)
		}
	}
}

// paged is a forge with pages, at which nothing is asked.
type paged struct{ pulls.Forge }

func (paged) Traits() forks.ForgeTraits { return forks.ForgeTraits{Pages: true} }

// TestThePollerComesBackWhenTheForgeMayBeUsedAgain has a fork that is polled once an
// hour, whose forge is left alone for twenty minutes.
func TestThePollerComesBackWhenTheForgeMayBeUsedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		clock := clockwork.NewRealClock()
		p := aPoller(t, clock, nil, `poll = "1h"`)
		db, _, err := store.OpenOrReplace(t.Context(), filepath.Join(t.TempDir(), store.FileName), clock)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if err := db.SetForgeNotBefore(t.Context(), "nix", time.Now().Add(20*time.Minute), "a limit"); err != nil {
			t.Fatal(err)
		}
		p.store, p.session.back = db, p.back
		p.catalog.seen["nix"] = "" // it was looked for a policy, and there is none
		p.syncer = syncer.New(syncer.Config{Clock: clock, Log: p.log, Forges: db, Forge: func(forks.Track) (pulls.Forge, error) { return paged{}, nil }})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 2)
		go func() { done <- p.loop.Run(ctx) }()
		go func() { p.run(ctx); done <- nil }()
		begin := time.Now()
		<-time.After(19 * time.Minute)
		synctest.Wait()
		if last := p.lookedLast().Sub(begin); last > time.Minute {
			t.Errorf("the last look was after %s", last)
		}
		<-time.After(2 * time.Minute)
		synctest.Wait()
		if last := p.lookedLast().Sub(begin); last < 20*time.Minute || last > 20*time.Minute+pollBeat {
			t.Errorf("the last look was after %s", last)
		}
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
}
