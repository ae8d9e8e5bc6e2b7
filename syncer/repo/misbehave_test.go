package repo_test

import (
	"bytes"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// atFetch hands what the server would answer to a fetch, the pack included, to
// send. All else is answered as usual.
func atFetch(send func(w http.ResponseWriter, r *http.Request, answer []byte)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if !bytes.Contains(body, []byte("command=fetch")) {
				next.ServeHTTP(w, r)
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			maps.Copy(w.Header(), answer.Header())
			send(w, r, answer.Body.Bytes())
		})
	}
}

// always has every request answered by send.
func always(send http.HandlerFunc) func(http.Handler) http.Handler {
	return func(http.Handler) http.Handler { return send }
}

// flush sends what was written so far.
func flush(w http.ResponseWriter) { _ = http.NewResponseController(w).Flush() }

// reset breaks the connection.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// halfThenHang sends half of the answer, says so, and then nothing until the client
// goes away.
func halfThenHang(sent chan<- struct{}) func(http.Handler) http.Handler {
	return atFetch(func(w http.ResponseWriter, r *http.Request, answer []byte) {
		_, _ = w.Write(answer[:len(answer)/2])
		flush(w)
		sent <- struct{}{}
		<-r.Context().Done()
	})
}

// serveUpstream gives b's upstream a commit that is no small one and serves it.
func serveUpstream(t *testing.T, b *bench, around func(http.Handler) http.Handler) *repo.Remote {
	t.Helper()
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n", "big": noise(1 << 20)})
	server := repotest.Serve(t, repotest.ServeOptions{Around: around}, b.up.Dir)
	return remote(t, b.git, repo.Access{URL: server.URL(b.up.Dir), Transports: []string{"http"}})
}

var mainSpec = []repo.FetchSpec{{From: "refs/heads/main", To: "refs/auxsync/up/main"}}
