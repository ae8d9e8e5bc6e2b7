package forks

import (
	"fmt"
	"strings"
)

// CheckBranchName returns why git would not take name as the name of a branch
// (without refs/heads/), or nil. It is stricter than git in one point: a full
// ref name is taken for a mistake.
func CheckBranchName(name string) error {
	if name == "" {
		return fmt.Errorf("the branch name is empty")
	}
	return checkRefName("branch name", name, name)
}

// checkRefName checks what follows refs/heads/ or refs/tags/; what and written are
// what it is and how it was written, for the error.
func checkRefName(what, written, name string) error {
	switch {
	case strings.HasPrefix(name, "refs/heads/"):
		return fmt.Errorf("%s %q: write it without refs/heads/", what, written)
	case strings.HasPrefix(name, "-"):
		return fmt.Errorf("%s %q begins with '-'", what, written)
	case name == "@" || name == "HEAD":
		return fmt.Errorf("%s %q has a meaning of its own in git", what, written)
	case strings.HasSuffix(name, "."):
		return fmt.Errorf("%s %q ends with '.'", what, written)
	case strings.Contains(name, ".."):
		return fmt.Errorf("%s %q contains '..'", what, written)
	case strings.Contains(name, "@{"):
		return fmt.Errorf("%s %q contains '@{'", what, written)
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c == 0x7f || strings.IndexByte(`~^:?*[\`, c) >= 0 {
			return fmt.Errorf("%s %q contains %q", what, written, rune(c))
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return fmt.Errorf("%s %q begins or ends with '/' or contains '//'", what, written)
		case strings.HasPrefix(part, "."):
			return fmt.Errorf("%s %q has a part that begins with '.'", what, written)
		case strings.HasSuffix(part, ".lock"):
			return fmt.Errorf("%s %q has a part that ends with '.lock'", what, written)
		}
	}
	return nil
}

// ReservedBranch reports whether a branch of a fork belongs to auxsync: the name
// "auxsync" and everything below it.
func ReservedBranch(name string) bool {
	return name == "auxsync" || strings.HasPrefix(name, "auxsync/")
}
