package githubtest_test

import (
	"context"
	"fmt"
	"math/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// ends is a test that can end without ending this one.
type ends struct {
	said    string
	cleanup []func()
}

func (e *ends) Helper()          {}
func (e *ends) Cleanup(f func()) { e.cleanup = append(e.cleanup, f) }
func (e *ends) Fatalf(format string, args ...any) {
	e.said = fmt.Sprintf(format, args...)
	panic(e)
}

func (e *ends) finish() {
	defer func() { _ = recover() }()
	for _, f := range e.cleanup {
		f()
	}
}

func TestEachFaultDoesItsWorkOrNot(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		fault  githubtest.Fault
		done   bool
		status int // 0: no whole answer
		text   string
	}{
		{githubtest.Fault{Kind: githubtest.DroppedBefore}, false, 0, ""},
		{githubtest.Fault{Kind: githubtest.DroppedAfter}, true, 0, ""},
		{githubtest.Fault{Kind: githubtest.TruncatedAnswer}, true, 0, ""},
		{githubtest.Fault{Kind: githubtest.GarbledAnswer}, true, 201, `"hel`},
		{githubtest.Fault{Kind: githubtest.EmptyAnswer}, true, 200, ""},
		{githubtest.Fault{Kind: githubtest.BadGatewayBefore}, false, 502, "<html>"},
		{githubtest.Fault{Kind: githubtest.BadGatewayAfter}, true, 502, "<html>"},
		{githubtest.Fault{Kind: githubtest.ErrorBefore}, false, 500, ""},
		{githubtest.Fault{Kind: githubtest.UnavailableBefore}, false, 503, ""},
		{githubtest.Fault{Kind: githubtest.ForbiddenBefore}, false, 403, "secondary rate limit"},
		{githubtest.Fault{Kind: githubtest.TooManyBefore, RetryAfter: time.Minute}, false, 429, ""},
		{githubtest.Fault{Kind: githubtest.RedirectSame}, false, 301, ""},
		{githubtest.Fault{Kind: githubtest.RedirectOther}, false, 301, ""},
	} {
		t.Run(fmt.Sprint(c.fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.FaultTimes(1, func(r *http.Request) bool { return r.Method == "POST" }, c.fault)
			got, err := w.try("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "main"})
			if (err != nil) != (c.status == 0) || c.status != 0 && (got.status != c.status || !strings.Contains(got.text, c.text)) {
				t.Errorf("got %v, %d %s", err, got.status, got.text)
			}
			if retry := got.header.Get("Retry-After"); (retry != "") != (c.fault.RetryAfter > 0) {
				t.Errorf("Retry-After %q", retry)
			}
			if done := len(w.Pulls(repo)) == 1; done != c.done {
				t.Errorf("done: %v", done)
			}
			if c.fault.Kind == githubtest.RedirectSame {
				w.want(w.do("GET", strings.Replace(got.header.Get("Location"), "/pulls", "", 1), nil), 200, "acme/pkgs")
			}
			if c.fault.Kind == githubtest.RedirectOther {
				w.do("GET", got.header.Get("Location"), nil)
				if found := w.TakeViolations(); len(found) != 1 || !strings.Contains(found[0], "another host") {
					t.Errorf("got %q", found)
				}
			}
		})
	}
}

func TestASlowRequestWaitsForItsRelease(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	held := make(chan struct{})
	w.SetFaults(func(r *http.Request) githubtest.Fault {
		if r.Method != "POST" {
			return githubtest.Fault{}
		}
		close(held)
		return githubtest.Fault{Kind: githubtest.Slow}
	})
	done := make(chan int)
	go func() {
		got, _ := w.try("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "main"})
		done <- got.status
	}()
	<-held
	if n := len(w.Pulls(repo)); n != 0 {
		t.Errorf("%d pull requests while it is held", n)
	}
	w.Release()
	if status := <-done; status != 201 {
		t.Errorf("status %d", status)
	}
	w.SetFaults(func(*http.Request) githubtest.Fault { return githubtest.Fault{Kind: githubtest.Slow} })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, "GET", w.APIURL()+"rate_limit", nil)
	if err != nil {
		t.Fatal(err)
	}
	if res, err := http.DefaultClient.Do(r); err == nil {
		res.Body.Close()
		t.Error("the request was answered")
	}
}

func TestTheSameSeedGivesTheSameFaults(t *testing.T) {
	t.Parallel()
	draw := func() (kinds []githubtest.Fault) {
		plan := githubtest.RandomFaults(rand.New(rand.NewSource(4)), 5, githubtest.EveryFault()...)
		for range 1000 {
			kinds = append(kinds, plan(nil))
		}
		return kinds
	}
	a, b := draw(), draw()
	faulty := 0
	for i := range a {
		if a[i] != b[i] {
			t.Fatalf("%d: %v and %v", i, a[i], b[i])
		}
		if a[i].Kind != githubtest.NoFault {
			faulty++
		}
	}
	if faulty < 150 || faulty > 250 {
		t.Errorf("%d of 1000", faulty)
	}
}

func TestWhatGitHubWouldNotTakeIsAViolation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	for _, c := range []struct {
		method, path string
		body         any
		want         string
	}{
		{"POST", "/repos/acme/pkgs/issues/1/comments", object{"body": "x", "text": "y"}, "unknown field .text"},
		{"POST", "/repos/acme/pkgs/pulls/1/reviews", object{"event": "COMMENT", "body": "x", "comments": []object{
			{"path": "a", "line": 5, "body": "x", "colour": 1}}}, "unknown field .comments[0].colour"},
		{"PATCH", "/repos/acme/pkgs/pulls/1", object{"draft": true}, "unknown field .draft"},
		{"GET", "/repos/acme/pkgs/pulls?order=asc", nil, "unknown parameter order"},
		{"GET", "/repos/acme/pkgs/pulls?state=merged", nil, "state"},
		{"PATCH", "/repos/acme/pkgs/issues/1", object{"state": "done"}, "state"},
		{"GET", "/repos/acme/pkgs/nothing", nil, "no such operation"},
		{"DELETE", "/repos/acme/pkgs/issues/1/labels/a/b", nil, "no such operation"},
	} {
		w.do(c.method, c.path, c.body)
		if found := w.TakeViolations(); len(found) != 1 || !strings.Contains(found[0], c.want) {
			t.Errorf("%s %s: got %q, want %q", c.method, c.path, found, c.want)
		}
	}
}

func TestViolationsFailTheTestAtItsEnd(t *testing.T) {
	t.Parallel()
	ended := &ends{}
	s := githubtest.New(ended, githubtest.Options{})
	res, err := http.Get(s.APIURL() + "zen")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	ended.finish()
	if !strings.Contains(ended.said, "no such operation") {
		t.Errorf("got %q", ended.said)
	}
}
