package repo

import (
	"context"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/auxolotl/auxsync/forks"
)

// Pack makes durable, in the repository itself, all that tips reach: the objects
// of the quarantine that tips reach and known does not become ONE pack, flushed to
// disk. What the repository has already is not written again, and without
// anything new no pack is made. Zero ids are passed over. What is reached and
// nowhere is a [*DamagedError].
//
// An end in between leaves nothing but temporary files, which are swept.
func (q *Quarantine) Pack(ctx context.Context, tips, known []forks.Hash) error {
	plan, err := q.planPack(ctx)
	if err != nil {
		return err
	}
	if err := plan.leaveOut(known); err != nil {
		return err
	}
	if err := plan.reach(tips); err != nil {
		return err
	}
	p := q.repo.git.place(q.repo.dir)
	p.write()
	err = plan.write(filepath.Join(q.repo.dir, "objects"))
	p.wrote(err != nil, q.repo.git.log)
	return err
}

// PackInto writes all that was written here, whether anything reaches it or not, as one
// pack, flushed to disk, to a folder of objects: that of somebody's own repository that
// is looked at through ours. What ours can read there already is not written again, and
// without anything new no pack is made. What git made by itself behind the quarantine is
// included as far as it is reached.
func (q *Quarantine) PackInto(ctx context.Context, objectsDir string) error {
	plan, err := q.planPack(ctx)
	if err != nil {
		return err
	}
	plan.partial = true
	var tips []forks.Hash
	for _, o := range q.overlay.all() {
		if o.kind == plumbing.CommitObject || o.kind == plumbing.TagObject {
			tips = append(tips, o.id)
		}
	}
	sortIDs(tips)
	if err := plan.reach(tips); err != nil {
		return err
	}
	if err := plan.rest(); err != nil {
		return err
	}
	return plan.write(objectsDir)
}

// leaveOut leaves out what ids reach, which must be somewhere themselves.
func (p *packPlan) leaveOut(ids []forks.Hash) error {
	known := *p // what was seen is seen by both; the lists are its own
	known.partial, known.treesAt, known.blobsAt = true, versions[site]{}, versions[site]{}
	for _, id := range ids {
		if id.IsZero() {
			continue
		}
		if _, _, err := p.q.fresh(id); err != nil {
			return p.q.repo.damaged(err)
		}
	}
	return known.reach(ids)
}

// write writes what was found, if anything, to a folder of objects.
func (p *packPlan) write(objects string) error {
	n := len(p.commits) + len(p.trees) + len(p.blobs)
	if n == 0 {
		return nil
	}
	dir := filepath.Join(objects, "pack")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return diskProblem("pack", filepath.Dir(objects), err)
	}
	err := writePack(dir, n, toKeep, func(w *packWriter) error {
		for _, list := range [][]planned{p.commits, p.trees, p.blobs} {
			if err := w.list(p.ctx, list, p.q.readAll); err != nil {
				return err
			}
		}
		return nil
	})
	return diskProblem("pack", filepath.Dir(objects), err)
}
