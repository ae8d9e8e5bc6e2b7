package repo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Commits returns the repository's refs below prefix, see [Repository.Refs], with the
// commits that they stand for: an annotated tag is followed to what it names. A ref
// that ends at something else than a commit is left out.
func (r *Repository) Commits(ctx context.Context, prefix string) (map[forks.Ref]forks.Hash, error) {
	refs, err := r.Refs(ctx, prefix)
	if err != nil || len(refs) == 0 {
		return refs, err
	}
	var ids []forks.Hash
	var ask strings.Builder
	for _, id := range refs {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b forks.Hash) int { return slices.Compare(a[:], b[:]) })
	ids = slices.Compact(ids)
	for _, id := range ids {
		fmt.Fprintf(&ask, "%s^{commit}\n", id)
	}
	commits, next := map[forks.Hash]forks.Hash{}, 0
	_, err = r.git.run(ctx, call{args: []string{"cat-file", "--batch-check=%(objectname)"}, dir: r.dir, env: r.borrowed(),
		stdin: strings.NewReader(ask.String()),
		stdout: &lineWriter{take: func(line []byte) error {
			if next == len(ids) {
				return fmt.Errorf("git answered %q, and nothing was asked", line)
			}
			if id, err := forks.ParseHash(string(line)); err == nil { // else "… missing"
				commits[ids[next]] = id
			}
			next++
			return nil
		}}})
	if err != nil {
		return nil, r.localProblem("follow the tags of "+r.dir, err)
	}
	for ref, id := range refs {
		if commits[id].IsZero() {
			delete(refs, ref)
			continue
		}
		refs[ref] = commits[id]
	}
	return refs, nil
}
