package repo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sys/unix"
)

// newFilters is how many commits at most get their filter of changed paths in one
// run, which makes walks over the history of a path faster: the first runs on a
// large repository are bounded, and later ones catch up.
const newFilters = "20000"

// Graph brings the commit-graph up to date, by one layer more or a merge of the
// small ones. Without a new pack since the last time it only looks into a folder.
// It belongs after each fetch that brought something and may be called by several
// at a time: they come one after the other.
func (r *Repository) Graph(ctx context.Context) error {
	p := r.git.place(r.dir)
	if err := p.takeGraph(ctx); err != nil {
		return err
	}
	defer p.freeGraph()
	packs, err := listPacks(r.store())
	if err != nil {
		return diskProblem("write the commit-graph", r.dir, err)
	}
	if packs == p.graphed {
		return nil
	}
	if err := r.writeGraph(ctx, "--split"); err != nil {
		return err
	}
	p.graphed = packs
	return nil
}

// takeGraph waits for the right to write the commit-graph, until freeGraph.
func (p *place) takeGraph(ctx context.Context) error {
	select {
	case p.graph <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ended(fmt.Errorf("write the commit-graph of %s: %w", p.dir, ctx.Err()))
	}
}

func (p *place) freeGraph() { <-p.graph }

func (r *Repository) writeGraph(ctx context.Context, split string) error {
	_, err := r.git.run(ctx, call{dir: r.dir, env: r.borrowed(), writes: true,
		args: []string{"commit-graph", "write", "--reachable", split, "--no-progress",
			"--changed-paths", "--max-new-filters=" + newFilters}})
	return r.localProblem("write the commit-graph of "+r.dir, err)
}

// MaintainOptions are the limits of maintenance. Its time is limited by the
// context.
type MaintainOptions struct {
	Packs int           // small packs are joined once there are more than these; zero is 40
	Whole time.Duration // between two repacks of everything; zero is 30 days
	// Keep is for how long at least an object stays that no ref reaches: what a pass
	// packed and has not pushed yet is such. Zero is two weeks.
	Keep  time.Duration
	Spare uint64 // bytes of the disk that stay free during a repack, on top of what it needs
}

const day = 24 * time.Hour

func (o MaintainOptions) filled() MaintainOptions {
	if o.Packs == 0 {
		o.Packs = 40
	}
	if o.Whole == 0 {
		o.Whole = 30 * day
	}
	if o.Keep == 0 {
		o.Keep = 14 * day
	}
	return o
}

// Maintained is what maintenance did.
type Maintained struct {
	Swept   int    // leftovers older than a day that were removed
	Joined  bool   // small packs were joined; every object stays
	Whole   bool   // everything was repacked, and old unreachable objects were removed
	Before  int64  // bytes of the objects, before
	After   int64  // and after
	Skipped string // why something that was due was not done; "" if nothing was
}

// wholeMark is a file whose age says when everything was repacked last.
const wholeMark = "auxsync-repacked"

// Maintain keeps a cache small and quick, in quiet time: it sweeps leftovers,
// brings the commit-graph up to date, and either joins small packs, which follows
// no refs and loses nothing, or, once a month, repacks everything. Only that
// removes objects: those that no ref has reached for [MaintainOptions].Keep.
//
// The caller has the cache alone, see [Git.TryAlone]; else nothing is done. When
// ctx ends in between, its error is returned with what was done so far; the cache
// is intact then, and what was begun begins anew the next time.
func (r *Repository) Maintain(ctx context.Context, o MaintainOptions) (done Maintained, err error) {
	o = o.filled()
	p := r.git.place(r.dir)
	if !p.isAlone() {
		done.Skipped = "the cache is in use"
		return done, nil
	}
	if err := p.takeGraph(ctx); err != nil {
		return done, err
	}
	defer p.freeGraph()
	if done.Swept, err = sweep(r.dir, r.git.log, olderThan(r.git.clock.Now().Add(-day))); err != nil {
		return done, err
	}
	if done.Before, err = r.size(); err != nil {
		return done, err
	}
	if err := r.repack(ctx, o, &done); err != nil {
		return done, err
	}
	// Filters that are still missing come by and by, also where no pack is new.
	if err := r.writeGraph(ctx, "--split"); err != nil {
		return done, err
	}
	if p.graphed, err = listPacks(r.store()); err == nil {
		done.After, err = r.size()
	}
	return done, err
}

// repack does the one of both repacks that is due, if any.
func (r *Repository) repack(ctx context.Context, o MaintainOptions, done *Maintained) error {
	now := r.git.clock.Now()
	packs, err := listPacks(r.store())
	if err != nil {
		return diskProblem("repack", r.dir, err)
	}
	whole, join := now.Sub(r.repacked()) >= o.Whole, strings.Count(packs, "\n") > o.Packs
	if !whole && !join {
		return nil
	}
	if done.Skipped, err = r.tooFull(done.Before, o.Spare); err != nil || done.Skipped != "" {
		return err
	}
	if !whole {
		// Geometric repacking joins whole packs: what is unreachable is carried along.
		err := r.runRepack(ctx, "--geometric=2")
		done.Joined = err == nil
		return err
	}
	// The graph must not know commits that are about to go.
	if err := r.writeGraph(ctx, "--split=replace"); err != nil {
		return err
	}
	if err := r.runRepack(ctx, "--cruft", "--cruft-expiration="+now.Add(-o.Keep).UTC().Format(time.RFC3339)); err != nil {
		return err
	}
	done.Whole = true
	mark := filepath.Join(r.dir, wholeMark)
	if err := writeFileSync(mark, nil); err != nil {
		return diskProblem("repack", r.dir, err)
	}
	return diskProblem("repack", r.dir, os.Chtimes(mark, now, now))
}

func (r *Repository) runRepack(ctx context.Context, how ...string) error {
	_, err := r.git.run(ctx, call{dir: r.dir, env: r.borrowed(), writes: true,
		args: append([]string{"repack", "-d", "-q"}, how...),
		// Bitmaps speed up a server; a cache serves nobody.
		settings: []setting{{"repack.writeBitmaps", "false"}, {"pack.windowMemory", "256m"}}})
	return r.localProblem("repack "+r.dir, err)
}

// repacked returns when everything was in one pack last: when the cache was made,
// if never since.
func (r *Repository) repacked() time.Time {
	var last time.Time
	for _, mark := range []string{cacheMark, wholeMark} {
		if info, err := os.Stat(filepath.Join(r.dir, mark)); err == nil && info.ModTime().After(last) {
			last = info.ModTime()
		}
	}
	return last
}

// tooFull says why there is no room for a repack, "" if there is: it may write all
// objects anew before it removes the old packs.
func (r *Repository) tooFull(size int64, spare uint64) (why string, err error) {
	free, _, err := Disk(r.dir)
	if err != nil {
		return "", err
	}
	need := uint64(size) + uint64(size)/10
	if free >= need && free-need >= spare {
		return "", nil
	}
	why = fmt.Sprintf("a repack may need %d MB, and %d MB are free of which %d MB shall stay so", need>>20, free>>20, spare>>20)
	r.git.log.Warn("the cache is not repacked", zap.String("dir", r.dir), zap.String("why", why))
	return why, nil
}

// size is how many bytes the repository's own objects take.
func (r *Repository) size() (int64, error) {
	var sum int64
	err := filepath.WalkDir(filepath.Join(r.dir, "objects"), func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			sum += info.Size()
		}
		return err
	})
	return sum, diskProblem("measure", r.dir, err)
}

// Disk returns how many bytes of the file system of path are free for us, and how
// many it has.
func Disk(path string) (free, total uint64, err error) {
	var s unix.Statfs_t
	if err := unix.Statfs(path, &s); err != nil {
		return 0, 0, fmt.Errorf("look how full the disk of %s is: %w", path, err)
	}
	return s.Bavail * uint64(s.Frsize), s.Blocks * uint64(s.Frsize), nil
}
