package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/syncer"
)

// adoption is what first contact found, for reports.
func adoption(out syncer.Outcome, t forks.Track, done bool) reports.FirstContact {
	return reports.FirstContact{Fork: t.Fork, Plan: out.Plan, Own: out.Own, Folded: out.Folded, Done: done}
}

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status [TRACK]",
		Short: "Where every track stands, as the last pass left it",
		Long: `Show where every track stands: its base, how far it is behind, what it waits for
and what is asked of people. It shows what the last pass saw and asks no remote.`,
		Example: "  auxsync status\n  auxsync status aux-main --json",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			ctx := cmd.Context()
			s, err := a.reading(ctx)
			if err != nil {
				return err
			}
			history, err := s.history(ctx)
			if err != nil {
				return err
			}
			if history != nil {
				defer func() { err = errors.Join(err, history.Close()) }()
			}
			overview := reports.Overview{At: s.clock.Now().UTC()}
			err = s.eachState(ctx, args, func(t forks.Track, state *forks.State) error {
				status := reports.TrackStatusOf(t, state)
				if history != nil {
					if err := lastPass(ctx, history, t, &status); err != nil {
						return err
					}
				}
				overview.Tracks = append(overview.Tracks, status)
				return nil
			})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(overview)
			}
			return reports.Status(a.out, overview, reports.Style{})
		},
	}
}

// history opens the database to read from it; nil if there is none yet.
func (s *session) history(ctx context.Context) (*store.Store, error) {
	db, err := store.OpenReadOnly(ctx, filepath.Join(s.config.StateDir, store.FileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return db, err
}

// lastPass adds what only the database knows: when a pass ran last and how it
// ended.
func lastPass(ctx context.Context, db *store.Store, t forks.Track, status *reports.TrackStatus) error {
	passes, err := db.Passes(ctx, t.Fork, t.Name, 20)
	if err != nil || len(passes) == 0 {
		return err
	}
	last := passes[0]
	words := string(last.Outcome)
	if last.Error != "" {
		first, _, _ := strings.Cut(last.Error, "\n")
		words += ": " + first
	}
	number := last.Number
	if number == 0 && status.LastPass != nil {
		number = status.LastPass.Pass
	}
	status.LastPass = &reports.LastPass{Pass: number, At: last.Started.UTC(), Outcome: words}
	for _, p := range passes {
		if p.UpstreamTip == status.UpstreamTip && !p.UpstreamTip.IsZero() {
			status.Behind = &p.Behind
			break
		}
	}
	return nil
}

// eachState reads the recorded state of the tracks that a command names.
func (s *session) eachState(ctx context.Context, args []string, do func(forks.Track, *forks.State) error) error {
	tracks, err := s.tracks(args)
	if err != nil {
		return err
	}
	for _, t := range tracks {
		state, err := s.syncer.Read(ctx, t)
		if err != nil {
			return fmt.Errorf("read the state of %s/%s: %w", t.Fork, t.Name, err)
		}
		if err := do(t, state); err != nil {
			return err
		}
	}
	return nil
}

// notAdopted is the answer where a command needs a state.
func notAdopted(t forks.Track) error {
	return forks.AskPerson("run `auxsync adopt "+t.Name+"`, or `auxsync sync "+t.Name+"` if it was adopted from another machine",
		"nothing is known here about track %s of fork %s", t.Name, t.Fork)
}

func (a *app) patchesCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "patches TRACK",
		Short:   "The patches that a fork carries, in order, and what left the stack",
		Example: "  auxsync patches aux-main",
		Args:    exactly(1, "one track"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.reading(cmd.Context())
			if err != nil {
				return err
			}
			return s.eachState(cmd.Context(), args, func(t forks.Track, state *forks.State) error {
				if state == nil {
					return notAdopted(t)
				}
				list := reports.PatchesOf(t.Fork, *state)
				if a.json {
					return a.printJSON(list)
				}
				return reports.Patches(a.out, list, reports.Style{})
			})
		},
	}
}

func (a *app) conflictsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "conflicts [TRACK]",
		Short: "What people are asked to decide, and how to answer",
		Long: `List the open conflicts: each a patch that upstream got in the way of, with the
upstream commit that caused it and the two branches on the fork that ask about it.`,
		Example: "  auxsync conflicts",
		Args:    atMostOneTrack,
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.reading(cmd.Context())
			if err != nil {
				return err
			}
			list := reports.ConflictList{At: s.clock.Now().UTC()}
			err = s.eachState(cmd.Context(), args, func(t forks.Track, state *forks.State) error {
				if state != nil {
					list.Add(t.Fork, *state)
				}
				return nil
			})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			return reports.Conflicts(a.out, list, reports.Style{})
		},
	}
}

func (a *app) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "explain PATCH|CONFLICT",
		Short: "Everything that is known about one patch or conflict",
		Long: `Tell everything that is known about one patch (p…) or conflict (c…): what became
of it and why, its forms, and for a conflict how to settle it. The beginning of an
id is enough where it is not ambiguous.`,
		Example: "  auxsync explain p7e6815b551\n  auxsync explain c1ab2",
		Args:    exactly(1, "the id of a patch or conflict"),
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.reading(cmd.Context())
			if err != nil {
				return err
			}
			found := false
			err = s.eachState(cmd.Context(), nil, func(t forks.Track, state *forks.State) error {
				if state == nil {
					return nil
				}
				e, err := reports.Find(t.Fork, *state, args[0])
				if errors.Is(err, reports.ErrUnknownID) {
					return nil
				}
				if err != nil {
					return usage("%w", err)
				}
				found = true
				if a.json {
					return a.printJSON(e)
				}
				return reports.Explain(a.out, e, s.clock.Now(), reports.Style{})
			})
			if err != nil || found {
				return err
			}
			return usage("no track has a patch or conflict %s; see `auxsync patches` and `auxsync conflicts`", forks.Inert(args[0]))
		},
	}
}
