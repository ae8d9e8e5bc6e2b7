package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"go.uber.org/zap"
)

const (
	killGrace   = 2 * time.Second // between SIGTERM and SIGKILL
	stderrTail  = 8 << 10         // bytes of stderr that are kept: the last ones
	stdoutLimit = 256 << 20       // bytes of a collected answer, unless the call says less
)

// call is one run of git.
type call struct {
	args      []string // without the program; the first one is the command
	dir       string   // the git directory; "" for none
	env       []string // on top of the hardened environment
	settings  []setting
	protocols string    // of GIT_ALLOW_PROTOCOL; "" allows none
	secrets   []string  // never shown
	stdin     io.Reader // nil: nothing
	stdout    io.Writer // nil: collected, up to limit bytes
	limit     int
	progress  io.Writer // gets stderr as it comes, redacted and escaped; may be nil
	maxExit   int       // exit codes up to this one are answers
}

// answer is what a child left behind.
type answer struct {
	stdout []byte
	stderr string // the last lines, redacted and escaped
	exit   int
}

// output runs c and returns what it printed.
func (g *Git) output(ctx context.Context, c call) ([]byte, error) {
	a, err := g.run(ctx, c)
	return a.stdout, err
}

// run runs c to its end. An exit code above c.maxExit is a *GitError; the end of
// ctx kills the child's whole process group and is returned as ctx's error.
func (g *Git) run(ctx context.Context, c call) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, fmt.Errorf("git %s: %w", c.args[0], err)
	}
	cmd := g.command(ctx, c)
	hide := newRedactor(c.secrets)
	tail := &tailBuffer{max: stderrTail}
	cmd.Stderr = tail
	if c.progress != nil {
		shown := &shownLines{to: c.progress, hide: hide}
		defer shown.flush()
		cmd.Stderr = io.MultiWriter(tail, shown)
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
	cmd.Stdout = taken
	err := cmd.Run()
	if ctx.Err() != nil && cmd.Process != nil {
		// Whoever outlived the leader of the group goes too.
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	a := answer{stdout: collected.data, stderr: tail.text(hide)}
	if cmd.ProcessState != nil {
		a.exit = cmd.ProcessState.ExitCode()
	}
	g.log.Debug("git", zap.Strings("args", hide.all(c.args)), zap.Int("exit", a.exit))
	if taken.err != nil {
		err = taken.err // not that git then died of a broken pipe
	}
	return a, verdict(ctx, c, a, err, hide)
}

// verdict turns the end of a child into an error, or nil.
func verdict(ctx context.Context, c call, a answer, err error, hide redactor) error {
	if err == nil {
		return nil
	}
	if cause := ctx.Err(); cause != nil {
		return fmt.Errorf("git %s: %w", c.args[0], cause)
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
	cmd.Dir = workDir
	cmd.Env = slices.Concat(g.env,
		[]string{"GIT_DIR=" + gitDir, "GIT_ALLOW_PROTOCOL=" + protocols},
		configEnvironment(append(baseSettings(), c.settings...)), c.env)
	cmd.Stdin = c.stdin
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = killGrace
	return cmd
}

// watched remembers why what git printed could not be taken.
type watched struct {
	to  io.Writer
	err error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// boundedBuffer collects up to max bytes and fails the writer beyond.
type boundedBuffer struct {
	data []byte
	max  int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > b.max {
		return 0, fmt.Errorf("git printed more than %d bytes", b.max)
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// tailBuffer keeps the last max bytes.
type tailBuffer struct {
	max  int
	data []byte
	cut  bool
}

func (t *tailBuffer) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if over := len(t.data) - t.max; over > 0 {
		t.data, t.cut = append(t.data[:0], t.data[over:]...), true
	}
	return len(p), nil
}

// text returns whole lines only: half of a secret at the cut would not be
// recognised.
func (t *tailBuffer) text(hide redactor) string {
	data := t.data
	if t.cut {
		if i := bytes.IndexAny(data, "\r\n"); i >= 0 {
			data = data[i+1:]
		} else {
			data = nil
		}
	}
	var lines []string
	for line := range strings.FieldsFuncSeq(string(data), func(r rune) bool { return r == '\n' || r == '\r' }) {
		if line = strings.TrimRight(line, " \t"); line != "" {
			lines = append(lines, escapeLine(hide.string(line)))
		}
	}
	return strings.Join(lines, "\n")
}

// lineWriter hands each line, without its end, to take. An error of take ends
// the child.
type lineWriter struct {
	take func(line []byte) error
	rest []byte
}

const longestLine = 64 << 10

func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		line := p[:i]
		if len(w.rest) > 0 {
			line = append(w.rest, line...)
			w.rest = w.rest[:0]
		}
		if err := w.take(line); err != nil {
			return 0, err
		}
		p = p[i+1:]
	}
	if len(w.rest)+len(p) > longestLine {
		return 0, fmt.Errorf("git printed a line of more than %d bytes", longestLine)
	}
	w.rest = append(w.rest, p...)
	return n, nil
}
