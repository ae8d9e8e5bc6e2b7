package repo

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Renames returns the files that b has under another path than a, old to new; a
// and b are trees or commits. It is git's own detection: at least half of the
// content is the same.
func (q *Quarantine) Renames(ctx context.Context, a, b forks.Hash) (map[forks.Path]forks.Path, error) {
	out, err := q.run(ctx, call{args: []string{"diff-tree", "-r", "-M50%", "-l7000", "--diff-filter=R", "--name-status", "-z",
		"--no-ext-diff", a.String(), b.String()}})
	if err != nil {
		return nil, err
	}
	renames := map[forks.Path]forks.Path{}
	fields := strings.Split(strings.TrimSuffix(string(out.stdout), "\x00"), "\x00")
	if len(out.stdout) == 0 {
		return renames, nil
	}
	if len(fields)%3 != 0 {
		return nil, fmt.Errorf("git listed renames of %s and %s in %d fields", a, b, len(fields))
	}
	for ; len(fields) > 0; fields = fields[3:] {
		renames[forks.Path(fields[1])] = forks.Path(fields[2])
	}
	return renames, nil
}

// PatchIDs returns the stable patch-id of each commit: an id of its change that
// depends neither on its place nor on white space. A merge, and a commit that
// changes nothing, has none.
func (q *Quarantine) PatchIDs(ctx context.Context, commits []forks.Hash) (map[forks.Hash]forks.Hash, error) {
	ids := make(map[forks.Hash]forks.Hash, len(commits))
	if len(commits) == 0 {
		return ids, nil
	}
	// diff-tree passes over a commit that it does not find.
	if err := q.haveAll(ctx, commits); err != nil {
		return nil, err
	}
	diff := call{
		args:  []string{"diff-tree", "--stdin", "--root", "-r", "-p", "--no-renames", "--full-index", "--no-ext-diff", "--no-textconv"},
		stdin: idLines(commits),
	}
	count := call{args: []string{"patch-id", "--stable"}, stdout: &lineWriter{take: func(line []byte) error {
		pair, err := parseIDs(string(line))
		if err != nil || len(pair) != 2 {
			return fmt.Errorf("git gave the patch-id %q", line)
		}
		ids[pair[1]] = pair[0]
		return nil
	}}}
	if err := q.pipe(ctx, diff, count); err != nil {
		return nil, err
	}
	return ids, nil
}

// idLines writes ids one a line.
func idLines(ids []forks.Hash) *strings.Reader {
	var b strings.Builder
	for _, id := range ids {
		b.WriteString(id.String() + "\n")
	}
	return strings.NewReader(b.String())
}

// haveAll returns a [*MissingObjectError] for the first id that is nowhere.
func (q *Quarantine) haveAll(ctx context.Context, ids []forks.Hash) error {
	_, err := q.run(ctx, call{
		args: []string{"cat-file", "--batch-check=%(objectname)"}, stdin: idLines(ids),
		stdout: &lineWriter{take: func(line []byte) error {
			hex, missing := strings.CutSuffix(string(line), " missing")
			id, err := forks.ParseHash(hex)
			if err != nil || !missing {
				return err
			}
			return &MissingObjectError{ID: id, Dir: q.repo.dir}
		}},
	})
	return err
}

// pipe runs two commands, the first one's output being the second one's input.
func (q *Quarantine) pipe(ctx context.Context, first, second call) error {
	r, w := io.Pipe()
	first.stdout, second.stdin = w, r
	done := make(chan error, 1)
	go func() {
		_, err := q.run(ctx, first)
		w.CloseWithError(err) // nil is the end of the input
		done <- err
	}()
	_, err := q.run(ctx, second)
	r.CloseWithError(io.ErrClosedPipe)
	if firstErr := <-done; firstErr != nil {
		return firstErr // the cause of whatever the second one said
	}
	return err
}
