package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/systemd"
)

// session is the wiring of one command: configuration, git, store, syncer.
type session struct {
	*app
	config *forks.Config
	clock  clockwork.Clock
	store  *store.Store // nil for commands that write nothing
	syncer *syncer.Syncer
	lock   *store.FileLock
}

// loadConfig finds and reads the config file.
func (a *app) loadConfig() (*forks.Config, error) {
	return forks.Load(a.configPath(), a.env)
}

func (a *app) configPath() string {
	if a.config != "" {
		return a.config
	}
	if path := a.env("AUXSYNC_CONFIG"); path != "" {
		return path
	}
	const here, system = "config.toml", "/etc/auxsync/config.toml"
	if _, err := os.Stat(here); errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(system); err == nil {
			return system
		}
	}
	return here
}

// reading opens a session that writes nothing and needs no lock.
func (a *app) reading(ctx context.Context) (*session, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	return a.wire(ctx, cfg, clockwork.NewRealClock(), nil)
}

// working opens a session that may change things: it takes the lock of the state
// directory, waiting for another process, and opens the store.
func (a *app) working(ctx context.Context) (*session, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	return a.workingWith(ctx, cfg, clockwork.NewRealClock())
}

func (a *app) workingWith(ctx context.Context, cfg *forks.Config, clock clockwork.Clock) (*session, error) {
	lock, err := store.LockWait(ctx, cfg.StateDir, func(holder string) { a.say(holder + ": waiting for it") })
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, filepath.Join(cfg.StateDir, store.FileName), clock)
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	s, err := a.wire(ctx, cfg, clock, db)
	if err != nil {
		return nil, errors.Join(err, db.Close(), lock.Unlock())
	}
	s.lock = lock
	return s, nil
}

// wire puts the parts together.
func (a *app) wire(ctx context.Context, cfg *forks.Config, clock clockwork.Clock, db *store.Store) (*session, error) {
	log, err := a.logger(cfg.Log)
	if err != nil {
		return nil, err
	}
	git, err := repo.New(ctx, repo.Options{Log: log, Path: a.env("AUXSYNC_GIT"), Started: clock.Now()})
	if err != nil {
		return nil, err
	}
	c := syncer.Config{Git: git, CacheDir: cfg.CacheDir, Clock: clock, Log: log, Secret: a.secret}
	if db != nil {
		c.Store = db
	}
	return &session{app: a, config: cfg, clock: clock, store: db, syncer: syncer.New(c)}, nil
}

// secret reads a fork's credential anew at each use, so that a renewed one counts.
func (a *app) secret(t forks.Track) func() (string, error) {
	return func() (string, error) {
		s, err := systemd.ReadCredential(t.Credential, a.env)
		if err != nil {
			return "", forks.AskPerson("put the token there, and try it with `auxsync check`", "credential of fork %s: %w", t.Fork, err)
		}
		return s, nil
	}
}

// Close gives everything back.
func (s *session) Close() error {
	var errs []error
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.Unlock())
	}
	return errors.Join(errs...)
}

// logger logs to standard error: readable text, or JSON for machines. A command that
// a person waits for tells its progress and its result itself, so the log keeps to
// warnings, unless it was asked to debug.
func (a *app) logger(c forks.LogConfig) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(c.Level)
	if err != nil {
		return nil, fmt.Errorf("log level: %w", err)
	}
	if level == zapcore.InfoLevel {
		level = zapcore.WarnLevel
	}
	enc := zap.NewProductionEncoderConfig()
	enc.EncodeTime = zapcore.RFC3339TimeEncoder
	encoder := zapcore.NewJSONEncoder(enc)
	if c.Format == "text" {
		encoder = zapcore.NewConsoleEncoder(enc)
	}
	return zap.New(zapcore.NewCore(encoder, zapcore.Lock(zapcore.AddSync(a.err)), level)), nil
}

// tracks resolves the argument of a command: one track, or all.
func (s *session) tracks(args []string) ([]forks.Track, error) {
	if len(args) == 0 {
		return s.config.Tracks(), nil
	}
	t, err := s.config.Track(args[0])
	return []forks.Track{t}, err
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
