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
// same as in a comment on a pull request, and the end of one.
func (a *app) decisionCommands() []*cobra.Command {
	list := []*cobra.Command{a.mergeCommand()}
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

func (a *app) mergeCommand() *cobra.Command {
	req := control.Request{Verb: verbMerge}
	return &cobra.Command{
		Use: "merge CONFLICT", Short: "Merge a conflict that is settled",
		Long: `Merge the fix branch of a conflict into its onto branch, as the button of its pull
request does, and take the answer in. A pass looks first whether the conflict is
settled: one that is not is not merged.

CONFLICT is its id, such as c0123456789, or the number of its pull request.`,
		Example: "  auxsync conflicts\n  auxsync merge c0123456789",
		Args:    exactly(1, "one conflict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			req.Conflict = args[0]
			return a.decide(cmd.Context(), req)
		},
	}
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

// decisionSchema names the JSON form of [decided].
const decisionSchema = "auxsync.decision/1"

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

// Lengths of what people type here.
const (
	maxBecause = 500
	maxLogin   = 100
)

// takeDecision stores what a person asked for and makes the pass that takes it.
func (s *session) takeDecision(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	if req.Decision != forks.VerbDecline && !slices.Contains(forks.Verbs(), req.Decision) {
		return nil, usage("there is no decision %q", forks.Inert(string(req.Decision)))
	}
	t, id, err := s.decisionAbout(ctx, req)
	if err != nil {
		return nil, err
	}
	if as := strings.TrimPrefix(req.As, "@"); as != "" {
		who = forks.Clip(as, maxLogin)
	}
	r := forks.Request{Fork: t.Fork, Track: t.Name, Proposal: id, Verb: req.Decision, Who: who, Because: forks.Clip(req.Because, maxBecause), At: s.clock.Now()}
	result := &decided{Schema: decisionSchema, Fork: t.Fork, Track: t.Name, Conflict: id, Decision: req.Decision, Result: "written down"}
	if _, err := s.store.AddRequest(ctx, r); err != nil {
		return nil, err
	}
	out, err := s.decisivePass(ctx, t, who, say)
	result.Pass = out.Plan.Pass
	for _, taken := range out.Taken {
		if taken.Verb == r.Verb && taken.Proposal == id && taken.Who == who {
			result.Result = taken.Result
		}
	}
	return result, err
}

// takeMerge makes a pass that judges a conflict, merges it, and makes the pass that
// takes the answer in.
func (s *session) takeMerge(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	t, id, err := s.decisionAbout(ctx, req)
	if err != nil {
		return nil, err
	}
	result := &decided{Schema: decisionSchema, Fork: t.Fork, Track: t.Name, Conflict: id, Decision: "merge", Result: "merged, and taken in"}
	if _, err := s.decisivePass(ctx, t, who, say); err != nil {
		return nil, err
	}
	if taken, err := s.takenIn(ctx, t, id); err != nil || taken > 0 {
		result.Result, result.Pass = fmt.Sprintf("nothing to do: pass %d took its answer in", taken), taken
		return result, err
	}
	err = s.alone(ctx, t, func(ctx context.Context) error { return s.syncer.Merge(ctx, t, id, who) })
	if err != nil {
		return nil, err
	}
	out, err := s.decisivePass(ctx, t, who, say)
	if result.Pass = out.Plan.Pass; err != nil {
		result.Result = "merged; the next pass takes it in"
	}
	return result, err
}

// decisivePass makes the pass that a decision is for.
func (s *session) decisivePass(ctx context.Context, t forks.Track, who string, say func(forks.Progress)) (out syncer.Outcome, err error) {
	err = s.lane(ctx, t, func(ctx context.Context) (_ syncer.Outcome, err error) {
		out, err = s.syncer.Sync(ctx, t, syncer.Options{Who: who, Say: say})
		return out, err
	})
	return out, err
}

// takenIn is the pass that took the answer to a conflict in; 0 if none did.
func (s *session) takenIn(ctx context.Context, t forks.Track, id forks.ProposalID) (int, error) {
	state, err := s.syncer.Read(ctx, t)
	if err != nil || state == nil {
		return 0, err
	}
	for _, p := range state.Proposals {
		if p.ID == id {
			return p.Taken, nil
		}
	}
	return 0, nil
}

// decisionAbout finds the track and the conflict that a request names. A number is one
// of a fork: it may name a conflict of each.
func (s *session) decisionAbout(ctx context.Context, req control.Request) (forks.Track, forks.ProposalID, error) {
	if req.Conflict == "" {
		t, err := s.catalog.track(ctx, req.Track)
		return t, "", err
	}
	type about struct {
		track forks.Track
		id    forks.ProposalID
	}
	name := strings.TrimPrefix(req.Conflict, "#")
	number, _ := strconv.Atoi(name) // 0 names none
	tracks, _ := s.catalog.tracks()
	var named []about
	var all, open []string
	for _, t := range tracks {
		state, err := s.syncer.Read(ctx, t)
		if err != nil || state == nil {
			continue // one track's trouble hides no other's conflict
		}
		for _, p := range state.Proposals {
			if string(p.ID) == name || number > 0 && p.Number == number {
				named, all = append(named, about{t, p.ID}), append(all, fmt.Sprintf("%s of %s/%s", p.ID, t.Fork, t.Name))
			}
			if p.Status.Live() || p.Status == forks.Declined {
				open = append(open, string(p.ID))
			}
		}
	}
	slices.Sort(open)
	switch shown := forks.Inert(req.Conflict); {
	case len(named) == 1:
		return named[0].track, named[0].id, nil
	case len(named) > 1:
		return forks.Track{}, "", usage("%q may be %s; name the one that is meant by its id", shown, strings.Join(all, ", "))
	case len(open) == 0:
		return forks.Track{}, "", usage("there is no conflict %q, and none is open", shown)
	default:
		return forks.Track{}, "", usage("there is no conflict %q; open are %s", shown, strings.Join(open, ", "))
	}
}
