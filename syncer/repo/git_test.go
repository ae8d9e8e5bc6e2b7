package repo_test

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// fakeGit makes a program that runs script in place of git.
func fakeGit(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "git")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestAGitThatIsTooOldIsFatalAndNamed(t *testing.T) {
	t.Parallel()
	for version, ok := range map[string]bool{
		"git version 2.38.9":                   false,
		"git version 1.99.0":                   false,
		"git version 2.39.0":                   true,
		"git version 2.51.GIT":                 true,
		"git version 3.0.1 (Apple Git-200)":    true,
		"cvs 1.11":                             false,
		"git version 2.9.5":                    false,
		"git version 2.39.5 (some vendor)\nxx": true,
	} {
		g, err := repo.New(t.Context(), repo.Options{Path: fakeGit(t, "printf '"+version+"\n'")})
		if ok {
			if err != nil {
				t.Errorf("%q: %v", version, err)
			} else if !strings.Contains(version, g.Version()) {
				t.Errorf("%q is read as %q", version, g.Version())
			}
			continue
		}
		wantKind(t, err, forks.Fatal)
		if !strings.Contains(err.Error(), strings.TrimSpace(version)) || !strings.Contains(err.Error(), "2.39") {
			t.Errorf("%q: the message names not both versions: %v", version, err)
		}
	}
}

func TestAMissingGitIsFatal(t *testing.T) {
	t.Parallel()
	_, err := repo.New(t.Context(), repo.Options{Path: filepath.Join(t.TempDir(), "nothing")})
	wantKind(t, err, forks.Fatal)
}

func TestAChildSeesNothingOfOurEnvironment(t *testing.T) {
	t.Setenv("GIT_SSH_COMMAND", "canary")
	t.Setenv("GIT_CONFIG_PARAMETERS", "'core.canary=1'")
	t.Setenv("GIT_EXTERNAL_DIFF", "canary")
	t.Setenv("LD_CANARY", "canary")
	dump := filepath.Join(t.TempDir(), "env")
	newGitWith(t, repo.Options{Path: fakeGit(t, "env > '"+dump+"'\necho git version 2.39.5")})
	env, err := os.ReadFile(dump)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(env), "canary") {
		t.Errorf("the environment leaks:\n%s", env)
	}
	for _, line := range []string{
		"HOME=/dev/null", "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=/bin/false", "GIT_PROTOCOL_FROM_USER=0", "GIT_ALLOW_PROTOCOL=none", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_OPTIONAL_LOCKS=0", "GIT_SSH_COMMAND=ssh -oBatchMode=yes",
	} {
		if !strings.Contains("\n"+string(env), "\n"+line+"\n") {
			t.Errorf("the environment lacks %s", line)
		}
	}
}

func TestEveryAnswerOfGitIsBounded(t *testing.T) {
	t.Parallel()
	_, err := repo.New(t.Context(), repo.Options{Path: fakeGit(t, "exec yes")})
	if err == nil || !strings.Contains(err.Error(), "more than") {
		t.Fatalf("endless output ends in %v", err)
	}
}

func TestOnlyTheEndOfStderrIsKept(t *testing.T) {
	t.Parallel()
	_, err := repo.New(t.Context(), repo.Options{Path: fakeGit(t, "yes noise | head -c 100000 >&2; echo the cause >&2; exit 3")})
	var failure *repo.GitError
	if !errors.As(err, &failure) {
		t.Fatalf("no GitError: %v", err)
	}
	wantSame(t, "exit code", failure.Exit, 3)
	if !strings.HasSuffix(failure.Stderr, "the cause") || len(failure.Stderr) > 8<<10 {
		t.Errorf("stderr kept: %d bytes, ending %q", len(failure.Stderr), failure.Stderr[max(0, len(failure.Stderr)-20):])
	}
}

func TestWhatGitSaysIsEscaped(t *testing.T) {
	t.Parallel()
	_, err := repo.New(t.Context(), repo.Options{Path: fakeGit(t, `printf 'red \033[31m text \342\200\256 \377\n' >&2; exit 1`)})
	var failure *repo.GitError
	if !errors.As(err, &failure) {
		t.Fatalf("no GitError: %v", err)
	}
	wantSame(t, "stderr", failure.Stderr, `red \u001b[31m text \u202e \xff`)
}

// TestCancellationKillsTheWholeProcessGroup runs a git that starts a child which
// ignores SIGTERM. Both hold a pipe open, which ends when the last of them is gone.
func TestCancellationKillsTheWholeProcessGroup(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "alive")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		pipe, err := os.Open(fifo) // waits for somebody who writes
		if err == nil {
			defer pipe.Close()
			_, err = pipe.Read(make([]byte, 1))
			cancel()
		}
		if err == nil {
			_, err = io.Copy(io.Discard, pipe)
		}
		ended <- err
	}()
	script := "exec 9>'" + fifo + "'\n" +
		`sh -c 'trap "" TERM; echo started >&9; while :; do sleep 1; done' &` + "\nwait"
	_, err := repo.New(ctx, repo.Options{Path: fakeGit(t, script)})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled run ends in %v", err)
	}
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(30 * time.Second):
		t.Error("a process outlived the call")
	}
}

func TestAPassedDeadlineIsARetry(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	_, err := b.remote(t).List(ctx)
	wantKind(t, err, forks.Retry)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is lost: %v", err)
	}
}
