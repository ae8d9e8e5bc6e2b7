package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
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
	var req control.Request
	cmd := &cobra.Command{
		Use:   "sync [TRACK]",
		Short: "Make one pass: fetch, replay, publish, ask",
		Long: `Make one pass over a track, or over every track. Where the daemon runs it makes
the pass, and this command follows it.

A pass fetches the fork and upstream, replays the fork's patches on upstream's
tip, publishes the newest base on which everything is clean, opens a pair of
branches for each conflict, takes in what people have resolved, and accounts for
every patch. If somebody pushes meanwhile nothing is overwritten: the pass begins
again. A track must have been adopted first.

What is clean is published at once: publish_every holds back the daemon's own
passes, not one that a person asks for. With --if-due it holds here too, which is
right for a timer.`,
		Example: "  auxsync sync aux-main",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Verb = verbSync
			return a.eachTrack(cmd.Context(), toWork, args, req, a.showPass)
		},
	}
	cmd.Flags().BoolVar(&req.Due, "if-due", false, "move the branch only if publish_every has passed, or a person pushed or answered")
	cmd.Flags().BoolVar(&req.TakeOver, "take-over", false, "go on although another state directory wrote the newest state")
	return cmd
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
	return reports.Plan(a.out, out.Plan, a.style())
}

// eachTrack makes a request for each track that a command names, and shows what
// came of it. One track's trouble does not keep the others from their turn; the
// gravest error decides the exit code.
func (a *app) eachTrack(ctx context.Context, n need, args []string, req control.Request, show func(forks.Track, syncer.Outcome) error) (err error) {
	k, err := a.keeper(ctx, n)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	tracks, err := k.Names(ctx, name)
	if err != nil {
		return err
	}
	var errs []error
	for _, t := range tracks {
		if err := a.oneTrack(ctx, k, t, req, show); err != nil {
			errs = append(errs, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return gravest(errs)
}

// oneTrack makes a request for one track and shows what came of it, also beside an
// error: a track that stops has a plan that says so.
func (a *app) oneTrack(ctx context.Context, k keeper, t forks.Track, req control.Request, show func(forks.Track, syncer.Outcome) error) error {
	req.Track = t.Fork + "/" + t.Name
	live := a.follow()
	result, err := ask[passResult](ctx, k, req, live.say)
	live.done()
	if result == nil {
		return err
	}
	out, decodeErr := result.outcome()
	if decodeErr != nil {
		return errors.Join(err, decodeErr)
	}
	return errors.Join(show(t, out), err)
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
	var onto string
	cmd := &cobra.Command{
		Use:   "plan [TRACK] | plan TRACK --onto URL REF",
		Short: "Show what a pass would do, leaving nothing behind",
		Long: `Show what the next pass would do: the same decision, as text or JSON.

A plan fetches into a temporary repository and leaves no ref, object or row
behind, neither in the two remotes nor on this machine. For a track that was not
adopted yet it shows what adoption would find.

With --onto it is a what-if: what would become of each patch on a branch, tag or
ref of any other repository, such as another project that grew from the same one.`,
		Example: "  auxsync plan aux-main --json\n  auxsync plan aux-main --exit-code   # exits with 10 if the branch would move\n" +
			"  auxsync plan aux-main --onto https://git.lix.systems/lix-project/lix main",
		Args: func(cmd *cobra.Command, args []string) error {
			if onto != "" {
				return exactly(2, "a track and a ref with --onto URL")(cmd, args)
			}
			return atMostOneTrack(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			req := control.Request{Verb: verbPlan}
			if onto != "" {
				req = control.Request{Verb: verbCensus, Onto: onto, Ref: args[1]}
				args = args[:1]
			}
			publishes := false
			err := a.eachTrack(cmd.Context(), toRead, args, req, func(t forks.Track, out syncer.Outcome) error {
				publishes = publishes || out.Plan.Publishes()
				if onto != "" && !a.json {
					return reports.Census(a.out, out.Plan, onto, req.Ref, a.style())
				}
				return a.showPlan(t, out)
			})
			if err != nil || !wouldPublish || !publishes {
				return err
			}
			return &exitError{code: exitWouldPublish}
		},
	}
	cmd.Flags().BoolVar(&wouldPublish, "exit-code", false, "exit with 10 if the branch would move")
	cmd.Flags().StringVar(&onto, "onto", "", "replay the patches on a ref of this repository `URL` instead")
	return cmd
}

// showPlan prints a plan, or what adoption would find.
func (a *app) showPlan(t forks.Track, out syncer.Outcome) error {
	if a.json {
		return a.printJSON(out.Plan)
	}
	if out.Plan.Base.Old.IsZero() {
		return reports.Adoption(a.out, adoption(out, t, false), a.style())
	}
	return reports.Plan(a.out, out.Plan, a.style())
}

// adoption is what first contact found, for reports.
func adoption(out syncer.Outcome, t forks.Track, done bool) reports.FirstContact {
	return reports.FirstContact{Fork: t.Fork, Plan: out.Plan, Own: out.Own, Folded: out.Folded, Done: done}
}

func (a *app) adoptCommand() *cobra.Command {
	var req control.Request
	cmd := &cobra.Command{
		Use:   "adopt TRACK",
		Short: "First contact with a fork's branch",
		Long: `Make first contact with a fork's branch: find the upstream commit it stands on
and its patches, prove that these patches on that commit give exactly the
branch's tree, and write the track's state to the fork. The branch itself stays
as it is. Nothing is ever pushed to a track that was not adopted.

Commits that do not replay (as after merging upstream with conflicts) are folded
into one patch. Adoption refuses to fold more than a fifth of the fork's commits,
unless told to.

With --create a branch that the fork does not have yet begins where upstream is
now; with stack_from in the config it carries that track's patches at once.

A track that got another name in the config is taken over with --renamed-from: what
the fork has on record of it moves to the new name, and nothing is asked again.`,
		Example: "  auxsync plan aux-main    # look first\n  auxsync adopt aux-main\n  auxsync adopt --create release-25-11",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Verb = verbAdopt
			return a.eachTrack(cmd.Context(), toWork, args, req, func(t forks.Track, out syncer.Outcome) error {
				switch {
				case a.json:
					return a.printJSON(out.Plan)
				case !out.Plan.Base.Old.IsZero(): // it carries another track's stack already
					return reports.Plan(a.out, out.Plan, a.style())
				}
				return reports.Adoption(a.out, adoption(out, t, true), a.style())
			})
		},
	}
	cmd.Flags().BoolVar(&req.AcceptFolded, "accept-folded", false, "adopt although more than a fifth of the commits is folded")
	cmd.Flags().StringVar(&req.RenamedFrom, "renamed-from", "", "the `NAME` that the track had in the config before: its patches, decisions and conflicts go on")
	cmd.Flags().BoolVar(&req.Create, "create", false, "make the fork's branch where upstream is now, if it is not there")
	return cmd
}

func (a *app) retargetCommand() *cobra.Command {
	req := control.Request{Verb: verbRetarget}
	cmd := &cobra.Command{
		Use:   "retarget TRACK --upstream URL",
		Short: "Go on after a change of upstream that is meant",
		Long: `Move a track to another upstream: first write the new upstream into the config,
look at ` + "`auxsync plan TRACK --onto URL REF`" + `, then say here that it is meant.

The patches are replayed on the new upstream's tip. If all are clean the branch
moves there; else it stays where it is until people have answered. The old base
and every tip that was published stay reachable from the fork's archive.`,
		Example: "  auxsync retarget aux-main --upstream https://git.lix.systems/lix-project/lix",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if req.Upstream == "" {
				return usage("retarget needs --upstream with the address that the config has now")
			}
			return a.eachTrack(cmd.Context(), toWork, args, req, a.showPass)
		},
	}
	cmd.Flags().StringVar(&req.Upstream, "upstream", "", "the new upstream `URL`, as the config has it")
	return cmd
}
