package pulls

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

var (
	pagesPattern  = regexp.MustCompile(`^https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+$`)
	githubPattern = regexp.MustCompile(`^https://(?i:(?:www\.)?github\.com)/([A-Za-z0-9-]+/[A-Za-z0-9_-][A-Za-z0-9._-]*)$`)
	loginPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{1,20})?(?:/[A-Za-z0-9_-]{1,100})?$`)
)

// showCommit shows an upstream commit, with a link where upstream is on GitHub. The
// link goes by a redirect, so that nothing appears in upstream's pages.
func (c Case) showCommit(h forks.Hash) string {
	shown := plainCommit(h)
	if m := githubPattern.FindStringSubmatch(c.UpstreamPage); m != nil {
		return fmt.Sprintf("[%s](https://redirect.github.com/%s/commit/%s)", shown, m[1], h)
	}
	return shown
}

// branchPage is the address at which the forge shows, edits or deletes a file of the
// fix branch.
func (c Case) branchPage(action string, path forks.Path) (string, bool) {
	if len(path) > maxPath || !utf8.ValidString(string(path)) || !pagesPattern.MatchString(c.ForkPage) {
		return "", false
	}
	url := c.ForkPage + "/" + action + "/" + c.fix()
	for part := range strings.SplitSeq(string(path), "/") {
		if part == "" || part == "." || part == ".." {
			return "", false
		}
		url += "/" + escapedPart(part)
	}
	return url, true
}

// escapedPart escapes all that means something to an address or to Markdown, and what
// would read as a reference in a commit message: a number that begins the part, GH-1.
func escapedPart(part string) string {
	var b strings.Builder
	for i, c := range []byte(part) {
		number := i == 0 && '0' <= c && c <= '9'
		shorthand := c == '-' && endsInFold(part[:i], "gh")
		if (isWord(c) || c == '-' || c == '.') && !number && !shorthand {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// person names somebody: whoever is a member is mentioned, nobody else.
func person(login string, member bool) string {
	if member && loginPattern.MatchString(login) {
		return "@" + login
	}
	return told(login, maxGlance)
}
