package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
)

// catalog knows the tracks that there are: those that the config names and those
// that its patterns find upstream, each with its fork's policy applied. It is safe
// for concurrent use.
type catalog struct {
	syncer *syncer.Syncer
	store  *store.Store // nil where nothing was recorded yet
	// readOnly keeps what is found from being recorded.
	readOnly bool
	// announce, if set, is told which branches came and went, once each. It is set
	// before the catalog is shared.
	announce func(pattern forks.Track, fresh []forks.Track, gone []string)

	mu       sync.Mutex
	config   *forks.Config
	found    map[string][]string      // branches of upstream, by fork/pattern
	policies map[string]*forks.Policy // by fork: the newest good version
	refused  map[string]error         // by fork: why the newest version is not taken in
	seen     map[string]string        // by fork: the version that was looked at last
}

func newCatalog(cfg *forks.Config, s *syncer.Syncer, db *store.Store) *catalog {
	return &catalog{syncer: s, store: db, config: cfg, found: map[string][]string{},
		policies: map[string]*forks.Policy{}, refused: map[string]error{}, seen: map[string]string{}}
}

// recall fills the catalog with what is on record: the branches that were found last
// and the policies that were taken in last. It asks neither a remote nor the cache.
func (c *catalog) recall(ctx context.Context) error {
	if c.store == nil {
		return nil
	}
	cfg := c.current()
	for _, p := range cfg.Patterns() {
		branches, err := c.store.FoundBranches(ctx, p.Fork, p.Name)
		if err != nil {
			return err
		}
		gone, err := c.orphans(ctx, p)
		if err != nil {
			return err
		}
		c.set(p, append(branches, gone...))
	}
	for _, t := range onePerFork(cfg) {
		record, err := c.store.Policy(ctx, t.Fork)
		if err != nil {
			return err
		}
		c.recallPolicy(t.Fork, record)
	}
	return nil
}

// onePerFork picks a track of each fork, to ask for what the fork has one of.
func onePerFork(cfg *forks.Config) []forks.Track {
	all := append(cfg.Tracks(), cfg.Patterns()...)
	slices.SortStableFunc(all, func(a, b forks.Track) int { return cmp.Compare(a.Fork, b.Fork) })
	return slices.CompactFunc(all, func(a, b forks.Track) bool { return a.Fork == b.Fork })
}

func (c *catalog) current() *forks.Config {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.config
}

// replace takes in a new config.
func (c *catalog) replace(cfg *forks.Config) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.config = cfg
	clear(c.seen) // a policy may come from another place now
}

func (c *catalog) set(pattern forks.Track, branches []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.found[pattern.Fork+"/"+pattern.Name] = branches
}

// tracks lists all tracks, sorted by fork, the config's own before those that
// patterns found. Problems are branches that cannot become a track.
func (c *catalog) tracks() (tracks []forks.Track, problems []error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	expanded, problems := c.expanded()
	tracks = append(c.config.Tracks(), expanded...)
	for i, t := range tracks {
		tracks[i] = c.policies[t.Fork].Apply(t)
	}
	slices.SortStableFunc(tracks, func(a, b forks.Track) int { return cmp.Compare(a.Fork, b.Fork) })
	return tracks, problems
}

// expanded lists the tracks that patterns found. Its caller holds mu.
func (c *catalog) expanded() (tracks []forks.Track, problems []error) {
	for _, p := range c.config.Patterns() {
		more, wrong := c.config.Expand(p, c.found[p.Fork+"/"+p.Name])
		tracks, problems = append(tracks, more...), append(problems, wrong...)
	}
	return tracks, problems
}

// track finds one track by its name or by fork/name. Where only a pattern could have
// such a track, upstream is asked. The error is a [forks.TrackNameError].
func (c *catalog) track(ctx context.Context, name string) (forks.Track, error) {
	t, err := c.known(name)
	if err == nil {
		return t, nil
	}
	patterns := c.current().PatternsOf(name)
	for _, p := range patterns {
		if err := c.look(ctx, p); err != nil {
			return t, err
		}
	}
	if len(patterns) == 0 {
		return t, err
	}
	return c.known(name)
}

// known is track that asks nobody.
func (c *catalog) known(name string) (forks.Track, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	expanded, _ := c.expanded()
	t, err := c.config.Track(name, expanded...)
	return c.policies[t.Fork].Apply(t), err
}

// orphanTime is for how long an adopted track whose branch upstream has removed is
// still kept: its passes stop and say so, where people look.
const orphanTime = 30 * 24 * time.Hour

// orphans lists the branches of a pattern that upstream has removed lately and whose
// tracks were adopted.
func (c *catalog) orphans(ctx context.Context, pattern forks.Track) (branches []string, err error) {
	if c.store == nil {
		return nil, nil
	}
	gone, err := c.store.GoneBranches(ctx, pattern.Fork, pattern.Name, c.syncer.Clock.Now().Add(-orphanTime))
	if err != nil {
		return nil, err
	}
	tracks, _ := c.current().Expand(pattern, gone)
	for _, t := range tracks {
		state, err := c.store.Newest(ctx, t.Fork, t.Name)
		if err != nil {
			return nil, err
		}
		if !state.IsZero() {
			branches = append(branches, t.Follow)
		}
	}
	return branches, nil
}

// look asks upstream which branches a pattern finds now, and records and announces
// them.
func (c *catalog) look(ctx context.Context, pattern forks.Track) error {
	branches, err := c.syncer.Branches(ctx, pattern)
	if err != nil {
		return err
	}
	all, problems := c.current().Expand(pattern, branches)
	if len(branches) > 0 && len(all) == 0 {
		return errors.Join(append(problems, fmt.Errorf("no branch of upstream gives a track for pattern %s", pattern.Name))...)
	}
	var names []string
	for _, t := range all {
		names = append(names, t.Follow)
	}
	var fresh []forks.Track
	var gone []string
	if c.store != nil && !c.readOnly {
		var added []string
		if added, gone, err = c.store.SetFoundBranches(ctx, pattern.Fork, pattern.Name, names); err != nil {
			return err
		}
		fresh = slices.DeleteFunc(all, func(t forks.Track) bool { return !slices.Contains(added, t.Follow) })
	}
	orphans, err := c.orphans(ctx, pattern)
	if err != nil {
		return err
	}
	c.set(pattern, append(names, orphans...))
	if c.announce != nil && len(fresh)+len(gone) > 0 {
		c.announce(pattern, fresh, gone)
	}
	return nil
}
