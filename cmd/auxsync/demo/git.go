package demo

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// git runs the git program as one person, in one folder.
type git struct {
	dir string
	env []string
}

// gitIn returns a git for dir that reads no configuration of the machine, and
// that commits as who at the time given.
func (w *World) gitIn(dir string, who forks.Person, at time.Time) git {
	stamp := fmt.Sprintf("%d +0000", at.Unix())
	return git{dir: dir, env: []string{
		"PATH=" + os.Getenv("PATH"),
		"HOME=" + filepath.Join(w.Dir, "home"),
		"LC_ALL=C",
		"TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=" + os.DevNull,
		"GIT_TERMINAL_PROMPT=0",
		"GIT_EDITOR=true",
		"GIT_AUTHOR_NAME=" + who.Name,
		"GIT_AUTHOR_EMAIL=" + who.Email,
		"GIT_AUTHOR_DATE=" + stamp,
		"GIT_COMMITTER_NAME=" + who.Name,
		"GIT_COMMITTER_EMAIL=" + who.Email,
		"GIT_COMMITTER_DATE=" + stamp,
	}}
}

// run returns what git printed, without the newline at its end.
func (g git) run(ctx context.Context, args ...string) (string, error) {
	return g.feed(ctx, nil, args...)
}

// feed is run with bytes on git's standard input.
func (g git) feed(ctx context.Context, in []byte, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = g.dir
	cmd.Env = g.env
	cmd.Stdin = bytes.NewReader(in)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	text := strings.TrimSuffix(string(out), "\n")
	if err != nil {
		return text, fmt.Errorf("git %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return text, nil
}

// resolve returns the commit that a revision names.
func (g git) resolve(ctx context.Context, revision string) (forks.Hash, error) {
	out, err := g.run(ctx, "rev-parse", "--verify", "--quiet", revision+"^{commit}")
	if err != nil {
		return forks.Hash{}, fmt.Errorf("no commit %s in %s: %w", revision, g.dir, err)
	}
	return forks.ParseHash(out)
}
