package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// checkResult is the JSON form of a check.
type checkResult struct {
	Schema string        `json:"schema"`
	File   string        `json:"file"`
	Git    string        `json:"git"`
	Tracks []checkedItem `json:"tracks"`
	Values []shownValue  `json:"values"`
}

type checkedItem struct {
	Fork    string        `json:"fork"`
	Track   string        `json:"track"`
	Branch  string        `json:"branch"`
	Follow  string        `json:"follow"`
	History forks.History `json:"history"`
}

type shownValue struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	From  string `json:"from"`
}

func (a *app) checkCommand() *cobra.Command {
	var show bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the config, git, and credentials, without the network",
		Long: `Check the config file, the git program and the credential files, without asking
any remote. All problems are told at once, each with its key and line.`,
		Example: "  auxsync check\n  auxsync check --show    # every value in effect, and where it comes from",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := a.loadConfig()
			if err != nil {
				return err
			}
			git, err := repo.New(cmd.Context(), repo.Options{Path: a.env("AUXSYNC_GIT")})
			if err != nil {
				return err
			}
			for _, t := range cfg.Tracks() {
				for _, access := range []repo.Access{{URL: t.Upstream, Transports: t.AllowTransports, ReadOnly: true}, {URL: t.URL, Transports: t.AllowTransports}} {
					if _, err := git.Remote(access); err != nil {
						return &exitError{exitUsage, err}
					}
				}
				if t.Credential != "" {
					if _, err := a.secret(t)(); err != nil {
						return &exitError{exitUsage, err}
					}
				}
			}
			return a.showCheck(cfg, git.Version(), show)
		},
	}
	cmd.Flags().BoolVar(&show, "show", false, "print every value in effect and where it comes from")
	return cmd
}

func (a *app) showCheck(cfg *forks.Config, git string, show bool) error {
	r := checkResult{Schema: "auxsync.check/1", File: a.configPath(), Git: git, Tracks: []checkedItem{}, Values: []shownValue{}}
	for _, t := range cfg.Tracks() {
		r.Tracks = append(r.Tracks, checkedItem{t.Fork, t.Name, t.Branch, t.Follow, t.History})
	}
	for _, e := range cfg.Show() {
		r.Values = append(r.Values, shownValue{e.Key, e.Value, e.From})
	}
	if a.json {
		return a.printJSON(r)
	}
	if show {
		for _, v := range r.Values {
			fmt.Fprintf(a.out, "%s = %s   # %s\n", v.Key, forks.Inert(v.Value), v.From)
		}
		return nil
	}
	fmt.Fprintf(a.out, "%s is well-formed; git %s\n", forks.Inert(r.File), git)
	for _, t := range r.Tracks {
		fmt.Fprintf(a.out, "  %s/%s: branch %s follows upstream's %s, history %s\n", t.Fork, t.Track, t.Branch, t.Follow, t.History)
		if t.History == forks.Rewrite {
			fmt.Fprintf(a.out, "    the remote must permit rewinding %s, which a protected branch does not\n", t.Branch)
		}
	}
	return nil
}
