package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// object is JSON as the API writes it.
type object = map[string]any

// call is one request that is being answered. Whoever has one holds the server's
// lock.
type call struct {
	s      *Server
	r      *http.Request
	route  *route
	vars   map[string]string
	raw    []byte
	now    time.Time
	token  *token
	app    *app
	actor  *account    // whose doing this is
	repo   *repository // of the path; nil: the path has none
	header http.Header // of the answer, once rendered
}

// answer is what an operation says.
type answer struct {
	status int
	body   any // nil: none
	header http.Header
}

func ok(body any) answer { return answer{status: http.StatusOK, body: body} }

// serve tells git from the APIs.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == graphQLPath, strings.HasPrefix(r.URL.Path, apiRoot+"/"):
		s.serveAPI(w, r)
	default:
		s.serveGit(w, r)
	}
}

// serveAPI answers a request and writes it down.
func (s *Server) serveAPI(w http.ResponseWriter, r *http.Request) {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	s.mu.Lock()
	c := &call{s: s, r: r, raw: raw, now: s.now()}
	a := s.answer(c)
	status, body := s.render(c, a)
	s.requests = append(s.requests, Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Status: status, Write: isWrite(r.Method)})
	s.mu.Unlock()
	write(w, c.header, status, body)
}

// answer runs the request through everything that stands before an operation.
func (s *Server) answer(c *call) answer {
	if c.r.URL.Path == graphQLPath {
		return s.answerGraphQL(c)
	}
	escaped := strings.TrimPrefix(c.r.URL.EscapedPath(), apiRoot)
	escaped = s.byID(escaped)
	c.route, c.vars = s.find(c.r.Method, escaped)
	if c.route == nil {
		s.violate(fmt.Sprintf("%s %s: the server has no such operation", c.r.Method, c.r.URL.Path))
		return c.notFound()
	}
	s.checkRequest(c)
	if refused := s.admit(c); refused != nil {
		return *refused
	}
	if c.vars["owner"] != "" {
		repo, moved := s.repository(c.vars["owner"] + "/" + c.vars["repo"])
		if repo == nil || c.app == nil && repo.o.Private && (!c.token.reaches(repo) || c.token.permission(repo) < Read) {
			return c.notFound()
		}
		if moved {
			return c.redirect(repo)
		}
		c.repo = repo
		s.follow(repo)
	}
	if refused := c.permitted(); refused != nil {
		return *refused
	}
	if refused := s.spend(c); refused != nil {
		return *refused
	}
	a := c.route.do(c)
	if a.status < 300 && isWrite(c.r.Method) && c.repo != nil {
		c.repo.updated = c.now
	}
	return a
}

// byID turns a path by a repository's number into one by its name.
func (s *Server) byID(path string) string {
	rest, ok := strings.CutPrefix(path, "/repositories/")
	if !ok {
		return path
	}
	number, rest, more := strings.Cut(rest, "/")
	for _, r := range s.repos {
		if fmt.Sprint(r.id) == number {
			path = "/repos/" + r.full()
			if more {
				path += "/" + rest
			}
		}
	}
	return path
}

// redirect sends a client that uses a repository's former name to its number.
func (c *call) redirect(r *repository) answer {
	_, rest, _ := strings.Cut(strings.TrimPrefix(c.r.URL.EscapedPath(), apiRoot+"/repos/"), "/")
	_, rest, more := strings.Cut(rest, "/")
	to := fmt.Sprintf("%s%s/repositories/%d", c.s.URL(), apiRoot, r.id)
	if more {
		to += "/" + rest
	}
	if c.r.URL.RawQuery != "" {
		to += "?" + c.r.URL.RawQuery
	}
	status := http.StatusMovedPermanently
	if isWrite(c.r.Method) {
		status = http.StatusTemporaryRedirect
	}
	a := answer{status: status, header: http.Header{"Location": {to}}}
	a.body = object{"message": "Moved Permanently", "url": to, "documentation_url": docs}
	return a
}

// admit checks the credential.
func (s *Server) admit(c *call) *answer {
	secret := credentialOf(c.r)
	if secret == "" {
		a := c.refuse(http.StatusUnauthorized, "Requires authentication")
		return &a
	}
	if c.route.need.as == byApp {
		found, complaint := s.appOf(secret)
		if complaint != "" {
			a := c.refuse(http.StatusUnauthorized, complaint)
			return &a
		}
		c.app, c.actor = found, found.bot
		return nil
	}
	if c.token = s.identify(secret); c.token == nil {
		a := c.refuse(http.StatusUnauthorized, "Bad credentials")
		return &a
	}
	if c.token.app != nil && !c.token.app.suspended.IsZero() {
		a := c.refuse(http.StatusForbidden, "This installation has been suspended")
		return &a
	}
	c.actor = c.token.owner
	return nil
}

// credentialOf reads the secret of a request, however it was sent.
func credentialOf(r *http.Request) string {
	if _, password, basic := r.BasicAuth(); basic {
		return password
	}
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "token") || strings.EqualFold(scheme, "bearer") {
		return strings.TrimSpace(secret)
	}
	return ""
}

// permitted checks the token's rights and what its owner may do with the repository.
func (c *call) permitted() *answer {
	n := c.route.need
	if n.as == byApp || n.right == "" {
		return nil
	}
	public := c.repo != nil && !c.repo.o.Private && n.level == CanRead && !n.always
	right := c.token.may(n.right, n.level) || n.also != "" && c.aboutPull() && c.token.may(n.also, n.level)
	if c.repo != nil && !public {
		right = right && c.token.reaches(c.repo)
	}
	if !public && !right || c.repo != nil && c.token.permission(c.repo) < c.permissionNeeded() {
		a := c.refuse(http.StatusForbidden, c.token.refusal())
		return &a
	}
	if c.repo != nil && c.repo.o.Archived && isWrite(c.r.Method) {
		a := c.refuse(http.StatusForbidden, "Repository was archived so is read-only.")
		return &a
	}
	return nil
}

// permissionNeeded is what the account must have; an App is judged by its rights.
func (c *call) permissionNeeded() Permission {
	if c.token.app != nil && c.token.reaches(c.repo) {
		return None
	}
	return c.route.need.atRepo
}

// aboutPull says whether the right for pull requests does as well as that for
// issues: it does for labels, and for whatever hangs on a pull request.
func (c *call) aboutPull() bool {
	if n, named := c.vars["issue_number"]; named {
		number, _ := strconv.Atoi(n)
		return c.repo.pull(number) != nil
	}
	if _, named := c.vars["comment_id"]; named {
		found := c.repo.comment(int64(c.number("comment_id")))
		return found != nil && found.issue.pull != nil
	}
	return true
}

// number reads a parameter that holds a number.
func (c *call) number(name string) int {
	n, _ := strconv.Atoi(c.vars[name])
	return n
}

// read decodes the request's body.
func (c *call) read(into any) bool {
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return true
	}
	return json.Unmarshal(c.raw, into) == nil
}
