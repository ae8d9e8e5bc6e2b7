package githubtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Each rule of the service once: a request and what it gets.
func TestRulesOfTheService(t *testing.T) {
	t.Parallel()
	pulls, one, issue := "/repos/acme/pkgs/pulls", "/repos/acme/pkgs/pulls/1", "/repos/acme/pkgs/issues/1"
	pr := func(head, base string) object { return object{"title": "t", "head": head, "base": base} }
	with := func(o object, key string, value any) object { o[key] = value; return o }
	many := func(n int) (logins []string) {
		for i := range n {
			logins = append(logins, fmt.Sprintf("p%d", i))
		}
		return logins
	}
	withoutIssues := func(w *world) {
		w.As("ada", repo).Open("an issue", "")
		w.SetRepo(repo, githubtest.RepoOptions{NoIssues: true})
	}
	awaiting := func(state string) func(*world) {
		return func(w *world) {
			w.Protect(repo, githubtest.Protection{Branch: "main", Contexts: []string{"ci"}})
			if state != "" {
				w.SetStatus(repo, "ada", w.bare.Tip(w.t, "fix").String(), "ci", state)
			}
		}
	}
	for _, c := range []struct {
		name, method, path string
		body               any
		status             int
		text               string
		before             func(*world)
	}{
		{"head must exist", "POST", pulls, pr("none", "main"), 422, `"field":"head"`, nil},
		{"base must exist", "POST", pulls, pr("fix", "none"), 422, `"field":"base"`, nil},
		{"no commits between", "POST", pulls, pr("main", "fix"), 422, "No commits between acme:fix and acme:main", nil},
		{"one open per pair", "POST", pulls, pr("fix", "main"), 422, "A pull request already exists for acme:fix.", nil},
		{"title too long", "POST", pulls, with(pr("fix", "main"), "title", strings.Repeat("x", 257)), 422, "title is too long", nil},
		{"body too long", "PATCH", one, object{"body": strings.Repeat("é", 65537)}, 422, "body is too long", nil},
		{"body just fits", "PATCH", one, object{"body": strings.Repeat("é", 65536)}, 200, "", nil},
		{"comment too long", "POST", issue + "/comments", object{"body": strings.Repeat("x", 65537)}, 422, "body is too long", nil},
		{"head without owner is no filter", "GET", pulls + "?head=elsewhere", nil, 200, `"number":1`, nil},
		{"head with owner filters", "GET", pulls + "?head=acme:elsewhere", nil, 200, "[]", nil},
		{"drafts are not on every plan", "POST", pulls, with(pr("other", "main"), "draft", true), 422, "Draft pull requests are not supported",
			func(w *world) {
				w.SetRepo(repo, githubtest.RepoOptions{NoDrafts: true})
				w.bare.SetRef(w.t, "other", w.bare.Tip(w.t, "fix"))
			}},
		{"merge of a moved head", "PUT", one + "/merge", object{"sha": strings.Repeat("0", 40)}, 409, "Head branch was modified", nil},
		{"merge of a draft", "PUT", one + "/merge", nil, 405, "still a draft", func(w *world) { w.As("ada", repo).ConvertToDraft(1) }},
		{"merge of a conflict", "PUT", one + "/merge", nil, 405, "not mergeable", func(w *world) {
			w.bare.Commit(w.t, "main", repotest.Ada, "x", map[string]string{"a": strings.Replace(ten, "5", "cinq", 1)})
		}},
		{"merge without a check", "PUT", one + "/merge", nil, 405, `Required status check \"ci\" is expected.`, awaiting("")},
		{"merge during a check", "PUT", one + "/merge", nil, 405, `Required status check \"ci\" is pending.`, awaiting("pending")},
		{"merge after a check failed", "PUT", one + "/merge", nil, 405, `Required status check \"ci\" is failing.`, awaiting("failure")},
		{"merge after a check", "PUT", one + "/merge", nil, 200, `"merged":true`, awaiting("success")},
		{"no list without issues", "GET", "/repos/acme/pkgs/issues", nil, 410, "Issues are disabled for this repo", withoutIssues},
		{"no new one without issues", "POST", "/repos/acme/pkgs/issues", object{"title": "t"}, 410, "Issues are disabled for this repo", withoutIssues},
		{"no old one without issues", "GET", "/repos/acme/pkgs/issues/2", nil, 410, "Issues are disabled for this repo", withoutIssues},
		{"pull requests without issues", "GET", issue, nil, 200, `"number":1`, withoutIssues},
		{"not merged", "GET", one + "/merge", nil, 404, "", nil},
		{"assignable", "GET", "/repos/acme/pkgs/assignees/tina", nil, 204, "", nil},
		{"not assignable", "GET", "/repos/acme/pkgs/assignees/eve", nil, 404, "", nil},
		{"assignees that cannot be are dropped", "POST", issue + "/assignees", object{"assignees": []string{"eve", "nobody", "TINA"}}, 201, `"assignees":[{"avatar_url"`, nil},
		{"one bad reviewer fails all", "POST", one + "/requested_reviewers", object{"reviewers": []string{"ada", "eve"}}, 422, "not a collaborator", nil},
		{"the author cannot review", "POST", one + "/requested_reviewers", object{"reviewers": []string{"robot"}}, 422, "pull request author", nil},
		{"a team needs access", "POST", one + "/requested_reviewers", object{"team_reviewers": []string{"core"}}, 422, "not a collaborator",
			func(w *world) { w.AddTeam("acme", "core", []string{"ada"}, nil) }},
		{"at most 15 reviewers", "POST", one + "/requested_reviewers", object{"reviewers": many(16)}, 422, "more than 15", func(w *world) {
			for _, login := range many(16) {
				w.AddUser(login, githubtest.User)
				w.Grant(repo, login, githubtest.Write)
			}
		}},
		{"labels are made on the fly", "POST", issue + "/labels", object{"labels": []string{"new/one"}}, 200, `"name":"new/one"`, nil},
		{"labels as a bare array", "POST", issue + "/labels", []string{"new"}, 200, `"name":"new"`, nil},
		{"a label exists once", "POST", "/repos/acme/pkgs/labels", object{"name": "BUG", "color": "ff0000"}, 422, "already_exists", func(w *world) { w.As("ada", repo).Label(1, "bug") }},
		{"a label that is not there", "DELETE", issue + "/labels/none", nil, 404, "Label does not exist", nil},
		{"a slash in a label's name", "DELETE", issue + "/labels/a%2Fb", nil, 200, "[]", func(w *world) { w.As("ada", repo).Label(1, "a/b") }},
		{"a reaction of another kind", "POST", issue + "/reactions", object{"content": "rocket"}, 201, "rocket", nil},
		{"one's own approval", "POST", one + "/reviews", object{"event": "APPROVE"}, 422, "Can not approve your own", nil},
		{"a line outside the difference", "POST", one + "/reviews", object{"event": "COMMENT", "body": "x", "comments": []object{{"path": "a", "line": 9, "side": "RIGHT", "body": "x"}}}, 422, "Line could not be resolved", nil},
		{"a line within it", "POST", one + "/reviews", object{"event": "COMMENT", "body": "x", "comments": []object{{"path": "a", "line": 8, "side": "RIGHT", "body": "x"}}}, 200, "COMMENTED", nil},
		{"a path outside it", "POST", one + "/reviews", object{"event": "COMMENT", "body": "x", "comments": []object{{"path": "b", "line": 1, "side": "RIGHT", "body": "x"}}}, 422, "Path could not be resolved", nil},
		{"a status needs its commit", "POST", "/repos/acme/pkgs/statuses/" + strings.Repeat("1", 40), object{"state": "success"}, 422, "No commit found", nil},
		{"no protection", "GET", "/repos/acme/pkgs/branches/main", nil, 200, `"protected":false`, nil},
		{"protection needs a right of its own", "GET", "/repos/acme/pkgs/branches/main/protection", nil, 403, "Resource not accessible by personal access token", nil},
		{"somebody else's login", "GET", "/users/nobody", nil, 404, "", nil},
		{"closed by hand", "PATCH", one, object{"state": "closed"}, 200, `"state":"closed"`, nil},
		{"reopened without its branch", "PATCH", one, object{"state": "open"}, 422, "branch has been deleted", func(w *world) {
			w.bare.SetRef(w.t, "fix", forks.Hash{})
		}},
		{"search is behind", "GET", "/search/issues?q=repo:acme/pkgs+is:pr", nil, 200, `"total_count":0`, nil},
		{"triage shows as read", "GET", "/repos/acme/pkgs/collaborators/tina/permission", nil, 200, `"permission":"read"`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.open()
			if c.before != nil {
				c.before(w)
			}
			w.want(w.do(c.method, c.path, c.body), c.status, c.text)
		})
	}
}

func TestEveryReadFitsGitHubsDescription(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.bare.Commit(t, "main", repotest.Ada, "ci", map[string]string{".github/workflows/ci.yml": "on: push\n"})
	w.open()
	w.AddTeam("acme", "core", []string{"ada"}, []string{repo})
	w.AddOrgMember("acme", "tina")
	w.Protect(repo, githubtest.Protection{Branch: "main", Contexts: []string{"ci"}, Reviews: 1})
	w.SetRights(w.token, githubtest.AllRights().Without("administration", githubtest.CanRead))
	w.Grant(repo, "robot", githubtest.Admin)
	sha := w.bare.Tip(t, "fix").String()
	ada := w.As("ada", repo)
	ada.React(ada.Comment(1, "hello"), "eyes")
	ada.Label(1, "bug")
	ada.Unlabel(1, "bug")
	ada.Label(1, "bug")
	ada.Assign(1, "tina")
	ada.EditTitle(1, "other")
	ada.Open("an issue", "text")
	ada.Close(2)
	ada.Reopen(2)
	ada.ConvertToDraft(1)
	ada.MarkReady(1)
	w.want(w.do("POST", "/repos/acme/pkgs/pulls/1/requested_reviewers", object{"reviewers": []string{"ada"}, "team_reviewers": []string{"core"}}), 201, "")
	review := w.want(w.do("POST", "/repos/acme/pkgs/pulls/1/reviews", object{"event": "COMMENT", "body": "look", "comments": []object{
		{"path": "a", "start_line": 4, "line": 5, "side": "RIGHT", "body": "x"}}}), 200, "")
	w.want(w.do("POST", "/repos/acme/pkgs/statuses/"+sha, object{"state": "failure", "context": "ci", "description": "no"}), 201, "")
	w.SetCheckRun(repo, sha, githubtest.CheckRun{Name: "lint", Status: "completed", Conclusion: "success"})
	comment := w.Comments(repo, 1)[0].ID
	w.want(w.do("PATCH", fmt.Sprintf("/repos/acme/pkgs/issues/comments/%d", comment), object{"body": "edited"}), 200, "edited")
	for _, path := range []string{
		"/user", "/users/ada", fmt.Sprintf("/user/%d", w.AddUser("ada", githubtest.User)), "/rate_limit", "/repos/acme/pkgs",
		"/repos/acme/pkgs/teams", "/repos/acme/pkgs/actions/workflows", "/repos/acme/pkgs/collaborators/ada/permission",
		"/repos/acme/pkgs/branches", "/repos/acme/pkgs/branches/main", "/repos/acme/pkgs/branches/main/protection",
		"/repos/acme/pkgs/rules/branches/main", "/repos/acme/pkgs/contents/a", "/repos/acme/pkgs/contents/.github",
		"/repos/acme/pkgs/git/matching-refs/heads", "/repos/acme/pkgs/git/ref/heads/main",
		"/repos/acme/pkgs/commits/fix/status", "/repos/acme/pkgs/commits/fix/statuses", "/repos/acme/pkgs/commits/" + sha + "/check-runs",
		"/repos/acme/pkgs/labels", "/repos/acme/pkgs/labels/bug", "/repos/acme/pkgs/pulls", "/repos/acme/pkgs/pulls/1",
		"/repos/acme/pkgs/pulls/1/files", "/repos/acme/pkgs/pulls/1/commits", "/repos/acme/pkgs/pulls/1/requested_reviewers",
		"/repos/acme/pkgs/pulls/1/reviews", fmt.Sprintf("/repos/acme/pkgs/pulls/1/reviews/%.0f", review.json["id"]), "/repos/acme/pkgs/pulls/1/comments",
		"/repos/acme/pkgs/issues", "/repos/acme/pkgs/issues/1", "/repos/acme/pkgs/issues/1/comments", "/repos/acme/pkgs/issues/1/events",
		"/repos/acme/pkgs/issues/1/timeline", "/repos/acme/pkgs/issues/1/reactions", "/repos/acme/pkgs/issues/1/labels",
		"/repos/acme/pkgs/issues/comments?sort=updated&direction=desc&since=2024-01-01T00:00:00Z",
		fmt.Sprintf("/repos/acme/pkgs/issues/comments/%d", comment), fmt.Sprintf("/repos/acme/pkgs/issues/comments/%d/reactions", comment),
		"/search/issues?q=repo:acme/pkgs", "/orgs/acme/teams/core", "/orgs/acme/teams/core/members",
	} {
		if got := w.do("GET", path, nil); got.status != 200 {
			t.Errorf("GET %s: %d %s", path, got.status, got.text)
		}
	}
	w.clock.Advance(2 * 60e9)
	w.want(w.do("GET", "/search/issues?q=repo:acme/pkgs+label:bug", nil), 200, `"total_count":1`)
	w.want(w.do("GET", "/orgs/acme/members/tina", nil), 204, "")
	w.want(w.do("GET", "/orgs/acme/teams/core/repos/acme/pkgs", nil), 204, "")
}
