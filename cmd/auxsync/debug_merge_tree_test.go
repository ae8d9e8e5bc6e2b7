package main

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// ran is what a program left behind.
type ran struct {
	stdout, stderr string
	exit           int
}

// standIn runs debug commands and git on a bare repository, with the same environment.
type standIn struct {
	*repotest.Repo
	env []string // on top of that of tests
}

func newStandIn(t *testing.T) *standIn {
	t.Helper()
	return &standIn{Repo: repotest.New(t, filepath.Join(t.TempDir(), "here.git"))}
}

func (s *standIn) environment(more ...string) []string {
	return slices.Concat(repotest.Env(), s.env, []string{"GIT_DIR=" + s.Dir}, more)
}

// debug runs `auxsync debug`.
func (s *standIn) debug(stdin string, args ...string) ran {
	env := map[string]string{"AUXSYNC_GIT": os.Getenv("AUXSYNC_GIT")}
	for _, one := range s.environment() {
		name, value, _ := strings.Cut(one, "=")
		env[name] = value
	}
	var out, errOut bytes.Buffer
	code := run(append([]string{"debug"}, args...), strings.NewReader(stdin), &out, &errOut, func(name string) string { return env[name] })
	return ran{out.String(), errOut.String(), code}
}

// git runs the git that is the oracle: the one that the commands use too.
func (s *standIn) git(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	return runGit(t, cmp.Or(os.Getenv("AUXSYNC_GIT"), "git"), s.environment(), stdin, args...)
}

func runGit(t *testing.T, program string, env []string, stdin string, args ...string) ran {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Env, cmd.Dir = env, os.TempDir()
	var out, errOut bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &errOut
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return ran{out.String(), errOut.String(), cmd.ProcessState.ExitCode()}
}

// same compares what `debug merge-tree` prints, and how it exits, with git.
func (s *standIn) same(t *testing.T, stdin string, args ...string) ran {
	t.Helper()
	ours := s.debug(stdin, append([]string{"merge-tree"}, args...)...)
	git := s.git(t, stdin, append([]string{"merge-tree"}, args...)...)
	if ours.exit != git.exit || ours.stdout != git.stdout {
		a, b := firstDifference(ours.stdout, git.stdout)
		t.Errorf("merge-tree %q: exit %d, git's %d\n%q\ngit\n%q\nstandard error: %s", args, ours.exit, git.exit, a, b, ours.stderr)
	}
	return ours
}

// firstDifference cuts off what two texts have in common, but for a little before.
func firstDifference(a, b string) (string, string) {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-300)
	return forks.Clip(a[from:], 600), forks.Clip(b[from:], 600)
}

// someLines is a text of n lines, of which some are others.
func someLines(n int, other map[int]string) string {
	var b strings.Builder
	for i := range n {
		if text, ok := other[i]; ok {
			b.WriteString(text)
			continue
		}
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

// mergeCases are what two sides do to a base: each has the branches NAME-a and NAME-b.
func mergeCases() map[string][3]map[string]string {
	files := func(list ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(list); i += 2 {
			m[list[i]] = list[i+1]
		}
		return m
	}
	text, ours, theirs := someLines(20, nil), someLines(20, map[int]string{3: "ours\n"}), someLines(20, map[int]string{3: "theirs\n"})
	below := someLines(20, map[int]string{15: "below\n"})
	one, two, three := forks.Hash{1}, forks.Hash{2}, forks.Hash{3}
	return map[string][3]map[string]string{
		"clean":         {files("f", text), files("f", ours), files("f", below)},
		"apart":         {files("f", text, "g", text), files("f", ours), files("g", theirs)},
		"content":       {files("f", text), files("f", ours), files("f", theirs)},
		"several":       {files("a", text, "d/b", text, "d.c", text), files("a", ours, "d/b", ours, "d.c", ours), files("a", theirs, "d/b", theirs, "d.c", below)},
		"modify-delete": {files("f", text, "k", "1"), files("f", ours), files("f", repotest.Delete)},
		"add-add":       {files("k", "1"), files("f", ours), files("f", theirs)},
		"rename":        {files("old", text), files("old", repotest.Delete, "new", text), files("old", ours)},
		"rename-delete": {files("old", text, "k", "1"), files("old", repotest.Delete, "new", text), files("old", repotest.Delete)},
		"rename-rename": {files("old", text), files("old", repotest.Delete, "one", text), files("old", repotest.Delete, "two", text)},
		"directory":     {files("d/a", text, "d/b", ours), files("d", repotest.Delete, "e/a", text, "e/b", ours), files("d/c", "new\n")},
		"file-folder":   {files("k", "1"), files("x", "file\n"), files("x/y", "in a folder\n")},
		"binary":        {files("f", "a\x00b"), files("f", "a\x00c"), files("f", "a\x00d")},
		"mode":          {files("f", text), files("f", repotest.Executable(text)), files("f", ours)},
		"types":         {files("k", "1"), files("f", repotest.Symlink("k")), files("f", "file\n")},
		"link":          {files("l", repotest.Symlink("a")), files("l", repotest.Symlink("b")), files("l", repotest.Symlink("c"))},
		"submodules":    {files("s", repotest.Submodule(one), "a b", repotest.Submodule(one), "f", text), files("s", repotest.Submodule(two), "a b", repotest.Submodule(two), "f", ours), files("s", repotest.Submodule(three), "a b", repotest.Submodule(three), "f", theirs)},
		"odd names":     {files("tab\there", text, "ünï", text, "\xff\xfe", text, "q\"uote\\", text, "-x", text, " ", text, "\x01\x7f", text), files("tab\there", ours, "ünï", ours, "\xff\xfe", ours, "q\"uote\\", ours, "-x", ours, " ", ours, "\x01\x7f", ours), files("tab\there", theirs, "ünï", theirs, "\xff\xfe", theirs, "q\"uote\\", theirs, "-x", theirs, " ", theirs, "\x01\x7f", theirs)},
	}
}

// buildMergeCases makes the branches and returns the names of the cases, in order.
func buildMergeCases(t *testing.T, s *standIn) []string {
	t.Helper()
	cases := mergeCases()
	var names []string
	var commits []repotest.Commit
	for name := range cases {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		names[i] = strings.ReplaceAll(name, " ", "-")
		commits = append(commits, repotest.Commit{Branch: names[i], Subject: name, Files: cases[name][0]})
	}
	bases := s.Build(t, commits...)
	commits = nil
	for i, name := range names {
		for side, suffix := range []string{"-a", "-b"} {
			was := strings.ReplaceAll(name, "odd-names", "odd names")
			commits = append(commits, repotest.Commit{Branch: name + suffix, Subject: name + suffix, Parents: []forks.Hash{bases[i]}, Files: cases[was][side+1]})
		}
	}
	s.Build(t, commits...)
	return names
}

func TestMergeTreePrintsWhatGitPrints(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	var all strings.Builder
	names := buildMergeCases(t, s)
	for _, name := range names {
		fmt.Fprintf(&all, "%s-a %s-b\n%s-b %s-a\n%s %s-a\n", name, name, name, name, name, name)
	}
	for _, flags := range [][]string{{}, {"--messages"}, {"--no-messages"}, {"--name-only"}, {"--name-only", "-z", "--no-messages", "--messages"}, {"--write-tree", "--allow-unrelated-histories"}} {
		s.same(t, all.String(), append([]string{"--stdin"}, flags...)...)
	}
	for _, name := range []string{"clean", "content", "odd-names", "submodules", "file-folder"} {
		for _, flags := range [][]string{{}, {"-z"}, {"--name-only"}, {"--messages"}, {"--no-messages", "--name-only", "-z"}} {
			s.same(t, "", append(flags, name+"-a", name+"-b")...)
		}
	}
	s.Fsck(t)
}

func TestMergeTreeExitsAsGitDoes(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	buildMergeCases(t, s)
	for want, calls := range map[int][][]string{
		exitDone:       {{"clean-a", "clean-b"}, {"clean", "clean"}, {"--allow-unrelated-histories", "clean", "link"}, {"clean-a^{commit}", ":/clean-b"}, {"--", "clean-a", "clean-b"}},
		exitConflict:   {{"content-a", "content-b"}},
		exitUnanswered: {{"clean", "link"}},
		exitMisuse:     {{}, {"clean"}, {"--write-tree", "a", "b", "c"}, {"--mesages", "clean", "clean"}, {"--write-tree", "clean-a", "clean-b", "-z"}, {"--messages=yes", "clean", "clean"}},
	} {
		for _, args := range calls {
			if got := s.same(t, "", args...); got.exit != want {
				t.Errorf("%q: exit %d, want %d: %s", args, got.exit, want, got.stderr)
			}
		}
	}
	for _, stdin := range []string{"", "clean-a clean-b", "clean-a clean-b\n\n", "clean-a\n", "clean-a clean-b link\n", "clean-a  clean-b\n", "clean link\n", " clean link\n", "clean-a clean-b\nclean link\n"} {
		s.same(t, stdin, "--stdin")
	}
}

// A revision that is not there is no conflict, whatever git's exit code says.
func TestMergeTreeHasNoAnswerWithoutRevisions(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	buildMergeCases(t, s)
	for _, c := range []struct {
		args  []string
		stdin string
		says  string
	}{
		{args: []string{"clean", "nothing"}, says: "merge-tree: nothing - not something we can merge"},
		{args: []string{"clean^{tree}", "clean"}, says: "but the object dereferences to tree type"},
		{args: []string{"clean:f", "clean"}, says: "but the object dereferences to blob type"},
		{args: []string{"--merge-base=clean:f", "clean", "clean"}, says: "is a blob, and holds no tree"},
		{args: []string{"a\nb", "clean"}, says: "not something we can merge"},
		{args: []string{"\x1b[31m", "clean"}, says: "not something we can merge"},
		{args: []string{"--merge-base=nothing", "clean-a", "clean-b"}, says: "could not parse as tree 'nothing'"},
		{args: []string{"-X", "renormalize", "clean-a", "clean-b"}, says: "unknown strategy option: -Xrenormalize"},
		{args: []string{"--quiet", "-z", "clean-a", "clean-b"}, says: "options '--quiet' and '-z' cannot be used together"},
		{args: []string{"--stdin", "--merge-base=clean"}, says: "options '--merge-base' and '--stdin' cannot be used together"},
		{args: []string{"--stdin"}, stdin: "clean -- clean-a\n", says: "malformed input line: 'clean -- clean-a'."},
		{args: []string{"--stdin"}, stdin: "clean-a clean-b\r\n", says: "not something we can merge"},
		{args: []string{"--stdin"}, stdin: strings.Repeat("x", longestRequest+1), says: "too long"},
	} {
		got := s.debug(c.stdin, append([]string{"merge-tree"}, c.args...)...)
		if got.exit != exitUnanswered || !strings.Contains(got.stderr, c.says) || strings.ContainsAny(got.stderr, "\x1b\r") {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

func TestMergeTreeFollowsSettings(t *testing.T) {
	t.Parallel()
	for _, c := range []string{
		"merge.conflictStyle=diff3", "merge.conflictStyle=zdiff3", "merge.conflictStyle=Diff3", "merge.renames=false", "merge.renames=no", "merge.renames=0", "diff.renames=off",
		"merge.renames=copies", "merge.renames=perhaps", "diff.renames=perhaps", "merge.directoryRenames=true", "merge.directoryRenames=false", "merge.directoryRenames=Conflict",
		"merge.directoryRenames=perhaps", "merge.renameLimit=1k", "merge.renameLimit=0", "merge.renameLimit=many", "diff.renameLimit=-1", "core.quotePath=false", "core.quotePath=perhaps",
		"merge.default=union", "merge.default=binary", "merge.default=nothing",
	} {
		t.Run(c, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t)
			names := buildMergeCases(t, s)
			key, value, _ := strings.Cut(c, "=")
			s.env = []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=" + key, "GIT_CONFIG_VALUE_0=" + value}
			var all strings.Builder
			for _, name := range names {
				fmt.Fprintf(&all, "%s-a %s-b\n", name, name)
			}
			s.same(t, all.String(), "--stdin", "--messages")
			s.same(t, "", "odd-names-a", "odd-names-b")
		})
	}
}

func TestMergeTreeFollowsAttributes(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	buildMergeCases(t, s)
	file := filepath.Join(s.Dir, "info", "attributes")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"* merge=union", "* merge=binary", "* -merge", "* merge", "* merge=text", "* merge=nothing", "* binary", "d/* merge=union", "*.c merge=binary\na merge=union",
		"* conflict-marker-size=9", "* conflict-marker-size=12x", "* conflict-marker-size=x", "* conflict-marker-size=-3", "* -conflict-marker-size",
	} {
		if err := os.WriteFile(file, []byte(line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		s.same(t, "several-a several-b\ncontent-a content-b\nclean-a clean-b\n", "--stdin", "--messages")
	}
	if err := os.WriteFile(file, []byte("f merge=mine\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	hit := filepath.Join(t.TempDir(), "ran")
	s.env = []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=merge.mine.driver", "GIT_CONFIG_VALUE_0=touch " + hit}
	got := s.debug("", "merge-tree", "content-a", "content-b")
	if got.exit != exitUnanswered || got.stdout != "" || !strings.Contains(got.stderr, "f is merged by the driver mine") {
		t.Errorf("a driver of the settings: %+v", got)
	}
	if _, err := os.Stat(hit); err == nil {
		t.Error("it was run")
	}
	if got := s.debug("", "merge-tree", "apart-a", "apart-b"); got.exit != exitDone {
		t.Errorf("nothing is merged by it: %+v", got)
	}
}

// The forms that came to git later are held against a git that has them, if there is one.
func TestMergeTreeHasTheNewerForms(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	names := buildMergeCases(t, s)
	newer := os.Getenv("AUXSYNC_GIT")
	if newer != "" && runGit(t, newer, s.environment(), "", "merge-tree", "--quiet", "clean", "clean").exit != 0 {
		newer = ""
	}
	for _, name := range []string{"clean", "content", "rename-rename", "odd-names"} {
		plain := s.same(t, "", "-z", name+"-a", name+"-b")
		for _, c := range []struct {
			args  []string
			stdin string
			want  string // of -z A B; "" is not known here
		}{
			{args: []string{"-z", "--merge-base", name, name + "-a", name + "-b"}, want: plain.stdout},
			{args: []string{"-z", "--merge-base=" + name + "^{tree}", name + "-a^{tree}", name + "-b^{tree}"}},
			{args: []string{"--stdin"}, stdin: name + " -- " + name + "-a " + name + "-b\n", want: map[int]string{0: "1", 1: "0"}[plain.exit] + "\x00" + plain.stdout + "\x00"},
			{args: []string{"-X", "ours", name + "-a", name + "-b"}},
			{args: []string{"-Xours", "-Xtheirs", name + "-a", name + "-b"}},
			{args: []string{"-X", "no-renames", name + "-a", name + "-b"}},
			{args: []string{"--quiet", name + "-a", name + "-b"}},
		} {
			got := s.debug(c.stdin, append([]string{"merge-tree"}, c.args...)...)
			if c.want != "" && got.stdout != c.want {
				t.Errorf("%q: %q, want %q; %s", c.args, got.stdout, c.want, got.stderr)
			}
			if newer == "" {
				continue
			}
			if git := runGit(t, newer, s.environment(), c.stdin, append([]string{"merge-tree"}, c.args...)...); git.exit != got.exit || git.stdout != got.stdout {
				t.Errorf("%q: exit %d, git %d\n%q\ngit\n%q\n%s", c.args, got.exit, git.exit, got.stdout, git.stdout, got.stderr)
			}
		}
	}
	var all strings.Builder
	for _, name := range names {
		fmt.Fprintf(&all, "%s -- %s-a %s-b\n", name, name, name)
	}
	if got := s.debug(all.String(), "merge-tree", "--stdin"); got.exit != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMergeTreeKeepsWhatItMade(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	buildMergeCases(t, s)
	packs := func() int {
		found, err := filepath.Glob(filepath.Join(s.Dir, "objects", "pack", "*.pack"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	before := packs()
	if got := s.debug("", "merge-tree", "--quiet", "content-a", "content-b"); got.exit != exitConflict || got.stdout != "" {
		t.Errorf("--quiet: %+v", got)
	}
	if packs() != before {
		t.Error("--quiet wrote something")
	}
	got := s.debug("content-a content-b\nclean-a clean-b\nseveral-a several-b\n", "merge-tree", "--stdin", "--no-messages")
	if got.exit != 0 {
		t.Fatalf("%+v", got)
	}
	if n := packs(); n != before+1 {
		t.Errorf("%d packs, want one more than %d", n, before)
	}
	for answer := range strings.SplitSeq(strings.TrimSuffix(got.stdout, "\x00\x00"), "\x00\x00") {
		tree := strings.Split(answer, "\x00")[1]
		if shown := s.git(t, "", "ls-tree", "-r", tree); shown.exit != 0 {
			t.Errorf("%s: %s", tree, shown.stderr)
		}
	}
	s.Fsck(t)
}

func TestPathsAreQuotedAsGitQuotesThem(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"plain": "plain", "with space": "with space", "ü": `"\303\274"`, "a\tb\nc": `"a\tb\nc"`, "\a\b\v\f\r": `"\a\b\v\f\r"`, `q"\`: `"q\"\\"`, "\x01\x7f\xff": `"\001\177\377"`, "": "",
	} {
		if got := quotedPath(path, true); got != want {
			t.Errorf("%q: %s, want %s", path, got, want)
		}
	}
	if got := quotedPath("ü\t", false); got != "\"ü\\t\"" {
		t.Error(got)
	}
}

func TestPathsAreToldFromTheFolderOfTheCommand(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{
		{"a/b", "", "a/b"}, {"a/b", "a/", "b"}, {"a/b/c", "a/d/", "../b/c"}, {"x", "a/d/", "../../x"}, {"ab/c", "a/", "../ab/c"}, {"a/b/c", "a/b/", "c"}, {"a/bc", "a/b/", "../bc"},
	} {
		if got := relativePath(c[0], c[1]); got != c[2] {
			t.Errorf("%s from %s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
