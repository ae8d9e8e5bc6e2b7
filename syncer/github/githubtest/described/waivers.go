package described

import (
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// waiver excuses one difference between an exchange and GitHub's description.
type waiver struct {
	method, pattern string
	side            string // request or answer
	what            string // part of the complaint
	why             string
}

// waivers are all that are excused.
func waivers() []waiver {
	const labels = "/repos/{owner}/{repo}/issues/{issue_number}/labels"
	return []waiver{
		{"POST", labels, "request", "", "go-github v62 sends labels as a bare array, which GitHub takes and no longer describes"},
		{"PUT", labels, "request", "", "as above"},
		{"GET", "/repos/{owner}/{repo}/issues", "answer", "status 410", "GitHub answers so where issues are turned off"},
	}
}

// unwaived leaves out of complaints those that are excused.
func unwaived(x githubtest.Exchange, side string, wrong ...string) []string {
	return slices.DeleteFunc(wrong, func(what string) bool {
		return slices.ContainsFunc(waivers(), func(w waiver) bool {
			return w.method == x.Method && w.pattern == x.Pattern && w.side == side && strings.Contains(what, w.what)
		})
	})
}
