package mergetest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Favored merges as `git merge -X ours` (or theirs) does, in a work tree. The answer has
// the tree if all is decided, or else the exit code and the stages; it has no messages.
func (g *Git) Favored(t repotest.TB, q Question, side string) Answer {
	t.Helper()
	work := filepath.Join(g.dir, "work")
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatalf("%v", err)
	}
	in := func(args ...string) ([]byte, error) {
		settings := append(q.Settings.arguments(), "-C", work, "--work-tree=.", "-c", "core.bare=false", "-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "advice.mergeConflict=false")
		return g.run(nil, append(settings, args...)...)
	}
	must := func(args ...string) string {
		t.Helper()
		out, err := in(args...)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return string(out)
	}
	must("checkout", "--quiet", "--force", "--detach", q.Ours.String())
	must("clean", "--quiet", "-ffdx")
	_, err := in("merge", "--quiet", "--no-edit", "--no-ff", "-s", "ort", "-X", side, q.Theirs.String())
	var failure *failure
	if errors.As(err, &failure) && failure.exit != 1 {
		return Answer{Aborted: strings.TrimSpace(failure.says)}
	}
	if err != nil && failure == nil {
		t.Fatalf("%v", err)
	}
	if err == nil {
		tree, err := forks.ParseHash(strings.TrimSpace(must("rev-parse", "HEAD^{tree}")))
		if err != nil {
			t.Fatalf("%v", err)
		}
		return Answer{Tree: tree}
	}
	a := Answer{Exit: 1} // without stages if it was unclear where a directory went
	for record := range strings.SplitSeq(must("ls-files", "--unmerged", "-z"), "\x00") {
		if record == "" {
			break
		}
		s, err := parseStage(record)
		if err != nil {
			t.Fatalf("%v", err)
		}
		a.Stages = append(a.Stages, s)
	}
	return a
}
