package repo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// longestArgs is how many bytes of paths go into a command line.
const longestArgs = 1 << 20

// Touching lists the commits of from..to that change one of paths or something
// below it, newest first; a zero from leaves out none. Side branches are searched
// as well, even if a merge threw their change away; a merge is listed only if it
// differs there from all its parents. With firstParentOnly only to's first-parent
// chain is searched, and a merge is compared with its first parent alone.
//
// If more than one MiB of paths cannot be handed to git, all commits of from..to
// are listed.
func (q *Quarantine) Touching(ctx context.Context, from, to forks.Hash, paths []forks.Path, firstParentOnly bool) ([]forks.Hash, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	if slices.Contains(paths, "") {
		return nil, fmt.Errorf("search history: an empty path")
	}
	if firstParentOnly {
		return q.revList(ctx, limitToPaths([]string{"--first-parent"}, revisions(to, from), paths))
	}
	// Merges are in the list where they differ from any parent, so that they keep
	// their place in it; those that only bring a change are taken out again.
	list, err := q.revList(ctx, limitToPaths([]string{"--topo-order", "--full-history"}, revisions(to, from), paths))
	if err != nil {
		return nil, err
	}
	merges, err := q.revList(ctx, limitToPaths([]string{"--merges", "--full-history"}, revisions(to, from), paths))
	if err != nil || len(merges) == 0 {
		return list, err
	}
	own, err := q.ownPaths(ctx, merges)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(id forks.Hash) bool {
		return slices.Contains(merges, id) && !slices.ContainsFunc(own[id], func(changed string) bool {
			return slices.ContainsFunc(paths, func(p forks.Path) bool {
				return changed == string(p) || strings.HasPrefix(changed, string(p)+"/")
			})
		})
	}), nil
}

// limitToPaths prepares a rev-list. Paths go through stdin, one a line; those that
// a line cannot hold go into the command line.
func limitToPaths(options []string, revs string, paths []forks.Path) call {
	args := slices.Concat([]string{"rev-list"}, options, []string{"--stdin"})
	var stdin strings.Builder
	stdin.WriteString(revs + "--\n")
	odd, size := []string{}, 0
	for _, p := range paths {
		if strings.ContainsAny(string(p), "\n\r\x00") {
			odd, size = append(odd, string(p)), size+len(p)+1
		} else {
			stdin.WriteString(string(p) + "\n")
		}
	}
	c := call{args: args, stdin: strings.NewReader(stdin.String()), env: []string{"GIT_LITERAL_PATHSPECS=1"}}
	switch {
	case size > longestArgs:
		c.stdin = strings.NewReader(revs)
	case len(odd) > 0:
		c.args = append(append(args, "--"), odd...)
	}
	return c
}

// ownPaths lists the paths at which each merge differs from all its parents.
func (q *Quarantine) ownPaths(ctx context.Context, merges []forks.Hash) (map[forks.Hash][]string, error) {
	out, err := q.run(ctx, call{
		args:  []string{"diff-tree", "--stdin", "-c", "-r", "--name-status", "--no-renames", "--always", "-z"},
		stdin: idLines(merges),
	})
	if err != nil {
		return nil, err
	}
	// An id for each merge, in the order given, and for each path its status and
	// name. A name may look like an id, a status does not.
	own := make(map[forks.Hash][]string, len(merges))
	next := 0
	fields := strings.Split(strings.TrimSuffix(string(out.stdout), "\x00"), "\x00")
	for len(fields) > 0 {
		switch {
		case next < len(merges) && fields[0] == merges[next].String():
			next++
			fields = fields[1:]
		case next > 0 && len(fields) > 1:
			own[merges[next-1]] = append(own[merges[next-1]], fields[1])
			fields = fields[2:]
		default:
			return nil, fmt.Errorf("git compared merges with their parents and said %q", fields[0])
		}
	}
	if next != len(merges) {
		return nil, fmt.Errorf("git compared %d of %d merges with their parents", next, len(merges))
	}
	return own, nil
}
