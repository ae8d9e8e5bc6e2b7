package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/reports/web"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

func page(s web.Source) http.Handler {
	return web.New(web.Config{Source: s, Clock: clockwork.NewFakeClockAt(now), Log: zap.NewNop(), Title: "Forks of Aux"})
}

func get(h http.Handler, path string) *httptest.ResponseRecorder { return ask(h, "GET", path) }

func ask(h http.Handler, method, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

var style = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

func TestPagesReadAsIntended(t *testing.T) {
	t.Parallel()
	h, none := page(exampleSource()), page(source{})
	for name, w := range map[string]*httptest.ResponseRecorder{
		"index":         get(h, "/"),
		"index-empty":   get(none, "/"),
		"track-holding": get(h, "/nixpkgs/aux-unstable"),
		"track-stopped": get(h, "/nixpkgs/aux-next"),
		"track-found":   get(h, "/nixpkgs/aux-26-05"),
		"track-failing": get(h, "/nix/aux-2-30"),
		"not-found":     get(h, "/nixpkgs/other"),
		"unavailable":   get(page(source{err: errors.New("secret detail")}), "/"),
	} {
		got := style.ReplaceAll(w.Body.Bytes(), []byte("<style></style>"))
		file := filepath.Join("testdata", name+".html")
		if *update {
			if err := os.WriteFile(file, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("differs from %s; -update rewrites it. Got:\n%s", file, got)
		}
	}
}

// everyPath has each kind of page.
var everyPath = []string{"/", "/nixpkgs/aux-unstable", "/nixpkgs/aux-26-05", "/nix/aux-2-30", "/status.json", "/healthz", "/other", "/a/b/c"}

func TestEveryAnswerHasTheSameStrictHeaders(t *testing.T) {
	t.Parallel()
	h := page(exampleSource())
	want := map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'sha256-" + styleHash(get(h, "/").Body.String()) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
	}
	answers := map[string]*httptest.ResponseRecorder{"POST": ask(h, "POST", "/"), "503": get(page(source{err: io.EOF}), "/")}
	for _, path := range everyPath {
		answers[path] = get(h, path)
	}
	for name, w := range answers {
		for header, value := range want {
			if got := w.Header().Get(header); got != value {
				t.Errorf("%s: %s is %q, want %q", name, header, got, value)
			}
		}
		if w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s sets a cookie", name)
		}
	}
}

func TestOnlyReadingIsAllowed(t *testing.T) {
	t.Parallel()
	h := page(exampleSource())
	for _, method := range []string{"POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "FETCH"} {
		for _, path := range everyPath {
			w := ask(h, method, path)
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
				t.Errorf("%s %s: %d, Allow %q", method, path, w.Code, w.Header().Get("Allow"))
			}
		}
	}
}

func TestHEADGivesTheHeadersOfGETAlone(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(page(exampleSource()))
	defer server.Close()
	for _, path := range everyPath {
		full, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(full.Body)
		full.Body.Close()
		head, err := http.Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		head.Body.Close()
		if head.StatusCode != full.StatusCode || head.ContentLength != int64(len(body)) || head.Header.Get("Content-Type") != full.Header.Get("Content-Type") {
			t.Errorf("%s: HEAD %d, %d bytes; GET %d, %d bytes", path, head.StatusCode, head.ContentLength, full.StatusCode, len(body))
		}
	}
}

func TestUnknownPagesSayTheWayBack(t *testing.T) {
	t.Parallel()
	h := page(exampleSource())
	for path, back := range map[string]string{
		"/x": "./", "/nixpkgs/x": "./../", "/nixpkgs/aux-unstable/": "./../../", "/a/b/c": "./../../", "/a%2Fb/c": "./../",
		"/nixpkgs/%3Cscript%3E": "./../",
	} {
		w := get(h, path)
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `<a href="`+back+`">`) {
			t.Errorf("%s: %d, want 404 and a link to %s:\n%s", path, w.Code, back, w.Body)
		}
	}
}

func TestStoppedAndFailingTracksComeFirst(t *testing.T) {
	t.Parallel()
	var order []string
	for _, m := range regexp.MustCompile(`<article class="card (\w+)">\s*<h2><a href="([^"]*)"`).FindAllStringSubmatch(get(page(exampleSource()), "/").Body.String(), -1) {
		order = append(order, m[1]+" "+m[2])
	}
	want := "bad ./nixpkgs/aux-next, bad ./nix/aux-2-30, bad ./nix/aux-2-31, warn ./nixpkgs/aux-small, warn ./nixpkgs/aux-unstable, warn ./nixpkgs/aux-26-05, good ./nix/aux-main"
	if got := strings.Join(order, ", "); got != want {
		t.Errorf("order is %s\nwant     %s", got, want)
	}
}

func TestStatusJSONIsTheOverview(t *testing.T) {
	t.Parallel()
	s := exampleSource()
	w := get(page(s), "/status.json")
	want, err := json.Marshal(s.overview)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.TrimSuffix(w.Body.String(), "\n"); got != string(want) || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("%s: %s\nwant %s", w.Header().Get("Content-Type"), got, want)
	}
}

func TestAPageIsBounded(t *testing.T) {
	t.Parallel()
	s := exampleSource()
	list := s.patches["nixpkgs/aux-unstable"]
	for i := range 700 {
		list.Patches = append(list.Patches, forks.Patch{ID: forks.PatchID(fmt.Sprintf("p%010d", i+100)), Subject: strings.Repeat("long ", 1000)})
		s.conflicts.Conflicts = append(s.conflicts.Conflicts, s.conflicts.Conflicts[0])
		s.overview.Tracks = append(s.overview.Tracks, s.overview.Tracks[0])
	}
	s.patches["nixpkgs/aux-unstable"] = list
	s.conflicts.Conflicts[0].Conflict.Files = make([]forks.ConflictFile, 700)
	for path, wants := range map[string][]string{
		"/":                     {"207 more tracks are not shown"},
		"/nixpkgs/aux-unstable": {"205 more are not shown here; <code>auxsync patches", "604 more conflicts are not shown", "<li>and 680 more</li>", "705 patches, oldest first"},
	} {
		body := get(page(s), path).Body.String()
		for _, want := range wants {
			if !strings.Contains(body, want) {
				t.Errorf("%s does not say %q", path, want)
			}
		}
		if len(body) > 1<<20 {
			t.Errorf("%s has %d bytes", path, len(body))
		}
	}
}

func TestASourceThatFailsIsToldWithoutItsError(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	s := exampleSource()
	s.err = errors.New("open /var/lib/secret: no")
	h := web.New(web.Config{Source: s, Clock: clockwork.NewFakeClockAt(now), Log: zap.New(core)})
	for i, path := range []string{"/", "/nixpkgs/aux-unstable", "/status.json", "/healthz"} {
		w := get(h, path)
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		if logs.Len() != i+1 {
			t.Errorf("%s: %d lines in the log, want %d", path, logs.Len(), i+1)
		}
	}
}

func TestWhoGoesAwayIsNoTrouble(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.DebugLevel)
	h := web.New(web.Config{Source: source{hangs: true}, Clock: clockwork.NewFakeClockAt(now), Log: zap.New(core)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if logs.Len() != 0 {
		t.Errorf("logged: %v", logs.All())
	}
}

func TestASourceThatHangsIsAnsweredAfterTenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := get(page(source{hangs: true}), "/healthz")
		if took := time.Since(start); took != 10*time.Second || w.Code != http.StatusServiceUnavailable {
			t.Errorf("%d after %s", w.Code, took)
		}
	})
}

func TestPagesAreWellFormed(t *testing.T) {
	t.Parallel()
	h := page(exampleSource())
	for _, path := range everyPath {
		w := get(h, path)
		if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			wellFormed(t, path, w.Body.String())
		}
	}
}

// wellFormed checks that body is XML with one h1, unique ids, and nothing that
// runs, loads or styles beside the page's own style.
func wellFormed(t interface{ Fatalf(string, ...any) }, name, body string) {
	d := xml.NewDecoder(strings.NewReader(style.ReplaceAllString(body, "")))
	headings, ids := 0, map[string]bool{}
	for {
		token, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v in\n%s", name, err, body)
		}
		e, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "h1":
			headings++
		case "script", "link", "img", "iframe", "object", "form", "base", "style", "svg":
			t.Fatalf("%s has an element %s", name, e.Name.Local)
		}
		for _, a := range e.Attr {
			switch {
			case strings.HasPrefix(a.Name.Local, "on"), a.Name.Local == "style", a.Name.Local == "src":
				t.Fatalf("%s: %s has an attribute %s", name, e.Name.Local, a.Name.Local)
			case a.Name.Local == "id" && ids[a.Value]:
				t.Fatalf("%s: two elements have the id %s", name, a.Value)
			case a.Name.Local == "id":
				ids[a.Value] = true
			case a.Name.Local == "href" && strings.Contains(a.Value, ":") && !strings.HasPrefix(a.Value, "https://github.com/NixOS/nixpkgs/commit/"):
				t.Fatalf("%s links to %s", name, a.Value)
			}
		}
	}
	if headings != 1 {
		t.Fatalf("%s has %d h1", name, headings)
	}
}

// The words that this package looks for are those of forks.Health.
func TestHealthWordsAreKnown(t *testing.T) {
	t.Parallel()
	long := forks.Health{}.Good(now.Add(-10 * time.Hour))
	for words, wants := range map[string][2]string{
		long.Words(now, time.Hour):                            {"bad", "503"},
		forks.Health{}.Words(now, time.Hour):                  {"good", "503"},
		forks.Health{}.Bad(now, "x").Words(now, time.Hour):    {"bad", "200"},
		forks.Health{}.Good(now).Words(now, time.Hour):        {"good", "200"},
		long.Bad(now, "").Good(now).Words(now, 100*time.Hour): {"good", "200"},
	} {
		s := source{overview: reports.Overview{At: now, Tracks: []reports.TrackStatus{{Fork: "f", Track: "t", Phase: reports.Following, Health: words}}}}
		if body := get(page(s), "/").Body.String(); !strings.Contains(body, `class="card `+wants[0]+`"`) {
			t.Errorf("%q is not %s on the page", words, wants[0])
		}
		if w := get(page(s), "/healthz"); fmt.Sprint(w.Code) != wants[1] {
			t.Errorf("%q: %d, want %s", words, w.Code, wants[1])
		}
	}
}
