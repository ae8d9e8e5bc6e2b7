package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/demo"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/syncer"
)

func (a *app) demoCommand() *cobra.Command {
	dir, forge := "", forks.ForgeGit
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story on two small repositories",
		Long: `Make a small package set and a fork of it as two local repositories, and run the
real program on them: adoption, a pass, conflicts, people's answers, a push at the
wrong moment, the account, and the report of the week. It needs git and nothing else,
and takes a few seconds. It exits with 0 only if every expectation held.

The report stays: with --dir in that folder, as report.html and report.md, and else as
one page in the temporary directory, which is named.

With --forge github the two are on a small GitHub inside this process, which nobody
else can reach. Each conflict goes to whom the fork's policy or the package names, and
people answer on pull requests: with a tap on a suggestion, in the web editor, by an
approving review, by comments. What they see is printed, and
written in full below the folder.`,
		Example: "  auxsync demo\n  auxsync demo --dir /tmp/demo    # keep the repositories, to look around in them\n" +
			"  auxsync demo --forge github",
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case a.json:
				return usage("%s tells a story and has no JSON form", cmd.CommandPath())
			case forge != forks.ForgeGit && forge != forks.ForgeGitHub:
				return usage("--forge is %q or %q", forks.ForgeGit, forks.ForgeGitHub)
			}
			return a.runDemo(cmd.Context(), dir, forge)
		},
	}
	cmd.Flags().StringVar(&dir, "dir", "", "folder for the repositories, which are then kept (default: a temporary one)")
	cmd.Flags().StringVar(&forge, "forge", forge, "where conflicts are shown: git, as branches alone; github, as pull requests")
	return cmd
}

func (a *app) runDemo(ctx context.Context, dir, forge string) (err error) {
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
	d := &demoProgram{path: filepath.Join(dir, "config.toml"), world: w, keep: keep}
	if forge == forks.ForgeGitHub {
		if d.hub, err = demo.OpenHub(w); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, d.hub.Close()) }()
	}
	quiet := *a
	quiet.quiet = true
	if err := d.start(ctx, &quiet); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.s.Close()) }()
	if d.hub != nil {
		err = demo.RunPulls(ctx, a.out, w, d.hub, d)
	} else {
		err = demo.Run(ctx, a.out, w, d)
	}
	if err != nil {
		return err
	}
	switch {
	case keep && d.hub != nil:
		fmt.Fprintf(a.out, "\nEverything but the forge is in %s, what people saw in %s/.\n", forks.Inert(dir), demo.Pages)
	case keep:
		fmt.Fprintf(a.out, "\nEverything is in %s: try `auxsync --config %s status`.\n", forks.Inert(dir), forks.Inert(d.path))
	case d.hub != nil:
		fmt.Fprint(a.out, "\nThe full texts are kept with --dir FOLDER.\n")
	}
	return nil
}

// demoProgram is the real program as the stories use it.
type demoProgram struct {
	path       string // of the configuration
	world      *demo.World
	hub        *demo.Hub // nil: conflicts are branches alone
	references string
	keep       bool // the world's folder stays

	s     *session
	track forks.Track
}

// start begins the program's session.
func (d *demoProgram) start(ctx context.Context, a *app) error {
	cfg, err := d.configure(a)
	if err != nil {
		return err
	}
	if d.hub == nil {
		d.s, err = a.working(ctx, cfg)
		return err
	}
	log, err := a.logger(cfg.Log)
	if err != nil {
		return err
	}
	d.s, err = a.keeping(ctx, cfg, d.hub.Clock, log)
	return err
}

// configure writes the configuration and reads it.
func (d *demoProgram) configure(a *app) (*forks.Config, error) {
	dir := filepath.Dir(d.path)
	text := demoConfig(d.world, dir, oneWeek(a.clock.Now()))
	if d.hub != nil {
		token := filepath.Join(dir, "token")
		if err := os.WriteFile(token, []byte(d.hub.Token()), 0o600); err != nil {
			return nil, fmt.Errorf("write the demo's token: %w", err)
		}
		text = hubConfig(d.world, d.hub, dir, token, d.references)
	}
	if err := os.WriteFile(d.path, text, 0o644); err != nil {
		return nil, fmt.Errorf("write the demo's configuration: %w", err)
	}
	cfg, err := forks.Load(d.path, a.env)
	if err != nil {
		return nil, err
	}
	d.track, err = cfg.Track(d.world.Track)
	return cfg, err
}

func (d *demoProgram) options() syncer.Options { return syncer.Options{Who: "the demo"} }

// References implements [demo.PullProgram].
func (d *demoProgram) References(choice string) error {
	d.references = choice
	cfg, err := d.configure(d.s.app)
	if err != nil {
		return err
	}
	d.s.config, d.s.catalog = cfg, newCatalog(cfg, d.s.syncer, d.s.store)
	return nil
}

func (d *demoProgram) Adopt(ctx context.Context) (forks.Plan, error) {
	out, err := d.s.syncer.Adopt(ctx, d.track, d.options())
	return out.Plan, err
}

func (d *demoProgram) Sync(ctx context.Context) (forks.Plan, error) {
	return d.pass(ctx, d.s.syncer)
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
	return d.pass(ctx, syncer.New(once))
}

// pass makes one pass, with a look at the forge before and after it if there is one.
func (d *demoProgram) pass(ctx context.Context, by *syncer.Syncer) (forks.Plan, error) {
	if d.hub == nil {
		out, err := by.Sync(ctx, d.track, d.options())
		return out.Plan, err
	}
	var out syncer.Outcome
	err := d.s.lane(ctx, d.track, func(ctx context.Context) (syncer.Outcome, error) {
		var err error
		out, err = by.Sync(ctx, d.track, d.options())
		return out, err
	})
	if err != nil {
		return out.Plan, err
	}
	if health, err := d.s.forges.health(ctx, d.track); err != nil || health.Failing() {
		return out.Plan, errors.Join(err, errors.New(health.Trouble))
	}
	// What the look after the pass has brought is in the state too.
	state, err := d.s.syncer.Read(ctx, d.track)
	if err == nil && state != nil {
		out.Plan.State = *state
	}
	return out.Plan, err
}

// People implements [demo.PullProgram].
func (d *demoProgram) People(ctx context.Context, w io.Writer) error {
	list, err := d.s.people(ctx)
	if err != nil {
		return err
	}
	return reports.People(w, list.(reports.PeopleList), reports.Style{})
}

// Report implements [demo.Program]. Where the folder does not stay, one file is left
// outside of it: what the story was told for.
func (d *demoProgram) Report(ctx context.Context) (kept demo.Kept, err error) {
	week := forks.WeekAt(d.s.clock.Now(), d.s.zone())
	if kept.Report, err = d.s.makeReport(ctx, d.track.Fork, week); err != nil {
		return kept, err
	}
	page, err := weekly.HTML(kept.Report)
	if err != nil {
		return kept, err
	}
	if !d.keep {
		name, err := keepPage(page)
		kept.Files = []string{name}
		return kept, err
	}
	for _, file := range []struct {
		name string
		data []byte
	}{{"report.html", page}, {"report.md", weekly.Markdown(kept.Report)}} {
		name := filepath.Join(d.world.Dir, file.name)
		if err := os.WriteFile(name, file.data, 0o644); err != nil {
			return kept, fmt.Errorf("write the demo's report: %w", err)
		}
		kept.Files = append(kept.Files, forks.Inert(name))
	}
	return kept, nil
}

// keepPage writes the page of the report where temporary files are, and names it.
func keepPage(page []byte) (name string, err error) {
	file, err := os.CreateTemp("", "auxsync-demo-report-*.html")
	if err != nil {
		return "", fmt.Errorf("keep the demo's report: %w", err)
	}
	_, err = file.Write(page)
	if err = errors.Join(err, file.Close()); err != nil {
		return "", errors.Join(fmt.Errorf("keep the demo's report: %w", err), os.Remove(file.Name()))
	}
	return forks.Inert(file.Name()), nil
}

func (d *demoProgram) Ledger(w io.Writer, p forks.Plan) error {
	return reports.Ledger(w, p, reports.Style{})
}

// oneWeek names a time zone in which the story begins and ends in the same week.
func oneWeek(now time.Time) string {
	if forks.WeekAt(now, time.UTC) == forks.WeekAt(now.Add(time.Hour), time.UTC) {
		return "UTC"
	}
	return "Etc/GMT-2" // east of UTC: the next week has begun there
}

// demoConfig is the shortest configuration of the demo's fork.
func demoConfig(w *demo.World, dir, zone string) []byte {
	return fmt.Appendf(nil, `# The demo's fork. Paths instead of addresses: it needs no network.
state_dir = %q
cache_dir = %q
timezone = %q

[log]
level = "warn"

[limits]
per_day = 0

[forks.demo]
upstream = %q
url = %q
allow_transports = ["file"]

[forks.demo.tracks.%s]
follow = %q
branch = %q
`, filepath.Join(dir, "state"), filepath.Join(dir, "cache"), zone, w.UpstreamDir, w.ForkDir, w.Track, w.Follow, w.Branch)
}

// hubConfig is that of the fork on the demo's forge.
func hubConfig(w *demo.World, h *demo.Hub, dir, token, references string) []byte {
	if references != "" {
		references = fmt.Sprintf("references = %q\n", references)
	}
	return fmt.Appendf(nil, `# The demo's fork, on a forge that ends with the demo.
state_dir = %q
cache_dir = %q

[log]
level = "warn"

[limits]
per_day = 0

[forks.demo]
upstream = %q
url = %q
allow_transports = ["http"]
forge = "github"
credential = %q
%s
[forks.demo.github]
api = %q

[forks.demo.tracks.%s]
follow = %q
branch = %q
`, filepath.Join(dir, "state"), filepath.Join(dir, "cache"), h.UpstreamURL(), h.ForkURL(), token, references,
		h.API(), w.Track, w.Follow, w.Branch)
}
