package forks

import (
	"fmt"
	"strings"
)

// follow reads what of upstream is followed: a branch, a pattern of branches, or a
// pattern of tags.
func (r *configReader) follow(t *tomlTable, path keyPath, line int) text {
	key := path.child("follow")
	value, ok := r.text(t, path, "follow")
	switch {
	case !ok:
		r.problems.add(line, key, "is missing; it is the upstream branch to follow")
	case value.line > 0:
		if err := checkFollow(value.value); err != nil {
			r.problems.add(value.line, key, "%v", err)
			value.value = ""
		}
	}
	return value
}

func checkFollow(follow string) error {
	if tags, ok := strings.CutPrefix(follow, tagsPrefix); ok {
		if !strings.Contains(tags, "*") {
			return fmt.Errorf(`%q names one tag, which never moves; name a pattern, such as "tags:2.*"`, follow)
		}
		return checkPattern("tag pattern", tags)
	}
	if strings.Contains(follow, "*") {
		return checkPattern("branch pattern", follow)
	}
	return CheckBranchName(follow)
}

// checkPattern returns why no branch or tag could match a pattern, or nil.
func checkPattern(what, pattern string) error {
	if n := strings.Count(pattern, "*"); n != 1 {
		return fmt.Errorf("%s %q has %d '*'; it must have exactly one", what, pattern, n)
	}
	if strings.HasPrefix(pattern, "refs/tags/") {
		return fmt.Errorf("%s %q: write it without refs/tags/", what, pattern)
	}
	return checkRefName(what, pattern, strings.Replace(pattern, "*", "0", 1))
}

// branch reads the fork branch of a track that begins at line. Its default is the
// track's name, and upstream's name for each branch of a pattern.
func (r *configReader) branch(t *tomlTable, path keyPath, line int, name, follow string) text {
	branch, ok := r.text(t, path, "branch")
	of := Track{Follow: follow}
	if !ok {
		branch.value = name
		if of.IsPattern() {
			branch.value = follow
		}
	}
	key, line := path.child("branch"), max(line, branch.line)
	starred := strings.Contains(branch.value, "*")
	var err error
	switch {
	case branch.value == "" || !ok && !of.IsPattern() && !ValidTrackName(name):
	case of.IsPattern() && !starred:
		err = fmt.Errorf("%q is one branch, and follow is a pattern; give it a '*' too, or leave it out for upstream's names", branch.value)
	case !of.IsPattern() && starred && follow != "":
		err = fmt.Errorf("%q is a pattern, and follow is none", branch.value)
	case starred:
		err = checkPattern("branch pattern", branch.value)
	default:
		err = CheckBranchName(branch.value)
	}
	switch {
	case err != nil:
		r.problems.add(line, key, "%v", err)
	case ReservedBranch(branch.value):
		r.problems.add(line, key, "the branch %q is one of auxsync's own; choose another name", branch.value)
	}
	return branch
}
