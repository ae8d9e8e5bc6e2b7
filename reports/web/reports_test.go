package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/web"
)

// withReports is a page beside which dir holds the reports.
func withReports(dir string) http.Handler {
	return web.New(web.Config{Source: exampleSource(), Clock: clockwork.NewFakeClockAt(now), Log: zap.NewNop(),
		Reports: func() (*os.Root, error) { return os.OpenRoot(dir) }})
}

// shelf writes files below a new folder, which lies beside a file with a secret.
func shelf(t *testing.T, files ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "reports")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, "../secret.html") {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte("this is "+filepath.Base(name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestReportsAreServedAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	h := withReports(shelf(t, "index.html", "nixpkgs/latest.html", "nixpkgs/feed.xml", "nixpkgs/2026/2026-W47.md", "nixpkgs/2026/2026-W47.json"))
	for path, kind := range map[string]string{
		"/reports/":                              "text/html; charset=utf-8",
		"/reports/index.html":                    "text/html; charset=utf-8",
		"/reports/nixpkgs/latest.html":           "text/html; charset=utf-8",
		"/reports/nixpkgs/feed.xml":              "application/atom+xml; charset=utf-8",
		"/reports/nixpkgs/2026/2026-W47.md":      "text/markdown; charset=utf-8",
		"/reports/nixpkgs/2026/2026-W47.json":    "application/json",
		"/reports/nixpkgs//2026/./2026-W47.json": "",
	} {
		w := get(h, path)
		if kind == "" {
			if w.Code < 300 || w.Code > 308 {
				t.Errorf("%s: %d, want to be led to its clean form", path, w.Code)
			}
			continue
		}
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != kind || !strings.HasPrefix(w.Body.String(), "this is ") {
			t.Errorf("%s: %d, %q\n%s", path, w.Code, w.Header().Get("Content-Type"), w.Body)
		}
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'; style-src 'unsafe-inline'") || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", path, w.Header())
		}
		if head := ask(h, "HEAD", path); head.Code != http.StatusOK || head.Body.Len() > 0 || head.Header().Get("Content-Length") != w.Header().Get("Content-Length") {
			t.Errorf("HEAD %s: %d, %v", path, head.Code, head.Header())
		}
		if post := ask(h, "POST", path); post.Code != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, post.Code)
		}
	}
}

func TestAReportThatAReaderHasIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h := withReports(shelf(t, "nixpkgs/feed.xml"))
	first := get(h, "/reports/nixpkgs/feed.xml")
	r := httptest.NewRequest("GET", "/reports/nixpkgs/feed.xml", nil)
	r.Header.Set("If-Modified-Since", first.Header().Get("Last-Modified"))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	if w.Code != http.StatusNotModified || w.Body.Len() > 0 {
		t.Errorf("%d:\n%s", w.Code, w.Body)
	}
}

func TestOfReportsOnlyReportsAreServed(t *testing.T) {
	t.Parallel()
	dir := shelf(t, "index.html", "nixpkgs/latest.html", "nixpkgs/.latest.html.new", "nixpkgs/.hidden.html", "nixpkgs/notes.txt", "nixpkgs/2026/2026-W47.html", "other.html", ".git/config.json")
	for name, to := range map[string]string{
		"nixpkgs/out.html": "../../secret.html", "nixpkgs/absolute.html": "/etc/passwd", "nixpkgs/in.html": "latest.html",
		"nixpkgs/up": "../..", "linked": "nixpkgs", "nixpkgs/loop.html": "loop.html",
	} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "nixpkgs", "pipe.html"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "nixpkgs", "folder.html"), 0o755); err != nil {
		t.Fatal(err)
	}
	h := withReports(dir)
	for _, path := range []string{
		"/reports/nixpkgs/", "/reports/nixpkgs", "/reports/nixpkgs/2026", "/reports/nixpkgs/2026/", "/reports/other.html", "/reports/nixpkgs/missing.html",
		"/reports/nixpkgs/.latest.html.new", "/reports/nixpkgs/.hidden.html", "/reports/nixpkgs/notes.txt", "/reports/.git/config.json",
		"/reports/nixpkgs/out.html", "/reports/nixpkgs/absolute.html", "/reports/nixpkgs/in.html", "/reports/nixpkgs/loop.html",
		"/reports/nixpkgs/up/secret.html", "/reports/linked/latest.html", "/reports/nixpkgs/pipe.html", "/reports/nixpkgs/folder.html",
		"/reports/%2e%2e/secret.html", "/reports/nixpkgs/%2e%2e%2f%2e%2e%2fsecret.html", "/reports/nixpkgs/..%2f..%2fsecret.html",
		"/reports/nixpkgs/..%5c..%5csecret.html", "/reports/nixpkgs/x%00.html", "/reports/nixpkgs/a/b/c.html", "/reports/%2Fetc/x.html",
	} {
		w := get(h, path)
		for range 3 {
			if w.Code < 300 || w.Code > 308 {
				break
			}
			w = get(h, w.Header().Get("Location"))
		}
		if w.Code != http.StatusNotFound || strings.Contains(w.Body.String(), "this is ") {
			t.Errorf("%s: %d\n%s", path, w.Code, w.Body)
		}
	}
}

func TestTheOverviewLinksToReportsOnceThereIsOne(t *testing.T) {
	t.Parallel()
	link := `<a href="reports/">Weekly reports</a>`
	for name, c := range map[string]struct {
		h    http.Handler
		want bool
	}{
		"with one":           {withReports(shelf(t, "index.html")), true},
		"with none yet":      {withReports(shelf(t)), false},
		"without the folder": {withReports(filepath.Join(t.TempDir(), "none")), false},
		"kept nowhere":       {page(exampleSource()), false},
	} {
		w := get(c.h, "/")
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), link) != c.want {
			t.Errorf("%s: %d, link %t", name, w.Code, !c.want)
		}
		if w := get(c.h, "/reports/"); (w.Code == http.StatusOK) != c.want || !c.want && w.Code != http.StatusNotFound {
			t.Errorf("%s: /reports/ is %d", name, w.Code)
		}
	}
}

func TestAForkMayBeNamedReports(t *testing.T) {
	t.Parallel()
	s := exampleSource()
	s.add(forks.Track{Fork: "reports", Name: "aux-unstable"}, nil, nil)
	h := web.New(web.Config{Source: s, Clock: clockwork.NewFakeClockAt(now), Log: zap.NewNop(),
		Reports: func() (*os.Root, error) { return os.OpenRoot(shelf(t, "reports/latest.html")) }})
	if w := get(h, "/reports/aux-unstable"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Where it stands") {
		t.Errorf("its track: %d", w.Code)
	}
	if w := get(h, "/reports/reports/latest.html"); w.Code != http.StatusOK || w.Body.String() != "this is latest.html" {
		t.Errorf("its report: %d", w.Code)
	}
}
