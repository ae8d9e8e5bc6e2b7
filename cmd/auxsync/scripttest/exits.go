package scripttest

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// exits runs a program and compares its exit code.
func exits(t tb, args []string) {
	code := 0
	if err := t.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			t.Fatalf("%v", err)
		}
		code = ended.ExitCode()
	}
	if want, err := strconv.Atoi(args[0]); err != nil || code != want {
		t.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// inert looks at what was printed last: no line of it may act on a terminal.
func inert(t tb, _ []string) {
	for _, name := range []string{"stdout", "stderr"} {
		for line := range strings.SplitSeq(t.ReadFile(name), "\n") {
			if line != forks.Inert(line) {
				t.Fatalf("printed on %s: %q", name, line)
			}
		}
	}
}
