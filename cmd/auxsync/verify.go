package main

import (
	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/syncer"
)

func (a *app) verifyCommand() *cobra.Command {
	var o syncer.VerifyOptions
	cmd := &cobra.Command{
		Use:   "verify --from-fork URL --upstream URL",
		Short: "Prove, as anybody can, that a fork published upstream and its listed patches",
		Long: `Prove from a fork's refs and its upstream that every tip it published is upstream and
the patches that it lists, and that every patch that is missing has a decision on
record. It needs no config, database or credential, and trusts nothing that the
fork says. Patches are replayed here, and each tip's tree is compared with the result.

The tips of the last 90 days are looked at, and the newest one however old it is. The
history of upstream is fetched and thrown away; with --cache, what a clone of it has is
read from there and not fetched.

It ends with 0 if all of it holds, with 3 if something does not, and with 4 if a remote
cannot be reached.`,
		Example: "  auxsync verify --from-fork https://example.org/fork.git --upstream https://example.org/upstream.git\n" +
			"  auxsync verify --from-fork file:///srv/fork.git --upstream file:///srv/upstream.git --track aux-main --all --json",
		Args: exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.Fork == "" || len(o.Upstreams) == 0:
				return usage("verify takes --from-fork URL and --upstream URL; see `%s --help`", cmd.CommandPath())
			case o.Last < 0 || o.Last > 0 && o.All:
				return usage("--last takes a number of tips, and goes without --all; see `%s --help`", cmd.CommandPath())
			}
			for name, urls := range map[string][]string{"--from-fork": {o.Fork}, "--upstream": o.Upstreams} {
				for _, url := range urls {
					if _, err := forks.Transport(url); err != nil {
						return usage("%s: the address %w", name, err)
					}
				}
			}
			o.Progress = a.say
			s, err := a.outsider(cmd.Context())
			if err != nil {
				return err
			}
			v, err := s.syncer.Verify(cmd.Context(), o)
			if err != nil {
				return err
			}
			if a.json {
				err = a.printJSON(v)
			} else {
				err = reports.Verification(a.out, v, a.style())
			}
			if err == nil && !v.Holds() {
				return &exitError{code: exitNeedsPerson}
			}
			return err
		},
	}
	cmd.Flags().StringVar(&o.Fork, "from-fork", "", "the fork's `URL`")
	cmd.Flags().StringArrayVar(&o.Upstreams, "upstream", nil, "upstream's `URL`; again for one that was followed before")
	cmd.Flags().StringVar(&o.Track, "track", "", "only this `TRACK`")
	cmd.Flags().IntVar(&o.Last, "last", 0, "the `N` newest tips")
	cmd.Flags().BoolVar(&o.All, "all", false, "every tip since the adoption")
	cmd.Flags().StringVar(&o.Cache, "cache", "", "read what it has from the repository that `DIR` is in, such as a clone of upstream")
	return cmd
}
