package repo_test

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// aClone is a repository with a work tree, whose objects are in part those of another
// repository, and what is committed on its branch main.
func aClone(t *testing.T) (dir string, up *repotest.Repo) {
	t.Helper()
	top := t.TempDir()
	up = repotest.New(t, filepath.Join(top, "up.git"))
	up.Commit(t, "main", repotest.Ada, "one", files{"a.nix": "one\n", "sub/b.nix": "b\n"})
	dir = filepath.Join(top, "clone")
	git(t, top, "clone", "--quiet", "--shared", up.Dir, dir)
	if err := os.WriteFile(filepath.Join(dir, "a.nix"), []byte("two\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	git(t, dir, "commit", "--quiet", "--all", "--message=two")
	git(t, dir, "tag", "--annotate", "--message=first", "v1", "HEAD~1")
	git(t, dir, "worktree", "add", "--quiet", "--detach", filepath.Join(top, "beside"), "HEAD~1")
	return dir, up
}

func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	cmd.Env = append(repotest.Env(), "HOME="+dir, "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func elsewhere(t *testing.T, dir string) *repo.Elsewhere {
	t.Helper()
	e, err := newGit(t).Elsewhere(t.Context(), dir)
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

func TestARepositoryIsFoundFromAnywhereInIt(t *testing.T) {
	t.Parallel()
	dir, up := aClone(t)
	for place, want := range map[string]string{
		dir:                                 "two\n",
		filepath.Join(dir, "sub"):           "two\n",
		filepath.Join(dir, ".git"):          "two\n",
		filepath.Join(dir, "..", "beside"):  "one\n", // a HEAD of its own
		up.Dir:                              "one\n",
		filepath.Join(up.Dir, "refs/heads"): "one\n",
	} {
		tree, err := elsewhere(t, place).Tree(t.Context(), "HEAD")
		if err != nil {
			t.Errorf("%s: %v", place, err)
			continue
		}
		if content, _, err := tree.File("a.nix"); string(content) != want || err != nil {
			t.Errorf("%s: a.nix is %q, error %v", place, content, err)
		}
		// This one is in the other repository's objects alone.
		if content, _, err := tree.File("sub/b.nix"); string(content) != "b\n" || err != nil {
			t.Errorf("%s: sub/b.nix is %q, error %v", place, content, err)
		}
	}
}

func TestARevisionIsWhateverGitTakesForOne(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	e := elsewhere(t, dir)
	two := git(t, dir, "rev-parse", "HEAD")
	for rev, want := range map[string]string{
		"HEAD": "two\n", "main": "two\n", "refs/heads/main": "two\n", two: "two\n", two[:8]: "two\n", "v1": "one\n", "HEAD^": "one\n",
		"main^{tree}": "two\n", ":/one": "one\n", "origin/main": "one\n", "main@{0}": "two\n",
	} {
		tree, err := e.Tree(t.Context(), rev)
		if err != nil {
			t.Errorf("%s: %v", rev, err)
			continue
		}
		if content, _, err := tree.File("a.nix"); string(content) != want || err != nil {
			t.Errorf("%s: %q, error %v", rev, content, err)
		}
	}
	if tree, err := e.Tree(t.Context(), "HEAD:sub"); err != nil {
		t.Error(err)
	} else if content, _, err := tree.File("b.nix"); string(content) != "b\n" || err != nil {
		t.Errorf("%q, error %v", content, err)
	}
	for _, rev := range []string{"", "nothing", "-h", "--all", "HEAD..main", "HEAD main", "HEAD:a.nix", "a\x00b", strings.Repeat("0", 40), "\x1b[31m"} {
		_, err := e.Tree(t.Context(), rev)
		wantKind(t, err, forks.NeedsPerson)
		if !strings.Contains(err.Error(), "name a commit") || err.Error() != forks.Inert(err.Error()) {
			t.Errorf("%q: %v", rev, err)
		}
	}
}

func TestLookingAtARepositoryChangesNothingInIt(t *testing.T) {
	t.Parallel()
	dir, up := aClone(t)
	ran := filepath.Join(t.TempDir(), "ran")
	git(t, dir, "config", "core.fsmonitor", "touch "+ran)
	git(t, dir, "config", "core.pager", "touch "+ran)
	before, beforeUp := listing(t, dir), listing(t, up.Dir)
	g := newGit(t)
	e, err := g.Elsewhere(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := e.Tree(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Names(""); err != nil {
		t.Fatal(err)
	}
	if during := listing(t, dir); !maps.Equal(before, during) {
		t.Errorf("while it is open: %v, was %v", during, before)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if after := listing(t, dir); !maps.Equal(before, after) {
		t.Errorf("%v, was %v", after, before)
	}
	if after := listing(t, up.Dir); !maps.Equal(beforeUp, after) {
		t.Errorf("its lender: %v, was %v", after, beforeUp)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("a program that the repository names was run")
	}
}

func TestARepositoryOfAnotherUserIsLookedAt(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can make a repository of another user")
	}
	dir, _ := aClone(t)
	for _, path := range []string{dir, filepath.Join(dir, ".git")} {
		if err := os.Chown(path, 12345, 12345); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := elsewhere(t, filepath.Join(dir, "sub")).Tree(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	if content, _, err := tree.File("a.nix"); string(content) != "two\n" || err != nil {
		t.Errorf("%q, error %v", content, err)
	}
}

func TestAFolderWithoutARepositoryNeedsAPerson(t *testing.T) {
	t.Parallel()
	top := t.TempDir()
	sha256 := filepath.Join(top, "sha256")
	git(t, top, "init", "--quiet", "--bare", "--object-format=sha256", sha256)
	torn := filepath.Join(top, "torn")
	git(t, top, "init", "--quiet", torn)
	if err := os.Remove(filepath.Join(torn, ".git", "HEAD")); err != nil {
		t.Fatal(err)
	}
	for dir, says := range map[string]string{
		top:                           "not a git repository",
		filepath.Join(top, "nowhere"): "nowhere",
		filepath.Join(top, "\x1b[2J"): `\u001b[2J`,
		sha256:                        "sha256",
		torn:                          "not a git repository",
	} {
		e, err := newGit(t).Elsewhere(t.Context(), dir)
		if err == nil {
			t.Errorf("%s was opened", dir)
			_ = e.Close()
			continue
		}
		wantKind(t, err, forks.NeedsPerson)
		if !strings.Contains(err.Error(), says) || err.Error() != forks.Inert(err.Error()) {
			t.Errorf("%q: %v", dir, err)
		}
	}
}

func TestARepositoryOfSomebodyThatLostAnObjectIsNotToBeRemoved(t *testing.T) {
	t.Parallel()
	dir, _ := aClone(t)
	blob := git(t, dir, "rev-parse", "HEAD:a.nix")
	loose := filepath.Join(dir, ".git", "objects", blob[:2], blob[2:])
	e := elsewhere(t, dir)
	tree, err := e.Tree(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	overwrite(t, loose, []byte("torn"))
	_, _, err = tree.File("a.nix")
	wantKind(t, err, forks.NeedsPerson)
	if !strings.Contains(err.Error(), filepath.Join(dir, ".git")) || strings.Contains(err.Error(), "remove the folder") {
		t.Error(err)
	}
}
