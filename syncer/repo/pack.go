package repo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Pack makes durable, in the repository itself, all that tips reach: the objects
// of the quarantine that tips reach and known does not become ONE pack, flushed to
// disk. What the repository has already is not written again, and without
// anything new no pack is made. Zero ids are passed over.
//
// An end in between leaves nothing but temporary files, which are swept.
func (q *Quarantine) Pack(ctx context.Context, tips, known []forks.Hash) error {
	var revs strings.Builder
	for _, id := range tips {
		if !id.IsZero() {
			fmt.Fprintf(&revs, "%s\n", id)
		}
	}
	if revs.Len() == 0 {
		return nil
	}
	for _, id := range known {
		if !id.IsZero() {
			fmt.Fprintf(&revs, "^%s\n", id)
		}
	}
	dir := filepath.Join(q.repo.dir, "objects", "pack")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return diskProblem("pack", q.repo.dir, err)
	}
	// --local leaves out what only the folders behind the quarantine have.
	a, err := q.run(ctx, call{
		args: []string{"pack-objects", "--revs", "--local", "--non-empty", "--quiet", "--delta-base-offset",
			filepath.Join(dir, "pack")},
		settings: []setting{{"core.fsync", "all"}},
		stdin:    strings.NewReader(revs.String()),
		limit:    4 << 10,
		writes:   true,
	})
	if err != nil {
		return err
	}
	name := strings.TrimSpace(string(a.stdout))
	if name == "" {
		return nil
	}
	return diskProblem("pack", q.repo.dir, syncPack(dir, "pack-"+name))
}

// syncPack flushes a pack, its index and their names. Git flushes the files
// itself, but not the directory.
func syncPack(dir, name string) error {
	for _, suffix := range []string{".pack", ".idx"} {
		f, err := os.Open(filepath.Join(dir, name+suffix))
		if err != nil {
			return err
		}
		err = f.Sync()
		if closeErr := f.Close(); err == nil {
			err = closeErr
		}
		if err != nil {
			return err
		}
	}
	return syncDir(dir)
}
