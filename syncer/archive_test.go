package syncer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Published tips are kept until they are beyond the newest 50, older than 90 days,
// and hold nothing of a person's own: then their refs go, and the others stay.
func TestOldArchivesGoButAPersonsCommitsStay(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("53 passes one after the other: run without the race detector")
	}
	w := newWorld(t, forks.Rewrite)
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	own := w.fork.Tip(t, "main")
	w.adopt()
	const passes = 53
	for n := 2; n <= passes; n++ {
		w.up.Commit(t, "main", repotest.Ada, fmt.Sprintf("c: bump %d", n), map[string]string{"c.nix": lines("c", 1, 12, fmt.Sprintf("9=%d;", n))})
		w.clock.Advance(2 * 24 * time.Hour)
		w.sync()
	}
	refs := w.fork.Refs(t)
	for n := 1; n <= passes; n++ {
		_, kept := refs[forks.ArchiveRef(w.track.Name, n)]
		// The first holds the commit as its author made it; 2 and 3 hold copies, and
		// are beyond the newest 50.
		if want := n == 1 || n > passes-50; kept != want {
			t.Errorf("archive of pass %d: kept %v, want %v", n, kept, want)
		}
	}
	w.fork.Git(t, "gc", "--quiet", "--prune=now")
	w.fork.Git(t, "cat-file", "-e", own.String())
	if out := w.sync(); out.Written {
		t.Errorf("the pass after the cleaning up has something to write: %+v", out.Plan.WouldPush)
	}
}
