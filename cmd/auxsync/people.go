package main

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

func (a *app) peopleCommand() *cobra.Command {
	var fork string
	cmd := &cobra.Command{
		Use:   "people",
		Short: "Who looks after the forks, and what waits with whom",
		Long: `Show the people and SIGs of each fork's policy: how many conflicts wait with each
person, who is away and until when, who is on duty, and what waits with whom. A SIG
is a group that cares for some paths. Nobody is shown as late: for how long something
waits is not told here. It shows what is on record, and asks no remote.`,
		Example: "  auxsync people\n  auxsync people --fork nixpkgs\n  auxsync people --json",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			list, err := a.people(cmd.Context(), fork)
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(list)
			}
			return reports.People(a.out, *list, a.style())
		},
	}
	cmd.Flags().StringVar(&fork, "fork", "", "only this `FORK`")
	return cmd
}

// people asks whoever keeps the state directory, and keeps what is of one fork; of all
// if it is not named.
func (a *app) people(ctx context.Context, fork string) (list *reports.PeopleList, err error) {
	k, err := a.keeper(ctx, toRead)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	list, err = ask[reports.PeopleList](ctx, k, control.Request{Verb: verbPeople}, func(forks.Progress) {})
	if err != nil || fork == "" {
		return list, err
	}
	var names []string
	for _, f := range list.Forks {
		names = append(names, f.Fork)
	}
	if !slices.Contains(names, fork) {
		return nil, usage("no fork is named %q; there are %s", forks.Inert(fork), strings.Join(names, ", "))
	}
	list.Forks = slices.DeleteFunc(list.Forks, func(f reports.ForkPeople) bool { return f.Fork != fork })
	return list, nil
}

// people tells of the people of every fork.
func (s *session) people(ctx context.Context) (any, error) {
	s.latestPolicies(ctx)
	var waiting []forks.WaitingWith
	if s.store != nil {
		var err error
		if waiting, err = s.store.Waiting(ctx); err != nil {
			return nil, err
		}
	}
	list := reports.PeopleList{At: s.clock.Now().UTC()}
	for _, t := range onePerFork(s.catalog.current()) {
		list.Forks = append(list.Forks, reports.PeopleOf(t.Fork, s.catalog.policy(t.Fork).Roster(), waiting, t.Quiet.Local(list.At)))
	}
	return list, nil
}

// latestPolicies takes in the policies as this machine has them now, in a session that
// only reads: no pass does it there. Where one cannot be read, that on record counts.
func (s *session) latestPolicies(ctx context.Context) {
	if !s.catalog.readOnly {
		return
	}
	for _, t := range onePerFork(s.catalog.current()) {
		if _, err := s.catalog.readPolicy(ctx, t); err != nil {
			s.log.Debug("the policy cannot be read now; that on record counts", zap.String("fork", t.Fork), zap.Error(err))
		}
	}
}
