package repo

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Changes returns, for each pair of trees, a digest of the change from the first
// to the second: paths, modes, added and removed bytes in their order, and the ids
// of blobs that git holds for binary; neither context nor line numbers. A patch
// whose digest is the same on two bases was kept. Equal trees give "", and a zero
// id is the empty tree.
func (q *Quarantine) Changes(ctx context.Context, pairs [][2]forks.Hash) ([]string, error) {
	if len(pairs) == 0 {
		return []string{}, nil
	}
	pairs = slices.Clone(pairs)
	var stdin strings.Builder
	for i := range pairs {
		for side, id := range pairs[i] {
			if id.IsZero() {
				pairs[i][side] = emptyTree
			}
		}
		stdin.WriteString(pairHeader(pairs[i]))
	}
	r, w := io.Pipe()
	done := make(chan error, 1)
	go func() {
		_, err := q.run(ctx, call{
			args:   []string{"diff-tree", "--stdin", "-r", "-p", "-U0", "--no-renames", "--full-index", "--no-ext-diff", "--no-textconv", "--submodule=short"},
			stdin:  strings.NewReader(stdin.String()),
			stdout: w,
		})
		w.CloseWithError(err)
		done <- err
	}()
	digests, err := digestDiffs(bufio.NewReaderSize(r, 64<<10), pairs)
	r.CloseWithError(io.ErrClosedPipe)
	if gitErr := <-done; gitErr != nil && (err == nil || !errors.Is(gitErr, io.ErrClosedPipe)) {
		return nil, gitErr
	}
	return digests, err
}

// diffDigest reads the answer of diff-tree and keeps what makes a change.
type diffDigest struct {
	sum     hash.Hash
	empty   bool
	removed int    // lines of the hunk that are still to come
	added   int    //
	index   []byte // the index line of the file, which only counts if it is binary
}

var hunkHeader = regexp.MustCompile(`^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@`)

func digestDiffs(r *bufio.Reader, pairs [][2]forks.Hash) ([]string, error) {
	digests := make([]string, 0, len(pairs))
	d := diffDigest{sum: sha256.New(), empty: true}
	next := 0 // the pair whose header comes next
	finish := func() {
		if next > 0 {
			digests = append(digests, d.take())
		}
	}
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return nil, err
		}
		if len(line) > 0 {
			inHunk := d.removed > 0 || d.added > 0
			if !inHunk && next < len(pairs) && string(line) == pairHeader(pairs[next]) {
				finish()
				next++
			} else if err := d.line(line); err != nil {
				return nil, err
			}
		}
		if err == io.EOF {
			break
		}
	}
	if next != len(pairs) {
		return nil, fmt.Errorf("git compared %d of %d pairs of trees", next, len(pairs))
	}
	finish()
	return digests, nil
}

// pairHeader is how diff-tree is asked for two trees, and the line with which it
// begins its answer.
func pairHeader(pair [2]forks.Hash) string { return pair[0].String() + " " + pair[1].String() + "\n" }

// line takes one line of a diff, its end included.
func (d *diffDigest) line(line []byte) error {
	switch {
	case d.removed > 0 && line[0] == '-':
		d.removed--
	case d.added > 0 && line[0] == '+':
		d.added--
	case line[0] == '\\': // no newline at the end of the file
	case d.removed > 0 || d.added > 0:
		return fmt.Errorf("git's diff has %.60q in a hunk without context", line)
	case bytes.HasPrefix(line, []byte("@@ ")):
		return d.hunk(line)
	case bytes.HasPrefix(line, []byte("index ")):
		d.index = append(d.index[:0], line...)
		return nil
	case bytes.HasPrefix(line, []byte("Binary files ")):
		d.add(d.index)
	}
	d.add(line)
	return nil
}

func (d *diffDigest) hunk(line []byte) error {
	m := hunkHeader.FindSubmatch(line)
	if m == nil {
		return fmt.Errorf("git's diff has the hunk header %.60q", line)
	}
	d.removed, d.added = lineCount(m[1]), lineCount(m[2])
	return nil
}

// lineCount reads the length of a hunk, which git leaves out if it is one.
func lineCount(s []byte) int {
	if len(s) == 0 {
		return 1
	}
	n, err := strconv.Atoi(string(s))
	if err != nil {
		return 1
	}
	return n
}

func (d *diffDigest) add(line []byte) {
	d.sum.Write(line)
	d.empty = false
}

// take returns the digest of what was added and starts anew.
func (d *diffDigest) take() string {
	digest := ""
	if !d.empty {
		digest = hex.EncodeToString(d.sum.Sum(nil))
	}
	d.sum.Reset()
	d.empty = true
	return digest
}
