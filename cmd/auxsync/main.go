// Command auxsync keeps soft forks grafted onto their upstreams: it fetches the
// upstream, replays the fork's patches on it, publishes what is clean, asks
// people about what is not, and accounts for every patch.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	_ "time/tzdata" // a machine without zone data has the config's timezone all the same

	"github.com/jonboulle/clockwork"
	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Exit codes: the contract with scripts and the service manager.
const (
	exitDone         = 0
	exitFatal        = 1
	exitUsage        = 2
	exitNeedsPerson  = 3
	exitRetry        = 4
	exitWouldPublish = 10
	exitSignal       = 128 // plus the signal's number
)

func main() {
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}

// run is the whole program: it returns the exit code.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	return runWith(parts{clock: clockwork.NewRealClock()}, args, stdin, stdout, stderr, env)
}

// parts are what tests put something else in the place of.
type parts struct {
	clock   clockwork.Clock
	mergers func(name string, q syncer.Quarantine) rebase.Merger // see [syncer.Config]
}

// runWith is run with certain parts.
func runWith(p parts, args []string, stdin io.Reader, stdout, stderr io.Writer, env func(string) string) int {
	a := &app{in: stdin, out: stdout, err: stderr, env: env, parts: p, children: &children{}}
	ctx, stop, caught := untilSignal(context.Background(), func(number int) {
		a.children.kill()
		os.Exit(exitSignal + number)
	})
	defer stop()
	root := a.root()
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if number := caught(); number != 0 {
		switch {
		case a.serving: // the daemon's log tells its end
		case a.looking:
			fmt.Fprintln(stderr, "auxsync: interrupted")
		default:
			fmt.Fprintln(stderr, "auxsync: interrupted; nothing is half done: the next run looks at the remotes and goes on")
		}
		return exitSignal + number
	}
	if err == nil {
		return exitDone
	}
	var coded *exitError
	if errors.As(err, &coded) && coded.err == nil {
		return coded.code
	}
	fmt.Fprintf(stderr, "auxsync: %s\n", lines(err))
	return exitCode(err)
}

// untilSignal cancels the context at SIGINT or SIGTERM; at a second one it calls
// again with the signal's number. The last result tells the number of the signal that
// came, or 0.
func untilSignal(parent context.Context, again func(number int)) (context.Context, context.CancelFunc, func() int) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	done := make(chan struct{})
	go func() {
		select {
		case s := <-signals:
			cancel(&signalError{s.(syscall.Signal)})
		case <-done:
			return
		}
		select {
		case s := <-signals:
			again(int(s.(syscall.Signal)))
		case <-done:
		}
	}()
	stop := func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
	return ctx, stop, func() int {
		var s *signalError
		if errors.As(context.Cause(ctx), &s) {
			return int(s.signal)
		}
		return 0
	}
}

type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string { return e.signal.String() }

// exitError carries an exit code that the kind of an error does not tell.
type exitError struct {
	code int
	err  error // nil: nothing is printed
}

func (e *exitError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit code %d", e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usage marks an error as a wrong use of the program.
func usage(format string, args ...any) error {
	return &exitError{exitUsage, fmt.Errorf(format, args...)}
}

// exitCode maps an error to the program's exit code.
func exitCode(err error) int {
	var coded *exitError
	var config *forks.ConfigError
	var track *forks.TrackNameError
	var told *control.Failure
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.As(err, &told):
		return told.ExitCode()
	case errors.As(err, &config), errors.As(err, &track):
		return exitUsage
	}
	switch forks.KindOf(err) {
	case forks.NeedsPerson:
		return exitNeedsPerson
	case forks.Retry:
		return exitRetry
	}
	return exitFatal
}

// lines renders an error for a terminal: what others wrote is inert, and the lines
// of a list stay lines.
func lines(err error) string {
	var out []string
	for line := range strings.SplitSeq(strings.TrimRight(err.Error(), "\n"), "\n") {
		out = append(out, forks.Inert(line))
	}
	return strings.Join(out, "\n  ")
}

// app is what all commands share.
type app struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) string
	parts

	children *children
	serving  bool // this is the daemon
	looking  bool // this is a debug command, which has to do with no remote

	config string
	json   bool
	quiet  bool
}

// children knows whose child processes there are, to end all of them at once.
type children struct {
	mu  sync.Mutex
	git []*repo.Git
}

func (c *children) of(g *repo.Git) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.git = append(c.git, g)
}

func (c *children) kill() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range c.git {
		g.Kill()
	}
}

// root builds the command tree.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "auxsync",
		Short: "Keep soft forks grafted onto their upstreams",
		Long: `auxsync keeps soft forks grafted onto their upstreams.

A soft fork is a repository that follows another one (the upstream) and carries
changes of its own: a stack of patches. auxsync replays the stack on upstream's
new commits, publishes what is clean, and asks people about each real conflict
with a pair of branches, shown as a pull request where the fork is on GitHub.
Nothing is lost: every patch is accounted for in every pass, and every tip that
was ever published stays reachable.`,
		Example: `  auxsync demo                                   see all of it, on two small repositories
  auxsync init https://example.org/fork.git      write a first config.toml
  auxsync plan aux-main                          what would happen, leaving nothing behind
  auxsync adopt aux-main                         first contact
  auxsync sync                                   one pass over every track`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.err)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage("%w; see `%s --help`", err, cmd.CommandPath())
	})
	root.PersistentFlags().StringVarP(&a.config, "config", "c", "", "config file (default: $AUXSYNC_CONFIG, ./config.toml, then /etc/auxsync/config.toml)")
	root.PersistentFlags().BoolVar(&a.json, "json", false, "print JSON")
	root.PersistentFlags().BoolVarP(&a.quiet, "quiet", "q", false, "do not tell what is being done")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	for _, g := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"passes", "To keep a fork:", []*cobra.Command{a.initCommand(), a.planCommand(), a.adoptCommand(), a.syncCommand(), a.retargetCommand()}},
		{"looks", "To see where it stands:", []*cobra.Command{a.statusCommand(), a.conflictsCommand(), a.patchesCommand(), a.peopleCommand(), a.explainCommand(), a.resolutionsCommand(), a.learnCommand(), a.reportCommand(), a.verifyCommand()}},
		{"decisions", "To decide, as by a comment on a pull request:", a.decisionCommands()},
		{"service", "To run the service:", []*cobra.Command{a.runCommand(), a.reloadCommand(), a.checkCommand(), a.backupCommand(), a.recoverCommand()}},
		{"debug", "For developers and scripts:", []*cobra.Command{a.debugCommand()}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, cmd := range g.commands {
			cmd.GroupID = g.id
			root.AddCommand(cmd)
		}
	}
	root.AddCommand(a.demoCommand(), a.versionCommand())
	return root
}

// noSuchCommand refuses what the root command is given: a name that is no command's.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	near := ""
	if names := cmd.SuggestionsFor(args[0]); len(names) > 0 {
		near = " (did you mean " + strings.Join(names, " or ") + "?)"
	}
	return usage("there is no command %q%s; see `auxsync --help`", args[0], near)
}

// exactly is cobra.ExactArgs with exit code 2 and a sentence that helps.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usage("%s takes %s; see `%s --help`", cmd.CommandPath(), what, cmd.CommandPath())
	}
}

// atMostOneTrack is for commands that mean every track if none is named.
func atMostOneTrack(cmd *cobra.Command, args []string) error {
	if len(args) <= 1 {
		return nil
	}
	return usage("%s takes one track, or none for all of them; see `%s --help`", cmd.CommandPath(), cmd.CommandPath())
}
