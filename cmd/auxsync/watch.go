package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
)

// watch does what comes between passes: it takes in a changed config or policy, and
// looks for new branches of upstream. It returns when ctx has ended.
func (d *daemon) watch(ctx context.Context, hangups <-chan os.Signal) {
	again := soonest
	next := d.clock.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangups:
			_, _ = d.reload(ctx) // which tells why it refuses one
		case <-d.renewed:
			next.Reset(0)
		case <-d.changed:
			d.retrack()
		case <-next.Chan():
			if d.discover(ctx) {
				again = soonest
				next.Reset(d.shortest())
				continue
			}
			next.Reset(min(again, d.shortest()))
			again *= 2
		}
	}
}

// soonest is the wait after a first look at upstream's branches that failed.
const soonest = time.Minute

// shortest is how often patterns are looked after.
func (d *daemon) shortest() time.Duration {
	wait := time.Hour
	for _, p := range d.catalog.current().Patterns() {
		wait = min(wait, p.Interval)
	}
	return wait
}

// discover looks for branches of upstream that the config's patterns match. It
// reports whether every upstream that was asked has answered.
func (d *daemon) discover(ctx context.Context) (all bool) {
	all = true
	for _, p := range d.catalog.current().Patterns() {
		if err := d.catalog.look(ctx, p); err != nil {
			all = false
			if ctx.Err() == nil {
				d.log.Warn("upstream's branches cannot be listed, those known stay", zap.String("fork", p.Fork), zap.String("track", p.Name), zap.Error(err))
			}
		}
	}
	d.retrack()
	return all
}

// announce tells which branches of upstream came and went.
func (d *daemon) announce(p forks.Track, fresh []forks.Track, gone []string) {
	for _, t := range fresh {
		d.tell(forks.Event{Fork: t.Fork, Track: t.Name, Kind: "branch",
			Text: fmt.Sprintf("upstream has branch %s; adopt the fork's branch %s, or make it: auxsync adopt --create %s", t.Follow, t.Branch, t.Name)})
	}
	for _, branch := range gone {
		d.tell(forks.Event{Fork: p.Fork, Kind: "branch", Text: fmt.Sprintf("upstream has no branch %s any more; if the fork's branch was adopted its track stops now, and goes from here after %s; the fork stays as it is",
			branch, forks.Ago(orphanTime))})
	}
	poke(d.changed)
}

// retrack gives the loop the tracks as they are now.
func (d *daemon) retrack() {
	tracks, problems := d.catalog.tracks()
	for _, err := range problems {
		d.log.Warn("a branch of upstream becomes no track", zap.Error(err))
	}
	d.loop.SetTracks(tracks)
}

// reloaded is the result of a reload.
type reloaded struct {
	Schema  string   `json:"schema"`
	File    string   `json:"file"`
	Restart []string `json:"restart"` // keys whose change takes effect at the next start
}

// reload takes in the config file as it is now. One that is bad is refused, with all
// its problems, and the present one stays.
func (d *daemon) reload(context.Context) (any, error) {
	d.notify(d.log, d.manager.Reloading())
	defer func() { d.notify(d.log, d.manager.Ready("ready")) }()
	cfg, err := d.loadConfig()
	if err != nil {
		d.tellAt(zapcore.ErrorLevel, forks.Event{Kind: "config", Text: "the config is refused, the last good one stays: " + err.Error()})
		return nil, err
	}
	r := reloaded{Schema: "auxsync.reload/1", File: d.absoluteConfig(), Restart: append([]string{}, forks.Restart(d.config, cfg)...)}
	d.catalog.replace(cfg)
	text := "taken in"
	if len(r.Restart) > 0 {
		text += "; restart for " + strings.Join(r.Restart, ", ")
	}
	d.tell(forks.Event{Kind: "config", Text: text})
	for _, t := range onePerFork(cfg) {
		d.takePolicy(context.Background(), t)
	}
	d.retrack()
	d.publisher.Use(d.zone(), d.places())
	poke(d.renewed)
	poke(d.reports)
	return r, nil
}

// contactTime bounds the first look at all remotes together.
const contactTime = 30 * time.Second

// firstContact looks once at every remote, so that whoever reads the log of a start
// knows what works. Nothing that it finds keeps the daemon from starting.
func (d *daemon) firstContact(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, contactTime)
	defer cancel()
	tracks, _ := d.catalog.tracks()
	slices.SortStableFunc(tracks, func(a, b forks.Track) int { return cmp.Compare(a.Fork, b.Fork) })
	tracks = slices.CompactFunc(tracks, func(a, b forks.Track) bool { return a.Fork == b.Fork })
	var all sync.WaitGroup
	for _, t := range tracks {
		all.Go(func() {
			err := d.syncer.Reach(ctx, t)
			switch {
			case err == nil:
				d.log.Info("reached", zap.String("fork", t.Fork))
			case errors.Is(err, context.Canceled):
			case forks.KindOf(err) == forks.Retry || errors.Is(err, context.DeadlineExceeded):
				d.log.Warn("not reached, tried again", zap.String("fork", t.Fork), zap.Error(err))
			default:
				d.log.Error("not reached, needs a person", zap.String("fork", t.Fork), zap.Error(err))
			}
		})
	}
	all.Wait()
}
