package main

import (
	"cmp"
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// upkeepEvery is how often caches and database are maintained, upkeepTime how long
// that may take.
const (
	upkeepEvery = 24 * time.Hour
	upkeepTime  = time.Hour
)

// quietTime maintains caches and database, about once a day. The loop calls it when
// nothing is due for a while, and ends ctx as soon as something is.
func (d *daemon) quietTime(ctx context.Context) {
	now := d.clock.Now()
	if now.Sub(d.kept) < upkeepEvery {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, upkeepTime)
	defer cancel()
	tracks, _ := d.catalog.tracks()
	slices.SortStableFunc(tracks, func(a, b forks.Track) int { return cmp.Compare(a.Upstream, b.Upstream) })
	tracks = slices.CompactFunc(tracks, func(a, b forks.Track) bool { return a.Upstream == b.Upstream })
	all := true
	for _, t := range tracks {
		done, err := d.syncer.Maintain(ctx, t)
		if ctx.Err() != nil {
			return // a pass is due, or the end has come; what is left waits for the next quiet time
		}
		if err != nil {
			d.log.Warn("a cache could not be maintained", zap.String("fork", t.Fork), zap.Error(err))
			continue
		}
		if done.Skipped == syncer.InUse {
			all = false
			continue
		}
		d.log.Info("cache maintained", zap.String("upstream", t.Upstream), zap.Int64("bytes_before", done.Before),
			zap.Int64("bytes_after", done.After), zap.Int("leftovers", done.Swept), zap.String("skipped", done.Skipped))
	}
	if !all {
		return // it is the next quiet time's turn
	}
	rows, err := d.store.Trim(ctx)
	if err != nil {
		d.log.Warn("old history could not be removed from the database", zap.Error(err))
		return
	}
	d.log.Info("database maintained", zap.Int("rows", rows))
	d.kept = now
}
