package github_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// scripted answers requests from a list: "METHOD path-suffix" to status and body.
type scripted map[string]struct {
	status int
	body   string
}

func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	for key, answer := range s {
		method, suffix, _ := strings.Cut(key, " ")
		if r.Method == method && strings.HasSuffix(r.URL.Path, suffix) {
			return said(answer.status, strings.NewReader(answer.body)), nil
		}
	}
	return said(404, strings.NewReader(`{"message":"Not Found"}`)), nil
}

const openPull = `{"number":1,"state":"open","draft":true,"node_id":"PR_1","merged":false,"mergeable":null,
	"head":{"ref":"auxsync/aux-main/fix/c0123456789","repo":{"full_name":"auxolotl/nixpkgs"}},
	"base":{"ref":"auxsync/aux-main/onto/c0123456789","repo":{"full_name":"auxolotl/nixpkgs"}}}`

func TestWhatGraphQLAnswersIsReadThoughItIsAlways200(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"data":{"markPullRequestReadyForReview":{"pullRequest":{"number":1,"isDraft":false}}}}`: "nil",
		`{"data":{"markPullRequestReadyForReview":{"pullRequest":{"number":1,"isDraft":true}}}}`:  "unknown",
		`{"data":{"markPullRequestReadyForReview":{"pullRequest":{"number":2,"isDraft":false}}}}`: "unknown",
		`{"data":{"markPullRequestReadyForReview":null}}`:                                         "unknown",
		`{}`: "unknown",
		`{"data":null,"errors":[{"type":"FORBIDDEN","message":"Resource not accessible by integration"}]}`: "person",
		`{"data":null,"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded"}]}`:             "retry",
		`{"data":null,"errors":[{"type":"NOT_FOUND","message":"Could not resolve"}]}`:                      "refused",
	} {
		f := answering(t, scripted{"GET /pulls/1": {200, openPull}, "POST /graphql": {200, body}}.RoundTrip)
		err := f.Stage(ctx, 1, forks.Pull{Track: track, ID: id, Number: 1}, true)
		if got := kindOf(err); got != want {
			t.Errorf("%s: %s, want %s: %v", body, got, want, err)
		}
	}
}

func TestAPullRequestOfOtherBranchesIsNotTouched(t *testing.T) {
	t.Parallel()
	f := answering(t, scripted{"GET /pulls/1": {200, strings.Replace(openPull, "auxolotl/nixpkgs", "eve/nixpkgs", 1)}}.RoundTrip)
	if err := f.Stage(ctx, 1, forks.Pull{Track: track, ID: id, Number: 1}, true); kindOf(err) != "refused" {
		t.Errorf("%v", err)
	}
}

func TestMergingWaitsUntilGitHubKnowsWhetherItCan(t *testing.T) {
	t.Parallel()
	for pull, want := range map[string]string{
		openPull: "retry",
		strings.Replace(openPull, `"mergeable":null`, `"mergeable":false`, 1): "refused",
		strings.Replace(openPull, `"merged":false`, `"merged":true`, 1):       "nil",
	} {
		f := answering(t, scripted{"GET /pulls/1": {200, pull}, "PUT /merge": {405, `{"message":"Pull Request is not mergeable"}`}}.RoundTrip)
		if err := f.End(ctx, 1, forks.Pull{ID: id, Number: 1}, forks.Ending{Merge: true}); kindOf(err) != want {
			t.Errorf("%s: want %s, have %v", pull, want, err)
		}
	}
}

func TestRefusalsInEveryFormAreReadAndMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status           int
		body, kind, says string
	}{
		{422, `{"message":"Validation Failed","errors":[{"code":"custom","message":"body is too long"}]}`, "refused", "body is too long"},
		{422, `{"message":"Validation Failed","errors":["one","two"]}`, "refused", "one; two"},
		{422, `{"message":"Validation Failed","errors":"in one piece"}`, "refused", "in one piece"},
		{403, `{"message":"Unable to create comment because issue is locked."}`, "refused", "locked"},
		{403, `{"message":"Resource not accessible by integration"}`, "person", "Issues: write"},
		{403, `{"message":"Resource protected by organization SAML enforcement."}`, "person", "single sign-on"},
		{404, `{"message":"Not Found"}`, "refused", "Not Found"},
		{410, `{"message":"This issue was deleted"}`, "refused", "deleted"},
		{403, `<html>Forbidden by a proxy</html>`, "unknown", "cannot be read"},
		{202, `{}`, "unknown", ""},
		{404, `{"message":"\u001b[31m` + strings.Repeat("x", 9000) + `"}`, "refused", `\x1b[31m`},
	} {
		f := answering(t, scripted{"GET /user": {200, `{"login":"aux-bot"}`}, "POST /comments": {c.status, c.body}}.RoundTrip)
		_, err := f.Comment(ctx, 1, forks.Pull{ID: id, Number: 1}, 0, "x")
		if got := kindOf(err); got != c.kind || !strings.Contains(err.Error(), c.says) || len(err.Error()) > 1000 {
			t.Errorf("%d %.60s: %s: %.300v", c.status, c.body, got, err)
		}
	}
}

func TestAssigneesAreTriedAgainRightAfterCreation(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	missing := 2
	under := w.config.Transport
	w.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/assignees") && missing > 0 {
			missing--
			return said(404, strings.NewReader(`{"message":"Not Found"}`)), nil
		}
		return under.RoundTrip(r)
	})
	w.restart()
	there, err := w.forge.Ask(ctx, 1, p, forks.People{Assignees: []string{"Ada"}}, forks.People{})
	w.must(err)
	if !slices.Equal(there.Assignees, []string{"Ada"}) {
		t.Errorf("%+v", there)
	}
}

func TestARightThatGitHubNamesIsToldAsItNamesIt(t *testing.T) {
	t.Parallel()
	f := answering(t, func(r *http.Request) (*http.Response, error) {
		resp := said(403, strings.NewReader(`{"message":"Resource not accessible by personal access token"}`))
		resp.Header.Set("X-Accepted-GitHub-Permissions", "statuses=write")
		return resp, nil
	})
	if err := f.Status(ctx, 1, forks.Hash{1}, forks.StatusFailure, ""); kindOf(err) != "person" || !strings.Contains(err.Error(), "statuses=write") {
		t.Errorf("%v", err)
	}
}

func TestAnAppIsToldThatItsRepositoryWasRenamed(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights())
	told := func(want string) {
		t.Helper()
		_, err := w.forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id}}})
		if kindOf(err) != "person" || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q: %v", want, err)
		}
	}
	_, err := w.forge.GitToken(ctx)
	w.must(err)
	w.server.RenameRepo(full, "auxolotl/packages")
	told("is now auxolotl/packages")
	for _, installation := range []int64{0, 70} { // without a token for it, an app does not learn the name
		w.config.Auth.App.Installation = installation
		w.restart()
		told("has another name now")
	}
}
