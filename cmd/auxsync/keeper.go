package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/systemd"
)

// socketName is the socket in the state directory of a daemon that no unit starts.
const socketName = "control.sock"

// keeper is whoever keeps the state directory: the daemon, asked over its control
// socket; where none runs, this process.
type keeper interface {
	// Names returns all tracks, or the one that is named, and nothing else of them.
	Names(ctx context.Context, name string) ([]forks.Track, error)
	// Tracks returns what is known of all tracks, or of the one that is named.
	Tracks(ctx context.Context, name string) ([]control.View, error)
	// Run does what a request asks for. The result may come beside an error.
	Run(ctx context.Context, req control.Request, say func(forks.Progress)) (json.RawMessage, error)
	// Backup writes a copy of the database.
	Backup(ctx context.Context, w io.Writer) error
	Close() error
}

// need says what a command needs of a keeper that is this process.
type need int

const (
	toRead need = iota // nothing is written: no lock
	toWork             // the lock of the state directory
)

// keeper finds the daemon, or takes its place.
func (a *app) keeper(ctx context.Context, n need) (keeper, error) {
	cfg, cfgErr := a.loadConfig()
	client, err := a.daemon(ctx, cfg, cfgErr)
	switch {
	case err != nil:
		return nil, err
	case client != nil:
		return asked{client}, nil
	case cfgErr != nil:
		return nil, cfgErr
	case n == toRead:
		s, err := a.reading(ctx, cfg)
		if err != nil {
			return nil, err
		}
		return &here{s}, nil
	}
	return a.instead(ctx, cfg)
}

// between is how often a command that waits for the state directory looks for a daemon.
const between = 200 * time.Millisecond

var errDaemonCame = errors.New("a daemon keeps the state directory now")

// instead takes the place of the daemon. One that was just starting holds the lock
// before it answers, and then for good: who waits for the lock looks for it, too.
func (a *app) instead(ctx context.Context, cfg *forks.Config) (keeper, error) {
	waiting, end := context.WithCancelCause(ctx)
	defer end(nil)
	came := make(chan *control.Client, 1)
	go func() {
		defer close(came)
		ticker := clockwork.NewRealClock().NewTicker(between)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.Chan():
			case <-waiting.Done():
				return
			}
			if client, err := a.daemon(waiting, cfg, nil); err == nil && client != nil {
				came <- client
				end(errDaemonCame)
				return
			}
		}
	}()
	s, err := a.working(waiting, cfg)
	if err == nil {
		return &here{s}, nil
	}
	if errors.Is(context.Cause(waiting), errDaemonCame) {
		return asked{<-came}, nil
	}
	return nil, err
}

// daemon dials the daemon that runs with this command's config; nil if there is
// none. A socket that was named must answer.
func (a *app) daemon(ctx context.Context, cfg *forks.Config, cfgErr error) (*control.Client, error) {
	if path := a.env("AUXSYNC_CONTROL"); path != "" {
		client, err := control.Dial(ctx, path, clockwork.NewRealClock())
		if errors.Is(err, control.ErrNoDaemon) {
			err = forks.AskPerson("start it, or unset AUXSYNC_CONTROL", "%w", err)
		}
		return client, err
	}
	var paths []string
	var bad *forks.ConfigError
	switch {
	case cfg != nil:
		paths = append(paths, filepath.Join(cfg.StateDir, socketName))
	case errors.As(cfgErr, &bad) && bad.StateDir != "":
		// The daemon goes on with the last good version, and can be asked.
		paths = append(paths, filepath.Join(bad.StateDir, socketName))
	}
	mine := a.absoluteConfig()
	for _, path := range append(paths, systemd.ControlPath) {
		client, err := control.Dial(ctx, path, clockwork.NewRealClock())
		if errors.Is(err, control.ErrNoDaemon) {
			continue
		}
		if err != nil {
			// Somebody else's daemon is no obstacle to one's own config.
			if path == systemd.ControlPath && mine != systemConfig && !errors.Is(cfgErr, fs.ErrNotExist) {
				continue
			}
			return nil, err
		}
		hello, err := client.Hello(ctx)
		if err != nil {
			return nil, err
		}
		if hello.Config == mine || errors.Is(cfgErr, fs.ErrNotExist) && a.config == "" {
			return client, nil
		}
	}
	return nil, nil
}

// absoluteConfig is the config's path in the form in which two processes compare it.
func (a *app) absoluteConfig() string {
	path, err := filepath.Abs(a.configPath())
	if err != nil {
		return a.configPath()
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real
	}
	return path
}

// asked is the keeper that is the daemon.
type asked struct{ *control.Client }

// Names implements [keeper].
func (a asked) Names(ctx context.Context, name string) ([]forks.Track, error) {
	views, err := a.Tracks(ctx, name)
	var tracks []forks.Track
	for _, v := range views {
		tracks = append(tracks, v.Track)
	}
	return tracks, err
}

// Close implements [keeper].
func (asked) Close() error { return nil }

// here is the keeper that is this process.
type here struct{ *session }

// Run implements [keeper].
func (h *here) Run(ctx context.Context, req control.Request, say func(forks.Progress)) (json.RawMessage, error) {
	result, err := h.perform(ctx, h.who(), req, say)
	if result == nil {
		return nil, err
	}
	text, encodeErr := json.Marshal(result)
	return text, errors.Join(err, encodeErr)
}

// Names implements [keeper].
func (h *here) Names(ctx context.Context, name string) ([]forks.Track, error) {
	return h.named(ctx, name)
}

// Tracks implements [keeper].
func (h *here) Tracks(ctx context.Context, name string) ([]control.View, error) {
	return h.views(ctx, name)
}

// Backup implements [keeper].
func (h *here) Backup(ctx context.Context, w io.Writer) error { return h.backup(ctx, w) }

// ask runs a request and decodes its result, if there is one.
func ask[T any](ctx context.Context, k keeper, req control.Request, say func(forks.Progress)) (result *T, err error) {
	text, err := k.Run(ctx, req, say)
	if text == nil {
		return nil, err
	}
	result = new(T)
	if decodeErr := json.Unmarshal(text, result); decodeErr != nil {
		return nil, errors.Join(err, fmt.Errorf("read the answer to %q: %w", req.Verb, decodeErr))
	}
	return result, err
}
