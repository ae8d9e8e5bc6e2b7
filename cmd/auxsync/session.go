package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/reports/publish"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// session is the wiring of one command: configuration, git, store, syncer.
type session struct {
	*app
	config    *forks.Config
	clock     clockwork.Clock
	log       *zap.Logger
	git       *repo.Git
	store     *store.Store // nil where there is no database to read yet
	catalog   *catalog
	syncer    *syncer.Syncer
	forges    *forges
	loop      *syncer.Loop // nil outside the daemon
	lock      *store.FileLock
	fetched   func(context.Context, forks.Track) // in the daemon: takes in the policy
	publisher *publish.Publisher                 // nil where nothing was asked about reports
	// back, in the daemon, has a fork's forge looked at again at a time at the latest.
	back func(fork string, at time.Time)
}

// loadConfig finds and reads the config file.
func (a *app) loadConfig() (*forks.Config, error) {
	return forks.Load(a.configPath(), a.env)
}

// systemConfig is the config of the unit.
const systemConfig = "/etc/auxsync/config.toml"

func (a *app) configPath() string {
	if a.config != "" {
		return a.config
	}
	if path := a.env("AUXSYNC_CONFIG"); path != "" {
		return path
	}
	const here = "config.toml"
	if _, err := os.Stat(here); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(systemConfig); err == nil {
			return systemConfig
		}
	}
	return here
}

// reading opens a session that writes nothing and needs no lock.
func (a *app) reading(ctx context.Context, cfg *forks.Config) (*session, error) {
	log, err := a.logger(cfg.Log)
	if err != nil {
		return nil, err
	}
	db, err := history(ctx, cfg.StateDir)
	if err != nil {
		return nil, err
	}
	s := &session{app: a, config: cfg, clock: a.clock, log: log, store: db}
	if err := s.wire(ctx, nil, forks.Writer{}); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	s.catalog.readOnly = true
	return s, nil
}

// working opens a session that may change things: it takes the lock of the state
// directory, waiting for another process, and opens the store.
func (a *app) working(ctx context.Context, cfg *forks.Config) (*session, error) {
	log, err := a.logger(cfg.Log)
	if err != nil {
		return nil, err
	}
	return a.keeping(ctx, cfg, a.clock, log)
}

// keeping takes the lock of the state directory and wires a session around it.
func (a *app) keeping(ctx context.Context, cfg *forks.Config, clock clockwork.Clock, log *zap.Logger) (s *session, err error) {
	s = &session{app: a, config: cfg, clock: clock, log: log}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	s.lock, err = store.LockWait(ctx, cfg.StateDir, func(holder string) { a.say(holder + ": waiting for it") })
	if err != nil {
		return s, err
	}
	moved := ""
	if s.store, moved, err = store.OpenOrReplace(ctx, filepath.Join(cfg.StateDir, store.FileName), clock); err != nil {
		return s, err
	}
	if moved != "" {
		log.Warn("the database was damaged; it is made anew from the fork's refs", zap.String("damaged", moved))
		a.say("the database was damaged and lies in " + moved + " now; a new one is made from the fork's refs")
		err := s.store.AddEvent(ctx, forks.Event{Kind: "database", Text: "it was damaged and lies in " + moved + " now; a new one is made from the forks' refs"})
		if err != nil {
			return s, err
		}
	}
	writer := forks.Writer{}
	if writer.ID, err = s.store.Instance(ctx); err != nil {
		return s, err
	}
	if writer.Host, err = os.Hostname(); err != nil {
		return s, fmt.Errorf("ask for this machine's name: %w", err)
	}
	return s, s.wire(ctx, s.store, writer)
}

// wire puts the parts together. Passes are written into db, if there is one.
func (s *session) wire(ctx context.Context, db *store.Store, writer forks.Writer) (err error) {
	if s.git, err = s.findGit(ctx, s.log, s.clock); err != nil {
		return err
	}
	s.forges = newForges(s)
	c := syncer.Config{Git: syncer.OnDisk(s.git), CacheDir: s.config.CacheDir, Clock: s.clock, Log: s.log, Secret: s.forges.secret,
		Workers: s.config.Workers, Writer: writer, Forge: s.forges.of, Reads: reads, Mergers: s.mergers,
		Roster: func(fork string) forks.Roster { return s.catalog.policy(fork).Roster() },
		Tracks: s.kept}
	if db != nil {
		c.Store, c.Forges = db, db
	}
	s.syncer = syncer.New(c)
	s.catalog = newCatalog(s.config, s.syncer, s.store)
	return s.catalog.recall(ctx)
}

// findGit finds the git program.
func (a *app) findGit(ctx context.Context, log *zap.Logger, clock clockwork.Clock) (*repo.Git, error) {
	git, err := repo.New(ctx, repo.Options{Log: log, Path: a.env("AUXSYNC_GIT"), Clock: clock, Started: clock.Now()})
	if err != nil {
		return nil, err
	}
	a.children.of(git)
	return git, nil
}

// outsider opens a session without config: it can read what anybody can.
func (a *app) outsider(ctx context.Context) (*session, error) {
	log, err := a.logger(forks.LogConfig{Level: "warn", Format: "text"})
	if err != nil {
		return nil, err
	}
	clock := a.clock
	git, err := a.findGit(ctx, log, clock)
	if err != nil {
		return nil, err
	}
	return &session{app: a, clock: clock, log: log, git: git, syncer: syncer.New(syncer.Config{Git: syncer.OnDisk(git), Clock: clock, Log: log, Mergers: a.mergers})}, nil
}

// lane makes a pass while no other one is made in its fork, and books how it ended. What
// comes before and after it, such as a policy that cannot be read or a forge that does
// not answer, does not count as its end.
func (s *session) lane(ctx context.Context, t forks.Track, do func(context.Context) (syncer.Outcome, error)) error {
	return s.alone(ctx, t, func(ctx context.Context) error {
		s.wakeOthers(t, s.forges.attend(ctx, t, nil))
		out, err := do(ctx)
		var policyErr error
		if !out.Quiet || t.Policy != "" {
			policyErr = s.takeIn(ctx, t)
		}
		s.booking().Ran(t, out, err)
		s.followUp(ctx, t)
		if s.loop == nil && err == nil && !out.Quiet {
			s.tidy(ctx, t)
		}
		return errors.Join(err, policyErr)
	})
}

// followUp shows on the forge what a pass has changed. What comes of that, such as the
// number of a new pull request, is for the next pass: the daemon's loop makes it soon,
// and without a daemon it is made here.
func (s *session) followUp(ctx context.Context, t forks.Track) {
	const most = 3
	for range most {
		due := s.forges.attend(ctx, t, nil)
		if s.loop != nil {
			s.wake(t.Fork, due)
			return
		}
		if !slices.Contains(due, t.Name) || ctx.Err() != nil {
			return
		}
		out, err := s.syncer.Sync(ctx, t, syncer.Options{Who: "auxsync", Due: true})
		s.booking().Ran(t, out, err)
		if err != nil {
			s.log.Warn("what the forge told is not written down yet; the next pass tries again", zap.String("track", t.Name), zap.Error(err))
			return
		}
	}
}

// wake makes passes of a fork's tracks due, where there is a daemon.
func (s *session) wake(fork string, names []string) {
	for _, name := range names {
		if s.loop != nil {
			s.loop.Wake(fork, name)
		}
	}
}

// wakeOthers is wake without the track that has its pass just now.
func (s *session) wakeOthers(t forks.Track, names []string) {
	s.wake(t.Fork, slices.DeleteFunc(names, func(name string) bool { return name == t.Name }))
}

// tidy keeps the cache small where no daemon does. The pass stands, also where it cannot.
func (s *session) tidy(ctx context.Context, t forks.Track) {
	if err := s.syncer.Tidy(ctx, t, mostPacks); err != nil {
		s.log.Warn("the packs of a cache could not be joined, the next pass tries again", zap.String("upstream", t.Upstream), zap.Error(err))
	}
}

// mostPacks is how many packs a cache may have that no daemon maintains.
const mostPacks = 40

// booking is where the ends of passes are booked: the loop, or without a daemon one
// that does not run. It logs nothing: the person is told by the command itself.
func (s *session) booking() *syncer.Loop {
	if s.loop != nil {
		return s.loop
	}
	return syncer.NewLoop(syncer.LoopConfig{Clock: s.clock, Log: zap.NewNop(), Journal: s.store, Random: rand.Float64})
}

// alone does something while nothing else is done in a track's fork.
func (s *session) alone(ctx context.Context, t forks.Track, do func(context.Context) error) error {
	if s.loop == nil { // the lock of the state directory keeps others away
		return do(ctx)
	}
	return s.loop.Do(ctx, t, do)
}

// takeIn takes in what a fetch brought besides: the fork's policy.
func (s *session) takeIn(ctx context.Context, t forks.Track) error {
	switch {
	case s.fetched != nil:
		s.fetched(ctx, t)
		return nil
	case ctx.Err() != nil:
		return nil // the next pass takes it in
	}
	_, err := s.catalog.readPolicy(ctx, t)
	return err
}

// Close gives everything back.
func (s *session) Close() error {
	var errs []error
	if s.git != nil && s.lock != nil {
		errs = append(errs, s.git.Close()) // alone here: what children left can go
	}
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}

// say tells on standard error what is being done.
func (a *app) say(text string) {
	if !a.quiet {
		fmt.Fprintln(a.err, forks.Inert(text))
	}
}

// who is the person who runs the command, as the system knows them.
func (a *app) who() string {
	for _, name := range []string{"SUDO_USER", "USER", "LOGNAME"} {
		if who := a.env(name); who != "" {
			return who
		}
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

// kept names the tracks of a fork that are kept now.
func (s *session) kept(fork string) []string {
	names := []string{}
	all, _ := s.catalog.tracks()
	for _, t := range all {
		if t.Fork == fork {
			names = append(names, t.Name)
		}
	}
	return names
}
