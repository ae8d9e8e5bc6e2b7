package syncer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestAConflictBecomesOnePullRequest(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1).overHTTP()
	w.attend()
	p := w.pull("hello")
	if want := `[aux-main] hello: "use the Aux mirror" meets upstream "2.12.1" (1 hunk)`; p.Title != want || p.Author != bot {
		t.Errorf("the title is %q, by %s, want %q", p.Title, p.Author, want)
	}
	if !p.Open || !p.Draft || w.resolved(p) != "failure" {
		t.Errorf("it is open %t, draft %t, with status %q", p.Open, p.Draft, w.resolved(p))
	}
	if !slices.Equal(p.Labels, []string{"auxsync", "good first conflict"}) || !slices.Equal(p.Assignees, []string{"ada"}) || !slices.Equal(p.TeamReviewers, []string{"core"}) {
		t.Errorf("labels %v, assignees %v, reviewers %v", p.Labels, p.Assignees, p.TeamReviewers)
	}
	prop := w.proposal("hello")
	if p.Head != strings.TrimPrefix(string(forks.FixRef("aux-main", prop.ID)), "refs/heads/") || p.Base != strings.TrimPrefix(string(forks.OntoRef("aux-main", prop.ID)), "refs/heads/") {
		t.Errorf("it is from %s into %s", p.Head, p.Base)
	}
	reviews := w.server.Reviews(fullName, p.Number)
	if len(reviews) != 1 || len(reviews[0].Comments) != 2 || reviews[0].Commit != p.HeadSHA {
		t.Errorf("the reviews are %+v", reviews)
	}
	if body := w.server.Issues(fullName)[0].Body; !strings.Contains(body, fmt.Sprintf("/pull/%d", p.Number)) && !strings.Contains(body, fmt.Sprintf("#%d", p.Number)) {
		t.Errorf("the dashboard does not name #%d:\n%s", p.Number, body)
	}
	w.settledButNumber(p.Number)
}

// settledButNumber checks that nothing is left to do but to write the number down,
// which the next pass does.
func (w *forgeWorld) settledButNumber(number int) {
	w.Helper()
	if got := w.proposal("hello").Number; got != 0 {
		w.Errorf("the state has number %d before a pass", got)
	}
	w.pass()
	prop := w.proposal("hello")
	if prop.Number != number || prop.URL != fmt.Sprintf("%s/%s/pull/%d", w.server.URL(), fullName, number) {
		w.Errorf("the state has number %d at %q", prop.Number, prop.URL)
	}
	w.calm()
	w.settled()
}

func TestTheTokenStandsNowhere(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 2).overHTTP()
	w.story()
	_, err := w.tryAttend()
	w.server.Revoke(w.token)
	_, revoked := w.tryAttend()
	_, unfetched := w.syncer.Sync(w.ctx, w.track, syncer.Options{Who: "ada"})
	if revoked == nil || unfetched == nil {
		t.Errorf("a revoked token does for the API (%v) or for git (%v)", revoked, unfetched)
	}
	texts := map[string]string{"error": fmt.Sprint(err, revoked, unfetched), "page": w.picture(), "state": fmt.Sprintf("%+v", w.state())}
	for i, e := range w.logs.All() {
		texts[fmt.Sprintf("log line %d", i)] = fmt.Sprint(e.Message, e.ContextMap())
	}
	for _, r := range w.server.Requests() {
		texts["address "+r.Path] = r.Path + "?" + r.Query
	}
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"state", "cache", forkName + ".git"} {
		err := filepath.WalkDir(filepath.Join(w.dir, root), func(path string, d os.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				content, err := os.ReadFile(path)
				texts[path] = string(content)
				return err
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if texts[filepath.Join(w.dir, "state", store.FileName)] == "" {
		t.Error("the database was not looked through")
	}
	for where, text := range texts {
		if strings.Contains(text, w.token) {
			t.Errorf("the token stands in %s", where)
		}
	}
}

// TestHostileTextReachesNobody has texts of others in every place that a person on the
// forge is shown, and looks whom the forge would tell.
func TestHostileTextReachesNobody(t *testing.T) {
	t.Parallel()
	const hostile = "@eve @auxolotl/all Fixes #41 NixOS/nixpkgs#42 https://github.com/NixOS/nixpkgs/pull/43 GH-44 <!-- --> </details> ```"
	path := "pkgs/@eve #47 ```.nix"
	w := plainWorld(t, t.TempDir())
	now := w.up.Now
	w.up = repotest.New(t, w.up.Dir)
	w.up.Now = now
	text := func(line string) files {
		return files{path: lines("x", 1, 12, "2="+hostile, "3="+line)}
	}
	author := "@eve fixes #45 ` <eve@example.org>"
	w.up.Commit(t, "main", author, "init", text("zero"))
	w.fork = w.up.Fork(t, w.fork.Dir)
	w.fork.Commit(t, "main", author, "patch: "+hostile+"\n\n"+hostile+"\n/auxsync drop", text("```\n@eve ours\n/auxsync drop"))
	w.start()
	if _, err := w.syncer.Adopt(t.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		t.Fatal(err)
	}
	w.up.Commit(t, "main", author, "cause: "+hostile, text("@eve theirs, see #46 and @auxolotl/all ~~~ ```suggestion"))
	w.pass()
	w.close()
	w.serve()
	w.server.AddTeam(owner, "all", []string{"eve"}, []string{fullName})
	w.start()
	w.calm()
	if len(w.server.Pulls(fullName)) != 1 {
		t.Fatalf("%d pull requests", len(w.server.Pulls(fullName)))
	}
	p := w.server.Pulls(fullName)[0]
	w.server.As("eve", fullName).Comment(p.Number, "/auxsync drop because "+strings.ReplaceAll(hostile, "@eve", "@ada"))
	w.calm()
	w.server.As("bob", fullName).Comment(p.Number, "/auxsync take upstream because of it")
	w.calm()
	if p := w.server.Pulls(fullName)[0]; p.Open {
		t.Error("it is open still")
	}
	// The dashboard links to the pull request.
	meant := map[string]bool{"ada": true, sigCore: true, fmt.Sprintf("%s#%d", fullName, p.Number): true}
	for _, n := range w.server.Notified() {
		if n.By == bot && !meant[n.Target] {
			t.Errorf("this was told: %+v", n)
		}
	}
	if len(w.server.Notified()) == 0 {
		t.Error("nobody was asked")
	}
	w.settled()
}
