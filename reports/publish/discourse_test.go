package publish_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/publish"
)

// leaping is a clock that jumps to the end of every wait.
type leaping struct{ *clockwork.FakeClock }

func (l leaping) NewTimer(d time.Duration) clockwork.Timer {
	timer := l.FakeClock.NewTimer(d)
	l.Advance(d)
	return timer
}

func discourseAt(t *testing.T, address string, change func(*publish.DiscourseConfig)) (*publish.Discourse, leaping) {
	t.Helper()
	clock := leaping{clockwork.NewFakeClockAt(made)}
	c := publish.DiscourseConfig{
		URL: address, User: forumUser, Category: 7, Clock: clock,
		Key:       func() (forks.Secret, error) { return forks.NewSecret(forumKey), nil },
		Transport: http.DefaultTransport.(*http.Transport).Clone(),
	}
	if change != nil {
		change(&c)
	}
	d, err := publish.NewDiscourse(c)
	if err != nil {
		t.Fatal(err)
	}
	return d, clock
}

// refusedWith checks an error, and that the key is nowhere in it.
func refusedWith(t *testing.T, err error, kind string, words ...string) {
	t.Helper()
	if kindOf(err) != kind {
		t.Errorf("%s, want %s: %v", kindOf(err), kind, err)
	}
	for _, w := range words {
		if err == nil || !strings.Contains(err.Error(), w) {
			t.Errorf("%q is not in %v", w, err)
		}
	}
	for ; err != nil; err = errors.Unwrap(err) {
		if strings.Contains(fmt.Sprintf("%+v %s", err, err), forumKey) {
			t.Errorf("the key is in %v", err)
		}
	}
}

func TestAReportOpensOneTopicHoweverOftenItIsDelivered(t *testing.T) {
	t.Parallel()
	for _, below := range []string{"", "/forum"} {
		for _, plain := range []bool{false, true} {
			f := newForum(t)
			f.below, f.plain = below, plain
			d, _ := discourseAt(t, f.URL+below, nil)
			if d.Name() != "discourse" || !slices.Equal(d.Parts(), []string{""}) {
				t.Errorf("%s %q", d.Name(), d.Parts())
			}
			want := f.URL + below + "/t/nixpkgs-week-2026-w47-6-h-behind-upstream/100"
			for _, begun := range []bool{false, true, false} {
				ref, err := d.Deliver(ctx, aPost(), "", begun)
				if err != nil || ref != want {
					t.Fatalf("begun %v: %s: %v", begun, ref, err)
				}
			}
			all := f.all()
			if len(all) != 1 || all[0].title != aPost().Title || all[0].raw != string(aPost().Markdown) || all[0].category != 7 || all[0].external != "auxsync-nixpkgs-2026-w47" {
				t.Errorf("%+v", all)
			}
			want2 := []string{"POST /posts.json", "GET /t/external_id/auxsync-nixpkgs-2026-w47.json", "POST /posts.json", "GET /t/external_id/auxsync-nixpkgs-2026-w47.json"}
			for i, r := range f.asked() {
				if r != strings.Replace(want2[i], " ", " "+below, 1) {
					t.Errorf("request %d: %s", i, r)
				}
			}
			next := aPost()
			next.Report.Week, next.Title = next.Report.Week.Add(1), "nixpkgs, week 2026-W48: in sync"
			if _, err := d.Deliver(ctx, next, "", true); err != nil || len(f.all()) != 2 {
				t.Errorf("the next week: %v", err)
			}
		}
	}
}

func TestATopicWhoseOutcomeIsNotKnownIsLookedForFirst(t *testing.T) {
	t.Parallel()
	for _, done := range []bool{false, true} {
		for name, fault := range map[string]func(w http.ResponseWriter){
			"cut":     func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
			"502":     func(w http.ResponseWriter) { http.Error(w, "<html>Bad Gateway", http.StatusBadGateway) },
			"empty":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK) },
			"garbled": func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"topic_id": "no`)) },
			"other":   func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"topic_id": 0}`)) },
			"large":   func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte(" "), 5<<20)) },
		} {
			f := newForum(t)
			f.done = done
			f.fault = func(w http.ResponseWriter, _ *http.Request) bool { fault(w); return true }
			d, _ := discourseAt(t, f.URL, nil)
			_, err := d.Deliver(ctx, aPost(), "", false)
			if refusedWith(t, err, "retry"); name == "large" {
				refusedWith(t, err, "retry", "larger than 4 MiB")
			}
			if r := f.asked(); len(r) != 1 {
				t.Errorf("%s: asked %v", name, r)
			}
			f.set(func() { f.fault = nil })
			ref, err := d.Deliver(ctx, aPost(), "", true)
			if err != nil || !strings.HasSuffix(ref, "/100") || len(f.all()) != 1 {
				t.Errorf("%s, done %v: %s %v: %+v", name, done, ref, err, f.all())
			}
		}
	}
}

func TestAForumThatWantsToBeLeftAloneIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		after  string
		body   string
		wait   time.Duration // 0 names no time
	}{
		{429, "90", "", 90 * time.Second},
		{429, made.Add(5 * time.Minute).Format(http.TimeFormat), "", 5 * time.Minute},
		{429, "", `{"errors":["slow down"],"error_type":"rate_limit","extras":{"wait_seconds":77}}`, 77 * time.Second},
		{429, "", "<html>", time.Minute},
		{429, "nonsense", `{"extras":{"wait_seconds":-3}}`, time.Minute},
		{429, "99999999999", `{"extras":{"wait_seconds":1e300}}`, 24 * time.Hour},
		{503, "120", "", 2 * time.Minute},
		{503, "", `{"errors":["The site is in read only mode."]}`, 0},
		{500, "", "", 0},
	} {
		f := newForum(t)
		f.fault = func(w http.ResponseWriter, _ *http.Request) bool {
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
			return true
		}
		d, clock := discourseAt(t, f.URL, nil)
		_, err := d.Deliver(ctx, aPost(), "", false)
		refusedWith(t, err, "retry", fmt.Sprint(c.status))
		var p *forks.Problem
		errors.As(err, &p)
		if c.wait == 0 != p.NotBefore.IsZero() || c.wait > 0 && !p.NotBefore.Equal(clock.Now().Add(c.wait)) {
			t.Errorf("%d %s %s: not before %s", c.status, c.after, c.body, p.NotBefore)
		}
		if r := f.asked(); len(r) != 1 {
			t.Errorf("asked %v", r)
		}
	}
}

func TestWhatAForumRefusesNeedsAPerson(t *testing.T) {
	t.Parallel()
	answer := func(status int, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
			return true
		}
	}
	for _, c := range []struct {
		name  string
		forum func(*forum)
		post  func(*publish.Post)
		key   string
		begun bool
		words []string
	}{
		{name: "a wrong key", key: "wrong-key", words: []string{"403", "check the API key"}},
		{name: "no key", key: " ", words: []string{"API key"}, forum: func(f *forum) { f.scope = "/" }},
		{name: "a key that may not write", forum: func(f *forum) { f.scope = "/posts" }, words: []string{"403", "may write and read topics"}},
		{name: "a key that may not read", forum: func(f *forum) { f.scope = "/t/" }, begun: true, words: []string{"403", "may write and read topics"}},
		{name: "a wrong address", forum: func(f *forum) { f.below = "/elsewhere" }, words: []string{"404", "check `url`"}},
		{name: "a review", forum: func(f *forum) { f.review = true }, words: []string{"review queue"}},
		{name: "a title that is taken", forum: func(f *forum) { f.topics = []topic{{id: 1, title: aPost().Title}} }, words: []string{"Title has already been used", "settings"}},
		{name: "a topic that people deleted", forum: func(f *forum) { f.topics = []topic{{id: 1, external: "auxsync-nixpkgs-2026-w47", deleted: true}} }, words: []string{"External has already", "recovered"}},
		{name: "a text that is too long", post: func(p *publish.Post) { p.Markdown = bytes.Repeat([]byte("ü"), 32_001) }, words: []string{"32001 characters"}},
		{name: "an odd refusal", forum: func(f *forum) { f.fault = answer(418, "{\"errors\":[\"\x1b[31m\u202ered\"]}") }, words: []string{"418"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := newForum(t)
			if c.forum != nil {
				c.forum(f)
			}
			d, _ := discourseAt(t, f.URL, func(config *publish.DiscourseConfig) {
				if c.key != "" {
					config.Key = func() (forks.Secret, error) { return forks.NewSecret(c.key), nil }
				}
			})
			before := len(f.all())
			p := aPost()
			if c.post != nil {
				c.post(&p)
			}
			_, err := d.Deliver(ctx, p, "", c.begun)
			refusedWith(t, err, "person", c.words...)
			if strings.Contains(err.Error(), "wrong-key") || forks.Inert(err.Error()) != err.Error() {
				t.Errorf("%q", err)
			}
			if len(f.all()) != before {
				t.Errorf("%+v", f.all())
			}
		})
	}
}

func TestTheKeyGoesToNoOtherServer(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("another server was asked: %s %s %v", r.Method, r.URL, r.Header)
	}))
	t.Cleanup(other.Close)
	away := strings.Replace(other.URL, "127.0.0.1", "localhost", 1)
	for _, to := range []string{away + "/t/x/1.json", "//localhost/t/x/1.json", "/login", "/t/x/none.json", "", "/t/../../x/1.json/admin"} {
		for _, begun := range []bool{false, true} {
			f := newForum(t)
			f.fault = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Location", to)
				w.WriteHeader(http.StatusFound)
				return true
			}
			d, _ := discourseAt(t, f.URL, nil)
			_, err := d.Deliver(ctx, aPost(), "", begun)
			refusedWith(t, err, "person", "url")
			if r := f.asked(); len(r) != 1 {
				t.Errorf("asked %v", r)
			}
		}
	}
}

func TestALookThatFailsIsRepeatedAndACreationIsNot(t *testing.T) {
	t.Parallel()
	f := newForum(t)
	failures := 2
	f.fault = func(http.ResponseWriter, *http.Request) bool {
		if failures--; failures >= 0 {
			panic(http.ErrAbortHandler)
		}
		return false
	}
	d, clock := discourseAt(t, f.URL, nil)
	if _, err := d.Deliver(ctx, aPost(), "", true); err != nil || len(f.all()) != 1 {
		t.Errorf("%v", err)
	}
	if waited := clock.Since(made); waited != 3*time.Second {
		t.Errorf("waited %s", waited)
	}
	f.set(func() { failures = 1 })
	next := aPost()
	next.Report.Week = next.Report.Week.Add(1)
	f.asked()
	_, err := d.Deliver(ctx, next, "", false)
	refusedWith(t, err, "retry", "does not answer")
	if r := f.asked(); len(r) != 1 {
		t.Errorf("asked %v", r)
	}
	f.Close()
	_, err = d.Deliver(ctx, next, "", false)
	refusedWith(t, err, "retry", "does not answer")
}

func TestATopicEndsWithItsContext(t *testing.T) {
	t.Parallel()
	f := newForum(t)
	f.fault = func(_ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	d, _ := discourseAt(t, f.URL, nil)
	for _, begun := range []bool{false, true} {
		ending, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		_, err := d.Deliver(ending, aPost(), "", begun)
		cancel()
		refusedWith(t, err, "retry")
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
	}
}

func TestEveryTitleAndForkIsOneThatAForumTakes(t *testing.T) {
	t.Parallel()
	f := newForum(t)
	d, _ := discourseAt(t, f.URL, nil)
	forksSeen := []string{"n", "Nix ü/..", strings.Repeat("n", 40), strings.Repeat("n", 39) + "m", "a.b", "a_b"}
	for i, title := range []string{"", "short", strings.Repeat("long ", 200), "a\nb\x1b[31m long enough", strings.Repeat("ü", 400)} {
		p := aPost()
		p.Title = title
		p.Report.Week = p.Report.Week.Add(i)
		if _, err := d.Deliver(ctx, p, "", false); err != nil {
			t.Errorf("%.30q: %v", title, err)
		}
	}
	for i, fork := range forksSeen {
		p := aPost()
		p.Report.Fork, p.Title = fork, fmt.Sprintf("the report of fork number %d", i)
		if _, err := d.Deliver(ctx, p, "", false); err != nil {
			t.Errorf("%q: %v", fork, err)
		}
	}
	if n := len(f.all()); n != 5+len(forksSeen) {
		t.Errorf("%d topics", n)
	}
}

func TestADiscourseConfigThatIsWrongNeedsAPerson(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*publish.DiscourseConfig){
		"cannot be used":  func(c *publish.DiscourseConfig) { c.URL = "https://ada:secret@forum.example.org" },
		"is not https":    func(c *publish.DiscourseConfig) { c.URL = "http://forum.example.org" },
		"no user":         func(c *publish.DiscourseConfig) { c.User = "a\r\nb" },
		"no category -1":  func(c *publish.DiscourseConfig) { c.Category = -1 },
		"cannot be used;": func(c *publish.DiscourseConfig) { c.URL = "forum.example.org" },
	} {
		c := publish.DiscourseConfig{URL: "https://forum.example.org", User: "auxsync", Clock: clockwork.NewFakeClock(), Key: func() (forks.Secret, error) { return forks.Secret{}, nil }}
		change(&c)
		if _, err := publish.NewDiscourse(c); kindOf(err) != "person" || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret@") {
			t.Errorf("%s: %v", want, err)
		}
	}
}

func TestWhateverAForumCallsATopicItsAddressIsOnTheForumAndShort(t *testing.T) {
	t.Parallel()
	for _, slug := range []string{"..", "../../login?x=y#z", "%2e%2e", "a\r\nb", "//evil.example.org", strings.Repeat("long-", 1<<18)} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_ = json.NewEncoder(w).Encode(map[string]any{"topic_id": 7, "topic_slug": slug})
		}))
		d, _ := discourseAt(t, server.URL, nil)
		ref, err := d.Deliver(t.Context(), aPost(), "", false)
		server.Close()
		path, below := strings.CutPrefix(ref, server.URL+"/t/")
		if err != nil || !below || len(ref) > 1000 || forks.Inert(ref) != ref || strings.ContainsAny(path, "?#") || strings.Count(path, "/") > 1 || !strings.HasSuffix(path, "7") {
			t.Errorf("%.40q: got %.200q, %v", slug, ref, err)
		}
	}
}
