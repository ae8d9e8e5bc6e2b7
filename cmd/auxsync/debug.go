package main

import "github.com/spf13/cobra"

// exitUnanswered is the exit code of debug commands for whatever keeps them from an
// answer. Codes below it belong to the answers.
const exitUnanswered = 128

func (a *app) debugCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "debug",
		Short: "Ask one part of auxsync about any repository",
		Long: `Ask one part of auxsync about any repository, bare or not. These commands need no
config and write nothing. Exit codes below 128 are answers; 128 says that there is
none, and why.`,
		Example: "  auxsync debug maintainers --repo nixpkgs.git --rev master pkgs/by-name/he/hello/package.nix",
		Args: func(cmd *cobra.Command, args []string) error {
			return unanswered(noSuchCommand(cmd, args))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return unanswered(usage("%w; see `%s --help`", err, cmd.CommandPath()))
	})
	sub := a.debugMaintainersCommand()
	run := sub.RunE
	sub.RunE = func(cmd *cobra.Command, args []string) error { return unanswered(run(cmd, args)) }
	cmd.AddCommand(sub)
	return cmd
}

// unanswered gives an error the exit code of debug commands.
func unanswered(err error) error {
	if err == nil {
		return nil
	}
	return &exitError{exitUnanswered, err}
}
