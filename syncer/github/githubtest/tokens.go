package githubtest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Level is how far a right goes.
type Level int

// The levels of a right.
const (
	NoAccess Level = iota
	CanRead
	CanWrite
)

// Rights are what a fine-grained token, or an App, may do, by the names of GitHub:
// contents, pull_requests, issues, statuses, workflows, checks, members, actions,
// administration. Metadata may always be read.
type Rights map[string]Level

// AllRights are the rights that auxsync's documentation asks for.
func AllRights() Rights {
	return Rights{
		"contents": CanWrite, "pull_requests": CanWrite, "issues": CanWrite, "statuses": CanWrite, "workflows": CanWrite,
		"metadata": CanRead, "checks": CanRead, "members": CanRead,
	}
}

// Without returns the rights with one of them lowered to a level.
func (r Rights) Without(name string, down Level) Rights {
	next := Rights{}
	for n, l := range r {
		next[n] = l
	}
	next[name] = down
	return next
}

// token is what somebody shows to be let in.
type token struct {
	secret  string
	owner   *account
	rights  Rights
	app     *app // not nil: a token of its installation
	repos   []*repository
	expires time.Time // zero: never
	revoked bool
}

// Token makes a fine-grained token of somebody, for all repositories they can reach.
func (s *Server) Token(login string, rights Rights) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &token{secret: fmt.Sprintf("github_pat_%022d_%s", s.nextID(), strings.Repeat("x", 59)), owner: s.mustAccount(login), rights: rights}
	s.tokens[t.secret] = t
	return t.secret
}

// Revoke makes a token worthless.
func (s *Server) Revoke(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustToken(secret).revoked = true
}

// Expire makes a token worthless from a time on.
func (s *Server) Expire(secret string, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustToken(secret).expires = at
}

// SetRights changes what a token may do.
func (s *Server) SetRights(secret string, rights Rights) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustToken(secret).rights = rights
}

func (s *Server) mustToken(secret string) *token {
	t := s.tokens[secret]
	if t == nil {
		s.t.Fatalf("the token is none of this server")
	}
	return t
}

// identify finds the token of a secret; nil is a bad credential.
func (s *Server) identify(secret string) *token {
	t := s.tokens[secret]
	if t == nil || t.revoked || t.owner.gone || !t.expires.IsZero() && !s.clock.Now().Before(t.expires) {
		return nil
	}
	return t
}

// may says whether the token has a right; the account's own permission is asked for
// elsewhere.
func (t *token) may(right string, at Level) bool {
	if right == "metadata" && at <= CanRead {
		return true
	}
	return t.rights[right] >= at
}

// reaches says whether the token is for a repository at all.
func (t *token) reaches(r *repository) bool {
	return t.app == nil || slices.Contains(t.repos, r)
}

// permission is what the token's owner may do with the repository. An App has no
// permission but its rights.
func (t *token) permission(r *repository) Permission {
	switch {
	case t.app == nil:
		return r.permission(t.owner)
	case t.reaches(r):
		return Write
	case r.o.Private:
		return None
	}
	return Read
}

// who names the quota a token draws from.
func (t *token) who() string {
	if t.app != nil {
		return fmt.Sprintf("installation %d", t.app.installation)
	}
	return t.owner.login
}

// refusal is GitHub's wording for a right that is missing.
func (t *token) refusal() string {
	if t.app != nil {
		return "Resource not accessible by integration"
	}
	return "Resource not accessible by personal access token"
}
