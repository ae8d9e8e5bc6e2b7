package github

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
)

// Cache keeps answers under keys, which hold no secret. What it keeps must last; what
// it loses costs a request. Its methods may be called by several goroutines; a cache
// that fails tells its own log, and forgets.
type Cache interface {
	// Get returns what was put last.
	Get(ctx context.Context, key string) (etag string, body []byte, ok bool)
	// Put replaces what is kept. It must not keep the slice.
	Put(ctx context.Context, key, etag string, body []byte)
}

// maxCached is the largest answer that is kept.
const maxCached = 4 << 20

// remembering asks whether an answer has changed, instead of asking for it again:
// GitHub does not count those that have not.
type remembering struct {
	next  http.RoundTripper
	cache Cache
}

func (r *remembering) RoundTrip(req *http.Request) (*http.Response, error) {
	if r.cache == nil || req.Method != http.MethodGet {
		return r.next.RoundTrip(req)
	}
	key := req.Header.Get("Accept") + " " + req.URL.String()
	etag, stored, ok := r.cache.Get(req.Context(), key)
	link, body, sound := unpack(stored)
	if ok && etag != "" && sound {
		req = req.Clone(req.Context())
		req.Header.Set("If-None-Match", etag)
	}
	resp, err := r.next.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case resp.StatusCode == http.StatusNotModified && req.Header.Get("If-None-Match") != "":
		resp.StatusCode, resp.Status = http.StatusOK, "200 OK"
		resp.Header.Set("Link", link)
		resp.Body = io.NopCloser(bytes.NewReader(body))
	case resp.StatusCode == http.StatusOK && resp.Header.Get("ETag") != "":
		err = r.keep(req.Context(), key, resp)
	}
	return resp, err
}

// keep stores an answer if it may be stored.
func (r *remembering) keep(ctx context.Context, key string, resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if len(body) <= maxCached && json.Valid(body) && !secretInside.Match(body) {
		r.cache.Put(ctx, key, resp.Header.Get("ETag"), append([]byte(resp.Header.Get("Link")+"\n"), body...))
	}
	return nil
}

// secretInside finds the tokens that GitHub puts into some answers, such as that
// about a private repository.
var secretInside = regexp.MustCompile(`_token"\s*:\s*"[^"]`)

// unpack splits what was stored: the links to other pages, a newline, the body.
func unpack(stored []byte) (link string, body []byte, sound bool) {
	before, body, found := bytes.Cut(stored, []byte("\n"))
	return string(before), body, found && json.Valid(body)
}
