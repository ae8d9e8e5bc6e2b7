package github

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// guard is the last thing before the wire. It refuses every request that is not the
// fork's own business, whoever asked for it: each request to another host, each to
// another repository, and each that could change anything elsewhere.
type guard struct {
	next        http.RoundTripper
	api         *url.URL
	graphQL     string
	owner, repo string
}

func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if why := g.objection(req); why != "" {
		return nil, forks.AskPerson("report this as a mistake of auxsync", "%s %s was not sent: %s", req.Method, forks.Inert(req.URL.EscapedPath()), why)
	}
	return g.next.RoundTrip(req)
}

// tokenPath asks for an installation's token.
var tokenPath = regexp.MustCompile(`^app/installations/[0-9]+/access_tokens$`)

// objection says why a request is not sent, or gives "".
func (g *guard) objection(req *http.Request) string {
	u := req.URL
	if !sameOrigin(u, g.api) {
		return "it goes to another host"
	}
	if u.String() == g.graphQL {
		return "" // its mutations name a pull request that was just read from the fork
	}
	if path.Clean("/"+u.Path) != u.Path || strings.Contains(strings.ToLower(u.EscapedPath()), "%2e") {
		return "its path is not plain"
	}
	if _, after, about := strings.Cut(u.EscapedPath(), "/repos/"); about {
		parts := strings.SplitN(after, "/", 3)
		if len(parts) < 2 || !strings.EqualFold(parts[0], g.owner) || !strings.EqualFold(parts[1], g.repo) {
			return "it is about another repository than the fork " + g.owner + "/" + g.repo
		}
	}
	below, isAPI := strings.CutPrefix(u.EscapedPath(), g.api.EscapedPath())
	if !reads(req) && !(isAPI && (strings.HasPrefix(below, "repos/") || tokenPath.MatchString(below))) {
		return "it would change something outside the fork"
	}
	return ""
}

// mintsToken reports whether a path asks for an installation's token.
func mintsToken(p string) bool { return strings.HasSuffix(p, "/access_tokens") }
