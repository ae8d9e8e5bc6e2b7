package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// checkResult is the JSON form of a check.
type checkResult struct {
	Schema string        `json:"schema"`
	File   string        `json:"file"`
	Git    string        `json:"git"`
	Tracks []checkedItem `json:"tracks"`
	Values []shownValue  `json:"values"`
	// Notes are worth a look, and no mistakes.
	Notes []string `json:"notes"`
	// Findings are what --online looked at, by fork/track; "" for this machine.
	Findings []found `json:"findings"`
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

// found is a finding with what it is about.
type found struct {
	About string `json:"about"`
	syncer.Finding
}

// inspection is what comes back from whoever looked at the remotes.
type inspection struct {
	Schema   string  `json:"schema"`
	Findings []found `json:"findings"`
}

func (a *app) checkCommand() *cobra.Command {
	var show, online bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the config, git, and credentials; with --online the remotes too",
		Long: `Check the config file, the git program and the credential files, without asking
any remote. All problems are told at once, each with its key and line. What is worth
a look in the forks' policies is told as notes: a SIG without members, days that
overlap, a pattern that matches no file of what is published.

With --online the remotes are looked at too: that they answer, that the branches
are there, that there is room for the branches of conflicts, and that a throw-away
ref can be pushed to the fork and deleted again; that everybody whom config or
policy would have asked can be asked; and of this machine the clock and the disk.
What is missing is told together with what it will break.`,
		Example: "  auxsync check\n  auxsync check --show    # every value in effect, and where it comes from\n  auxsync check --online",
		Args:    exactly(0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := a.check(cmd.Context())
			if err != nil {
				return err
			}
			if online {
				if r.Findings, err = a.findings(cmd.Context()); err != nil {
					return err
				}
			}
			return a.showCheck(r, show)
		},
	}
	cmd.Flags().BoolVar(&show, "show", false, "print every value in effect and where it comes from")
	cmd.Flags().BoolVar(&online, "online", false, "look at the remotes, the clock and the disk as well")
	return cmd
}

// check looks at what needs no remote.
func (a *app) check(ctx context.Context) (*checkResult, error) {
	cfg, err := a.loadConfig()
	if err != nil {
		return nil, err
	}
	git, err := repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")})
	if err != nil {
		return nil, err
	}
	r := &checkResult{Schema: "auxsync.check/1", File: a.configPath(), Git: git.Version(), Tracks: []checkedItem{}, Values: []shownValue{}, Notes: []string{}, Findings: []found{}}
	all := append(cfg.Tracks(), cfg.Patterns()...)
	daemon, err := a.daemon(ctx, cfg, nil)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		// The credentials of a daemon are the daemon's to read.
		if err := checkAddresses(git, t); err != nil {
			return nil, err
		}
		if t.Credential != "" && daemon == nil {
			if _, err := a.credential(t.Fork, t.Credential); err != nil {
				return nil, &exitError{exitUsage, err}
			}
		}
		if t.GitHub.WebhookSecret != "" && daemon == nil {
			if _, err := a.credential(t.Fork, t.GitHub.WebhookSecret); err != nil {
				return nil, &exitError{exitUsage, fmt.Errorf("the secret of the webhook: %w", err)}
			}
		}
		r.Tracks = append(r.Tracks, checkedItem{t.Fork, t.Name, t.Branch, t.Follow, t.History})
	}
	policies, notes, err := checkPolicies(cfg)
	if err != nil {
		return nil, err
	}
	r.Notes = append(r.Notes, notes...)
	for _, e := range append(cfg.Show(), policies...) {
		r.Values = append(r.Values, shownValue{e.Key, e.Value, e.From})
	}
	return r, a.reviewed(ctx, r)
}

// checkPolicies reads the policies that are files of this machine, and returns what
// they say, and what is worth a look in them.
func checkPolicies(cfg *forks.Config) (values []forks.Effective, notes []string, err error) {
	c := newCatalog(cfg, nil, nil)
	for _, t := range onePerFork(cfg) {
		if t.Policy == "" {
			continue
		}
		policy, err := forks.LoadPolicy(t.Policy)
		if err != nil {
			return nil, nil, err
		}
		for _, e := range policy.Show() {
			e.Key = "policy of " + t.Fork + ": " + e.Key
			values = append(values, e)
		}
		c.policies[t.Fork] = policy
		if trouble := c.policyTrouble(t.Fork); trouble != "" {
			notes = append(notes, t.Policy+", for fork "+t.Fork+": "+trouble)
		}
	}
	return values, notes, nil
}

func checkAddresses(git *repo.Git, t forks.Track) error {
	for _, access := range []repo.Access{{URL: t.Upstream, Transports: t.AllowTransports, ReadOnly: true}, {URL: t.URL, Transports: t.AllowTransports}} {
		if _, err := git.Remote(access); err != nil {
			return &exitError{exitUsage, err}
		}
	}
	return nil
}

// findings asks whoever has the credentials to look at the remotes.
func (a *app) findings(ctx context.Context) (list []found, err error) {
	k, err := a.keeper(ctx, toRead)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, k.Close()) }()
	live := a.follow()
	defer live.done()
	r, err := ask[inspection](ctx, k, control.Request{Verb: verbCheck}, live.say)
	if err != nil {
		return nil, err
	}
	return r.Findings, nil
}

// checkOnline looks at the remotes of every track, and at this machine.
func (s *session) checkOnline(ctx context.Context, who string, say func(forks.Progress)) (any, error) {
	list := s.machine(ctx)
	s.latestPolicies(ctx)
	tracks, problems := s.catalog.tracks()
	for _, err := range problems {
		list = append(list, found{"", syncer.Finding{What: "tracks of patterns", Problem: err.Error(), Breaks: "that branch is not kept"}})
	}
	o := syncer.Options{Who: who, Say: say}
	for i, t := range tracks {
		findings, err := s.syncer.Inspect(ctx, t, o)
		if err != nil {
			return nil, err
		}
		for _, f := range findings {
			list = append(list, found{t.Fork + "/" + t.Name, f})
		}
		if i+1 < len(tracks) && tracks[i+1].Fork == t.Fork {
			continue
		}
		if findings, err = s.syncer.InspectRights(ctx, strictest(tracks, t), o); err != nil {
			return nil, err
		}
		onForge, err := s.forges.inspect(ctx, t, tracks)
		if err != nil {
			return nil, err
		}
		for _, f := range append(append(findings, onForge...), s.clockBeside(ctx, t)) {
			list = append(list, found{t.Fork, f})
		}
	}
	return inspection{"auxsync.inspection/1", list}, nil
}

// strictest is the track of t's fork that needs the most rights.
func strictest(tracks []forks.Track, t forks.Track) forks.Track {
	for _, other := range tracks {
		if other.Fork == t.Fork && other.History == forks.Rewrite {
			return other
		}
	}
	return t
}

// machine looks at this machine's disk.
func (s *session) machine(context.Context) []found {
	const least = 1 << 30
	var list []found
	for _, dir := range []struct{ what, path, breaks string }{
		{"space for the state directory", s.config.StateDir, "a pass that cannot write down what it is about to do does nothing"},
		{"space for the cache", s.config.CacheDir, "upstream's history cannot be fetched"},
	} {
		f := syncer.Finding{What: dir.what}
		free, _, err := repo.Disk(standing(dir.path))
		switch {
		case err != nil:
			f.Problem, f.Breaks = err.Error(), dir.breaks
		case free < least:
			f.Problem, f.Breaks = fmt.Sprintf("%d MiB are free on the file system of %s", free>>20, dir.path), dir.breaks
			f.Next = "free some: nixpkgs alone takes 6 GiB"
		}
		list = append(list, found{"", f})
	}
	return list
}

// standing is the nearest folder on the way to path that is there: path itself may
// not have been made yet.
func standing(path string) string {
	for _, err := os.Stat(path); err != nil && path != filepath.Dir(path); _, err = os.Stat(path) {
		path = filepath.Dir(path)
	}
	return path
}

// mostSkew is how far this machine's clock may be from a remote's.
const mostSkew = 5 * time.Minute

// clockBeside compares this machine's clock with that of the fork's host, where that
// tells its own: over HTTP.
func (s *session) clockBeside(ctx context.Context, t forks.Track) syncer.Finding {
	f := syncer.Finding{What: "the clock"}
	u, err := url.Parse(t.URL)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" {
		return f
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	// The host alone: no path, no credential.
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String(), nil)
	if err != nil {
		return f
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(req)
	if err != nil {
		return f // whether the host answers is another finding
	}
	defer answer.Body.Close()
	there, err := http.ParseTime(answer.Header.Get("Date"))
	if err != nil {
		return f
	}
	if skew := s.clock.Now().Sub(there); skew.Abs() > mostSkew {
		f.Problem = fmt.Sprintf("this machine's clock is %s from that of %s", forks.Ago(skew.Abs()), forks.Inert(u.Host))
		f.Breaks, f.Next = "deadlines and publications come at wrong times, certificates may be refused", "set the clock, for example with systemd-timesyncd"
	}
	return f
}

func (a *app) showCheck(r *checkResult, show bool) error {
	bad := slices.ContainsFunc(r.Findings, func(f found) bool { return !f.OK() })
	if a.json {
		if err := a.printJSON(r); err != nil {
			return err
		}
	} else {
		a.printCheck(r, show)
	}
	if bad {
		return &exitError{code: exitNeedsPerson}
	}
	return nil
}

func (a *app) printCheck(r *checkResult, show bool) {
	if show {
		for _, v := range r.Values {
			fmt.Fprintf(a.out, "%s = %s   # %s\n", v.Key, forks.Inert(v.Value), v.From)
		}
		if len(r.Findings) == 0 {
			return
		}
		fmt.Fprintln(a.out)
	}
	fmt.Fprintf(a.out, "%s is well-formed; git %s\n", forks.Inert(r.File), r.Git)
	for _, t := range r.Tracks {
		fmt.Fprintf(a.out, "  %s/%s: branch %s follows upstream's %s, history %s\n", t.Fork, t.Track, t.Branch, t.Follow, t.History)
		if t.History == forks.Rewrite {
			fmt.Fprintf(a.out, "    the remote must permit rewinding %s, which a protected branch does not\n", t.Branch)
		}
	}
	for _, note := range r.Notes {
		fmt.Fprintf(a.out, "note: %s\n", forks.Inert(note))
	}
	about := "-"
	for _, f := range r.Findings {
		if f.About != about {
			about = f.About
			name := about
			if name == "" {
				name = "this machine"
			}
			fmt.Fprintf(a.out, "%s\n", forks.Inert(name))
		}
		if f.OK() {
			fmt.Fprintf(a.out, "  ok       %s\n", forks.Inert(f.What))
			continue
		}
		fmt.Fprintf(a.out, "  missing  %s: %s\n", forks.Inert(f.What), forks.Inert(f.Problem))
		fmt.Fprintf(a.out, "           breaks: %s\n", forks.Inert(f.Breaks))
		if f.Next != "" {
			fmt.Fprintf(a.out, "           do: %s\n", forks.Inert(f.Next))
		}
	}
}
