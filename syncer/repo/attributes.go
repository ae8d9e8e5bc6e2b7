package repo

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"sync"
)

// MergeAttributes tells what a person's repository says of how single paths are merged.
// It asks one child of git, which reads the files that say so once for each folder. It is
// safe for concurrent use.
type MergeAttributes struct {
	e *Elsewhere

	mu    sync.Mutex
	child *talk
	known map[string]MergeAttribute
}

// MergeAttribute is what is said of one path. A value is "set", "unset", "unspecified",
// or the attribute's own.
type MergeAttribute struct{ Merge, MarkerSize string }

// MergeAttributes are those of the work tree and of the repository, as a merge that
// touches neither work tree nor index reads them. It is for a repository opened by
// [Git.Here].
func (e *Elsewhere) MergeAttributes() *MergeAttributes {
	return &MergeAttributes{e: e, known: map[string]MergeAttribute{}}
}

// Close ends the child.
func (a *MergeAttributes) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.child.close()
}

// Of is what is said of a path, which is counted from the top of the repository.
func (a *MergeAttributes) Of(ctx context.Context, path string) (MergeAttribute, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if known, ok := a.known[path]; ok {
		return known, nil
	}
	if a.child == nil {
		child, err := a.begin(ctx)
		if err != nil {
			return MergeAttribute{}, a.e.unreadable("read attributes", err)
		}
		a.child = child
	}
	// Each attribute is answered by the path, its name and its value.
	answer, err := a.child.ask(ctx, path+"\x00", 6, 0)
	if err != nil {
		return MergeAttribute{}, a.e.unreadable("read attributes", err)
	}
	a.known[path] = MergeAttribute{Merge: answer[2], MarkerSize: answer[5]}
	return a.known[path], nil
}

// begin starts the child at the top of the work tree, from where paths are asked. No
// index stands in for a file that is not there. Outside of a work tree only the
// repository itself says something.
func (a *MergeAttributes) begin(ctx context.Context) (*talk, error) {
	prefix, inside, err := a.e.Prefix(ctx)
	if err != nil {
		return nil, err
	}
	c := a.e.asPerson(call{args: []string{"check-attr", "-z", "--stdin", "merge", "conflict-marker-size"}})
	if inside {
		c.search = filepath.Join(c.search, strings.Repeat("../", strings.Count(prefix, "/")))
		c.env = []string{"GIT_INDEX_FILE=" + filepath.Join(a.e.scratch.dir, "no-index")}
	} else {
		c.args = slices.Concat([]string{"-c", "core.bare=true"}, c.args)
		c.env = []string{"GIT_DIR=" + a.e.dir}
	}
	return a.e.git.converse(ctx, c)
}
