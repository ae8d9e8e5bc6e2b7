package main

import (
	"errors"

	"github.com/spf13/cobra"
)

// Exit codes of debug commands. Codes below 128 are answers; the rest says that there is
// none.
const (
	exitConflict   = 1
	exitUnanswered = 128
	exitMisuse     = 129 // where git's command of that name says so
)

func (a *app) debugCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "debug",
		Short: "Ask one part of auxsync about any repository",
		Long: `Ask one part of auxsync about any repository, bare or not. These commands need no
config and move no ref; what they write, if anything, each one says. Exit codes below
128 are answers; 128 says that there is none, and why.`,
		Example: `  auxsync debug maintainers --repo nixpkgs.git --rev master pkgs/by-name/he/hello/package.nix
  auxsync debug merge-tree --write-tree main topic
  auxsync debug replay --onto main main..topic`,
		Args: func(cmd *cobra.Command, args []string) error {
			return unanswered(noSuchCommand(cmd, args))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return unanswered(usage("%w; see `%s --help`", err, cmd.CommandPath()))
	})
	for _, sub := range []*cobra.Command{a.debugMaintainersCommand(), a.debugMergeTreeCommand(), a.debugReplayCommand(), a.debugCauseCommand(), a.debugCorpusCommand()} {
		run, takes := sub.RunE, sub.Args
		if takes != nil {
			sub.Args = func(cmd *cobra.Command, args []string) error { return unanswered(takes(cmd, args)) }
		}
		sub.RunE = func(cmd *cobra.Command, args []string) error {
			a.looking = true
			return unanswered(run(cmd, args))
		}
		cmd.AddCommand(sub)
	}
	return cmd
}

// unanswered gives an error the exit code of debug commands, unless it has one of theirs.
func unanswered(err error) error {
	if err == nil {
		return nil
	}
	if coded, ok := errors.AsType[*exitError](err); ok && (coded.code == exitConflict || coded.code >= exitUnanswered) {
		return err
	}
	return &exitError{exitUnanswered, err}
}
