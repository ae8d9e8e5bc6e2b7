package githubtest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// serveGit lets git fetch and push, as GitHub does: by token, as the user of any
// name.
func (s *Server) serveGit(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client went away
	}
	seen := &statusWriter{ResponseWriter: w, status: http.StatusOK}
	owner, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	name, rest, _ := strings.Cut(rest, "/")
	push := rest == "git-receive-pack" || r.URL.Query().Get("service") == "git-receive-pack"
	s.gitRequest(seen, r, gitCall{repo: owner + "/" + strings.TrimSuffix(name, ".git"), rest: rest, push: push, body: body})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, Request{
		Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Status: seen.status, Git: true, Write: rest == "git-receive-pack",
	})
}

// gitCall is a request of git.
type gitCall struct {
	repo, rest string
	push       bool
	body       []byte
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (s *Server) gitRequest(w http.ResponseWriter, r *http.Request, g gitCall) {
	s.mu.Lock()
	repo, moved := s.repository(g.repo)
	c, status, why := s.gitAllowed(r, repo, g.push)
	s.mu.Unlock()
	if why != "" {
		if status == http.StatusUnauthorized {
			w.Header().Set("WWW-Authenticate", `Basic realm="GitHub"`)
		}
		http.Error(w, why, status)
		return
	}
	if moved {
		to := s.GitURL(repo.full()) + "/" + g.rest
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusMovedPermanently)
		return
	}
	if g.push && g.rest == "git-receive-pack" {
		s.receive(w, r, c, g.body)
		return
	}
	repo.backend(w, r, g.rest, g.body)
}

// backend hands a request to git http-backend.
func (r *repository) backend(w http.ResponseWriter, in *http.Request, rest string, body []byte) {
	out := in.Clone(in.Context())
	out.URL.Path, out.URL.RawPath = "/"+r.dir[strings.LastIndex(r.dir, "/")+1:]+"/"+rest, ""
	out.Body = io.NopCloser(bytes.NewReader(body))
	out.Header.Del("Authorization")
	r.git.ServeHTTP(w, out)
}

// gitAllowed decides about a fetch or a push; why is what git shows as "remote:". The
// caller holds the lock.
func (s *Server) gitAllowed(r *http.Request, repo *repository, push bool) (c *call, status int, why string) {
	c = &call{s: s, r: r, now: s.now(), repo: repo}
	secret := credentialOf(r)
	if secret != "" {
		c.token = s.identify(secret)
		if c.token == nil {
			return nil, http.StatusUnauthorized, "Invalid username or token. Password authentication is not supported for Git operations."
		}
		c.actor = c.token.owner
		if c.token.app != nil && !c.token.app.suspended.IsZero() {
			return nil, http.StatusForbidden, "This installation has been suspended"
		}
	}
	reads := repo != nil && (!repo.o.Private ||
		c.token != nil && c.token.reaches(repo) && c.token.permission(repo) >= Read && c.token.may("contents", CanRead))
	switch {
	case c.token == nil && (push || !reads):
		return nil, http.StatusUnauthorized, "Authentication required"
	case !reads:
		return nil, http.StatusNotFound, "Repository not found."
	case push && repo.o.Archived:
		return nil, http.StatusForbidden, "This repository was archived so it is read-only."
	case push && (!c.token.reaches(repo) || !c.token.may("contents", CanWrite)):
		return nil, http.StatusForbidden, "Write access to repository not granted."
	case push && c.token.permission(repo) < Write:
		return nil, http.StatusForbidden, fmt.Sprintf("Permission to %s.git denied to %s.", repo.full(), c.actor.login)
	}
	return c, 0, ""
}
