package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// maintainersAnswer is the JSON form of what is known of one path.
type maintainersAnswer struct {
	Schema  string             `json:"schema"`
	Path    string             `json:"path"`
	PathB64 string             `json:"path_b64,omitempty"` // set where the path is not UTF-8
	Lines   []lineRange        `json:"lines"`              // that were asked about; none is the whole file
	Handles []string           `json:"handles"`            // of meta.maintainers, as written, sorted
	Teams   []string           `json:"teams"`              // of meta.teams, as written, sorted
	People  []foundPerson      `json:"people"`             // the first to be asked first
	Trace   []maintainers.Step `json:"trace"`              // every name that was met
}

type lineRange struct {
	First int `json:"first"`
	Last  int `json:"last"`
}

type foundPerson struct {
	Login  string             `json:"login"`
	Source maintainers.Source `json:"source"`
	Reason string             `json:"reason"`
}

func (a *app) debugMaintainersCommand() *cobra.Command {
	var dir, rev, upstreamRev string
	cmd := &cobra.Command{
		Use:   "maintainers PATH[:LINE[-LINE]]...",
		Short: "Who could be asked about a path, and how they were found",
		Long: `Tell who could be asked about each path of a commit: whom its package, module or
test names, and the files of owners, with the accounts that the lists of maintainers
know. Nothing is evaluated, and nobody is asked.

A path is from the top of the repository. Lines behind it narrow the question to the
packages that these lines belong to; if a file has that very name, colon and numbers
included, it is meant as a whole. With --upstream-rev, upstream's files (at the same
lines) answer where the commit's own do not, and its lists where the commit's were
emptied.

With --json each path is one object on a line of its own: path, lines, handles and
teams as meta has them, people with login, source and reason, and the trace of every
name that was met.

Exit codes: 0 for an answer, also where nobody is known; 128 if there is none: no
such repository or revision, a wrong use, a repository that cannot be read.`,
		Example: `  auxsync debug maintainers --repo nixpkgs.git --rev master pkgs/by-name/he/hello/package.nix
  auxsync debug maintainers --json pkgs/top-level/perl-packages.nix:120-134
  auxsync debug maintainers --repo fork.git --rev aux --upstream-rev nixos-unstable -- -odd/name.nix`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("%s takes one or more paths; see `%s --help`", cmd.CommandPath(), cmd.CommandPath())
			}
			return a.debugMaintainers(cmd.Context(), dir, rev, upstreamRev, args)
		},
	}
	cmd.Flags().StringVar(&dir, "repo", ".", "the repository, bare or not, or a `DIR` in it")
	cmd.Flags().StringVar(&rev, "rev", "HEAD", "the commit, tag, branch or tree to look at")
	cmd.Flags().StringVar(&upstreamRev, "upstream-rev", "", "upstream's `rev`, if the repository has one")
	return cmd
}

// debugMaintainers answers for one path after the other.
func (a *app) debugMaintainers(ctx context.Context, dir, rev, upstreamRev string, args []string) (err error) {
	git, err := repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")})
	if err != nil {
		return err
	}
	a.children.of(git)
	defer func() { err = errors.Join(err, git.Close()) }()
	there, err := git.Elsewhere(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, there.Close()) }()
	var trees maintainers.Trees
	fork, err := there.Tree(ctx, rev)
	if err != nil {
		return err
	}
	trees.Fork = fork
	if upstreamRev != "" {
		upstream, err := there.Tree(ctx, upstreamRev)
		if err != nil {
			return err
		}
		trees.Upstream = upstream
	}
	cache := maintainers.NewCache()
	for i, arg := range args {
		place, err := placeOf(fork, arg)
		if err != nil {
			return err
		}
		answer, err := maintainersOf(cache, trees, place)
		if err != nil {
			return err
		}
		if i > 0 && !a.json {
			fmt.Fprintln(a.out)
		}
		if err := a.showMaintainers(answer); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}

var lineSuffix = regexp.MustCompile(`^(.+):([0-9]+)(?:-([0-9]+))?$`)

// placeOf reads PATH[:LINE[-LINE]].
func placeOf(t maintainers.Tree, arg string) (maintainers.Place, error) {
	p := maintainers.Place{Path: path.Clean(arg)}
	parts := lineSuffix.FindStringSubmatch(arg)
	if parts != nil {
		content, _, err := t.File(p.Path)
		if err != nil {
			return p, err
		}
		if content == nil { // no file has that very name
			lines, err := linesOf(parts[2], parts[3])
			if err != nil {
				return p, usage("%s: %w", forks.Inert(arg), err)
			}
			p = maintainers.Place{Path: path.Clean(parts[1]), Fork: []maintainers.Lines{lines}, Upstream: []maintainers.Lines{lines}}
		}
	}
	if arg == "" || p.Path == "." || p.Path == ".." || strings.HasPrefix(p.Path, "../") || strings.HasPrefix(p.Path, "/") {
		return p, usage("%q is no path from the top of the repository", forks.Inert(arg))
	}
	return p, nil
}

// linesOf reads a range of lines; last is "" for one line.
func linesOf(first, last string) (l maintainers.Lines, err error) {
	if l.First, err = strconv.Atoi(first); err == nil {
		l.Last = l.First
		if last != "" {
			l.Last, err = strconv.Atoi(last)
		}
	}
	switch {
	case err != nil:
		return l, errors.New("no file has that many lines")
	case l.First < 1:
		return l, errors.New("lines are counted from 1")
	case l.Last < l.First:
		return l, fmt.Errorf("line %d comes before line %d", l.Last, l.First)
	}
	return l, nil
}

// maintainersOf answers for one place.
func maintainersOf(c *maintainers.Cache, trees maintainers.Trees, p maintainers.Place) (*maintainersAnswer, error) {
	answer := &maintainersAnswer{Schema: "auxsync.maintainers/1", Path: p.Path, Lines: []lineRange{}, Handles: []string{}, Teams: []string{}, People: []foundPerson{}, Trace: []maintainers.Step{}}
	if !utf8.ValidString(p.Path) {
		answer.PathB64 = base64.StdEncoding.EncodeToString([]byte(p.Path))
	}
	for _, l := range p.Fork {
		answer.Lines = append(answer.Lines, lineRange(l))
	}
	metas, _, err := c.MetaOf(trees, p)
	if err != nil {
		return nil, err
	}
	for _, m := range metas {
		for _, n := range m.Handles {
			answer.Handles = append(answer.Handles, n.Name)
		}
		for _, n := range m.Teams {
			answer.Teams = append(answer.Teams, n.Name)
		}
	}
	for _, list := range []*[]string{&answer.Handles, &answer.Teams} {
		slices.Sort(*list)
		*list = slices.Compact(*list)
	}
	found, err := c.Find(maintainers.Question{Files: []maintainers.Place{p}, Trees: trees})
	if err != nil {
		return nil, err
	}
	for _, who := range found.Candidates {
		answer.People = append(answer.People, foundPerson{who.Login, who.Source, who.Reason})
	}
	answer.Trace = append(answer.Trace, found.Trace...)
	return answer, nil
}

// showMaintainers prints an answer: one line of JSON, or a few for people.
func (a *app) showMaintainers(answer *maintainersAnswer) error {
	if a.json {
		var line bytes.Buffer
		enc := json.NewEncoder(&line)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(answer); err != nil {
			return err
		}
		_, err := a.out.Write(inertJSON(line.Bytes()))
		return err
	}
	var b strings.Builder
	b.WriteString(forks.Inert(answer.Path))
	for _, l := range answer.Lines {
		fmt.Fprintf(&b, ", lines %d-%d", l.First, l.Last)
	}
	fmt.Fprintf(&b, "\n  maintainers  %s\n  teams        %s\n", listed(answer.Handles), listed(answer.Teams))
	b.WriteString("  who could be asked\n")
	for _, who := range answer.People {
		fmt.Fprintf(&b, "    %s: %s\n", forks.Inert(who.Login), forks.Inert(who.Reason))
	}
	if len(answer.People) == 0 {
		b.WriteString("    nobody is known\n")
	}
	first := true
	for _, s := range answer.Trace {
		if s.Accepted {
			continue
		}
		if first {
			b.WriteString("  also looked at\n")
			first = false
		}
		b.WriteString("    " + forks.Inert(aside(s)) + "\n")
	}
	_, err := a.out.Write([]byte(b.String()))
	return err
}

// aside tells a step that led to nobody new.
func aside(s maintainers.Step) string {
	var parts []string
	for _, part := range []string{s.Name, s.Where, s.Why} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return string(s.Source) + ": " + strings.Join(parts, ": ")
}

// listed names a list for people.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return forks.Inert(strings.Join(names, ", "))
}
