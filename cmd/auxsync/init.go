package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

func (a *app) initCommand() *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:   "init FORK-URL [UPSTREAM-URL]",
		Short: "Write a first config for a fork",
		Long: `Write a short config for a fork, from what its two repositories offer.

The fork's default branch becomes a track that follows the upstream branch of the
same name, else upstream's default branch; other branches that both have are
written as comments. Without an upstream URL the well-known upstreams of the Nix
world are tried: one is taken only if it shares tags or commits with the fork.`,
		Example: `  auxsync init https://github.com/auxolotl/nix
  auxsync init https://git.example.org/our/pkgs.git https://git.example.org/their/pkgs.git`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 || len(args) == 2 {
				return nil
			}
			return usage("%s takes the URL of the fork and, if need be, that of its upstream; see `%s --help`", cmd.CommandPath(), cmd.CommandPath())
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if a.json {
				return usage("%s writes a config, which has no JSON form", cmd.CommandPath())
			}
			text, err := a.firstConfig(cmd.Context(), args)
			if err != nil {
				return err
			}
			if output == "-" {
				_, err := a.out.Write(text)
				return err
			}
			return a.writeNew(output, text)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", "config.toml", `file to write, "-" for standard output; an existing one is never replaced`)
	return cmd
}

// writeNew writes a file that must not exist yet.
func (a *app) writeNew(name string, text []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usage("%s exists already; name another file with --output, or print with --output -", name)
	}
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	fmt.Fprintf(a.out, "wrote %s; look at it, then `auxsync check` and `auxsync plan`\n", forks.Inert(name))
	return nil
}

// offer is what a repository shows to anybody.
type offer struct {
	url       string
	transport string
	head      string
	refs      map[forks.Ref]forks.Hash
}

// look asks a repository for its refs.
func (a *app) look(ctx context.Context, git *repo.Git, url string) (offer, error) {
	r, err := git.Remote(repo.Access{URL: url, Transports: forks.Transports(), ReadOnly: true})
	if err != nil {
		return offer{}, &exitError{exitUsage, err}
	}
	a.say("asking " + r.URL())
	refs, err := r.List(ctx)
	if err != nil {
		return offer{}, err
	}
	if len(refs) == 0 {
		return offer{}, forks.AskPerson("push a first commit to it", "%s is empty", r.URL())
	}
	head, err := r.Head(ctx)
	if err != nil {
		return offer{}, err
	}
	if uses, err := forks.Transport(url); err == nil {
		return offer{url, uses, head, refs}, nil
	}
	// What is left is a path that does not begin at the root.
	return offer{r.URL(), "file", head, refs}, nil
}

// has reports whether a repository has a branch.
func (o offer) has(branch string) bool { _, ok := o.refs[forks.BranchRef(branch)]; return ok }

// sharesWith reports whether both repositories have a ref at the same commit.
func (o offer) sharesWith(other offer) bool {
	mine := map[forks.Hash]bool{}
	for _, id := range o.refs {
		mine[id] = true
	}
	for _, id := range other.refs {
		if mine[id] {
			return true
		}
	}
	return false
}

// firstConfig finds upstream and branches and renders the config.
func (a *app) firstConfig(ctx context.Context, urls []string) ([]byte, error) {
	git, err := repo.New(ctx, repo.Options{Path: a.env("AUXSYNC_GIT")})
	if err != nil {
		return nil, err
	}
	fork, err := a.look(ctx, git, urls[0])
	if err != nil {
		return nil, fmt.Errorf("the fork: %w", err)
	}
	var up offer
	if len(urls) == 2 {
		if up, err = a.look(ctx, git, urls[1]); err != nil {
			return nil, fmt.Errorf("upstream: %w", err)
		}
		if !fork.sharesWith(up) {
			a.say("note: no branch or tag of the two is at the same commit; `auxsync plan` will tell whether they share a history")
		}
	} else if up, err = a.findUpstream(ctx, git, fork); err != nil {
		return nil, err
	}
	text := renderConfig(fork, up)
	if _, err := forks.Parse(text, "the new config", a.env); err != nil {
		return nil, fmt.Errorf("these two cannot be configured: %w", err)
	}
	return text, nil
}

// wellKnown lists where the forks of the Nix world come from; nixpkgs stands
// before nix, for its name contains the other.
func wellKnown() []string {
	return []string{"https://github.com/NixOS/nixpkgs", "https://github.com/NixOS/nix", "https://github.com/nix-community/home-manager"}
}

// findUpstream tries the well-known upstreams whose name occurs in the fork's.
func (a *app) findUpstream(ctx context.Context, git *repo.Git, fork offer) (offer, error) {
	name := strings.ToLower(strings.TrimSuffix(path.Base(strings.TrimSuffix(fork.url, "/")), ".git"))
	for _, url := range wellKnown() {
		if !strings.Contains(name, path.Base(url)) {
			continue
		}
		up, err := a.look(ctx, git, url)
		if err == nil && fork.sharesWith(up) {
			return up, nil
		}
		break
	}
	return offer{}, usage("no well-known upstream shares history with this fork; name it: auxsync init %s UPSTREAM-URL", forks.Inert(fork.url))
}

// renderConfig writes the config: one track, and comments for what else there is.
func renderConfig(fork, up offer) []byte {
	var b bytes.Buffer
	name := trackName(strings.TrimSuffix(path.Base(strings.TrimSuffix(fork.url, "/")), ".git"))
	fmt.Fprintf(&b, "# See config.example.toml for every key.\n\n[forks.%s]\nupstream = %q\nurl = %q\n", name, up.url, fork.url)
	var transports []string
	for _, t := range []string{up.transport, fork.transport} {
		if !slices.Contains(transports, t) {
			transports = append(transports, t)
		}
	}
	if !slices.Equal(transports, []string{"https"}) {
		fmt.Fprintf(&b, "allow_transports = [%s]\n", quoted(transports))
	}
	if fork.transport == "http" || fork.transport == "https" {
		b.WriteString("# credential = \"/etc/auxsync/token\"   # file with a token that may push to the fork\n")
	}
	branch := fork.head
	if branch == "" {
		branch = "main"
	}
	writeTrack(&b, "", name, branch, follows(up, branch))
	for _, other := range alsoIn(fork, up, branch) {
		writeTrack(&b, "# ", name, other, other)
	}
	return b.Bytes()
}

// alsoIn lists the other branches that both repositories have, a few of them.
func alsoIn(fork, up offer, branch string) []string {
	var out []string
	for ref := range up.refs {
		other, ok := strings.CutPrefix(string(ref), "refs/heads/")
		if ok && other != branch && fork.has(other) {
			out = append(out, other)
		}
	}
	slices.Sort(out)
	return out[:min(len(out), 5)]
}

// follows is the upstream branch that a fork's branch follows.
func follows(up offer, branch string) string {
	if up.has(branch) || up.head == "" {
		return branch
	}
	return up.head
}

func writeTrack(b *bytes.Buffer, prefix, fork, branch, follow string) {
	fmt.Fprintf(b, "\n%s[forks.%s.tracks.%s]\n%sfollow = %q\n", prefix, fork, trackName(branch), prefix, follow)
	if trackName(branch) != branch {
		fmt.Fprintf(b, "%sbranch = %q\n", prefix, branch)
	}
}

func quoted(list []string) string {
	var out []string
	for _, s := range list {
		out = append(out, fmt.Sprintf("%q", s))
	}
	return strings.Join(out, ", ")
}

// trackName makes a valid name for a track or fork out of a branch or repository.
func trackName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' && b.Len() > 0 {
			b.WriteRune(r)
		} else if b.Len() > 0 {
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "-")
	if len(name) > 40 {
		name = strings.Trim(name[:40], "-")
	}
	if !forks.ValidTrackName(name) {
		return "main"
	}
	return name
}
