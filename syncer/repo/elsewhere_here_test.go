package repo_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// here opens a repository as a command of the person does that stands in dir; more is
// NAME=value on top of the environment of tests.
func here(t *testing.T, dir string, more ...string) *repo.Elsewhere {
	t.Helper()
	env := map[string]string{}
	for _, one := range slices.Concat(repotest.Env(), more) {
		name, value, _ := strings.Cut(one, "=")
		env[name] = value
	}
	e, err := newGit(t).Here(t.Context(), dir, func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestARepositoryIsFoundAsThePersonsGitFindsIt(t *testing.T) {
	t.Parallel()
	dir, up := aClone(t)
	head := git(t, dir, "rev-parse", "HEAD")
	for _, c := range []struct {
		dir  string
		env  []string
		want string
	}{
		{dir, nil, head},
		{filepath.Join(dir, "sub"), nil, head},
		{t.TempDir(), []string{"GIT_DIR=" + filepath.Join(dir, ".git")}, head},
		{filepath.Join(dir, "sub"), []string{"GIT_DIR=../.git"}, head},
		{dir, []string{"GIT_DIR=" + up.Dir}, git(t, up.Dir, "rev-parse", "HEAD")},
	} {
		if id, err := here(t, c.dir, c.env...).Resolve(t.Context(), "HEAD", "commit"); id.String() != c.want || err != nil {
			t.Errorf("%s %q: %s, want %s; error %v", c.dir, c.env, id, c.want, err)
		}
	}
	_, err := newGit(t).Here(t.Context(), dir, func(name string) string { return map[string]string{"GIT_DIR": "/nowhere"}[name] })
	wantKind(t, err, forks.NeedsPerson)
}

func TestARevisionIsOfAKind(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	e := here(t, dir)
	two, one := git(t, dir, "rev-parse", "HEAD"), git(t, dir, "rev-parse", "HEAD~1")
	tree := git(t, dir, "rev-parse", "HEAD^{tree}")
	for _, c := range []struct{ rev, want, id string }{
		{"HEAD", "commit", two}, {"v1", "commit", one}, {":/one", "commit", one}, {two[:7], "commit", two}, {"HEAD", "tree", tree}, {tree, "tree", tree}, {"@{upstream}", "commit", one},
	} {
		if id, err := e.Resolve(t.Context(), c.rev, c.want); id.String() != c.id || err != nil {
			t.Errorf("%s of %s: %s, want %s; error %v", c.want, c.rev, id, c.id, err)
		}
	}
	for rev, have := range map[string]string{"nothing": "", "HEAD:a.nix": "blob", "HEAD^{tree}": "tree", "": "", "a\nb": "", "-h": "", "HEAD main": "", strings.Repeat("0", 40): "", "x missing": ""} {
		_, err := e.Resolve(t.Context(), rev, "commit")
		if none, ok := errors.AsType[*repo.NoRevisionError](err); !ok || none.Have != have || none.Error() != forks.Inert(none.Error()) {
			t.Errorf("%q: %v", rev, err)
		}
	}
	if short, err := e.Abbreviate(t.Context(), mustHash(t, two)); err != nil || short != git(t, dir, "rev-parse", "--short", "HEAD") {
		t.Errorf("%s, %v", short, err)
	}
	commits, err := e.Range(t.Context(), "HEAD~1..HEAD")
	if err != nil || len(commits) != 1 || commits[0].ID.String() != two || commits[0].Tree.String() != tree || len(commits[0].Parents) != 1 {
		t.Errorf("%+v, %v", commits, err)
	}
	bases, err := e.MergeBases(t.Context(), mustHash(t, two), mustHash(t, one))
	if err != nil || len(bases) != 1 || bases[0].String() != one {
		t.Errorf("%v, %v", bases, err)
	}
}

func mustHash(t *testing.T, hex string) forks.Hash {
	t.Helper()
	id, err := forks.ParseHash(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestSettingsAreThePersonsAndTheRepositorys(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	global := filepath.Join(t.TempDir(), "global")
	if err := os.WriteFile(global, []byte("[merge]\n\trenames\n\tconflictStyle = zdiff3\n[merge \"My.Driver\"]\n\tdriver = x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "config", "merge.conflictStyle", "diff3\nx")
	e := here(t, dir, "GIT_CONFIG_GLOBAL="+global, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=merge.empty", "GIT_CONFIG_VALUE_0=")
	got, err := e.Settings(t.Context(), `^merge\.`)
	want := []repo.Setting{{"merge.renames", "", false}, {"merge.conflictstyle", "zdiff3", true}, {"merge.My.Driver.driver", "x", true}, {"merge.conflictstyle", "diff3\nx", true}, {"merge.empty", "", true}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if none, err := e.Settings(t.Context(), `^nothing\.`); err != nil || len(none) != 0 {
		t.Errorf("%v, %v", none, err)
	}
	if who, err := e.Committer(t.Context()); err != nil || who != "Ada Lovelace <ada@example.org> 1704110400 +0000" {
		t.Errorf("%q, %v", who, err)
	}
}

func TestAttributesAreThoseOfTheWorkTree(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	for path, text := range map[string]string{".gitattributes": "*.nix merge=union\nodd* -merge conflict-marker-size=9\n", "sub/.gitattributes": "b.nix merge\n"} {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for place, inside := range map[string]bool{dir: true, filepath.Join(dir, "sub"): true, filepath.Join(dir, ".git"): false} {
		a := here(t, place).MergeAttributes()
		for path, want := range map[string]repo.MergeAttribute{
			"a.nix": {"union", "unspecified"}, "sub/b.nix": {"set", "unspecified"}, "odd\nname\xff": {"unset", "9"}, "other": {"unspecified", "unspecified"},
		} {
			if !inside {
				want = repo.MergeAttribute{Merge: "unspecified", MarkerSize: "unspecified"}
			}
			for range 2 {
				if got, err := a.Of(t.Context(), path); got != want || err != nil {
					t.Errorf("%q from %s: %+v, want %+v; error %v", path, place, got, want, err)
				}
			}
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestWhatIsKeptIsOnePackInTheFolderThatThePersonNames(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	own, other := filepath.Join(dir, ".git", "objects"), filepath.Join(t.TempDir(), "objects")
	if err := os.MkdirAll(other, 0o755); err != nil {
		t.Fatal(err)
	}
	for folder, env := range map[string][]string{
		own:   nil,
		other: {"GIT_OBJECT_DIRECTORY=" + other, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + own},
	} {
		e := here(t, dir, env...)
		id, err := e.Quarantine().Write("blob", []byte(folder))
		if err != nil {
			t.Fatal(err)
		}
		if err := e.Keep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if packs, _ := filepath.Glob(filepath.Join(folder, "pack", "*.idx")); len(packs) != 1 {
			t.Errorf("%q in %s", packs, folder)
		}
		if _, err := e.Resolve(t.Context(), id.String()+"^{blob}", "blob"); err != nil {
			t.Error(err)
		}
	}
}
