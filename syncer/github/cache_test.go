package github

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
)

// shelf is a cache of one entry.
type shelf struct {
	key, etag string
	body      []byte
	puts      int
}

func (s *shelf) Get(_ context.Context, key string) (string, []byte, bool) {
	return s.etag, s.body, key == s.key
}

func (s *shelf) Put(_ context.Context, key, etag string, body []byte) {
	s.key, s.etag, s.body, s.puts = key, etag, body, s.puts+1
}

// origin answers with a body and its tag, or 304 to who has that.
type origin struct {
	body, link string
	asked      []string // the tags that were asked with
}

func (o *origin) RoundTrip(r *http.Request) (*http.Response, error) {
	o.asked = append(o.asked, r.Header.Get("If-None-Match"))
	resp := &http.Response{StatusCode: 200, Header: http.Header{"Etag": {`"t"`}, "Link": {o.link}}, Body: io.NopCloser(strings.NewReader(o.body))}
	if r.Header.Get("If-None-Match") == `"t"` {
		resp.StatusCode, resp.Header, resp.Body = 304, http.Header{}, http.NoBody
	}
	return resp, nil
}

func get(t *testing.T, r *remembering, url, accept string) (status int, link, body string) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	req.Header.Set("Authorization", "Bearer canary")
	resp, err := r.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Link"), string(text)
}

func TestAnAnswerThatHasNotChangedComesFromTheCache(t *testing.T) {
	t.Parallel()
	cache, o := &shelf{}, &origin{body: `{"a":1}`, link: `<x>; rel="next"`}
	r := &remembering{next: o, cache: cache}
	for range 2 {
		if status, link, body := get(t, r, "https://x/1", "a"); status != 200 || link != o.link || body != o.body {
			t.Errorf("%d %q %q", status, link, body)
		}
	}
	get(t, r, "https://x/1", "b")
	if strings.Join(o.asked, " ") != ` "t" ` {
		t.Errorf("asked with %q", o.asked)
	}
	if strings.Contains(cache.key+string(cache.body), "canary") {
		t.Errorf("the token is kept: %+v", cache)
	}
}

func TestWhatIsKeptAndDamagedIsAskedForAgain(t *testing.T) {
	t.Parallel()
	cache, o := &shelf{}, &origin{body: `{"a":1}`}
	r := &remembering{next: o, cache: cache}
	get(t, r, "https://x/1", "a")
	cache.body = cache.body[:4]
	if status, _, body := get(t, r, "https://x/1", "a"); status != 200 || body != o.body || o.asked[1] != "" {
		t.Errorf("%d %q %q", status, body, o.asked)
	}
}

func TestAnAnswerWithATokenInsideIsNotKept(t *testing.T) {
	t.Parallel()
	for body, kept := range map[string]int{
		`{"temp_clone_token": "canary"}`:             0,
		`{"temp_clone_token":""}`:                    1,
		`{"temp_clone_token":null}`:                  1,
		`no json`:                                    0,
		`["` + strings.Repeat("x", maxCached) + `"]`: 0,
	} {
		cache := &shelf{}
		get(t, &remembering{next: &origin{body: body}, cache: cache}, "https://x/1", "a")
		if cache.puts != kept {
			t.Errorf("%.40s: kept %d times", body, cache.puts)
		}
	}
}
