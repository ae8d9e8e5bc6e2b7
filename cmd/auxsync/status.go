package main

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// reader is what the commands that only look have in common: they ask the daemon,
// read what is here, or read a fork's refs.
type reader struct {
	*app
	fromFork string
}

// flags adds --from-fork to a command that only looks.
func (r *reader) flags(cmd *cobra.Command) *cobra.Command {
	cmd.Flags().StringVar(&r.fromFork, "from-fork", "", "answer from the refs of this fork `URL` alone, without config, daemon or database")
	return cmd
}

// views returns what is known of the tracks that a command names, all if none.
func (r *reader) views(ctx context.Context, args []string) ([]control.View, error) {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	if r.fromFork != "" {
		return r.forkViews(ctx, name)
	}
	k, err := r.keeper(ctx, toRead)
	if err != nil {
		return nil, err
	}
	views, err := k.Tracks(ctx, name)
	return views, errors.Join(err, k.Close())
}

// forkViews reads the states on a fork, as anybody can.
func (r *reader) forkViews(ctx context.Context, name string) ([]control.View, error) {
	transport, err := forks.Transport(r.fromFork)
	if err != nil {
		return nil, usage("--from-fork: the address %w", err)
	}
	s, err := r.outsider(ctx)
	if err != nil {
		return nil, err
	}
	states, err := s.syncer.ReadFork(ctx, r.fromFork, []string{transport})
	if err != nil {
		return nil, err
	}
	if len(states) == 0 {
		return nil, forks.AskPerson("check the address", "%s has no state of auxsync: no track of it was adopted", forks.Inert(r.fromFork))
	}
	var views []control.View
	var names []string
	for _, track := range slices.Sorted(maps.Keys(states)) {
		state := states[track]
		names = append(names, track)
		if name == "" || name == track {
			views = append(views, control.View{State: state, Track: forks.Track{Fork: "there", Name: track, URL: r.fromFork,
				Upstream: state.Upstream, Follow: state.Follow, Branch: state.Branch, History: state.History}})
		}
	}
	if len(views) == 0 {
		return nil, &forks.TrackNameError{Name: name, Candidates: names}
	}
	return views, nil
}

// adopted is views for a command that shows one track's state.
func (r *reader) adopted(ctx context.Context, args []string) (control.View, error) {
	views, err := r.views(ctx, args)
	if err != nil {
		return control.View{}, err
	}
	if v := views[0]; v.State != nil {
		return v, nil
	}
	t := views[0].Track
	if trouble := views[0].Health.Trouble; trouble != "" {
		return control.View{}, forks.AskPerson("see `auxsync status "+t.Name+"`", "nothing can be shown of track %s of fork %s: %s", t.Name, t.Fork, forks.Inert(trouble))
	}
	return control.View{}, forks.AskPerson("run `auxsync adopt "+t.Name+"`, or `auxsync sync "+t.Name+"` if it was adopted from another machine",
		"nothing is known here about track %s of fork %s", t.Name, t.Fork)
}

func (a *app) statusCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use:   "status [TRACK]",
		Short: "Where every track stands, as the last pass left it",
		Long: `Show where every track stands: its base, how far it is behind, how its passes go,
what it waits for and what is asked of people. It shows what the last pass saw and
asks no remote, except with --from-fork.`,
		Example: "  auxsync status\n  auxsync status aux-main --json\n  auxsync status --from-fork https://github.com/auxolotl/nix",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), args)
			if err != nil {
				return err
			}
			overview := reports.Overview{At: a.clock.Now().UTC()}
			for _, v := range views {
				overview.Tracks = append(overview.Tracks, statusOf(v))
			}
			if a.json {
				return a.printJSON(overview)
			}
			return reports.Status(a.out, overview, a.style())
		},
	})
}

func (a *app) patchesCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use:     "patches TRACK",
		Short:   "The patches that a fork carries, in order, and what left the stack",
		Example: "  auxsync patches aux-main",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			v, err := r.adopted(cmd.Context(), args)
			if err != nil {
				return err
			}
			list := reports.PatchesOf(v.Track.Fork, *v.State)
			if a.json {
				return a.printJSON(list)
			}
			return reports.Patches(a.out, list, a.style())
		},
	})
}

func (a *app) conflictsCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use:   "conflicts [TRACK]",
		Short: "What people are asked to decide, and how to answer",
		Long: `List the open conflicts: each a patch that upstream got in the way of, with the
upstream commit that caused it and the two branches on the fork that ask about it.`,
		Example: "  auxsync conflicts",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), args)
			if err != nil {
				return err
			}
			list := reports.ConflictList{At: a.clock.Now().UTC()}
			for _, v := range views {
				if v.State != nil {
					list.Add(v.Track.Fork, *v.State)
				}
			}
			if a.json {
				return a.printJSON(list)
			}
			return reports.Conflicts(a.out, list, a.style())
		},
	})
}

func (a *app) explainCommand() *cobra.Command {
	r := &reader{app: a}
	return r.flags(&cobra.Command{
		Use:   "explain PATCH|CONFLICT",
		Short: "Everything that is known about one patch or conflict",
		Long: `Tell everything that is known about one patch (p…) or conflict (c…): what became
of it and why, its forms, and for a conflict how to settle it. The beginning of an
id is enough where it is not ambiguous.`,
		Example: "  auxsync explain p7e6815b551\n  auxsync explain c1ab2",
		Args:    exactly(1, "the id of a patch or conflict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			views, err := r.views(cmd.Context(), nil)
			if err != nil {
				return err
			}
			return a.explain(views, args[0])
		},
	})
}

// explain prints what the tracks know about an id.
func (a *app) explain(views []control.View, id string) error {
	found := false
	for _, v := range views {
		if v.State == nil {
			continue
		}
		e, err := reports.Find(v.Track.Fork, *v.State, id)
		if errors.Is(err, reports.ErrUnknownID) {
			continue
		}
		if err != nil {
			return usage("%w", err)
		}
		found = true
		if a.json {
			err = a.printJSON(e)
		} else {
			err = reports.Explain(a.out, e, a.clock.Now(), a.style())
		}
		if err != nil {
			return err
		}
	}
	if found {
		return nil
	}
	return usage("no track has a patch or conflict %s; see `auxsync patches` and `auxsync conflicts`", forks.Inert(id))
}
