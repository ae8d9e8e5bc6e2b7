package github_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// inspected returns the problems by what was looked at; those without are "".
func (w *world) inspected(what github.Inspection) map[string]github.Check {
	w.Helper()
	list, err := w.forge.Inspect(ctx, what)
	w.must(err)
	checks := map[string]github.Check{}
	for _, c := range list {
		if c.What == "" || c.Problem == "" && c.Breaks+c.Next != "" || c.Problem != "" && c.Breaks+c.Next == "" {
			w.Errorf("a check that says too little or too much: %+v", c)
		}
		if w.secret(c.Problem) {
			w.Errorf("a token is shown: %+v", c)
		}
		checks[c.What] = c
	}
	return checks
}

// problem returns what is wrong in the check whose name begins so.
func problem(t *testing.T, checks map[string]github.Check, what string) string {
	t.Helper()
	for name, c := range checks {
		if strings.HasPrefix(name, what) {
			return c.Problem
		}
	}
	t.Errorf("nothing says: %s: %v", what, checks)
	return ""
}

func TestARepositoryThatIsSetUpWellHasNoProblemButWhatCannotBeKnown(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.As("bob", full).Label(w.server.As("bob", full).Open("x", ""), "auxsync")
	for what, c := range w.inspected(github.Inspection{Branches: []string{"main", "absent"}, Logins: []string{"ada", "auxolotl/core"}, Labels: []string{"auxsync"}}) {
		if c.Problem != "" && what != "rights to write" && what != "the account "+me {
			t.Errorf("%s: %s", what, c.Problem)
		}
	}
	for _, r := range w.server.Requests() {
		if r.Write && r.Status != 0 {
			t.Errorf("an inspection wrote: %s %s", r.Method, r.Path)
		}
	}
}

func TestAnInspectionNamesEveryThingThatIsWrong(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{Private: true, NoIssues: true})
	w.server.Grant(full, me, githubtest.Read)
	w.server.SetRights(w.token, githubtest.AllRights().Without("checks", githubtest.NoAccess))
	w.server.AddUser("helper[bot]", githubtest.Bot)
	w.server.Protect(full, githubtest.Protection{Branch: "main", Reviews: 1})
	w.repo.Commit(t, "main", "Ada <ada@example.org>", "workflows", map[string]string{
		".github/workflows/ci.yml": "on: push\n", ".github/workflows/eval.yml": "on: {push: {}}\n",
		".github/workflows/pr.yml": "on: pull_request\n", ".github/workflows/README.md": "on: push\n",
	})
	checks := w.inspected(github.Inspection{
		Branches: []string{"main"}, Logins: []string{"eve", "nobody", "helper[bot]", "auxolotl/absent"}, Labels: []string{"auxsync", "good first conflict"},
	})
	for what, want := range map[string]string{
		"issues": "turned off", "the account may push": "only read", "right Checks": "not accessible", "draft": "private",
		"labels": "auxsync, good first conflict", "protection of main": "protected", "eve": "assigns nothing", "nobody": "no such account",
		"helper[bot]": "bot", "auxolotl/absent": "no such team", "workflows": "starts ci.yml; these are written in a way that is not read here: eval.yml",
	} {
		if got := problem(t, checks, what); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	if strings.Contains(problem(t, checks, "workflows"), "pr.yml") {
		t.Error("pr.yml is named")
	}
}

func TestAnAppsRightsAreListed(t *testing.T) {
	w, _ := newAppWorld(t, githubtest.AllRights().Without("workflows", githubtest.NoAccess).Without("statuses", githubtest.CanRead))
	checks := w.inspected(github.Inspection{})
	for what, want := range map[string]string{
		"right Workflows": "does not have it", "right Commit statuses": "read alone", "right Contents": "", "right Members": "", "the app's installation": "",
		"the account": "", // nobody else uses it
	} {
		if got := problem(t, checks, what); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
}

func TestAPersonWhoLendsTheirAccountIsToldThatTheyAreNotHeard(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	if c := w.inspected(github.Inspection{})["the account "+me]; !strings.Contains(c.Problem, "are not heard") || c.Breaks != "" || !strings.Contains(c.Next, "GitHub App") {
		t.Errorf("%+v", c)
	}
}

func TestNothingElseIsLookedAtWhereTheRepositoryIsNotThere(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.Revoke(w.token)
	if checks := w.inspected(github.Inspection{Logins: []string{"ada"}}); len(checks) != 1 || !strings.Contains(problem(t, checks, "the repository"), "credential") {
		t.Errorf("%v", checks)
	}
}
