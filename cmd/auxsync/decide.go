package main

import (
	"cmp"
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

// decisionCommands are those with which people decide about conflicts, patches and
// tracks: the same as in a comment on a pull request, and the end of one. What each is
// about and takes is in [forks.Commands].
func (a *app) decisionCommands() []*cobra.Command {
	list := []*cobra.Command{a.mergeCommand()}
	for _, use := range forks.CommandsAt(forks.OnHost) {
		if words, ok := wordsOf(use.Verb); ok {
			list = append(list, a.decisionCommand(use, words))
		}
	}
	return list
}

// words explain a command on the host.
type words struct {
	short, long string
	because     string // an example of a reason; "" for a command without one
}

// wordsOf explains a command; ok is false for what has a command of its own.
func wordsOf(v forks.Verb) (w words, ok bool) {
	switch v {
	case forks.VerbTakeUpstream:
		w = words{"Settle a conflict with upstream's side of it",
			"Take upstream's side of each hunk in conflict; the rest of the patch stays. If nothing\nof the patch is left then, it is dropped.", "upstream has its own way now"}
	case forks.VerbKeepOurs:
		w = words{"Settle a conflict with the patch's side of it",
			"Keep the patch's side of each hunk in conflict, as if upstream had not changed these\nlines.", "the mirror is ours"}
	case forks.VerbDrop:
		w = words{"Drop the patch of a conflict",
			"Drop the patch: the fork goes on without it. Its last form stays reachable from the\nfork's state and archive, and `auxsync undo` brings it back into its place.", "upstream has its own way now"}
	case forks.VerbRetry:
		w = words{"Make a pass now; ask again about a conflict that was closed",
			"Make a pass over the track of a conflict now. One that was closed without an answer is\nasked about again.", ""}
	case forks.VerbMine:
		w = words{"Take a conflict on", "Say that a conflict is yours: it is assigned to you.", ""}
	case forks.VerbNotMine:
		w = words{"Hand a conflict on", "Say that a conflict is not yours, without a reason: somebody else is asked.", ""}
	case forks.VerbDecline:
		w = words{"Decide nothing about a conflict",
			"Close a conflict without an answer: it is not asked about again, and the patch stays\nlisted as undecided. `auxsync retry` takes that back.", "not this week"}
	case forks.VerbPark:
		w = words{"Leave a patch out until somebody wants it back",
			"Park a patch: the branch goes on without it and without those that need it, which\nreturn together. It comes back with `auxsync unpark`, or once its conflict is settled.", "it breaks the installer"}
	case forks.VerbUnpark:
		w = words{"Let a patch come back that was parked",
			"Let a parked patch come back into its place. If it conflicts still, it is held again.", "the installer is repaired"}
	case forks.VerbLatest:
		w = words{"Ask again about a conflict, on upstream's newest commit",
			"Ask about a conflict in a new round that stands on upstream's newest commit, so that\none answer settles what upstream has changed since.", "upstream changed it again"}
	case forks.VerbSplit:
		w = words{"Ask about each patch of a conflict by itself",
			"Where one conflict asks about several patches, ask about each of them by itself.", "they need different answers"}
	case forks.VerbUndo:
		w = words{"Take the last decision back",
			"Take back what was decided last about a conflict or a patch: an answer (the conflict is\nasked about anew), a drop (the patch returns to its place), a parking, or a conflict\nclosed without an answer. Of a track: a pause or a rollback. Once more takes back the\ndecision before that one.", "the tests fail with it"}
	case forks.VerbPause:
		w = words{"Let a track rest",
			"Let a track rest: it is fetched, and nothing is planned, moved, asked or taken in until\n`auxsync resume`. Who paused it and why is shown wherever the track is.", "a release is being made"}
	case forks.VerbResume:
		w = words{"End a track's rest", "Go on with a track that was paused or rolled back, with a pass at once.", ""}
	case forks.VerbRollback:
		w = words{"Go back to what an earlier pass published, and stay there",
			"Bring a track back to what an earlier pass published. It stays there until\n`auxsync resume`. PASS is the number of a pass whose tip the archive still has.", "the new base does not boot"}
	case forks.VerbAccept:
		w = words{"Take a branch that was rewritten as it is",
			"Take the branch of a track that stopped because somebody rewrote it: what was edited,\nmoved and dropped there is accounted for, with who and why.", "the stack was tidied up"}
	default:
		return w, false
	}
	return w, true
}

// commandName is how a verb is typed.
func commandName(v forks.Verb) string { return strings.ReplaceAll(string(v), " ", "-") }

// subjectOf is the placeholder of what a command is about on the host, how it is called,
// and an example.
func subjectOf(use forks.Command) (place, called, example string) {
	switch {
	case !use.About.Has(forks.AboutConflict):
		return "TRACK", "one track", "aux-main"
	case use.About.Has(forks.AboutPatch) && use.About.Has(forks.AboutTrack):
		return "CONFLICT|PATCH|TRACK", "one conflict, patch or track", "c0123456789"
	case use.About.Has(forks.AboutPatch):
		return "CONFLICT|PATCH", "one conflict or patch", "p0123456789"
	}
	return "CONFLICT", "one conflict", "c0123456789"
}

func (a *app) decisionCommand(use forks.Command, w words) *cobra.Command {
	req := control.Request{Verb: verbDecide, Decision: use.Verb}
	name := commandName(use.Verb)
	place, called, example := subjectOf(use)
	want := 1
	long := w.long
	if use.About.Has(forks.AboutConflict) {
		long += "\n\nCONFLICT is its id, such as c0123456789, or the number of its pull request."
	}
	if use.About.Has(forks.AboutPatch) {
		long += "\nPATCH is its id, as `auxsync patches` lists it."
	}
	line := "  auxsync " + name + " " + example
	if use.Arg != "" {
		place, called, want, line = place+" "+use.Arg, called+" and the number of a pass", 2, line+" 17"
	}
	if use.About.Has(forks.AboutConflict) {
		line = "  auxsync conflicts\n" + line
	}
	cmd := &cobra.Command{
		Use: name + " " + place, Short: w.short, Long: long, Example: line,
		Args: exactly(want, called),
		RunE: func(cmd *cobra.Command, args []string) error {
			if use.About.Has(forks.AboutConflict) {
				req.Conflict = args[0]
			} else {
				req.Track = args[0]
			}
			if use.Arg != "" {
				req.Arg = args[1]
			}
			return a.decide(cmd.Context(), req)
		},
	}
	if use.Verb == forks.VerbMine || use.Verb == forks.VerbNotMine {
		cmd.Flags().StringVar(&req.As, "as", "", "the `LOGIN` on the forge that is meant (required)")
		cmd.Args = func(cmd *cobra.Command, args []string) error {
			if req.As == "" {
				return usage("%s needs --as with a login", cmd.CommandPath())
			}
			return exactly(1, "one conflict")(cmd, args)
		}
		cmd.Example += " --as mona"
	}
	if w.because != "" {
		cmd.Flags().StringVar(&req.Because, "because", "", "the `REASON`, for the account of the pass")
		cmd.Example += ` --because "` + w.because + `"`
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

// decisionSchema names the JSON form of [decided].
const decisionSchema = "auxsync.decision/1"

// decided is what became of a decision.
type decided struct {
	Schema   string           `json:"schema"`
	Fork     string           `json:"fork"`
	Track    string           `json:"track"`
	Conflict forks.ProposalID `json:"conflict"`
	Patch    forks.PatchID    `json:"patch"` // where no conflict was named
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
	if about := cmp.Or(string(r.Conflict), string(r.Patch)); about != "" {
		what += " " + about
	}
	fmt.Fprintf(a.out, "%s: %s\n", what, forks.Inert(r.Result))
	return err
}

// Lengths of what people type here.
const (
	maxBecause = 500
	maxLogin   = 100
	maxArg     = 100
)

// takeDecision stores what a person asked for and makes the pass that takes it.
func (s *session) takeDecision(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	use, ok := forks.CommandOf(req.Decision)
	switch {
	case !ok || use.Places&forks.OnHost == 0:
		return nil, usage("there is no decision %q", forks.Inert(string(req.Decision)))
	case use.Arg != "" && req.Arg == "":
		return nil, usage("`%s` takes a %s", use.Verb, use.Arg)
	case use.Verb == forks.VerbRollback && !isPass(req.Arg):
		return nil, usage("%q is no number of a pass; see `auxsync status`", forks.Inert(req.Arg))
	}
	t, about, err := s.decisionAbout(ctx, use, req)
	if err != nil {
		return nil, err
	}
	if as := strings.TrimPrefix(req.As, "@"); as != "" {
		who = forks.Clip(as, maxLogin)
	}
	r := forks.Request{Fork: t.Fork, Track: t.Name, Proposal: about.conflict, Patch: about.patch, Verb: req.Decision,
		Arg: forks.Clip(req.Arg, maxLogin), Who: who, Because: forks.Clip(req.Because, maxBecause), At: s.clock.Now()}
	result := &decided{Schema: decisionSchema, Fork: t.Fork, Track: t.Name, Conflict: about.conflict, Patch: about.patch, Decision: req.Decision, Result: "written down"}
	if _, err := s.store.AddRequest(ctx, r); err != nil {
		return nil, err
	}
	out, err := s.decisivePass(ctx, t, who, say)
	result.Pass = out.Plan.Pass
	for _, taken := range out.Taken {
		if taken.Verb == r.Verb && taken.Proposal == r.Proposal && taken.Patch == r.Patch && taken.Arg == r.Arg && taken.Who == who {
			result.Result = taken.Result
		}
	}
	return result, err
}

// isPass reports whether a text is the number of a pass.
func isPass(text string) bool {
	n, err := strconv.Atoi(text)
	return err == nil && n > 0 && strconv.Itoa(n) == text
}

// takeMerge makes a pass that judges a conflict, merges it, and makes the pass that
// takes the answer in.
func (s *session) takeMerge(ctx context.Context, who string, req control.Request, say func(forks.Progress)) (any, error) {
	t, about, err := s.decisionAbout(ctx, forks.Command{About: forks.AboutConflict}, req)
	if err != nil {
		return nil, err
	}
	id := about.conflict
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

// about is what a request names in a track; neither for the track itself.
type about struct {
	track    forks.Track
	conflict forks.ProposalID
	patch    forks.PatchID
}

// decisionAbout finds what a request names. A number is one of a fork: it may name a
// conflict of each.
func (s *session) decisionAbout(ctx context.Context, use forks.Command, req control.Request) (forks.Track, about, error) {
	if req.Conflict == "" {
		t, err := s.catalog.track(ctx, req.Track)
		return t, about{track: t}, err
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
				named, all = append(named, about{track: t, conflict: p.ID}), append(all, fmt.Sprintf("%s of %s/%s", p.ID, t.Fork, t.Name))
			}
			if p.Status.Live() || p.Status == forks.Declined {
				open = append(open, string(p.ID))
			}
		}
		for _, p := range slices.Concat(state.Patches, state.Ended) {
			if use.About.Has(forks.AboutPatch) && string(p.ID) == name {
				named, all = append(named, about{track: t, patch: p.ID}), append(all, fmt.Sprintf("%s of %s/%s", p.ID, t.Fork, t.Name))
			}
		}
		if use.About.Has(forks.AboutPatch) && use.About.Has(forks.AboutTrack) && (name == t.Name || name == t.Fork+"/"+t.Name) {
			named, all = append(named, about{track: t}), append(all, t.Fork+"/"+t.Name)
		}
	}
	slices.Sort(open)
	_, called, _ := subjectOf(use)
	called = strings.TrimPrefix(called, "one ")
	switch shown := forks.Inert(req.Conflict); {
	case len(named) == 1:
		return named[0].track, named[0], nil
	case len(named) > 1:
		return forks.Track{}, about{}, usage("%q may be %s; name the one that is meant by its id", shown, strings.Join(all, ", "))
	case use.About.Has(forks.AboutPatch):
		return forks.Track{}, about{}, usage("there is no %s %q; see `auxsync conflicts` and `auxsync patches`", called, shown)
	case len(open) == 0:
		return forks.Track{}, about{}, usage("there is no conflict %q, and none is open", shown)
	default:
		return forks.Track{}, about{}, usage("there is no conflict %q; open are %s", shown, strings.Join(open, ", "))
	}
}
