package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/demo"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/syncer"
)

func (a *app) demoCommand() *cobra.Command {
	var dir string
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story on two small repositories",
		Long: `Make a small package set and a fork of it as two local repositories, and run the
real program on them: adoption, a pass, conflicts, people's answers, a push at the
wrong moment, and the account at the end. It needs git and nothing else, and takes
a few seconds. It exits with 0 only if every expectation held.`,
		Example: "  auxsync demo\n  auxsync demo --dir /tmp/demo    # keep the repositories, to look around in them",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if a.json {
				return usage("%s tells a story and has no JSON form", cmd.CommandPath())
			}
			return a.runDemo(cmd.Context(), dir)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "folder for the repositories, which are then kept (default: a temporary one)")
	return cmd
}

func (a *app) runDemo(ctx context.Context, dir string) (err error) {
	keep := dir != ""
	if !keep {
		if dir, err = os.MkdirTemp("", "auxsync-demo-*"); err != nil {
			return fmt.Errorf("make a folder for the demo: %w", err)
		}
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	w, err := demo.Build(ctx, dir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, "config.toml")
	if err := os.WriteFile(path, demoConfig(w, dir), 0o644); err != nil {
		return fmt.Errorf("write the demo's configuration: %w", err)
	}
	quiet := *a
	quiet.quiet = true
	cfg, err := forks.Load(path, a.env)
	if err != nil {
		return err
	}
	s, err := quiet.working(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	track, err := cfg.Track(w.Track)
	if err != nil {
		return err
	}
	if err := demo.Run(ctx, a.out, w, &demoProgram{s, track}); err != nil {
		return err
	}
	if keep {
		fmt.Fprintf(a.out, "\nEverything is in %s: try `auxsync --config %s status`.\n", forks.Inert(dir), forks.Inert(path))
	}
	return nil
}

// demoConfig is the shortest configuration of the demo's fork.
func demoConfig(w *demo.World, dir string) []byte {
	return fmt.Appendf(nil, `# The demo's fork. Paths instead of addresses: it needs no network.
state_dir = %q
cache_dir = %q

[log]
level = "warn"

[forks.demo]
upstream = %q
url = %q
allow_transports = ["file"]

[forks.demo.tracks.%s]
follow = %q
branch = %q
`, filepath.Join(dir, "state"), filepath.Join(dir, "cache"), w.UpstreamDir, w.ForkDir, w.Track, w.Follow, w.Branch)
}

// demoProgram is the real program as the story uses it.
type demoProgram struct {
	s     *session
	track forks.Track
}

func (d *demoProgram) options() syncer.Options { return syncer.Options{Who: "the demo"} }

func (d *demoProgram) Adopt(ctx context.Context) (forks.Plan, error) {
	out, err := d.s.syncer.Adopt(ctx, d.track, d.options())
	return out.Plan, err
}

func (d *demoProgram) Sync(ctx context.Context) (forks.Plan, error) {
	out, err := d.s.syncer.Sync(ctx, d.track, d.options())
	return out.Plan, err
}

func (d *demoProgram) SyncWith(ctx context.Context, meanwhile func() error) (forks.Plan, error) {
	once := d.s.syncer.Config
	called := false
	once.Barrier = func() error {
		if called {
			return nil
		}
		called = true
		return meanwhile()
	}
	out, err := syncer.New(once).Sync(ctx, d.track, d.options())
	return out.Plan, err
}

func (d *demoProgram) Ledger(w io.Writer, p forks.Plan) error {
	return reports.Ledger(w, p, reports.Style{})
}
