package repo

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// IsAncestor reports whether b contains a. A commit contains itself.
func (q *Quarantine) IsAncestor(ctx context.Context, a, b forks.Hash) (bool, error) {
	if a == b {
		return true, nil
	}
	out, err := q.run(ctx, call{args: []string{"merge-base", "--is-ancestor", a.String(), b.String()}, maxExit: 1})
	return err == nil && out.exit == 0, err
}

// FirstParents lists the first-parent chain of to, newest first, without the
// commits that from contains; a zero from leaves out none.
func (q *Quarantine) FirstParents(ctx context.Context, from, to forks.Hash) ([]forks.Hash, error) {
	return q.revList(ctx, call{args: []string{"rev-list", "--first-parent", "--stdin"},
		stdin: strings.NewReader(revisions(to, from))})
}

// NewestFirstParents lists the newest commits of tip's first-parent chain, at most
// most of them, newest first.
func (q *Quarantine) NewestFirstParents(ctx context.Context, tip forks.Hash, most int) ([]forks.Hash, error) {
	return q.revList(ctx, call{args: []string{"rev-list", "--first-parent", "--max-count=" + strconv.Itoa(most), "--stdin"},
		stdin: strings.NewReader(revisions(tip))})
}

// revList runs a rev-list that prints ids.
func (q *Quarantine) revList(ctx context.Context, c call) ([]forks.Hash, error) {
	var list []forks.Hash
	c.stdout = &lineWriter{take: func(line []byte) error {
		id, err := forks.ParseHash(string(line))
		list = append(list, id)
		return err
	}}
	if _, err := q.run(ctx, c); err != nil {
		return nil, err
	}
	return list, nil
}

// NewCommits lists the commits that tip contains and none of not does, merges
// included: parents before children, each line of history in one piece, always in
// the same order.
func (q *Quarantine) NewCommits(ctx context.Context, tip forks.Hash, not ...forks.Hash) ([]forks.CommitInfo, error) {
	var list []forks.CommitInfo
	_, err := q.run(ctx, call{
		args:  []string{"rev-list", "--topo-order", "--reverse", "--no-commit-header", "--format=%H %T %P", "--stdin"},
		stdin: strings.NewReader(revisions(tip, not...)),
		stdout: &lineWriter{take: func(line []byte) error {
			ids, err := parseIDs(string(line))
			if err != nil || len(ids) < 2 {
				return fmt.Errorf("git listed %q, which is not a commit", line)
			}
			list = append(list, forks.CommitInfo{ID: ids[0], Tree: ids[1], Parents: ids[2:]})
			return nil
		}},
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// revisions writes "tip, but not what these contain" as rev-list reads it.
func revisions(tip forks.Hash, not ...forks.Hash) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", tip)
	for _, id := range not {
		if !id.IsZero() {
			fmt.Fprintf(&b, "^%s\n", id)
		}
	}
	return b.String()
}

func parseIDs(line string) ([]forks.Hash, error) {
	var ids []forks.Hash
	for field := range strings.FieldsSeq(line) {
		id, err := forks.ParseHash(field)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
