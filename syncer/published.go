package syncer

import (
	"bytes"
	"context"
	"fmt"

	"github.com/auxolotl/auxsync/forks"
)

// Bounds of what is looked at in a published tree: anybody who may push to the fork
// makes it, and few objects can stand for any number of paths.
const (
	maxPublishedPaths = 4 << 20
	maxPublishedPath  = 4096 // bytes
)

// Published hands the paths of a track's published branch to look, in no order, until it
// returns false. A folder is entered only if enter says so, which gets its path. It reads
// the cache as the last pass left it, and asks no remote; where the cache does not have
// the branch, known is false.
func (s *Syncer) Published(ctx context.Context, t forks.Track, enter, look func(path string) bool) (known bool, err error) {
	err = s.reading(ctx, t, func(v *visit, q Quarantine) error {
		if err := v.readFork(ctx, true); err != nil || v.found.branch.IsZero() {
			return err
		}
		known = true
		_, raw, err := q.Object(v.found.branch)
		if err != nil {
			return fmt.Errorf("read the branch %s of fork %s: %w", t.Branch, t.Fork, err)
		}
		tree, _, err := commitLinks(raw)
		if err != nil {
			return fmt.Errorf("read the branch %s of fork %s: %w", t.Branch, t.Fork, err)
		}
		w := treeWalk{q: q, enter: enter, look: look}
		if _, err := w.walk(ctx, tree, ""); err != nil {
			return fmt.Errorf("read the files of fork %s on %s: %w", t.Fork, t.Branch, err)
		}
		return nil
	})
	return known, err
}

// treeWalk goes through a tree.
type treeWalk struct {
	q           Quarantine
	enter, look func(path string) bool
	seen        int
}

// walk goes through what is below a folder, whose path ends in "/" unless it is empty.
func (w *treeWalk) walk(ctx context.Context, tree forks.Hash, below string) (more bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	_, data, err := w.q.Object(tree)
	if err != nil {
		return false, err
	}
	for len(data) > 0 {
		head, rest, ok := bytes.Cut(data, []byte{0})
		mode, name, hasName := bytes.Cut(head, []byte(" "))
		if !ok || !hasName || len(rest) < len(forks.Hash{}) {
			return false, fmt.Errorf("the tree %s cannot be read", tree)
		}
		id := forks.Hash(rest[:len(forks.Hash{})])
		data = rest[len(forks.Hash{}):]
		path := below + string(name)
		if w.seen++; w.seen > maxPublishedPaths || len(path) > maxPublishedPath {
			return false, fmt.Errorf("there are more than %d files, or paths of more than %d bytes", maxPublishedPaths, maxPublishedPath)
		}
		if string(mode) != "40000" {
			if !w.look(path) {
				return false, nil
			}
			continue
		}
		if !w.enter(path) {
			continue
		}
		if more, err := w.walk(ctx, id, path+"/"); !more || err != nil {
			return false, err
		}
	}
	return true, nil
}
