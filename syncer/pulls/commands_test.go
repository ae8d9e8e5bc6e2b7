package pulls_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// oddPaths are legal in git, and each means something to a shell, to git's path
// patterns, or to nobody.
func oddPaths() []forks.Path {
	return []forks.Path{
		"plain.nix", "a b's \"c\".nix", "-rf", "line\nbreak\ttab", "latin-\xe9", "*.nix", ":(top)x", "`touch pwned`$(touch pwned)", "=x", "~", "!x", "back\\slash", "it's \\ both\n", "[ab]", "größe", "bidi\u202e",
	}
}

// scene is a fork with one conflict, and a person's clone of it.
type scene struct {
	t     *testing.T
	fork  string
	clone string
	note  pulls.Note
}

// newScene publishes onto and fix of a note with the given files. Each path has
// the content "ours" in onto and conflict markers on fix.
func newScene(t *testing.T, files []forks.ConflictFile) *scene {
	dir := t.TempDir()
	s := &scene{t: t, fork: filepath.Join(dir, "the fork's.git"), clone: filepath.Join(dir, "clone"), note: exampleNote()}
	s.note.Fork, s.note.Conflict.Files = s.fork, files
	s.git(dir, "init", "-q", "--bare", s.fork)
	s.git(dir, "init", "-q", "-b", "aux-unstable", s.clone)
	for _, f := range files {
		s.write(string(f.Path), "ours\n")
	}
	s.write("x.nix", "not in conflict\n")
	s.git(s.clone, "add", ".")
	s.git(s.clone, "commit", "-q", "-m", "onto")
	s.note.Onto = s.rev("HEAD")

	s.git(s.clone, "switch", "-q", "-c", "fix")
	for _, f := range files {
		s.write(string(f.Path), "<<<<<<< u\nours\n||||||| base\n=======\ntheirs\n>>>>>>> p\n")
	}
	s.write(pulls.ConflictFileName, string(pulls.ConflictFile(s.note)))
	s.git(s.clone, "add", ".")
	s.git(s.clone, "commit", "-q", "-m", pulls.FixMessage(s.note))
	s.git(s.clone, "push", "-q", "--", s.fork, "HEAD~:"+s.onto(), "HEAD:"+string(forks.FixRef(track, s.note.ID)),
		"HEAD~:refs/heads/aux-unstable", "HEAD~:refs/auxsync/state/"+track)
	s.git(s.clone, "switch", "-q", "aux-unstable")
	return s
}

func (s *scene) onto() string { return string(forks.OntoRef(track, s.note.ID)) }

func (s *scene) write(name, content string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.clone, name), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) command(dir, name string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + s.t.TempDir(), "LC_ALL=C", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_EDITOR=echo settled >", "GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=a@x", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=a@x",
		"GIT_AUTHOR_DATE=2026-03-01T12:00:00Z", "GIT_COMMITTER_DATE=2026-03-01T12:00:00Z",
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (s *scene) git(dir string, args ...string) string {
	s.t.Helper()
	return s.command(dir, "git", args...)
}

func (s *scene) rev(name string) forks.Hash {
	s.t.Helper()
	h, err := forks.ParseHash(s.git(s.clone, "rev-parse", name))
	if err != nil {
		s.t.Fatal(err)
	}
	return h
}

// run types the commands of the first block after heading, from the line after
// the comment on, if one is named, to the next comment.
func (s *scene) run(heading, comment string) {
	s.t.Helper()
	_, after, ok := strings.Cut(string(pulls.ConflictFile(s.note)), heading)
	_, after, ok2 := strings.Cut(after, "```sh\n")
	script, _, ok3 := strings.Cut(after, "\n```")
	if !ok || !ok2 || !ok3 {
		s.t.Fatalf("no commands after %q", heading)
	}
	if comment != "" {
		if _, script, ok = strings.Cut(script, comment+"\n"); !ok {
			s.t.Fatalf("no comment %q after %q", comment, heading)
		}
		script, _, _ = strings.Cut(script, "\n#")
	}
	s.command(s.clone, "bash", "-euc", script)
}

// published is the content of a path in onto on the fork.
func (s *scene) published(path forks.Path) string {
	s.t.Helper()
	return s.git(s.fork, "cat-file", "blob", s.onto()+":"+string(path))
}

const (
	toBegin = "## The files"
	toKeep  = "**Keep the patch"
	toDrop  = "**Drop the patch"
	toUndo  = "**Undo.**"
)

// odd gives a conflict of every odd path: upstream has no such file.
func odd(kind forks.ConflictKind) []forks.ConflictFile {
	var files []forks.ConflictFile
	for _, p := range oddPaths() {
		files = append(files, forks.ConflictFile{Path: p, Kind: kind, Stages: []forks.Stage{{Stage: 1}, {Stage: 3}}})
	}
	return files
}

// runEach types the commands for each file by itself.
func (s *scene) runEach(heading, comment string) {
	s.t.Helper()
	for _, f := range s.note.Conflict.Files {
		one := *s
		one.note.Conflict.Files = []forks.ConflictFile{f}
		one.run(heading, comment)
	}
}

func TestCommandsKeepThePatchWhateverThePath(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.Content))
	s.run(toBegin, "")
	for _, p := range oddPaths() {
		s.write(string(p), "settled\n")
	}
	s.write("x.nix", "edited by chance\n") // "*.nix" must not mean this one
	s.run(toKeep, "")
	for _, p := range oddPaths() {
		if got := s.published(p); got != "settled" {
			t.Errorf("%q has %q", p, got)
		}
	}
	if got := s.published("x.nix"); got != "not in conflict" {
		t.Errorf("x.nix was committed too: %q", got)
	}
	if out := s.git(s.fork, "ls-tree", s.onto(), "--", pulls.ConflictFileName); out != "" {
		t.Errorf("%s was left: %s", pulls.ConflictFileName, out)
	}
	if _, err := os.Stat(filepath.Join(s.clone, "pwned")); err == nil {
		t.Error("a path ran as a command")
	}

	s.run(toUndo, "")
	if got := s.git(s.fork, "rev-parse", s.onto()); got != s.note.Onto.String() {
		t.Errorf("undo left onto at %s", got)
	}
}

func TestCommandsDropThePatch(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.Content))
	s.run(toBegin, "")
	s.run(toDrop, "")
	if got, want := s.git(s.fork, "rev-parse", s.onto()+"^{tree}"), s.git(s.fork, "rev-parse", s.note.Onto.String()+"^{tree}"); got != want {
		t.Errorf("the tree is %s, want that of onto as opened, %s", got, want)
	}
}

func TestCommandsKeepOrRemoveAFileThatOneSideDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.ModifyDelete))
	s.run(toBegin, "")
	s.runEach("### Upstream deleted", "# upstream deleted it, the patch keeps it; to keep it as it is there now:")
	s.runEach("### Upstream deleted", "# or to remove it:")
	s.run(toKeep, "")
	if out := s.git(s.fork, "ls-tree", "--name-only", s.onto()); out != "x.nix" {
		t.Errorf("left are %q", out)
	}
}

func TestCommandsRename(t *testing.T) {
	t.Parallel()
	for _, p := range []forks.Path{"-rf", "*.nix", ":(top)x", "line\nbreak"} {
		s := newScene(t, []forks.ConflictFile{{Path: p, Kind: forks.FileDirectory, Stages: []forks.Stage{{Stage: 3}}}})
		s.run(toBegin, "")
		s.run("### A file on one side", "# or to give it another name:")
		s.run(toKeep, "")
		if out := s.git(s.fork, "ls-tree", "--name-only", s.onto()); out != "NEW-NAME\nx.nix" {
			t.Errorf("%q: left are %q", p, out)
		}
	}
}

func TestCommandsChooseWhatCannotBeMerged(t *testing.T) {
	t.Parallel()
	const link = "target"
	for _, c := range []struct {
		name  string
		kind  forks.ConflictKind
		mode  forks.Mode
		title string
	}{
		{"binary", forks.Binary, forks.ModeExecutable, "### A binary"},
		{"link", forks.Content, forks.ModeSymlink, "### A symbolic link"},
		{"submodule", forks.Submodule, forks.ModeSubmodule, "### A submodule"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, odd(c.kind))
			theirs := s.rev("HEAD") // for the submodule: any commit id
			if c.mode != forks.ModeSubmodule {
				s.write("theirs", link)
				id, err := forks.ParseHash(s.git(s.clone, "hash-object", "-w", "theirs"))
				if err != nil {
					t.Fatal(err)
				}
				theirs = id
			}
			for i := range s.note.Conflict.Files {
				s.note.Conflict.Files[i].Stages = []forks.Stage{{Stage: 3, Mode: c.mode, ID: theirs}}
			}
			s.run(toBegin, "")
			s.run(c.title, "") // the patch's form is fetched
			s.runEach("git fetch -- '"+strings.ReplaceAll(s.fork, "'", `'\''`)+"' refs/heads/aux-unstable", "# or the patch's:")
			s.run(toKeep, "")

			mode, _ := c.mode.MarshalText()
			if out := s.git(s.fork, "ls-tree", s.onto()); strings.Count(out, string(mode)) != len(oddPaths()) || strings.Count(out, theirs.String()) != len(oddPaths()) {
				t.Errorf("not all are %s %s:\n%s", mode, theirs, out)
			}
			if out := s.git(s.clone, "diff-files", "--name-only", "-z"); c.mode != forks.ModeSubmodule && out != "" {
				t.Errorf("the work tree differs: %q", out)
			}
		})
	}
}

func TestCommandsChooseAMode(t *testing.T) {
	t.Parallel()
	s := newScene(t, odd(forks.ModeChange))
	s.run(toBegin, "")
	s.runEach("### The two sides gave", "# executable:")
	s.run(toKeep, "")
	if out := s.git(s.fork, "ls-tree", s.onto()); strings.Count(out, "100755 blob") != len(oddPaths()) {
		t.Errorf("not all are executable:\n%s", out)
	}
}
