package forks

import "strings"

// placedTrack is a track with the lines to name in problems.
type placedTrack struct {
	track      Track
	path       keyPath
	line       int
	branchLine int // of its branch key, or of the track
}

// follow reads the upstream branch.
func (r *configReader) follow(t *tomlTable, path keyPath, line int) text {
	key := path.child("follow")
	value, ok := r.text(t, path, "follow")
	switch {
	case !ok:
		r.problems.add(line, key, "is missing; it is the upstream branch to follow")
	case value.line == 0:
	case strings.HasPrefix(value.value, "tags:"):
		r.problems.add(value.line, key, "tags are not supported yet; name one branch")
	case strings.Contains(value.value, "*"):
		r.problems.add(value.line, key, "patterns are not supported yet; name one branch")
	default:
		if err := CheckBranchName(value.value); err != nil {
			r.problems.add(value.line, key, "%v", err)
		}
	}
	return value
}

// checkBranch checks the fork branch of a track that begins at line.
func (r *configReader) checkBranch(branch text, key keyPath, line int) {
	if branch.value == "" {
		return
	}
	if err := CheckBranchName(branch.value); err != nil {
		r.problems.add(max(line, branch.line), key, "%v", err)
	} else if ReservedBranch(branch.value) {
		r.problems.add(max(line, branch.line), key, "the branch %q is one of auxsync's own; choose another name", branch.value)
	}
}

// checkPlaces tells tracks that would write the same refs: two with one branch,
// two of one name in the same repository, or a branch that git cannot keep beside
// another.
func (r *configReader) checkPlaces() {
	for i, p := range r.placed {
		for _, q := range r.placed[:i] {
			if p.track.Fork != q.track.Fork && !SameRepository(p.track.URL, q.track.URL) {
				continue
			}
			// Of two tracks the one further down is told.
			first, second := q, p
			if first.line > second.line {
				first, second = second, first
			}
			r.checkPair(first, second)
		}
	}
}

func (r *configReader) checkPair(first, second placedTrack) {
	a, b := first.track, second.track
	key := second.path.child("branch")
	switch {
	case a.Branch == "" || b.Branch == "":
	case a.Branch == b.Branch:
		r.problems.add(second.branchLine, key, "the branch %q belongs to %s already (line %d)", b.Branch, first.path, first.branchLine)
	case strings.HasPrefix(a.Branch, b.Branch+"/"), strings.HasPrefix(b.Branch, a.Branch+"/"):
		r.problems.add(second.branchLine, key, "git cannot keep the branch %q beside %q of %s (line %d)", b.Branch, a.Branch, first.path, first.branchLine)
	}
	if a.Name == b.Name {
		r.problems.add(second.line, second.path, "%s has the same name in the same repository (line %d); choose another", first.path, first.line)
	}
}
