package forks

import (
	"fmt"
	"strings"
)

// CheckBranchName returns why git would not take name as the name of a branch
// (without refs/heads/), or nil. It is stricter than git in one point: a full
// ref name is taken for a mistake.
func CheckBranchName(name string) error {
	switch {
	case name == "":
		return fmt.Errorf("the branch name is empty")
	case strings.HasPrefix(name, "refs/heads/"):
		return fmt.Errorf("branch name %q: write it without refs/heads/", name)
	case strings.HasPrefix(name, "-"):
		return fmt.Errorf("branch name %q begins with '-'", name)
	case name == "@" || name == "HEAD":
		return fmt.Errorf("branch name %q has a meaning of its own in git", name)
	case strings.HasSuffix(name, "."):
		return fmt.Errorf("branch name %q ends with '.'", name)
	case strings.Contains(name, ".."):
		return fmt.Errorf("branch name %q contains '..'", name)
	case strings.Contains(name, "@{"):
		return fmt.Errorf("branch name %q contains '@{'", name)
	}
	for _, c := range []byte(name) {
		if c <= ' ' || c == 0x7f || strings.IndexByte(`~^:?*[\`, c) >= 0 {
			return fmt.Errorf("branch name %q contains %q", name, rune(c))
		}
	}
	for part := range strings.SplitSeq(name, "/") {
		switch {
		case part == "":
			return fmt.Errorf("branch name %q begins or ends with '/' or contains '//'", name)
		case strings.HasPrefix(part, "."):
			return fmt.Errorf("branch name %q has a part that begins with '.'", name)
		case strings.HasSuffix(part, ".lock"):
			return fmt.Errorf("branch name %q has a part that ends with '.lock'", name)
		}
	}
	return nil
}

// ReservedBranch reports whether a branch of a fork belongs to auxsync: the name
// "auxsync" and everything below it.
func ReservedBranch(name string) bool {
	return name == "auxsync" || strings.HasPrefix(name, "auxsync/")
}
