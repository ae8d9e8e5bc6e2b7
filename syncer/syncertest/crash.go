package syncertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// ErrCrash is what all effects of a process end with that has crashed.
var ErrCrash = errors.New("the process has crashed here")

// Crash ends a process, of which there is none, before one of its effects: from then on
// none happens any more, as if nobody were there to make it. Effects are what another
// process sees: refs and objects of the cache, refs of the fork, and rows of the store.
// That an effect happened and the process never learned of it is the crash before the
// next one; only the last effect of a pass has none after it.
//
// What was read from the store and the remotes by the one that crashed is thrown away
// with its [syncer.Syncer]: make a new one, over the same [Git] and the same store.
type Crash struct {
	mu   sync.Mutex
	left int // effects that still happen; negative for no end
	seen []string
	dead bool
}

// NewCrash returns one that lets n effects happen; a negative n lets all of them, to
// count them with [Crash.Effects].
func NewCrash(n int) *Crash { return &Crash{left: n} }

// Effects names the effects that happened, in their order.
func (c *Crash) Effects() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.seen)
}

// Struck reports whether the process has crashed.
func (c *Crash) Struck() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.dead
}

// before is called before each effect.
func (c *Crash) before(effect string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left == 0 {
		c.dead = true
		return fmt.Errorf("%s: %w", effect, ErrCrash)
	}
	c.left--
	c.seen = append(c.seen, effect)
	return nil
}

// Git is git, as the process has it that is going to crash.
func (c *Crash) Git(git syncer.Git) syncer.Git { return crashingGit{git, c} }

// Store is the store, as the process has it that is going to crash.
func (c *Crash) Store(store syncer.Store) syncer.Store { return crashingStore{store, c} }

// The types below pass everything on that is no effect.
type (
	crashingGit struct {
		syncer.Git
		crash *Crash
	}
	crashingRemote struct {
		syncer.Remote
		crash *Crash
	}
	crashingRepository struct {
		syncer.Repository
		crash *Crash
	}
	crashingQuarantine struct {
		syncer.Quarantine
		crash *Crash
	}
	crashingStore struct {
		syncer.Store
		crash *Crash
	}
)

// Remote implements [syncer.Git].
func (g crashingGit) Remote(a repo.Access) (syncer.Remote, error) {
	r, err := g.Git.Remote(a)
	return crashingRemote{r, g.crash}, err
}

// OpenCache implements [syncer.Git].
func (g crashingGit) OpenCache(ctx context.Context, dir string) (syncer.Repository, error) {
	return g.opened(g.Git.OpenCache(ctx, dir))
}

// OpenExisting implements [syncer.Git].
func (g crashingGit) OpenExisting(ctx context.Context, dir string) (syncer.Repository, error) {
	return g.opened(g.Git.OpenExisting(ctx, dir))
}

// Scratch implements [syncer.Git].
func (g crashingGit) Scratch(ctx context.Context, borrow syncer.Repository) (syncer.Repository, error) {
	return g.opened(g.Git.Scratch(ctx, within(borrow)))
}

// Rebuild implements [syncer.Git].
func (g crashingGit) Rebuild(ctx context.Context, damage *repo.DamagedError) (syncer.Repository, error) {
	if err := g.crash.before("rebuild the cache"); err != nil {
		return nil, err
	}
	return g.opened(g.Git.Rebuild(ctx, damage))
}

func (g crashingGit) opened(r syncer.Repository, err error) (syncer.Repository, error) {
	if r == nil || err != nil {
		return nil, err
	}
	return crashingRepository{r, g.crash}, nil
}

// within is the repository that was wrapped here, if it was.
func within(r syncer.Repository) syncer.Repository {
	if c, ok := r.(crashingRepository); ok {
		return c.Repository
	}
	return r
}

// Fetch implements [syncer.Remote].
func (r crashingRemote) Fetch(ctx context.Context, into syncer.Repository, specs []repo.FetchSpec, progress io.Writer) error {
	if err := r.crash.before("fetch"); err != nil {
		return err
	}
	return r.Remote.Fetch(ctx, within(into), specs, progress)
}

// FetchShallow implements [syncer.Remote].
func (r crashingRemote) FetchShallow(ctx context.Context, into syncer.Repository, specs []repo.FetchSpec) error {
	return r.Remote.FetchShallow(ctx, within(into), specs)
}

// Push implements [syncer.Remote].
func (r crashingRemote) Push(ctx context.Context, from syncer.Repository, updates []forks.RefUpdate) error {
	if err := r.crash.before("push"); err != nil {
		return err
	}
	return r.Remote.Push(ctx, within(from), updates)
}

// Quarantine implements [syncer.Repository].
func (r crashingRepository) Quarantine(ctx context.Context) (syncer.Quarantine, error) {
	q, err := r.Repository.Quarantine(ctx)
	return crashingQuarantine{q, r.crash}, err
}

// Pack implements [syncer.Quarantine].
func (q crashingQuarantine) Pack(ctx context.Context, tips, known []forks.Hash) error {
	if err := q.crash.before("pack"); err != nil {
		return err
	}
	return q.Quarantine.Pack(ctx, tips, known)
}

// Index implements [syncer.Store].
func (s crashingStore) Index(ctx context.Context, fork, track string, stateCommit forks.Hash, state forks.State) error {
	if err := s.crash.before("index"); err != nil {
		return err
	}
	return s.Store.Index(ctx, fork, track, stateCommit, state)
}

// RecordPass implements [syncer.Store].
func (s crashingStore) RecordPass(ctx context.Context, pass forks.PassRecord) (int64, error) {
	if err := s.crash.before("record the pass"); err != nil {
		return 0, err
	}
	return s.Store.RecordPass(ctx, pass)
}

// OpenIntent implements [syncer.Store].
func (s crashingStore) OpenIntent(ctx context.Context, intent forks.Intent) (int64, error) {
	if err := s.crash.before("intend to " + intent.Kind); err != nil {
		return 0, err
	}
	return s.Store.OpenIntent(ctx, intent)
}

// SettleIntent implements [syncer.Store].
func (s crashingStore) SettleIntent(ctx context.Context, id int64, status forks.IntentStatus, note string) error {
	if err := s.crash.before("settle an intent"); err != nil {
		return err
	}
	return s.Store.SettleIntent(ctx, id, status, note)
}

// AddEvent implements [syncer.Store].
func (s crashingStore) AddEvent(ctx context.Context, event forks.Event) error {
	if err := s.crash.before("add an event"); err != nil {
		return err
	}
	return s.Store.AddEvent(ctx, event)
}

// SetFingerprint implements [syncer.Store].
func (s crashingStore) SetFingerprint(ctx context.Context, fork, track, fingerprint string) error {
	if err := s.crash.before("note what was seen"); err != nil {
		return err
	}
	return s.Store.SetFingerprint(ctx, fork, track, fingerprint)
}

// TakeRequest implements [syncer.Store].
func (s crashingStore) TakeRequest(ctx context.Context, id int64, pass int, result string) error {
	if err := s.crash.before("take a request"); err != nil {
		return err
	}
	return s.Store.TakeRequest(ctx, id, pass, result)
}
