package github_test

import (
	"errors"
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
	becomes := func(what, to string) string { return strings.Replace(openPull, what, to, 1) }
	conflicting, clean := becomes(`"mergeable":null`, `"mergeable":false`), becomes(`"mergeable":null`, `"mergeable":true`)
	for _, c := range []struct {
		pull, said, want string
		status           int
	}{
		{openPull, "Pull Request is not mergeable", "retry", 405},
		{clean, "Pull Request is not mergeable", "retry", 405},
		{conflicting, "Pull Request is not mergeable", "refused", 405},
		{clean, "Base branch was modified. Review and try the merge again.", "retry", 405},
		{conflicting, "Base branch was modified. Review and try the merge again.", "retry", 405},
		{clean, `Required status check \"ci\" is pending.`, "retry", 405},
		{clean, "At least 1 approving review is required by reviewers with write access.", "retry", 405},
		{clean, "Rebase merges are not allowed on this repository.", "refused", 405},
		{clean, "Head branch was modified. Review and try the merge again.", "refused", 409},
		{becomes(`"state":"open"`, `"state":"closed"`), "Pull Request is not mergeable", "refused", 405},
		{becomes(`"merged":false`, `"merged":true`), "Pull Request is not mergeable", "nil", 405},
	} {
		f := answering(t, scripted{"GET /pulls/1": {200, c.pull}, "PUT /merge": {c.status, `{"message":"` + c.said + `"}`}}.RoundTrip)
		err := f.End(ctx, 1, forks.Pull{ID: id, Number: 1}, forks.Ending{Merge: true})
		if kindOf(err) != c.want {
			t.Errorf("%s: want %s, have %v", c.said, c.want, err)
		}
		if c.want == "retry" {
			onlyThisWaits(t, err)
		}
	}
}

// onlyThisWaits wants an error that holds back nothing else, and names no time.
func onlyThisWaits(t *testing.T, err error) {
	t.Helper()
	var later *forks.LaterError
	var p *forks.Problem
	if !errors.As(err, &later) || !errors.As(err, &p) || !p.NotBefore.IsZero() {
		t.Errorf("it holds back more than itself: %v", err)
	}
}

func TestBranchesThatGitHubDoesNotSeeYetHoldBackNothingElse(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"head","code":"invalid"}]}`,
		`{"message":"Validation Failed","errors":[{"resource":"PullRequest","field":"base","code":"missing"}]}`,
	} {
		f := answering(t, scripted{"GET /user": {200, `{"login":"aux-bot"}`}, "POST /pulls": {422, body}}.RoundTrip)
		_, err := f.Open(ctx, 1, opening(id))
		if kindOf(err) != "retry" {
			t.Errorf("%s: %v", body, err)
		}
		onlyThisWaits(t, err)
	}
}

func TestTheStatusIsReadAgainForAnotherHead(t *testing.T) {
	t.Parallel()
	at := func(sha string) string {
		return strings.Replace(openPull, `"head":{`, `"updated_at":"2020-01-01T00:00:00Z","head":{"sha":"`+sha+`",`, 1)
	}
	first, second := strings.Repeat("1", 40), strings.Repeat("2", 40)
	list := `[]`
	answers := scripted{
		"GET /user": {200, `{"login":"aux-bot"}`}, "GET /pulls/1": {200, at(first)}, "GET /reviews": {200, list}, "GET /comments": {200, list},
		"GET /" + first + "/status":  {200, `{"statuses":[{"context":"auxsync/resolved","state":"success"}]}`},
		"GET /" + second + "/status": {200, `{"statuses":[]}`},
	}
	f := answering(t, answers.RoundTrip)
	for _, c := range []struct {
		head string
		want forks.StatusState
	}{{first, forks.StatusSuccess}, {first, forks.StatusSuccess}, {second, ""}} {
		answers["GET /pulls/1"] = struct {
			status int
			body   string
		}{200, at(c.head)}
		seen, err := f.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id, Number: 1}}})
		if err != nil {
			t.Fatal(err)
		}
		if got := seen.Pulls[id]; got.Head.String() != c.head || got.Status != c.want {
			t.Errorf("head %s: status %q, want %q", got.Head, got.Status, c.want)
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
		{404, `{"message":"Not Found"}`, "refused", "Not Found (it is gone, or the credential does not have Issues: write)"},
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

func TestAnAccountThatWasTakenDownIsNobody(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status int
		want   string // of the error
	}{{404, ""}, {410, ""}, {422, ""}, {451, ""}, {500, "ask what gus may do"}} {
		for _, who := range []forks.Account{{Login: "gus"}, {Login: "gus", ID: 7}} {
			f := answering(t, func(*http.Request) (*http.Response, error) {
				return said(c.status, strings.NewReader(`{"message":"no"}`)), nil
			})
			st, err := f.Standing(ctx, who)
			if c.want == "" && (err != nil || st.Exists || st.Login != "gus") || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%d for %+v: %+v %v", c.status, who, st, err)
			}
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
