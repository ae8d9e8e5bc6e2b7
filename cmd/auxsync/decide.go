package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

// decisionCommands are those with which people decide about conflicts and tracks: the
// same as in a comment on a pull request.
func (a *app) decisionCommands() []*cobra.Command {
	var list []*cobra.Command
	for _, d := range []struct {
		verb        forks.Verb
		short, long string
	}{
		{forks.VerbTakeUpstream, "Settle a conflict with upstream's side of it",
			"Take upstream's side of each hunk in conflict; the rest of the patch stays. If nothing\nof the patch is left then, it is dropped."},
		{forks.VerbKeepOurs, "Settle a conflict with the patch's side of it",
			"Keep the patch's side of each hunk in conflict, as if upstream had not changed these\nlines."},
		{forks.VerbDrop, "Drop the patch of a conflict",
			"Drop the patch: the fork goes on without it. Its last form stays reachable from the\nfork's state and archive."},
		{forks.VerbRetry, "Make a pass now; ask again about a conflict that was closed",
			"Make a pass over the track of a conflict now. One that was closed without an answer is\nasked about again."},
		{forks.VerbMine, "Take a conflict on", "Say that a conflict is yours: it is assigned to you."},
		{forks.VerbNotMine, "Hand a conflict on", "Say that a conflict is not yours, without a reason: somebody else is asked."},
		{forks.VerbDecline, "Decide nothing about a conflict",
			"Close a conflict without an answer: it is not asked about again, and the patch stays\nlisted as undecided. `auxsync retry` takes that back."},
	} {
		list = append(list, a.decisionCommand(d.verb, d.short, d.long))
	}
	return append(list, a.pauseCommand(forks.VerbPause, "Let a track rest",
		"Let a track rest: it is fetched, and nothing is planned, moved, asked or taken in until\n`auxsync resume`. Who paused it and why is shown wherever the track is."),
		a.pauseCommand(forks.VerbResume, "End a track's rest", "Go on with a track that was paused, with a pass at once."))
}

// commandName is how a verb is typed.
func commandName(v forks.Verb) string { return strings.ReplaceAll(string(v), " ", "-") }

func (a *app) decisionCommand(verb forks.Verb, short, long string) *cobra.Command {
	req := control.Request{Verb: verbDecide, Decision: verb}
	name := commandName(verb)
	cmd := &cobra.Command{
		Use: name + " CONFLICT", Short: short, Long: long + "\n\nCONFLICT is its id, such as c0123456789, or the number of its pull request.",
		Example: "  auxsync conflicts\n  auxsync " + name + " c0123456789",
		Args:    exactly(1, "one conflict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Conflict = args[0]
			return a.decide(cmd.Context(), req)
		},
	}
	switch verb {
	case forks.VerbMine, forks.VerbNotMine:
		cmd.Flags().StringVar(&req.As, "as", "", "the `LOGIN` on the forge that is meant (required)")
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if req.As == "" {
				return usage("%s needs --as with a login", cmd.CommandPath())
			}
			return exactly(1, "one conflict")(cmd, args)
		}
		cmd.Example += " --as mona"
	case forks.VerbRetry:
	default:
		cmd.Flags().StringVar(&req.Because, "because", "", "the `REASON`, for the account of the pass")
		cmd.Example += ` --because "upstream has its own way now"`
	}
	return cmd
}

func (a *app) pauseCommand(verb forks.Verb, short, long string) *cobra.Command {
	req := control.Request{Verb: verbDecide, Decision: verb}
	cmd := &cobra.Command{
		Use: commandName(verb) + " TRACK", Short: short, Long: long,
		Example: "  auxsync " + commandName(verb) + " aux-main",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Track = args[0]
			return a.decide(cmd.Context(), req)
		},
	}
	if verb == forks.VerbPause {
		cmd.Flags().StringVar(&req.Because, "because", "", "the `REASON`, shown wherever the track is")
		cmd.Example += ` --because "a release is being made"`
	}
	return cmd
}

// decided is what became of a decision.
type decided struct {
	Schema   string           `json:"schema"`
	Fork     string           `json:"fork"`
	Track    string           `json:"track"`
	Conflict forks.ProposalID `json:"conflict"`
	Decision forks.Verb       `json:"decision"`
	Result   string           `json:"result"` // one sentence
	Pass     int              `json:"pass"`
}

// decide hands a decision in, and tells what became of it.
func (a *app) decide(ctx context.Context, req control.Request) (err error) {
	k, err := a.keeper(ctx, toWork)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	live := a.follow()
	r, err := ask[decided](ctx, k, req, live.say)
	live.done()
	if r == nil {
		return err
	}
	if a.json {
		return errors.Join(a.printJSON(r), err)
	}
	what := r.Track
	if r.Conflict != "" {
		what += " " + string(r.Conflict)
	}
	fmt.Fprintf(a.out, "%s: %s\n", what, forks.Inert(r.Result))
	return err
}

// takeDecision stores what a person asked for and makes the pass that takes it.
func (s *session) takeDecision(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	t, id, err := s.decisionAbout(ctx, req)
	if err != nil {
		return nil, err
	}
	if req.As != "" {
		who = req.As
	}
	r := forks.Request{Fork: t.Fork, Track: t.Name, Proposal: id, Verb: req.Decision, Who: who, Because: req.Because, At: s.clock.Now()}
	result := &decided{Schema: "auxsync.decision/1", Fork: t.Fork, Track: t.Name, Conflict: id, Decision: req.Decision, Result: "written down"}
	if _, err := s.store.AddRequest(ctx, r); err != nil {
		return nil, err
	}
	err = s.lane(ctx, t, func(ctx context.Context) (syncer.Outcome, error) {
		out, err := s.syncer.Sync(ctx, t, syncer.Options{Who: who, Say: say})
		result.Pass = out.Plan.Pass
		for _, taken := range out.Taken {
			if taken.Verb == r.Verb && taken.Proposal == id && taken.Who == who {
				result.Result = taken.Result
			}
		}
		return out, err
	})
	return result, err
}

// decisionAbout finds the track and the conflict that a request names.
func (s *session) decisionAbout(ctx context.Context, req control.Request) (forks.Track, forks.ProposalID, error) {
	if !req.Decision.OfConflict() {
		t, err := s.catalog.track(ctx, req.Track)
		return t, "", err
	}
	name := strings.TrimPrefix(req.Conflict, "#")
	number, _ := strconv.Atoi(name)
	tracks, _ := s.catalog.tracks()
	var open []string
	for _, t := range tracks {
		state, err := s.syncer.Read(ctx, t)
		if err != nil || state == nil {
			continue // one track's trouble hides no other's conflict
		}
		for _, p := range state.Proposals {
			if string(p.ID) == name || number > 0 && p.Number == number {
				return t, p.ID, nil
			}
			if p.Status.Live() || p.Status == forks.Declined {
				open = append(open, string(p.ID))
			}
		}
	}
	slices.Sort(open)
	if len(open) == 0 {
		return forks.Track{}, "", usage("there is no conflict %q, and none is open", forks.Inert(req.Conflict))
	}
	return forks.Track{}, "", usage("there is no conflict %q; open are %s", forks.Inert(req.Conflict), strings.Join(open, ", "))
}
