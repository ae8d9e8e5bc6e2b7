// Command remote serves the bare repositories of the boot test by smart HTTP, as a
// forge does: anybody may read, and what belongs to the fork asks for the token.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cgi"
	"os"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/systemd"
)

const (
	address = "127.0.0.1:8080"
	folder  = "/srv/auxsync"
	// While this file is there nothing is answered, and each who waits is noted in
	// waiting.
	hold    = folder + "/hold"
	waiting = folder + "/waiting"
	program = "/usr/lib/git-core/git-http-backend"
)

func main() {
	token, err := os.ReadFile("/etc/auxsync/credentials/nix-token")
	if err != nil {
		fail(err)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		fail(err)
	}
	if err := systemd.NewNotifier(os.Getenv).Ready("serving " + folder); err != nil {
		fail(err)
	}
	fail(http.Serve(l, guard(strings.TrimSpace(string(token)), http.HandlerFunc(backend))))
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "remote:", err)
	os.Exit(1)
}

// guard asks for the token, and holds who comes while hold is there.
func guard(token string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, password, _ := r.BasicAuth(); strings.HasPrefix(r.URL.Path, "/fork.git/") && password != token {
			w.Header().Set("WWW-Authenticate", `Basic realm="forge"`)
			http.Error(w, "who are you?", http.StatusUnauthorized)
			return
		}
		for held(r) {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
		next.ServeHTTP(w, r)
	})
}

// held reports whether requests have to wait, and notes that this one does.
func held(r *http.Request) bool {
	if _, err := os.Stat(hold); err != nil {
		return false
	}
	if err := os.WriteFile(waiting, []byte(r.URL.Path+"\n"), 0o644); err != nil {
		fail(err)
	}
	return true
}

// backend runs git http-backend.
func backend(w http.ResponseWriter, r *http.Request) {
	// CGI wants to know the length; git sends large bodies in chunks.
	body, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
	h := &cgi.Handler{
		Path: program,
		Root: "/",
		Env: []string{"GIT_PROJECT_ROOT=" + folder, "GIT_HTTP_EXPORT_ALL=1", "REMOTE_USER=auxsync",
			"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=http.receivepack", "GIT_CONFIG_VALUE_0=true"},
	}
	h.ServeHTTP(w, r)
}
