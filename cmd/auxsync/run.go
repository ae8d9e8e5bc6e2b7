package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/spf13/cobra"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/systemd"
)

func (a *app) runCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "run",
		Short: "The daemon: keep every track, until it is told to end",
		Long: `Run the daemon: it makes a pass over each track every interval, answers the other
commands on its control socket, and serves the status page if the config has
listen. Only one runs on a state directory.

SIGHUP reads the config again: a bad one is refused with all its problems, and the
last good one stays. SIGTERM ends within ten seconds, at any moment; a second one
at once. What was begun is settled at the next start.`,
		Example: "  auxsync run\n  auxsync run --config /etc/auxsync/config.toml",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			a.serving = true
			return a.serve(cmd.Context(), cfg, a.clock)
		},
	}
}

// daemon is the process that keeps a state directory.
type daemon struct {
	*session
	manager *systemd.Notifier
	started time.Time
	changed chan struct{} // has room for one: the tracks may have changed
	renewed chan struct{} // has room for one: there may be other patterns than before
	reports chan struct{} // has room for one: config names other places for reports
	poller  *poller
	asked   atomic.Int64 // requests that were done
	kept    time.Time    // when caches and database were maintained last; of quietTime alone
}

// serve runs the daemon until ctx ends.
func (a *app) serve(ctx context.Context, cfg *forks.Config, clock clockwork.Clock) (err error) {
	log, err := a.serviceLogger(cfg.Log)
	if err != nil {
		return err
	}
	// The sockets first: their descriptors are plain numbers.
	sockets, err := systemd.Listeners(a.env)
	if err != nil {
		return fmt.Errorf("take over the sockets of the unit: %w", err)
	}
	d := &daemon{manager: systemd.NewNotifier(a.env), started: clock.Now(), changed: make(chan struct{}, 1), renewed: make(chan struct{}, 1), reports: make(chan struct{}, 1)}
	d.notify(log, d.manager.Status("opening the state directory"))
	d.notify(log, d.manager.Extend(upgradeTime))
	if d.session, err = a.keepingAlone(ctx, cfg, clock, log); err != nil {
		return errors.Join(err, sockets.Close())
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	d.publisher = d.newPublisher()
	run, cut, err := d.store.BeginRun(ctx, buildVersion(), os.Getpid())
	if err != nil {
		return errors.Join(err, sockets.Close())
	}
	if cut.ID != 0 {
		log.Warn("the last run was cut off; what it began is settled now", zap.Int("pid", cut.PID), zap.Time("since", cut.Started))
	}
	log.Info("auxsync begins", zap.String("version", buildVersion()), zap.String("git", d.git.Version()),
		zap.String("state_dir", cfg.StateDir), zap.String("cache_dir", cfg.CacheDir))
	how := "ended"
	if err := d.keep(ctx, sockets); err != nil {
		how = "ended: " + err.Error()
		return errors.Join(err, d.store.EndRun(context.WithoutCancel(ctx), run, how))
	}
	log.Info("auxsync ends")
	return d.store.EndRun(context.WithoutCancel(ctx), run, how)
}

// upgradeTime is how long an upgrade of the database, or the check of one that a
// kill left, may take.
const upgradeTime = 10 * time.Minute

// startWait is how long the daemon waits for a command that works on its state
// directory. Another daemon does not end by itself.
const startWait = 30 * time.Second

// keepingAlone opens the state directory; it waits for a command that is at work
// there, but not for ever, and not at all for another daemon.
func (a *app) keepingAlone(ctx context.Context, cfg *forks.Config, clock clockwork.Clock, log *zap.Logger) (*session, error) {
	if err := a.alreadyKept(ctx, cfg, clock); err != nil {
		return nil, err
	}
	waiting, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	late := clock.AfterFunc(startWait, func() { cancel(errStillLocked) })
	defer late.Stop()
	s, err := a.keeping(waiting, cfg, clock, log)
	if errors.Is(err, errStillLocked) {
		return nil, forks.RetryLater(nextIfKept, "another auxsync keeps the state directory %s", cfg.StateDir)
	}
	return s, err
}

const nextIfKept = "stop it, or give this one a state_dir of its own"

// alreadyKept says which daemon keeps the state directory, if one answers on the
// socket there. Whatever else stands in the way is for the lock to find out.
func (a *app) alreadyKept(ctx context.Context, cfg *forks.Config, clock clockwork.Clock) error {
	ctx, cancel := clockwork.WithTimeout(ctx, clock, startWait)
	defer cancel()
	client, err := control.Dial(ctx, filepath.Join(cfg.StateDir, socketName), clock)
	if err != nil {
		return nil
	}
	hello, err := client.Hello(ctx)
	if err != nil {
		return nil
	}
	return forks.RetryLater(nextIfKept, "auxsync (pid %d) has kept the state directory %s since %s UTC with %s",
		hello.PID, cfg.StateDir, hello.Started.UTC().Format("2006-01-02 15:04"), forks.Inert(hello.Config))
}

var errStillLocked = errors.New("the lock of the state directory was not given free")

// keep opens the sockets and goes round until ctx ends.
func (d *daemon) keep(ctx context.Context, sockets systemd.Sockets) (err error) {
	d.loop = syncer.NewLoop(syncer.LoopConfig{
		Clock: d.clock, Log: d.log, Lanes: lanes, Beat: d.beat(), Pass: d.scheduled, Journal: d.store, Random: rand.Float64,
		Alive:  func() { d.notify(d.log, d.manager.Alive()) },
		Status: func(text string) { d.notify(d.log, d.manager.Status(forks.Inert(text))) },
		Idle:   d.quietTime,
	})
	d.poller = newPoller(d)
	d.fetched, d.back, d.catalog.announce = d.takePolicy, d.poller.back, d.announce
	for _, t := range onePerFork(d.config) {
		d.takePolicy(ctx, t)
	}
	d.retrack()
	servers, err := d.listen(ctx, sockets)
	if err != nil {
		return errors.Join(err, sockets.Close())
	}
	// Requests are told of the end when the loop is, so that both end side by side.
	ctx, fail := context.WithCancel(ctx)
	defer fail()
	serving, stop := context.WithCancel(ctx)
	ended := make(chan error, len(servers))
	for _, serve := range servers {
		go func() {
			err := serve(serving)
			if err != nil {
				fail() // a daemon that cannot be asked is better started anew
			}
			ended <- err
		}()
	}
	defer func() {
		stop()
		for range servers {
			err = errors.Join(err, <-ended)
		}
	}()
	d.firstContact(ctx)
	d.notify(d.log, d.manager.Ready("ready"))
	aside, cancel := context.WithCancel(ctx)
	hangups := make(chan os.Signal, 1)
	signal.Notify(hangups, syscall.SIGHUP)
	done := make(chan struct{})
	go func() {
		defer close(done)
		var both sync.WaitGroup
		both.Go(func() { d.poller.run(aside) })
		both.Go(func() { d.reporting(aside) })
		d.watch(aside, hangups)
		both.Wait()
	}()
	defer func() {
		signal.Stop(hangups)
		cancel()
		<-done
	}()
	defer context.AfterFunc(ctx, d.stopping)()
	return d.loop.Run(ctx)
}

// lanes is how many forks can have a pass at once; how many of them replay patches
// at the same time is the config's workers.
const lanes = 16

// beat is how often the loop goes round at least.
func (d *daemon) beat() time.Duration {
	const most = 10 * time.Second
	if wait, ok := d.manager.WatchdogInterval(); ok {
		return min(wait/2, most)
	}
	return most
}

// stopping tells the service manager that the end has begun. A publication under way
// may take a few seconds more.
func (d *daemon) stopping() {
	d.log.Info("auxsync is ending")
	d.notify(d.log, d.manager.Stopping("ending; a publication that has begun is seen to its end"))
	d.notify(d.log, d.manager.Extend(20*time.Second))
}

// notify logs that the service manager could not be told something: the work goes
// on without it.
func (d *daemon) notify(log *zap.Logger, err error) {
	if err != nil {
		log.Warn("the service manager cannot be reached", zap.Error(err))
	}
}

// listen opens the control socket and the page: those that the service manager
// handed over, else those of the config.
func (d *daemon) listen(ctx context.Context, sockets systemd.Sockets) (servers []func(context.Context) error, err error) {
	controls, pages := sockets.Control, sockets.Page
	if len(controls) == 0 {
		l, err := control.Listen(d.socketPath(), 0o660, d.log)
		if err != nil {
			return nil, err
		}
		controls = append(controls, l)
	}
	if len(pages) == 0 && d.config.Listen != "" {
		var lc net.ListenConfig
		l, err := lc.Listen(ctx, "tcp", d.config.Listen)
		if err != nil {
			err = forks.AskPerson("choose another address for listen", "open the status page: %w", err)
			return nil, errors.Join(err, systemd.Sockets{Control: controls}.Close())
		}
		pages = append(pages, l)
	}
	server := control.NewServer(control.Config{Service: d, Log: d.log, Clock: d.clock, ExitCode: exitCode, Grace: 5 * time.Second})
	for _, l := range controls {
		d.log.Info("control socket", zap.Stringer("address", l.Addr()))
		servers = append(servers, func(ctx context.Context) error { return server.Serve(ctx, l) })
	}
	for _, l := range pages {
		d.log.Info("status page", zap.Stringer("address", l.Addr()))
		servers = append(servers, func(ctx context.Context) error { return d.servePage(ctx, l) })
	}
	return servers, nil
}

// socketPath is where the control socket is made if the service manager makes none.
func (d *daemon) socketPath() string {
	if path := d.env("AUXSYNC_CONTROL"); path != "" {
		return path
	}
	if dir := d.env("RUNTIME_DIRECTORY"); dir != "" {
		return filepath.Join(dir, socketName)
	}
	return filepath.Join(d.config.StateDir, socketName)
}

// scheduled makes a pass that is due.
func (d *daemon) scheduled(ctx context.Context, t forks.Track) (syncer.Outcome, error) {
	d.wakeOthers(t, d.forges.attend(ctx, t, nil))
	out, err := d.syncer.Sync(ctx, t, syncer.Options{Who: "the daemon", Due: true})
	if !out.Quiet || t.Policy != "" {
		d.takePolicy(ctx, t)
	}
	d.followUp(ctx, t)
	return out, err
}

// takePolicy takes in what a pass has fetched besides: the fork's policy.
func (d *daemon) takePolicy(ctx context.Context, t forks.Track) {
	news, err := d.catalog.readPolicy(context.WithoutCancel(ctx), t)
	if err != nil {
		d.log.Error("the policy cannot be read", zap.String("fork", t.Fork), zap.Error(err))
		return
	}
	if news == "" {
		return
	}
	d.tell(forks.Event{Fork: t.Fork, Track: t.Name, Kind: "policy", Text: news})
	poke(d.changed)
}

// poke makes sure that somebody looks, once, however often it is called before.
func poke(place chan struct{}) {
	select {
	case place <- struct{}{}:
	default:
	}
}

// tell writes an event into the history and the log.
func (d *daemon) tell(e forks.Event) { d.tellAt(zapcore.InfoLevel, e) }

func (d *daemon) tellAt(level zapcore.Level, e forks.Event) {
	d.log.Log(level, forks.Inert(e.Text), zap.String("fork", e.Fork), zap.String("track", e.Track), zap.String("event", e.Kind))
	if err := d.store.AddEvent(context.Background(), e); err != nil {
		d.log.Error("an event could not be written down", zap.Error(err))
	}
}

var _ control.Service = (*daemon)(nil)
var _ syncer.Journal = (*store.Store)(nil)
