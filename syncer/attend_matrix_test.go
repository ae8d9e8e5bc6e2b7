package syncer_test

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// forgeWrites are the writes of the story that story tells, see writeKey, in words. It
// comes by all of them and makes no other: a new kind of write belongs here.
func forgeWrites() map[string]string {
	return map[string]string{
		"POST /issues":                        "open the dashboard",
		"PATCH /issues/N":                     "edit the dashboard",
		"POST /pulls":                         "open",
		"PATCH /pulls/N":                      "edit",
		"PATCH /pulls/N closed":               "close",
		"PUT /pulls/N/merge":                  "merge",
		"POST /pulls/N/reviews":               "suggest",
		"POST /pulls/N/requested_reviewers":   "ask a team",
		"POST /issues/N/assignees":            "assign",
		"DELETE /issues/N/assignees":          "take off",
		"POST /issues/N/labels":               "label",
		"POST /issues/N/comments":             "comment",
		"PATCH /issues/comments/N":            "edit a comment",
		"POST /issues/comments/N/reactions":   "react",
		"POST /statuses/COMMIT":               "set the status",
		"POST /graphql markPullRequestReady…": "make ready",
		"POST /graphql convertPullRequestTo…": "make a draft",
	}
}

var (
	numberInPath = regexp.MustCompile(`/[0-9]+\b`)
	commitInPath = regexp.MustCompile(`/[0-9a-f]{40}\b`)
)

// writeKey names a write of the API by what it is and not by what it is about; "" for
// what changes nothing.
func writeKey(r *http.Request) string {
	if r.Method == http.MethodGet || r.GetBody == nil && r.Method != http.MethodDelete {
		return ""
	}
	var body []byte
	if r.GetBody != nil {
		if b, err := r.GetBody(); err == nil {
			body, _ = io.ReadAll(b) // from memory
		}
	}
	at := strings.TrimPrefix(strings.TrimPrefix(r.URL.Path, "/api/v3/repos/"+fullName), "/api")
	key := r.Method + " " + numberInPath.ReplaceAllString(commitInPath.ReplaceAllString(at, "/COMMIT"), "/N")
	for text, more := range map[string]string{`"state":"closed"`: " closed",
		"markPullRequestReady": " markPullRequestReady…", "convertPullRequestTo": " convertPullRequestTo…"} {
		if bytes.Contains(body, []byte(text)) {
			key += more
		}
	}
	return key
}

// story is that of two conflicts, by which all kinds of writes come up.
func (w *forgeWorld) story() {
	w.Helper()
	ada, bob := w.server.As("ada", fullName), w.server.As("bob", fullName)
	w.calm()
	hello, other := w.pull("hello"), w.pull("other")
	conflicted := func(p githubtest.Pull, name string) string {
		content, _ := w.fork.File(w, p.HeadSHA, name)
		return content
	}
	w.server.As("eve", fullName).Comment(hello.Number, "/auxsync drop")
	ada.Comment(hello.Number, "/auxsync not mine")
	w.calm()
	ada.Comment(hello.Number, "/auxsync mine")
	bob.EditFile(hello.Head, "hello.nix", written("hello", "mirror = both;"))
	w.calm()
	w.moved()
	bob.EditFile(hello.Head, "hello.nix", conflicted(hello, "hello.nix"))
	w.moved()
	bob.EditFile(hello.Head, "hello.nix", written("hello", "mirror = both;"))
	w.moved()
	ada.Review(hello.Number, "APPROVE", "")
	w.calm()
	bob.EditFile(other.Head, "other.nix", conflicted(other, "other.nix")+"# not sure\n")
	bob.Comment(other.Number, "/auxsync take upstream")
	w.attend()
	w.pass()
	w.restore(other)
	w.calm()
}

// restore has somebody push both branches of a pull request again as soon as they are
// deleted, so that it stays open.
func (w *forgeWorld) restore(p githubtest.Pull) {
	w.Helper()
	for _, side := range [][2]string{{p.Head, p.HeadSHA}, {p.Base, p.BaseSHA}} {
		w.fork.Git(w, "update-ref", "refs/heads/"+side[0], side[1])
	}
}

var (
	anyHash   = regexp.MustCompile(`\b[0-9a-f]{10}(?:[0-9a-f]{30})?\b`)
	anyNumber = regexp.MustCompile(`/pull/[0-9]+|(?:pass|passes|refused|result) [0-9]+|127\.0\.0\.1:[0-9]+|Last look: [^.]*`)
)

// picture is what people see on the forge, without what depends on how often something
// was tried: times, ids of commits and numbers.
func (w *forgeWorld) picture() string {
	w.Helper()
	var b strings.Builder
	comments := func(number int) {
		var list []string
		for _, c := range w.server.Comments(fullName, number) {
			list = append(list, fmt.Sprintf("%s: %s %v\n", c.Author, c.Body, c.Reactions))
		}
		slices.Sort(list)
		b.WriteString(strings.Join(list, ""))
	}
	for _, i := range w.server.Issues(fullName) {
		fmt.Fprintf(&b, "# issue %q open %t labels %v\n%s\n", i.Title, i.Open, i.Labels, i.Body)
		comments(i.Number)
	}
	list := w.server.Pulls(fullName)
	slices.SortFunc(list, func(a, b githubtest.Pull) int { return strings.Compare(a.Head, b.Head) })
	for _, p := range list {
		fmt.Fprintf(&b, "# pull %q %s into %s open %t draft %t merged %t by %q\n", p.Title, p.Head, p.Base, p.Open, p.Draft, p.Merged, p.MergedBy)
		fmt.Fprintf(&b, "labels %v assignees %v reviewers %v %v\n%s\n", p.Labels, p.Assignees, p.Reviewers, p.TeamReviewers, p.Body)
		for _, s := range w.server.Statuses(fullName, p.HeadSHA) {
			fmt.Fprintf(&b, "status %s %s %q\n", s.Context, s.State, s.Description)
		}
		for _, r := range w.server.Reviews(fullName, p.Number) {
			fmt.Fprintf(&b, "review %s %s %s\n", r.Author, r.State, r.Body)
			for _, c := range r.Comments {
				fmt.Fprintf(&b, "on %s %d to %d: %s\n", c.Path, c.StartLine, c.Line, c.Body)
			}
		}
		comments(p.Number)
	}
	text := strings.ReplaceAll(b.String(), w.dir, "DIR")
	return anyNumber.ReplaceAllString(anyHash.ReplaceAllString(text, "HASH"), "N")
}

// trouble is a way in which writes go wrong.
type trouble struct {
	name  string
	fault githubtest.FaultKind
	dies  bool // the process ends at it
}

func troubles() (list []trouble) {
	for _, fault := range []struct {
		name string
		kind githubtest.FaultKind
	}{{"not done", githubtest.DroppedBefore}, {"answer lost", githubtest.DroppedAfter}, {"answer garbled", githubtest.GarbledAnswer}} {
		list = append(list, trouble{fault.name, fault.kind, false}, trouble{fault.name + ", then a restart", fault.kind, true})
	}
	return list
}

// TestEveryWriteThatGoesWrongEndsAsIfItHadNot has every kind of write to the forge go
// wrong once in every way: at the end people see what they see without any trouble, one
// pull request for each conflict, one dashboard, one closing comment, one review with
// suggestions, and nothing is left to do. With -long each single write goes wrong alone,
// in a story of its own. Under the race detector each fault comes once, with or without
// a restart; all six are told without it.
func TestEveryWriteThatGoesWrongEndsAsIfItHadNot(t *testing.T) {
	t.Parallel()
	var writes []string // in the order in which they are made
	clean := newForgeWorld(t, 2)
	clean.server.SetFaults(func(r *http.Request) githubtest.Fault {
		if key := r.Header.Get(writeHeader); key != "" {
			writes = append(writes, key)
		}
		return githubtest.Fault{}
	})
	clean.story()
	want := clean.picture()
	clean.settled()
	known := forgeWrites()
	for _, key := range writes {
		if known[key] == "" {
			t.Errorf("the story makes a write that is not in the matrix: %s", key)
		}
	}
	for key, words := range known {
		if !slices.Contains(writes, key) {
			t.Errorf("the story does not %s (%s)", words, key)
		}
	}
	for i, tr := range troubles() {
		if raced && i%4 != 0 && i%4 != 3 {
			continue
		}
		t.Run(tr.name, func(t *testing.T) {
			t.Parallel()
			strike(t, tr, want, func(key string, n int) bool { return n == 1 }, len(known))
		})
		if *long == 0 {
			continue
		}
		counts := map[string]int{}
		for _, key := range writes {
			counts[key]++
			nth := counts[key]
			t.Run(fmt.Sprintf("%s %d %s", known[key], nth, tr.name), func(t *testing.T) {
				strike(t, tr, want, func(k string, n int) bool { return k == key && n == nth }, 1)
			})
		}
	}
}

// strike tells the story while those writes go wrong that hit chooses by key and count.
func strike(t *testing.T, tr trouble, want string, hit func(key string, n int) bool, hits int) {
	w := newForgeWorld(t, 2)
	count, struck := map[string]int{}, 0
	var dying atomic.Bool // the server says so, the client dies
	w.server.SetFaults(func(r *http.Request) githubtest.Fault {
		key := r.Header.Get(writeHeader)
		if key == "" {
			return githubtest.Fault{}
		}
		if count[key]++; !hit(key, count[key]) {
			return githubtest.Fault{}
		}
		struck++
		dying.Store(tr.dies)
		return githubtest.Fault{Kind: tr.fault}
	})
	w.dies = func(string) bool { return dying.Swap(false) }
	w.story()
	if struck != hits {
		t.Errorf("%d writes went wrong, want %d: %v", struck, hits, slices.Sorted(maps.Keys(count)))
	}
	if got := w.picture(); got != want {
		t.Errorf("people see another picture:\n%s", difference(got, want))
	}
	w.settled()
}

// difference shows the lines that only one of two texts has.
func difference(got, want string) string {
	var b strings.Builder
	g, n := strings.Split(got, "\n"), strings.Split(want, "\n")
	for _, line := range g {
		if !slices.Contains(n, line) {
			b.WriteString("got  " + line + "\n")
		}
	}
	for _, line := range n {
		if !slices.Contains(g, line) {
			b.WriteString("want " + line + "\n")
		}
	}
	if b.Len() == 0 {
		return fmt.Sprintf("the same lines, in another order or number: %d and %d", len(g), len(n))
	}
	return b.String()
}

// settled checks that nothing is left to do, no intent is open, and nothing is there
// twice.
func (w *forgeWorld) settled() {
	w.Helper()
	if out := w.attend(); out.Effects > 0 || len(out.Due) > 0 {
		w.Errorf("a further look does %+v", out)
	}
	open, err := w.store.OpenForgeIntents(w.Context(), forkName)
	if err != nil || len(open) > 0 {
		w.Errorf("intents are open: %v %+v", err, open)
	}
	until, why, err := w.store.ForgeNotBefore(w.Context(), forkName)
	if err != nil || w.clock.Now().Before(until) {
		w.Errorf("the forge is left alone: %v %s", err, why)
	}
	if n := len(w.server.Issues(fullName)); n != 1 {
		w.Errorf("there are %d dashboards", n)
	}
	heads := map[string]int{}
	for _, p := range w.server.Pulls(fullName) {
		if heads[p.Head]++; heads[p.Head] > 1+w.again {
			w.Errorf("%s has %d pull requests", p.Head, heads[p.Head])
		}
		marks := map[string]int{}
		for _, c := range w.server.Comments(fullName, p.Number) {
			_, mark, found := strings.Cut(c.Body, "<!-- auxsync:comment ")
			if marks[mark]++; found && marks[mark] > 1 {
				w.Errorf("#%d has two comments %s", p.Number, mark)
			}
		}
		own := 0
		for _, r := range w.server.Reviews(fullName, p.Number) {
			if r.Author == bot {
				own++
			}
		}
		if own > 1 {
			w.Errorf("#%d has %d reviews of auxsync's", p.Number, own)
		}
	}
}
