package githubtest

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// route is one operation of the API.
type route struct {
	method, pattern string // the pattern is the description's path
	match           *regexp.Regexp
	names           []string
	need            need
	do              func(*call) answer
}

// need is what an operation asks of the token.
type need struct {
	right  string // "" is none but a good credential
	also   string // a second right that does as well
	level  Level
	atRepo Permission // what the account must have on the repository
	as     credential
	// creates marks content that counts against the secondary limits.
	creates bool
	// always asks for the right on public repositories, too.
	always bool
}

// credential is the kind of credential that an operation takes.
type credential int

const (
	byToken credential = iota
	byApp              // an App's JSON web token
)

// manySegments are the parameters that may hold slashes, as the description says by
// x-multi-segment.
func manySegments(name string) bool {
	switch name {
	case "branch", "ref", "path", "sha", "basehead":
		return true
	}
	return false
}

var parameter = regexp.MustCompile(`\\\{([a-z_]+)\\\}`)

func newRoute(method, pattern string, n need, do func(*call) answer) route {
	r := route{method: method, pattern: pattern, need: n, do: do}
	expr := parameter.ReplaceAllStringFunc(regexp.QuoteMeta(pattern), func(s string) string {
		name := strings.Trim(s, `\{}`)
		r.names = append(r.names, name)
		switch {
		case manySegments(name):
			return "(.+)"
		case strings.HasSuffix(name, "_number") || strings.HasSuffix(name, "_id"):
			return "([0-9]+)"
		}
		return "([^/]+)"
	})
	r.match = regexp.MustCompile("^" + expr + "$")
	return r
}

// find returns the operation of a request, by the path as it was escaped, and its
// parameters decoded.
func (s *Server) find(method, escaped string) (*route, map[string]string) {
	for i := range s.routes {
		r := &s.routes[i]
		if r.method != method {
			continue
		}
		values := r.match.FindStringSubmatch(escaped)
		if values == nil {
			continue
		}
		vars := map[string]string{}
		for n, name := range r.names {
			v, err := url.PathUnescape(values[n+1])
			if err != nil {
				return nil, nil
			}
			vars[name] = v
		}
		return r, vars
	}
	return nil, nil
}

// isWrite says whether a request changes something.
func isWrite(method string) bool { return method != http.MethodGet && method != http.MethodHead }
