package repo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"go.uber.org/zap"
)

const (
	killGrace   = 2 * time.Second // between SIGTERM and SIGKILL
	stdoutLimit = 256 << 20       // bytes of a collected answer, unless the call says less
)

// call is one run of git.
type call struct {
	args      []string // without the program; the first one is the command
	dir       string   // the git directory; "" for none
	search    string   // instead of dir: the folder from which git looks for one
	env       []string // on top of the hardened environment
	person    []string // instead of all of it: what a person's own git would see
	replaces  bool     // follows refs/replace/, which nothing of ours does
	settings  []setting
	protocols string    // of GIT_ALLOW_PROTOCOL; "" allows none
	secrets   []string  // never shown
	stdin     io.Reader // nil: nothing
	stdout    io.Writer // nil: collected, up to limit bytes
	limit     int
	progress  io.Writer // gets what git says as it comes, redacted, escaped and not too often; may be nil
	maxExit   int       // exit codes up to this one are answers
	writes    bool      // writes to dir itself: what a failure leaves there is swept
	stalls    bool      // ended if it says nothing for a while
}

// answer is what a child left behind.
type answer struct {
	stdout []byte
	stderr string // the last lines, redacted and escaped, without progress
	exit   int
}

// output runs c and returns what it printed.
func (g *Git) output(ctx context.Context, c call) ([]byte, error) {
	a, err := g.run(ctx, c)
	return a.stdout, err
}

// run runs c to its end. An exit code above c.maxExit is a *GitError; the end of
// ctx kills the child's whole process group and is returned as ctx's error.
func (g *Git) run(ctx context.Context, c call) (a answer, err error) {
	if err := ctx.Err(); err != nil {
		return answer{}, fmt.Errorf("git %s: %w", c.args[0], err)
	}
	if c.writes {
		p := g.place(c.dir)
		p.write()
		defer func() { p.wrote(err != nil, g.log) }()
	}
	ctx, life := g.life(ctx, c.stalls)
	defer life.end()
	cmd := g.command(ctx, c)
	hide := newRedactor(c.secrets)
	said := &speech{hide: hide}
	if c.progress != nil {
		said.shown = &follower{to: c.progress, clock: g.clock}
	}
	limit := c.limit
	if limit == 0 {
		limit = stdoutLimit
	}
	collected := &boundedBuffer{max: limit}
	taken := &watched{to: c.stdout}
	if c.stdout == nil {
		taken.to = collected
	}
	cmd.Stdout, cmd.Stderr = lively{taken, life}, lively{said, life}
	ran := g.wait(ctx, cmd)
	said.flush()
	a = answer{stdout: collected.data, stderr: said.text()}
	if cmd.ProcessState != nil {
		a.exit = cmd.ProcessState.ExitCode()
	}
	g.log.Debug("git", zap.Strings("args", hide.all(c.args)), zap.Int("exit", a.exit))
	if taken.err != nil {
		ran = taken.err // not that git then died of a broken pipe
	}
	return a, verdict(ctx, c, a, ran, hide)
}

// wait runs cmd to its end, and to that of its whole group if it was ended.
func (g *Git) wait(ctx context.Context, cmd *exec.Cmd) error {
	if err := g.children.start(cmd); err != nil {
		return err
	}
	defer g.children.end(cmd.Process.Pid)
	err := cmd.Wait()
	if ctx.Err() != nil || errors.Is(err, exec.ErrWaitDelay) {
		// Whoever outlived the leader of the group goes too.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	return err
}

// verdict turns the end of a child into an error, or nil.
func verdict(ctx context.Context, c call, a answer, err error, hide redactor) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		if stalled, ok := errors.AsType[*StalledError](context.Cause(ctx)); ok {
			ended = stalled
		}
		return fmt.Errorf("git %s: %w", c.args[0], ended)
	}
	failure := &GitError{Args: hide.all(c.args), Exit: a.exit, Stderr: a.stderr}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		if a.exit >= 0 && a.exit <= c.maxExit {
			return nil
		}
		if a.exit < 0 {
			failure.Cause = fmt.Errorf("ended by %s", exit.ProcessState)
		}
		return failure
	}
	failure.Cause = err
	return failure
}

// command prepares the child; its process group is its own.
func (g *Git) command(ctx context.Context, c call) *exec.Cmd {
	cmd := exec.CommandContext(ctx, g.path, c.args...)
	protocols, gitDir, workDir := c.protocols, c.dir, c.dir
	if protocols == "" {
		protocols = "none"
	}
	if gitDir == "" {
		gitDir, workDir = "/dev/null", "/" // no repository is searched for
	}
	place := []string{"GIT_DIR=" + gitDir}
	if c.search != "" {
		place, workDir = nil, c.search
	}
	cmd.Dir = workDir
	cmd.Env = slices.Concat(g.env, place, []string{"GIT_ALLOW_PROTOCOL=" + protocols},
		configEnvironment(slices.Concat(baseSettings(g.stall), c.settings)), c.env)
	if c.replaces {
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool { return v == noReplaceObjects })
	}
	if c.person != nil {
		cmd.Env = slices.Concat(c.person, c.env)
	}
	cmd.Stdin = c.stdin
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killGrace
	return cmd
}
