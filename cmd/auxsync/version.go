package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/syncer/repo"
)

// buildVersion is what the build recorded of itself.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the versions of auxsync, Go and git",
		Example: "  auxsync version",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			git, err := repo.New(cmd.Context(), repo.Options{Path: a.env("AUXSYNC_GIT")})
			if err != nil {
				return err
			}
			if a.json {
				return a.printJSON(map[string]string{"schema": "auxsync.version/1", "auxsync": buildVersion(), "go": runtime.Version(), "git": git.Version()})
			}
			_, err = fmt.Fprintf(a.out, "auxsync %s\n%s\ngit %s\n", buildVersion(), runtime.Version(), git.Version())
			return err
		},
	}
}
