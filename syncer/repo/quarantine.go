package repo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const quarantinePrefix = "quarantine-"

// Quarantine is a throw-away store of objects in front of a repository, in memory and
// in a folder: git and the reader see both, and write only here. All that planning asks
// of git goes through it. It is safe for concurrent use.
//
// An id that nobody has is an error everywhere, mostly a [*DamagedError]: ids come
// from refs that were fetched, and what these reach must be there. Object and
// PatchIDs, which may be asked about anything, answer with a
// [*MissingObjectError].
type Quarantine struct {
	repo    *Repository
	dir     string // holds objects/
	overlay overlay
	objects *folder
	onDisk  atomic.Bool // something may be in the folder
	reads   atomic.Int64

	replaced replacements // a person's own; none in a repository of ours

	spilling sync.Mutex // held by the one that writes to the folder

	largest int64 // bytes of an object that is read; zero is largestObject
}

// Quarantine opens an empty one inside the repository's directory.
func (r *Repository) Quarantine(ctx context.Context) (*Quarantine, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(r.dir, quarantinePrefix+"*")
	if err == nil {
		err = os.MkdirAll(filepath.Join(dir, "objects", "pack"), 0o755)
	}
	if err != nil {
		return nil, diskProblem("open a quarantine", r.dir, err)
	}
	return &Quarantine{repo: r, dir: dir, objects: newFolder(filepath.Join(dir, "objects"))}, nil
}

// Close throws away what was not packed.
func (q *Quarantine) Close() error {
	q.overlay.close()
	q.objects.close()
	if err := os.RemoveAll(q.dir); err != nil {
		return fmt.Errorf("remove quarantine: %w", err)
	}
	return nil
}

// Reads returns how many objects were read so far: each Object counts one, each
// merge three.
func (q *Quarantine) Reads() int { return int(q.reads.Load()) }

// env makes a child see the quarantine first and write to it only.
func (q *Quarantine) env() []string {
	return []string{
		"GIT_OBJECT_DIRECTORY=" + filepath.Join(q.dir, "objects"),
		alternates(q.repo.objectDirs()),
	}
}

// run runs a command of git behind the quarantine and gives a failure its kind. An
// error that git reports and passes over is a failure too: merge-tree takes a tree
// that it cannot read for an empty one.
func (q *Quarantine) run(ctx context.Context, c call) (answer, error) {
	if err := q.spill(); err != nil {
		return answer{}, err
	}
	q.onDisk.Store(true)
	c.dir = q.repo.dir
	c.env = slices.Concat(q.env(), c.env)
	c.replaces = len(q.replaced) > 0
	// What is thrown away need not be flushed.
	c.settings = slices.Concat([]setting{{"core.fsync", "none"}}, c.settings)
	a, err := q.repo.git.run(ctx, c)
	if err == nil && tellsOfError(a.stderr) {
		err = &GitError{Args: c.args, Exit: a.exit, Stderr: a.stderr}
	}
	if err != nil {
		return a, q.repo.localProblem("in "+q.repo.dir, err)
	}
	return a, nil
}

// tellsOfError looks for a line in which git reports an error. Of a folder that lends
// objects and is not there it only complains: what is missing then it reports as well.
func tellsOfError(said string) bool {
	for line := range strings.Lines(said) {
		if strings.HasPrefix(line, "error: ") && !strings.HasPrefix(line, "error: object directory ") {
			return true
		}
	}
	return false
}
