package main

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// pollBeat is how often the poller looks whether the time of a fork has come.
const pollBeat = 5 * time.Second

// pollPause is how long a fork's forge is left alone after a look, whatever its
// webhooks say: in a busy repository they never cease.
const pollPause = 10 * time.Second

// poller looks at the forges of all forks between passes. A webhook only makes it
// look earlier: what it finds there is all that counts.
type poller struct {
	*daemon
	news chan struct{} // has room for one: a fork was woken, or is free again

	mu     sync.Mutex
	due    map[string]time.Time // by fork
	looked map[string]time.Time // by fork: when the last look ended
	busy   map[string]bool
}

func newPoller(d *daemon) *poller {
	return &poller{daemon: d, news: make(chan struct{}, 1), due: map[string]time.Time{}, looked: map[string]time.Time{}, busy: map[string]bool{}}
}

// wake makes the poller look at a fork's forge now, or soon if it has just done so.
func (p *poller) wake(fork string) {
	p.mu.Lock()
	p.due[fork] = time.Time{}
	p.mu.Unlock()
	poke(p.news)
}

// back makes the poller look at a fork's forge at a time, unless it looks before.
func (p *poller) back(fork string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if at.Before(p.due[fork]) {
		p.due[fork] = at
	}
}

// run looks at each fork's forge once every poll until ctx ends, and all that it
// began has ended.
func (p *poller) run(ctx context.Context) {
	var looks sync.WaitGroup
	defer looks.Wait()
	ticker := p.clock.NewTicker(pollBeat)
	defer ticker.Stop()
	for {
		for _, t := range p.begin() {
			looks.Go(func() { p.look(ctx, t) })
		}
		select {
		case <-ticker.Chan():
		case <-p.news:
		case <-ctx.Done():
			return
		}
	}
}

// begin picks the forks whose time has come.
func (p *poller) begin() (tracks []forks.Track) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	for _, t := range onePerFork(p.catalog.current()) {
		if t.Forge != forks.ForgeGitHub || p.busy[t.Fork] || p.due[t.Fork].After(now) || now.Sub(p.looked[t.Fork]) < pollPause {
			continue
		}
		p.busy[t.Fork], p.due[t.Fork] = true, now.Add(t.GitHub.Poll)
		tracks = append(tracks, t)
	}
	return tracks
}

// look attends to one fork while nothing else is done in it. Maintenance goes first.
func (p *poller) look(ctx context.Context, t forks.Track) {
	err := p.loop.Aside(ctx, t, func(ctx context.Context) error {
		p.session.wake(t.Fork, p.forges.attend(ctx, t, nil))
		return nil
	})
	if err != nil && ctx.Err() == nil {
		p.log.Warn("the forge was not looked at", zap.String("fork", t.Fork), zap.Error(err))
	}
	p.mu.Lock()
	p.looked[t.Fork] = p.clock.Now()
	delete(p.busy, t.Fork)
	p.mu.Unlock()
	poke(p.news)
}
