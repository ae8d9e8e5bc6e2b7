package browsertest

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
)

var (
	browser = flag.Bool("browser", false, "fail where Chromium or axe-core is missing, instead of leaving out what they look at")
	axe     = flag.String("axe", "", "path of axe-core's axe.min.js")
)

// What this browser does not find is no proof that pages are good.
func TestABadPageIsFoundOut(t *testing.T) {
	program, err := exec.LookPath("chromium")
	switch {
	case *browser && (err != nil || *axe == ""):
		t.Fatalf("Chromium or axe-core is missing: %v, -axe %q", err, *axe)
	case err != nil:
		t.Skip("there is no chromium to look at pages with")
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html><head><title>bad</title></head><body>
			<p style="width: 500px">wide</p><img src="/picture.png">
			<svg width="100" height="40"><text x="0" y="20" font-size="8">small</text><text x="80" y="30">cut off</text><text x="2" y="20">over</text></svg>
			<script>console.log("a word")</script></body></html>`))
	}))
	defer server.Close()
	b := Open(t, Options{Program: program, Axe: *axe})
	found := strings.Join(b.findings(t, server.URL+"/", look{360, "light"}), "\n")
	want := []string{"the page is 508 px wide on a screen of 360", "reaches over the edge", "asks the network for " + server.URL + "/picture.png", "is 8 px small", "is cut off: cut off", "lies on 'small'", "a word"}
	if *axe != "" {
		want = append(want, "(image-alt)", "(html-has-lang)")
	}
	for _, text := range want {
		if !strings.Contains(found, text) {
			t.Errorf("%q is not found in\n%s", text, found)
		}
	}
}
