package publish_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// topic is a topic of the forum.
type topic struct {
	id                        int
	title, raw, external, bys string
	category                  int
	deleted                   bool
}

func (t topic) slug() string {
	return strings.Trim(regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(t.title), "-"), "-")
}

// forum is a Discourse that is as strict as one: with the same ids, lengths, refusals and
// redirects. What a client does that it would not take fails the test.
type forum struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	topics   []topic
	requests []string
	below    string // the forum's folder on its host
	review   bool   // posts wait for a review
	plain    bool   // finds topics without a redirect
	scope    string // an action that the key may not do
	// fault is asked first; one that returns true has answered, or not. With done the work
	// is done before.
	fault func(w http.ResponseWriter, r *http.Request) bool
	done  bool
}

const (
	forumKey  = "k3y-canary-0123456789abcdef"
	forumUser = "auxsync"
)

func newForum(t *testing.T) *forum {
	t.Helper()
	f := &forum{t: t}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *forum) all() []topic {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.topics)
}

// asked returns the requests since the last call.
func (f *forum) asked() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := f.requests
	f.requests = nil
	return r
}

// set changes the forum.
func (f *forum) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

var externalForm = regexp.MustCompile(`^[\w-]{1,50}$`)

func (f *forum) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // a client that goes away is seen after that alone
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.requests = append(f.requests, r.Method+" "+r.URL.RequestURI())
	if strings.Contains(r.URL.RequestURI(), forumKey) {
		f.t.Errorf("the key is in the address %s", r.URL)
	}
	if f.fault != nil {
		answer := http.ResponseWriter(httptest.NewRecorder())
		if f.done {
			f.serve(answer, r)
		}
		if f.fault(w, r) {
			return
		}
	}
	f.serve(w, r)
}

func (f *forum) serve(w http.ResponseWriter, r *http.Request) {
	path, ok := strings.CutPrefix(r.URL.Path, f.below)
	external, finds := strings.CutPrefix(path, "/t/external_id/")
	switch {
	case !ok:
		f.refuse(w, http.StatusNotFound, "not_found", "The requested URL or resource could not be found.")
	case r.Header.Get("Api-Key") != forumKey || r.Header.Get("Api-Username") != forumUser:
		f.refuse(w, http.StatusForbidden, "invalid_access", "You are not permitted to view the requested resource. The API username or key is invalid: "+r.Header.Get("Api-Key"))
	case f.scope != "" && strings.HasPrefix(path, f.scope):
		f.refuse(w, http.StatusForbidden, "invalid_access", "You are not permitted to view the requested resource.")
	case r.Method == http.MethodPost && path == "/posts.json":
		f.post(w, r)
	case r.Method == http.MethodGet && finds && strings.HasSuffix(external, ".json"):
		f.find(w, strings.TrimSuffix(external, ".json"))
	default:
		f.t.Errorf("%s %s is nothing that a forum has", r.Method, r.URL)
		f.refuse(w, http.StatusNotFound, "not_found", "The requested URL or resource could not be found.")
	}
}

func (f *forum) find(w http.ResponseWriter, external string) {
	for _, t := range f.topics {
		switch {
		case !strings.EqualFold(t.external, external) || t.deleted:
		case f.plain:
			f.send(w, http.StatusOK, map[string]any{"id": t.id, "slug": t.slug(), "title": t.title, "external_id": t.external})
			return
		default:
			w.Header().Set("Location", fmt.Sprintf("%s%s/t/%s/%d.json", f.URL, f.below, t.slug(), t.id))
			w.WriteHeader(http.StatusMovedPermanently)
			return
		}
	}
	f.refuse(w, http.StatusNotFound, "not_found", "The requested URL or resource could not be found.")
}

func (f *forum) post(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var in struct {
		Title    string `json:"title"`
		Raw      string `json:"raw"`
		Category int    `json:"category"`
		External string `json:"external_id"`
	}
	if err != nil || r.Header.Get("Content-Type") != "application/json" || json.Unmarshal(body, &in) != nil || in.External == "" {
		f.t.Errorf("a topic of the form %s %q: %v", r.Header.Get("Content-Type"), body, err)
	}
	n := utf8.RuneCountInString(strings.TrimSpace(in.Title))
	switch {
	case n < 15:
		f.invalid(w, "Title is too short (minimum is 15 characters)")
	case n > 255:
		f.invalid(w, "Title is too long (maximum is 255 characters)")
	case utf8.RuneCountInString(in.Raw) > 32_000:
		f.invalid(w, "Body is limited to 32000 characters; you entered more.")
	case in.Category != 0 && in.Category != 7:
		f.invalid(w, "Category can't be blank")
	case !externalForm.MatchString(in.External):
		f.invalid(w, "External is invalid")
	case slices.ContainsFunc(f.topics, func(t topic) bool { return strings.EqualFold(t.external, in.External) }):
		f.invalid(w, "External has already been taken") // by a deleted one too
	case slices.ContainsFunc(f.topics, func(t topic) bool { return strings.EqualFold(t.title, in.Title) && !t.deleted }):
		f.invalid(w, "Title has already been used")
	case f.review:
		f.send(w, http.StatusOK, map[string]any{"action": "enqueued", "success": true, "pending_count": 1})
	default:
		t := topic{id: 100 + len(f.topics), title: in.Title, raw: in.Raw, external: in.External, category: in.Category, bys: r.Header.Get("Api-Username")}
		f.topics = append(f.topics, t)
		f.send(w, http.StatusOK, map[string]any{"id": 1000 + t.id, "topic_id": t.id, "topic_slug": t.slug(), "post_number": 1})
	}
}

func (f *forum) invalid(w http.ResponseWriter, words string) {
	f.send(w, http.StatusUnprocessableEntity, map[string]any{"action": "create_post", "errors": []string{words}})
}

func (f *forum) refuse(w http.ResponseWriter, status int, kind, words string) {
	f.send(w, status, map[string]any{"errors": []string{words}, "error_type": kind})
}

func (f *forum) send(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(body); err != nil {
		f.t.Error(err)
	}
}
