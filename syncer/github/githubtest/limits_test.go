package githubtest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
)

func TestWhatIsKnownAlreadyCostsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	first := w.do("GET", "/repos/acme/pkgs/pulls", nil)
	again := w.want(w.do("GET", "/repos/acme/pkgs/pulls", nil, "If-None-Match", first.header.Get("ETag")), 304, "")
	if again.text != "" || again.header.Get("X-RateLimit-Used") != first.header.Get("X-RateLimit-Used") {
		t.Errorf("got %q, used %s", again.text, again.header.Get("X-RateLimit-Used"))
	}
	w.As("ada", repo).Comment(1, "news")
	w.clock.Advance(time.Second)
	w.As("ada", repo).Label(1, "x")
	w.want(w.do("GET", "/repos/acme/pkgs/pulls", nil, "If-None-Match", first.header.Get("ETag")), 200, "")
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 7 {
		w.As("ada", repo).Open("t", "")
	}
	got := w.do("GET", "/repos/acme/pkgs/issues?per_page=3&page=2", nil)
	if link := got.header.Get("Link"); len(got.list) != 3 || !strings.Contains(link, `page=3&per_page=3>; rel="next"`) || !strings.Contains(link, `rel="prev"`) {
		t.Errorf("%d, %s", len(got.list), link)
	}
	if got := w.do("GET", "/repos/acme/pkgs/issues?per_page=3&page=3", nil); len(got.list) != 1 || strings.Contains(got.header.Get("Link"), `rel="next"`) {
		t.Errorf("%d, %s", len(got.list), got.header.Get("Link"))
	}
}

func TestTheHourAndTheMinuteAreLimited(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, githubtest.RepoOptions{}, githubtest.Options{HourlyLimit: 100})
	w.open() // one of the 80
	for range 79 {
		w.want(w.do("POST", "/repos/acme/pkgs/issues/1/comments", object{"body": "x"}), 201, "")
	}
	got := w.want(w.do("POST", "/repos/acme/pkgs/issues/1/comments", object{"body": "x"}), 403, "You have exceeded a secondary rate limit")
	if got.header.Get("Retry-After") != "60" {
		t.Errorf("Retry-After %q", got.header.Get("Retry-After"))
	}
	w.clock.Advance(time.Minute)
	w.want(w.do("POST", "/repos/acme/pkgs/issues/1/comments", object{"body": "x"}), 201, "")
	for range 18 {
		w.want(w.do("GET", "/repos/acme/pkgs", nil), 200, "")
	}
	got = w.want(w.do("GET", "/repos/acme/pkgs", nil), 403, "API rate limit exceeded")
	if got.header.Get("X-RateLimit-Remaining") != "0" {
		t.Errorf("remaining %q", got.header.Get("X-RateLimit-Remaining"))
	}
	w.clock.Advance(time.Hour)
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 200, "")
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	w := newWorldWith(t, githubtest.RepoOptions{Private: true}, githubtest.Options{Validate: described.API(t)})
	good := w.token
	w.token = w.Token("eve", githubtest.AllRights())
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 404, "Not Found")
	w.token = w.Token("robot", githubtest.AllRights().Without("pull_requests", githubtest.CanRead))
	w.want(w.do("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "main"}), 403, "Resource not accessible by personal access token")
	w.token = good
	w.Expire(good, w.clock.Now().Add(time.Hour))
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 200, "")
	w.clock.Advance(time.Hour)
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 401, "Bad credentials")
	w.token = w.Token("robot", githubtest.AllRights())
	w.Revoke(w.token)
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 401, "Bad credentials")
}

func TestARenamedRepositoryRedirects(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.RenameRepo(repo, "acme/packages")
	got := w.want(w.do("GET", "/repos/acme/pkgs/pulls?state=all", nil), 301, "")
	w.want(w.do("GET", got.header.Get("Location"), nil), 200, "[]")
	w.want(w.do("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "main"}), 307, "")
	if out, err := w.git(t.TempDir(), "ls-remote", w.remote(w.token)); err != nil {
		t.Errorf("ls-remote: %v %s", err, out)
	}
}

func TestAnAppSignsForItsTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	block, _ := pem.Decode(w.App(7, 70, "syncbot", githubtest.AllRights(), repo))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	jwt := func(key *rsa.PrivateKey, issued, expires time.Duration) string {
		now := w.clock.Now()
		b64 := base64.RawURLEncoding.EncodeToString
		text := b64([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." +
			b64(fmt.Appendf(nil, `{"iss":"7","iat":%d,"exp":%d}`, now.Add(issued).Unix(), now.Add(expires).Unix()))
		sum := sha256.Sum256([]byte(text))
		signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
		if err != nil {
			t.Fatal(err)
		}
		return text + "." + b64(signature)
	}
	const tokens = "/app/installations/70/access_tokens"
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ jwt, want string }{
		{jwt(other, 0, time.Minute), "could not be decoded"},
		{jwt(key, 0, -time.Second), "'exp'"},
		{jwt(key, 0, time.Hour), "too far in the future"},
		{jwt(key, time.Hour, time.Minute), "'iat'"},
		{"x", "could not be decoded"},
	} {
		w.token = c.jwt
		w.want(w.do("POST", tokens, nil), 401, c.want)
	}
	signed := jwt(key, 0, time.Minute)
	w.token = signed
	w.want(w.do("GET", "/app", nil), 200, `"slug":"syncbot"`)
	w.want(w.do("GET", "/repos/acme/pkgs/installation", nil), 200, `"id":70`)
	w.want(w.do("POST", tokens, object{"repositories": []string{"other"}}), 422, "does not exist")
	w.want(w.do("POST", tokens, object{"permissions": object{"administration": "write"}}), 422, "not granted")
	less := w.want(w.do("POST", tokens, object{"permissions": object{"contents": "read"}}), 201, `"contents":"read"`)
	w.token = less.json["token"].(string)
	w.want(w.do("POST", "/repos/acme/pkgs/issues", object{"title": "t"}), 403, "Resource not accessible by integration")
	w.token = signed
	w.token = w.want(w.do("POST", tokens, nil), 201, "").json["token"].(string)
	w.want(w.do("GET", "/installation/repositories", nil), 200, `"total_count":1`)
	w.open()
	if p := w.Pulls(repo)[0]; p.Author != "syncbot[bot]" {
		t.Errorf("by %s", p.Author)
	}
	w.Suspend(70, true)
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 403, "This installation has been suspended")
	installation := w.token
	w.token = signed
	w.want(w.do("POST", tokens, nil), 403, "This installation has been suspended")
	w.Suspend(70, false)
	w.token = installation
	w.clock.Advance(time.Hour)
	w.want(w.do("GET", "/repos/acme/pkgs", nil), 401, "Bad credentials")
}

func TestDraftsAreChangedByGraphQL(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.open()
	id := w.do("GET", "/repos/acme/pkgs/pulls/1", nil).json["node_id"]
	graphQL := func(query string, input any) reply {
		return w.do("POST", w.GraphQLURL(), object{"query": query, "variables": object{"input": input}})
	}
	const query = "mutation($input: %sInput!) { %s(input: $input) { pullRequest { isDraft } } }"
	w.want(graphQL(fmt.Sprintf(query, "ConvertPullRequestToDraft", "convertPullRequestToDraft"), object{"pullRequestId": id}), 200, `"isDraft":true`)
	w.want(graphQL(fmt.Sprintf(query, "MarkPullRequestReadyForReview", "markPullRequestReadyForReview"), object{"pullRequestId": id}), 200, `"isDraft":false`)
	w.want(graphQL(fmt.Sprintf(query, "X", "convertPullRequestToDraft"), object{"pullRequestId": "no"}), 200, "NOT_FOUND")
	w.want(graphQL("{ viewer { login } }", nil), 200, "errors")
	if found := w.TakeViolations(); len(found) != 1 || !strings.Contains(found[0], "viewer") {
		t.Errorf("got %q", found)
	}
}
