package repotest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// TB is what is needed of a *testing.T; a command of a script can offer it too.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// Some authors.
const (
	Ada   = "Ada Lovelace <ada@example.org>"
	Grace = "Grace Hopper <grace@example.org>"
	Alan  = "Alan Turing <alan@example.org>"
)

// Delete, in place of a file's content, removes the file or directory.
const Delete = "\x00delete"

const modeMark = "\x00mode "

// Executable is the content of an executable file.
func Executable(content string) string { return modeMark + "100755 " + content }

// Symlink is the content of a symbolic link.
func Symlink(target string) string { return modeMark + "120000 " + target }

// Submodule is the content of a submodule's entry.
func Submodule(commit forks.Hash) string { return modeMark + "160000 " + commit.String() }

// Repo is a bare repository.
type Repo struct {
	Dir string
	// Now is the date of the next commit; each one takes a minute.
	Now time.Time
}

// New makes an empty bare repository in dir, with HEAD at main.
func New(t TB, dir string) *Repo {
	t.Helper()
	run(t, nil, "init", "--quiet", "--bare", "--template=", "--initial-branch=main", dir)
	r := &Repo{Dir: dir, Now: time.Date(2024, 1, 1, 12, 0, 0, 0, time.UTC)}
	// As forges do: a wrong id is asked for, not guessed; any ref may be pushed.
	r.Git(t, "config", "uploadpack.allowAnySHA1InWant", "true")
	return r
}

// Fork makes a bare copy with all refs in dir.
func (r *Repo) Fork(t TB, dir string) *Repo {
	t.Helper()
	fork := New(t, dir)
	fork.Now = r.Now
	fork.Git(t, "fetch", "--quiet", r.Dir, "+refs/*:refs/*")
	return fork
}

// Commit is one commit to make.
type Commit struct {
	Branch    string       // moved to the commit; may be a full ref
	Author    string       // "Name <mail>"; "" is Ada
	Committer string       // "" is the author
	Subject   string       // the message, without the newline at its end
	Parents   []forks.Hash // nil: the branch's tip, if it has one
	Orphan    bool         // no parent, whatever the branch has
	// Tree is the tree that Files change; zero is the first parent's.
	Tree forks.Hash
	// Files holds what changes: path to content, Delete, Executable, Symlink or
	// Submodule.
	Files map[string]string
	Date  time.Time // zero: the repository's Now
}

// Commit adds a commit to a branch, making it if need be.
func (r *Repo) Commit(t TB, branch, author, subject string, files map[string]string) forks.Hash {
	t.Helper()
	return r.Build(t, Commit{Branch: branch, Author: author, Subject: subject, Files: files})[0]
}

// Merge adds a merge of other to a branch: git's own merge, with files on top.
// Without files it must be clean.
func (r *Repo) Merge(t TB, branch, author, subject string, other forks.Hash, files map[string]string) forks.Hash {
	t.Helper()
	tip := r.Tip(t, branch)
	out, code := output(t, r.Dir, nil, "merge-tree", "--write-tree", tip.String(), other.String())
	if code > 1 || code == 1 && len(files) == 0 {
		t.Fatalf("merge %s into %s of %s: exit %d\n%s", other, branch, r.Dir, code, out)
	}
	tree := parseHash(t, strings.SplitN(out, "\n", 2)[0])
	return r.Build(t, Commit{Branch: branch, Author: author, Subject: subject, Parents: []forks.Hash{tip, other}, Tree: tree, Files: files})[0]
}

// Tip returns the commit of a branch or full ref, which must exist.
func (r *Repo) Tip(t TB, branch string) forks.Hash {
	t.Helper()
	id := r.Refs(t)[fullRef(branch)]
	if id.IsZero() {
		t.Fatalf("%s has no %s", r.Dir, fullRef(branch))
	}
	return id
}

// Refs returns all refs.
func (r *Repo) Refs(t TB) map[forks.Ref]forks.Hash {
	t.Helper()
	refs := map[forks.Ref]forks.Hash{}
	for line := range strings.Lines(r.Git(t, "for-each-ref", "--format=%(objectname) %(refname)")) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		refs[forks.Ref(name)] = parseHash(t, id)
	}
	return refs
}

// SetRef moves a branch or full ref without further ado; a zero id removes it.
func (r *Repo) SetRef(t TB, branch string, id forks.Hash) {
	t.Helper()
	if id.IsZero() {
		r.Git(t, "update-ref", "-d", string(fullRef(branch)))
		return
	}
	r.Git(t, "update-ref", string(fullRef(branch)), id.String())
}

// Tree returns the tree of a commit.
func (r *Repo) Tree(t TB, commit forks.Hash) forks.Hash {
	t.Helper()
	return parseHash(t, strings.TrimSpace(r.Git(t, "rev-parse", commit.String()+"^{tree}")))
}

// File returns the content of a file at a revision, and whether it exists.
func (r *Repo) File(t TB, rev, path string) (string, bool) {
	t.Helper()
	out, code := output(t, r.Dir, nil, "cat-file", "-p", rev+":"+path)
	return out, code == 0
}

// Hook installs a hook, such as pre-receive, as a shell script.
func (r *Repo) Hook(t TB, name, script string) {
	t.Helper()
	dir := filepath.Join(r.Dir, "hooks")
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+script+"\n"), 0o755)
	}
	if err != nil {
		t.Fatalf("hook %s: %v", name, err)
	}
}

// Fsck fails the test unless every object is sound and none is missing.
func (r *Repo) Fsck(t TB) {
	t.Helper()
	r.Git(t, "fsck", "--strict", "--no-dangling", "--no-progress")
}

// Git runs git on the repository and returns what it printed. It must succeed.
func (r *Repo) Git(t TB, args ...string) string {
	t.Helper()
	return runIn(t, r.Dir, nil, args...)
}

func run(t TB, stdin []byte, args ...string) string {
	t.Helper()
	return runIn(t, "", stdin, args...)
}

func runIn(t TB, dir string, stdin []byte, args ...string) string {
	t.Helper()
	out, code := output(t, dir, stdin, args...)
	if code != 0 {
		t.Fatalf("git %s: exit %d\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// output runs git and returns what it printed, on stderr if it failed.
func output(t TB, dir string, stdin []byte, args ...string) (string, int) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Env = Env()
	if dir != "" {
		cmd.Env = append(cmd.Env, "GIT_DIR="+dir)
	}
	cmd.Stdin = bytes.NewReader(stdin)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatalf("git %s: %v", strings.Join(args, " "), err)
	}
	code := cmd.ProcessState.ExitCode()
	if code != 0 {
		return out.String() + errOut.String(), code
	}
	return out.String(), 0
}

// Env is the environment in which tests run git: PATH, no config of the machine,
// a person named Ada and a fixed date.
func Env() []string {
	const date = "2024-01-01T12:00:00Z"
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.DevNull, "LC_ALL=C", "TZ=UTC",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=Ada Lovelace", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_AUTHOR_DATE=" + date,
		"GIT_COMMITTER_NAME=Ada Lovelace", "GIT_COMMITTER_EMAIL=ada@example.org", "GIT_COMMITTER_DATE=" + date,
	}
}

func fullRef(branch string) forks.Ref {
	if strings.HasPrefix(branch, "refs/") {
		return forks.Ref(branch)
	}
	return forks.BranchRef(branch)
}

func parseHash(t TB, s string) forks.Hash {
	t.Helper()
	id, err := forks.ParseHash(s)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return id
}

func gitDate(at time.Time) string { return fmt.Sprintf("%d +0000", at.Unix()) }
