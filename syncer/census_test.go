package syncer_test

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// ahead renders what a census says: subject and outcome there, one a line.
func ahead(p forks.Plan) string {
	var b strings.Builder
	for _, row := range p.Outcomes {
		b.WriteString(row.Subject + ": " + string(row.Ahead) + "\n")
	}
	return b.String()
}

// census compares w's stack with a repository that took one patch, conflicts with
// another one and has neither of two others.
func census(t *testing.T, w *world) (other *repotest.Repo) {
	t.Helper()
	other = w.up.Fork(t, filepath.Join(w.dir, "other.git"))
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change", map[string]string{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Grace, "a: on top", map[string]string{"a.nix": lines("a", 1, 12, "5=fork on top;")})
	w.fork.Commit(t, "main", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Grace, "c: fork change", map[string]string{"c.nix": lines("c", 1, 12, "5=fork;")})
	other.Commit(t, "trunk", repotest.Alan, "start", map[string]string{"README": "other\n"})
	other.Build(t, repotest.Commit{Branch: "trunk", Parents: []forks.Hash{other.Tip(t, "main")}, Author: repotest.Alan, Subject: "a: of the other",
		Files: map[string]string{"a.nix": lines("a", 1, 12, "5=other;")}})
	other.Commit(t, "trunk", repotest.Grace, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	return other
}

const censusRows = "a: fork change: conflicted\na: on top: blocked\nb: fork change: upstreamed\nc: fork change: kept\n"

func TestCensusTellsWhatWouldBecomeOfTheStackElsewhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	other := census(t, w)
	for _, adopted := range []string{"not adopted", "adopted"} {
		if adopted == "adopted" {
			w.adopt()
			w.bump("e")
			w.sync()
		}
		fork, cache := w.fork.Refs(t), tree(t, w.CacheDir)
		passes := len(w.store.passes)
		out, err := w.Census(t.Context(), w.track, other.Dir, "trunk", syncer.Options{})
		if err != nil {
			t.Fatalf("%s: %v", adopted, err)
		}
		p := out.Plan
		if got := ahead(p); got != censusRows {
			t.Errorf("%s:\n%swant:\n%s", adopted, got, censusRows)
		}
		if len(p.Conflicts) != 1 || len(p.Conflicts[0].Files) != 1 || p.Conflicts[0].Files[0].Path != "a.nix" || p.Conflicts[0].CauseSubject != "a: of the other" {
			t.Errorf("%s: conflicts %+v", adopted, p.Conflicts)
		}
		if p.UpstreamTip != other.Tip(t, "trunk") || p.Hold != nil || len(p.WouldPush) != 0 || p.Publishes() {
			t.Errorf("%s: plan %+v", adopted, p)
		}
		if !maps.Equal(fork, w.fork.Refs(t)) || !maps.Equal(cache, tree(t, w.CacheDir)) || len(w.store.passes) != passes {
			t.Errorf("%s: the census left something behind", adopted)
		}
	}
}

// tree lists the files below a folder with their sizes.
func tree(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	found := map[string]int64{}
	if _, err := os.Stat(dir); err != nil {
		return found
	}
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			found[path] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCensusTakesBranchesTagsAndFullNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	other := census(t, w)
	other.Git(t, "-c", "user.name=Ada", "-c", "user.email=ada@example.org", "tag", "-a", "-m", "v1", "v1", other.Tip(t, "trunk").String())
	for _, ref := range []string{"v1", "refs/heads/trunk", "refs/tags/v1"} {
		out, err := w.Census(t.Context(), w.track, other.Dir, ref, syncer.Options{})
		if err != nil || ahead(out.Plan) != censusRows {
			t.Errorf("%s: %v\n%s", ref, err, ahead(out.Plan))
		}
	}
	for ref, want := range map[string]string{
		"nothing":    "has no branch or tag nothing (its branches: main, trunk)",
		"refs/x/y":   "has no branch or tag refs/x/y",
		"refs/heads": "has no branch or tag refs/heads",
		"refs/*":     "what to compare with",
		"":           "what to compare with",
	} {
		_, err := w.Census(t.Context(), w.track, other.Dir, ref, syncer.Options{})
		if err == nil || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", ref, err)
		}
	}
	w.track.AllowTransports = []string{"file"}
	if _, err := w.Census(t.Context(), w.track, "https://example.org/other", "trunk", syncer.Options{}); err == nil || forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("a transport that is not allowed: %v", err)
	}
}

func TestCensusNeverShowsTheForksCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	other := census(t, w)
	server := repotest.Serve(t, repotest.ServeOptions{}, w.fork.Dir, other.Dir)
	w.track.AllowTransports = []string{"file", "http"}
	w.track.URL, w.track.Credential = server.URL(w.fork.Dir), "token"
	w.Secret = func(forks.Track) func() (string, error) {
		return func() (string, error) { return "s3cret", nil }
	}
	out, err := w.Census(context.Background(), w.track, server.URL(other.Dir), "trunk", syncer.Options{})
	if err != nil || ahead(out.Plan) != censusRows {
		t.Errorf("%v\n%s", err, ahead(out.Plan))
	}
	shown := map[string]int{}
	for _, r := range server.Requests() {
		repository := strings.Split(strings.TrimPrefix(r.Path, "/"), "/")[0]
		if r.Authorization == "" {
			repository += " without"
		}
		shown[repository]++
	}
	if len(shown) != 2 || shown["fork.git"] == 0 || shown["other.git without"] == 0 {
		t.Errorf("requests by repository, and whether with a credential: %v", shown)
	}
}
