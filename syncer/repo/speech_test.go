package repo_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/syncer/repo"
)

// shownBy returns what a fetch shows when git says what script prints on stderr,
// and its error.
func shownBy(t *testing.T, clockStep time.Duration, script string) ([]string, error) {
	t.Helper()
	b, clock := newTimedBench(t, repo.Options{Path: fakeGit(t, `case "$1" in fetch) ;; *) exec git "$@" ;; esac
exec >&2
`+script+"\nexit 1")})
	out := &steppingWriter{step: func() { clock.Advance(clockStep) }}
	err := b.remote(t).Fetch(t.Context(), b.cache, mainSpec, out)
	return out.lines, err
}

// steppingWriter collects what is written at once and lets time pass.
type steppingWriter struct {
	lines []string
	step  func()
}

func (w *steppingWriter) Write(p []byte) (int, error) {
	w.lines = append(w.lines, string(p))
	w.step()
	return len(p), nil
}

func TestProgressIsShownAFewTimesASecond(t *testing.T) {
	t.Parallel()
	const script = `awk 'BEGIN { for (i = 0; i <= 100; i++) printf "Receiving objects: %3d%% (%d/100), 1.20 MiB | 3.00 KiB/s\r", i, i
printf "Receiving objects: 100%% (100/100), 1.20 MiB | 3.00 KiB/s, done.\nfatal: the cause\n" }'`
	lines, err := shownBy(t, 0, script)
	if len(lines) != 6 || !strings.Contains(lines[0], "  0%") || !strings.HasSuffix(lines[4], "done.\n") || lines[5] != "fatal: the cause\n" {
		t.Errorf("in one moment: %q", lines)
	}
	var failure *repo.GitError
	if !errors.As(err, &failure) || failure.Stderr != "fatal: the cause" {
		t.Errorf("the cause is not alone: %v", err)
	}
	if lines, _ := shownBy(t, 250*time.Millisecond, script); len(lines) != 103 {
		t.Errorf("with four lines a second %d lines are shown", len(lines))
	}
}

func TestARemoteCannotFloodWhoFollows(t *testing.T) {
	t.Parallel()
	lines, err := shownBy(t, 0, `yes 'remote: buy now' | head -n 100000; head -c 200000 /dev/zero | tr '\0' x; echo; printf 'remote: \033[2J a\rb\n'; echo fatal: the cause`)
	if len(lines) != 100 || lines[99] != "…\n" {
		t.Errorf("%d lines, the last is %q", len(lines), lines[len(lines)-1])
	}
	if err == nil || strings.Contains(err.Error(), "xxx") || !strings.Contains(err.Error(), `remote: \u001b[2J a; b; fatal: the cause`) || len(err.Error()) > 16<<10 {
		t.Errorf("%v", err)
	}
	lines, _ = shownBy(t, 0, `head -c 20000 /dev/zero | tr '\0' x; echo`)
	if len(lines) != 1 || len(lines[0]) > 600 {
		t.Errorf("a long line is shown as %d bytes", len(lines[0]))
	}
}
