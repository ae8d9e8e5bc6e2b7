package repo

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// talk is a child of git that answers one question after the other: a process for each
// would cost more than the answer. It is used by one goroutine at a time.
type talk struct {
	git   *Git
	args  []string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  *speech
	ended bool
}

// converse starts a child that reads questions from its standard input. Its end is
// close's, not that of a context: it may answer questions of several.
func (g *Git) converse(ctx context.Context, c call) (*talk, error) {
	t := &talk{git: g, args: c.args, cmd: g.command(context.WithoutCancel(ctx), c), said: &speech{hide: newRedactor(nil)}}
	t.cmd.Stdin, t.cmd.Stderr = nil, t.said
	in, err := t.cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", c.args[0], err)
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("git %s: %w", c.args[0], err), in.Close())
	}
	if err := g.children.start(t.cmd); err != nil {
		return nil, errors.Join(fmt.Errorf("git %s: %w", c.args[0], err), in.Close(), out.Close())
	}
	t.in, t.out = in, bufio.NewReader(out)
	return t, nil
}

// ask sends a question and reads the parts of its answer, each up to and without end.
func (t *talk) ask(ctx context.Context, question string, parts int, end byte) ([]string, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("git %s: %w", t.args[0], err)
	}
	stop := context.AfterFunc(ctx, func() { _ = syscall.Kill(-t.cmd.Process.Pid, syscall.SIGTERM) })
	defer stop()
	_, err := io.WriteString(t.in, question)
	var answer []string
	for err == nil && len(answer) < parts {
		var part string
		if part, err = t.out.ReadString(end); err == nil {
			answer = append(answer, part[:len(part)-1])
		}
	}
	if err == nil {
		return answer, nil
	}
	if ended := ctx.Err(); ended != nil {
		return nil, fmt.Errorf("git %s: %w", t.args[0], ended)
	}
	return nil, t.failure(err)
}

// failure ends a child that does not answer, and tells what it said.
func (t *talk) failure(cause error) error {
	ended := t.close()
	if said := t.said.text(); said != "" {
		return &GitError{Args: t.args, Exit: t.cmd.ProcessState.ExitCode(), Stderr: said}
	}
	return &GitError{Args: t.args, Exit: -1, Cause: errors.Join(cause, ended)}
}

// close ends the child: it has nothing more to answer. There may be none.
func (t *talk) close() error {
	if t == nil || t.ended {
		return nil
	}
	t.ended = true
	err := t.in.Close()
	waited := t.cmd.Wait()
	t.git.children.end(t.cmd.Process.Pid)
	if err == nil {
		err = waited
	}
	t.said.flush()
	return err
}
