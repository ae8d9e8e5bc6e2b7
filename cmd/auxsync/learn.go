package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// learnSchema names the JSON form of [learnResult].
const learnSchema = "auxsync.learned/1"

// learnResult is what a history taught.
type learnResult struct {
	Schema string `json:"schema"`
	Fork   string `json:"fork"`
	Track  string `json:"track"`
	Kept   bool   `json:"kept"` // false for a dry run
	Pass   int    `json:"pass"`
	syncer.Learned
}

func (a *app) learnCommand() *cobra.Command {
	req := control.Request{Verb: verbLearn}
	cmd := &cobra.Command{
		Use: "learn TRACK --from RANGE", Short: "Learn what people decided in the merges of a fork's history",
		Long: `Make each merge commit of a range of the fork's history once more, and where it
conflicts, keep what people made of each conflict, so that nobody is asked about the
same again. What they changed beside the conflicts is not learned from.

RANGE is git's A..B: commits of the fork's branch by their ids, or by the name of the
branch. With --dry-run it is only told what there is to learn.`,
		Example: "  auxsync learn aux-main --from 3f2a91c7..main --dry-run\n  auxsync learn aux-main --from 3f2a91c7..main",
		Args: func(cmd *cobra.Command, args []string) error {
			if req.Range == "" {
				return usage("learn needs --from with a range of commits, such as A..B")
			}
			return exactly(1, "one track")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Track = args[0]
			return a.learn(cmd.Context(), req)
		},
	}
	cmd.Flags().StringVar(&req.Range, "from", "", "the `RANGE` of commits, as A..B (required)")
	cmd.Flags().BoolVar(&req.DryRun, "dry-run", false, "keep nothing")
	return cmd
}

func (a *app) learn(ctx context.Context, req control.Request) (err error) {
	k, err := a.keeper(ctx, toWork)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	live := a.follow()
	r, err := ask[learnResult](ctx, k, req, live.say)
	live.done()
	if r == nil {
		return err
	}
	if a.json {
		return errors.Join(a.printJSON(r), err)
	}
	fmt.Fprintf(a.out, "%s: %d merges, %d of them with conflicts, in %d files; people's decisions that can be used again: %d\n",
		r.Track, r.Merges, r.Conflicted, r.Files, len(r.Found))
	for _, f := range r.Found {
		fmt.Fprintf(a.out, "%s  %s  %s  %s, %s, in merge %s\n", f.ID, f.At.UTC().Format(time.DateOnly), decidedBy(f), forks.Inert(f.Path), f.Kind, f.Learned.Short())
	}
	if !r.Kept {
		fmt.Fprintln(a.out, "nothing was kept")
	}
	return err
}

// takeLearn learns from a history, in a pass or in a plan that leaves nothing behind.
func (s *session) takeLearn(ctx context.Context, t forks.Track, req control.Request, o syncer.Options) (any, error) {
	o.Learn, o.Due = req.Range, true
	var out syncer.Outcome
	var err error
	if req.DryRun {
		out, err = s.syncer.Plan(ctx, t, o)
	} else {
		err = s.lane(ctx, t, func(ctx context.Context) (_ syncer.Outcome, err error) {
			out, err = s.syncer.Sync(ctx, t, o)
			return out, err
		})
	}
	if err != nil || out.Learned == nil {
		return nil, err
	}
	return learnResult{Schema: learnSchema, Fork: t.Fork, Track: t.Name, Kept: !req.DryRun, Pass: out.Plan.Pass, Learned: *out.Learned}, nil
}
