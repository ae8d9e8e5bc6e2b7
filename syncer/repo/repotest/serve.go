package repotest

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/cgi"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
)

// ServeOptions says what a server asks of its clients.
type ServeOptions struct {
	User, Password string
	// RequireAuth answers 401 to everybody else. Without it anybody may read and
	// write.
	RequireAuth bool
	// Around, if set, stands between clients and repositories, so that a test can
	// have the server misbehave.
	Around func(repositories http.Handler) http.Handler
}

// Server serves bare repositories by smart HTTP, as a forge does.
type Server struct {
	http *httptest.Server

	mu       sync.Mutex
	requests []Request
}

// Request is what a client asked for.
type Request struct {
	Method, Path  string
	Authorization string // the header as it came
	Status        int
}

// Serve starts a loopback server for the repositories in dirs, which ends with the
// test. Each is found under the last part of its path.
func Serve(t TB, o ServeOptions, dirs ...string) *Server {
	t.Helper()
	s := &Server{}
	mux := http.NewServeMux()
	for _, dir := range dirs {
		abs, err := filepath.Abs(dir)
		if err != nil {
			t.Fatalf("serve %s: %v", dir, err)
		}
		mux.Handle("/"+filepath.Base(abs)+"/", Backend(t, abs))
	}
	repositories := http.Handler(mux)
	if o.Around != nil {
		repositories = o.Around(mux)
	}
	s.http = httptest.NewServer(s.guard(o, repositories))
	t.Cleanup(s.http.Close)
	return s
}

// URL returns the address of a repository that is served.
func (s *Server) URL(dir string) string { return s.http.URL + "/" + filepath.Base(dir) }

// Requests returns what clients asked for so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// guard checks the token and keeps the log.
func (s *Server) guard(o ServeOptions, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := Request{Method: r.Method, Path: r.URL.Path, Authorization: r.Header.Get("Authorization"), Status: http.StatusOK}
		user, password, _ := r.BasicAuth()
		allowed := !o.RequireAuth || user == o.User && password == o.Password
		if !allowed {
			seen.Status = http.StatusUnauthorized
		}
		s.mu.Lock()
		s.requests = append(s.requests, seen)
		s.mu.Unlock()
		if !allowed {
			w.Header().Set("WWW-Authenticate", `Basic realm="forge"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Backend runs git http-backend for the repository in dir, an absolute path; it is
// found under the last part of that. hidden are refs, or their beginnings, that
// clients see and may not push.
func Backend(t TB, dir string, hidden ...string) http.Handler {
	t.Helper()
	env := append(Env(),
		"GIT_PROJECT_ROOT="+filepath.Dir(dir), "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=ada",
		fmt.Sprintf("GIT_CONFIG_COUNT=%d", 1+len(hidden)), "GIT_CONFIG_KEY_0=http.receivepack", "GIT_CONFIG_VALUE_0=true")
	for i, ref := range hidden {
		env = append(env, fmt.Sprintf("GIT_CONFIG_KEY_%d=receive.hideRefs", i+1), fmt.Sprintf("GIT_CONFIG_VALUE_%d=%s", i+1, ref))
	}
	h := &cgi.Handler{
		Path:   filepath.Join(strings.TrimSpace(run(t, nil, "--exec-path")), "git-http-backend"),
		Root:   "/",
		Env:    env,
		Stderr: io.Discard,
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// CGI wants to know the length; git sends large bodies in chunks.
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		h.ServeHTTP(w, r)
	})
}
