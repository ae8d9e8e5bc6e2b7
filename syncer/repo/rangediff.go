package repo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// RangeDiff compares two forms of a change, each a commit with a parent: the difference of
// their two differences as git's range-diff shows it, without its header and without
// indentation. It has at most most bytes, in whole lines; shortened says that there was
// more. It is empty where the two read the same. The text is hostile.
func (q *Quarantine) RangeDiff(ctx context.Context, old, new forks.Hash, most int) (text string, shortened bool, err error) {
	body := &rangeBody{most: most}
	_, err = q.run(ctx, call{
		// The factor has any two forms count as one change.
		args: []string{"range-diff", "--no-color", "--no-dual-color", "--creation-factor=1000", "--no-notes", "--no-ext-diff", "--no-textconv",
			onlyCommit(old), onlyCommit(new)},
		stdout: &fieldWriter{end: '\n', most: longestLine, take: body.take},
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return string(body.text), body.shortened, err
}

// onlyCommit is the range that holds one commit.
func onlyCommit(id forks.Hash) string { return id.String() + "^.." + id.String() }

var errEnough = errors.New("there is enough of it")

// rangeBody keeps what a range-diff says below its header, which alone is not indented.
type rangeBody struct {
	text      []byte
	most      int
	shortened bool
}

func (b *rangeBody) take(line []byte) error {
	line, indented := bytes.CutPrefix(line, []byte("    "))
	if !indented {
		return nil
	}
	if len(b.text)+len(line)+1 > b.most {
		b.shortened = true
		return errEnough
	}
	b.text = append(append(b.text, line...), '\n')
	return nil
}

var shortStat = regexp.MustCompile(`^ (\d+) files? changed(?:, (\d+) insertions?\(\+\))?(?:, (\d+) deletions?\(-\))?\s*$`)

// CountLines counts in how many files two commits or trees differ, and the lines that b
// has more and less. A file that moved is one file.
func (q *Quarantine) CountLines(ctx context.Context, a, b forks.Hash) (files, added, removed int, err error) {
	out, err := q.run(ctx, call{args: []string{"diff-tree", "-r", "-M50%", "-l1000", "--shortstat", "--no-ext-diff", "--no-textconv",
		a.String(), b.String()}})
	if err != nil || len(out.stdout) == 0 {
		return 0, 0, 0, err
	}
	m := shortStat.FindStringSubmatch(strings.TrimRight(string(out.stdout), "\n"))
	if m == nil {
		return 0, 0, 0, fmt.Errorf("git told the difference as %.80q", out.stdout)
	}
	for i, n := range []*int{&files, &added, &removed} {
		if m[i+1] != "" {
			if *n, err = strconv.Atoi(m[i+1]); err != nil {
				return 0, 0, 0, err
			}
		}
	}
	return files, added, removed, nil
}
