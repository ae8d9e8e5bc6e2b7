package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
)

func (a *app) reloadCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reload",
		Short: "Let the daemon read its config again",
		Long: `Let the daemon read its config and its policies again, as SIGHUP does. A config
that is bad is refused with all its problems, and the last good one stays.`,
		Example: "  auxsync reload",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			// Without a daemon no lock is needed to say so.
			k, err := a.keeper(cmd.Context(), toRead)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, k.Close()) }()
			r, err := ask[reloaded](cmd.Context(), k, control.Request{Verb: verbReload}, func(forks.Progress) {})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(r)
			}
			fmt.Fprintf(a.out, "%s is taken in\n", forks.Inert(r.File))
			if len(r.Restart) > 0 {
				fmt.Fprintf(a.out, "restart the daemon for %s\n", strings.Join(r.Restart, ", "))
			}
			return nil
		},
	}
}
