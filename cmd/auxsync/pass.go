package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/syncer"
)

// syncResult is the JSON form of a pass.
type syncResult struct {
	Schema  string      `json:"schema"`
	Track   string      `json:"track"`
	Quiet   bool        `json:"quiet"`
	Written bool        `json:"written"`
	Plan    *forks.Plan `json:"plan"`
}

func (a *app) syncCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sync [TRACK]",
		Short: "Make one pass: fetch, replay, publish, ask",
		Long: `Make one pass over a track, or over every track.

A pass fetches the fork and upstream, replays the fork's patches on upstream's
tip, publishes the newest base on which everything is clean, opens a pair of
branches for each conflict, takes in what people have resolved, and accounts for
every patch. If somebody pushes meanwhile nothing is overwritten: the pass begins
again. A track must have been adopted first.`,
		Example: "  auxsync sync aux-main",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eachTrack(cmd.Context(), args, func(ctx context.Context, s *session, t forks.Track) error {
				out, err := s.syncer.Sync(ctx, t, s.options())
				if err != nil && out.Plan.Stopped == nil {
					return err
				}
				return errors.Join(a.showPass(t, out), err)
			})
		},
	}
}

// options are the same for every pass that a person asks for.
func (s *session) options() syncer.Options {
	return syncer.Options{Who: s.who(), Say: func(p forks.Progress) { s.say(p.Doing) }}
}

// showPass prints what a pass did.
func (a *app) showPass(t forks.Track, out syncer.Outcome) error {
	if a.json {
		r := syncResult{Schema: "auxsync.sync/1", Track: t.Name, Quiet: out.Quiet, Written: out.Written}
		if !out.Quiet {
			r.Plan = &out.Plan
		}
		return a.printJSON(r)
	}
	switch {
	case out.Quiet:
		fmt.Fprintf(a.out, "%s: nothing has moved since the last pass\n", t.Name)
		return nil
	case !out.Written && out.Plan.Stopped == nil:
		fmt.Fprintf(a.out, "%s: looked at everything; nothing to change\n", t.Name)
	}
	return reports.Plan(a.out, out.Plan, reports.Style{})
}

// eachTrack runs a command for the tracks it names. One track's trouble does not
// keep the others from their turn; the gravest error decides the exit code.
func (a *app) eachTrack(ctx context.Context, args []string, do func(context.Context, *session, forks.Track) error) (err error) {
	s, err := a.working(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	tracks, err := s.tracks(args)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range tracks {
		if err := do(ctx, s, t); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return gravest(errs)
}

// gravest joins errors with the one that decides the exit code first.
func gravest(errs []error) error {
	order := map[forks.Kind]int{forks.Fatal: 0, forks.NeedsPerson: 1, forks.Retry: 2}
	first := 0
	for i := range errs {
		if order[forks.KindOf(errs[i])] < order[forks.KindOf(errs[first])] {
			first = i
		}
	}
	if len(errs) > 0 {
		errs[0], errs[first] = errs[first], errs[0]
	}
	return errors.Join(errs...)
}

func (a *app) planCommand() *cobra.Command {
	var wouldPublish bool
	cmd := &cobra.Command{
		Use:   "plan [TRACK]",
		Short: "Show what a pass would do, leaving nothing behind",
		Long: `Show what the next pass would do: the same decision, as text or JSON.

A plan fetches into a temporary repository and leaves no ref, object or row
behind, neither in the two remotes nor on this machine. For a track that was not
adopted yet it shows what adoption would find.`,
		Example: "  auxsync plan aux-main --json\n  auxsync plan aux-main --exit-code   # exits with 10 if the branch would move",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.reading(cmd.Context())
			if err != nil {
				return err
			}
			tracks, err := s.tracks(args)
			if err != nil {
				return err
			}
			publishes := false
			var errs []error
			for _, t := range tracks {
				out, err := s.syncer.Plan(cmd.Context(), t, s.options())
				if err != nil {
					errs = append(errs, err)
				}
				if err != nil && out.Plan.Stopped == nil {
					continue
				}
				publishes = publishes || out.Plan.Publishes()
				if err := a.showPlan(out, t); err != nil {
					return err
				}
			}
			if err := gravest(errs); err != nil || !wouldPublish || !publishes {
				return err
			}
			return &exitError{code: exitWouldPublish}
		},
	}
	cmd.Flags().BoolVar(&wouldPublish, "exit-code", false, "exit with 10 if the branch would move")
	return cmd
}

// showPlan prints a plan, or what adoption would find.
func (a *app) showPlan(out syncer.Outcome, t forks.Track) error {
	if a.json {
		return a.printJSON(out.Plan)
	}
	if out.Plan.Base.Old.IsZero() {
		return reports.Adoption(a.out, adoption(out, t, false), reports.Style{})
	}
	return reports.Plan(a.out, out.Plan, reports.Style{})
}

func (a *app) adoptCommand() *cobra.Command {
	var acceptFolded bool
	cmd := &cobra.Command{
		Use:   "adopt TRACK",
		Short: "First contact with a fork's branch",
		Long: `Make first contact with a fork's branch: find the upstream commit it stands on
and its patches, prove that these patches on that commit give exactly the
branch's tree, and write the track's state to the fork. The branch itself stays
as it is. Nothing is ever pushed to a track that was not adopted.

Commits that do not replay (as after merging upstream with conflicts) are folded
into one patch. Adoption refuses to fold more than a fifth of the fork's commits,
unless told to.`,
		Example: "  auxsync plan aux-main    # look first\n  auxsync adopt aux-main",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.eachTrack(cmd.Context(), args, func(ctx context.Context, s *session, t forks.Track) error {
				o := s.options()
				o.AcceptFolded = acceptFolded
				out, err := s.syncer.Adopt(ctx, t, o)
				if err != nil {
					return err
				}
				if a.json {
					return a.printJSON(out.Plan)
				}
				return reports.Adoption(a.out, adoption(out, t, true), reports.Style{})
			})
		},
	}
	cmd.Flags().BoolVar(&acceptFolded, "accept-folded", false, "adopt although more than a fifth of the commits is folded")
	return cmd
}
