package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// What calls git reads its standard error too: where git has a sentence, it is there.
func TestMergeTreeSaysWhyAsGitDoes(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	buildMergeCases(t, s)
	for _, c := range []struct {
		args []string
		exit int
		says string // a line begins with it
	}{
		{[]string{"--mesages", "clean", "clean"}, exitMisuse, "error: unknown option `mesages'"},
		{[]string{"--mesages", "clean", "clean"}, exitMisuse, "usage: git merge-tree [--write-tree]"},
		{[]string{"clean", "clean", "clean"}, exitMisuse, "usage: git merge-tree [--write-tree]"},
		{[]string{"--merge-base"}, exitMisuse, "error: option `merge-base' requires a value\n"},
		{[]string{"-X"}, exitMisuse, "error: switch `X' requires a value\n"},
		{[]string{"-y", "clean", "clean"}, exitMisuse, "error: unknown switch `y'\n"},
		{[]string{"--messages=yes", "clean", "clean"}, exitMisuse, "error: option `messages' takes no value\n"},
		{[]string{"--\x1b[31m", "clean", "clean"}, exitMisuse, `error: unknown option`},
		{[]string{"--merge-base=clean", "--stdin"}, exitUnanswered, "fatal: options '--merge-base' and '--stdin' cannot be used together"},
		{[]string{"--quiet", "--messages", "clean", "clean"}, exitUnanswered, "fatal: options '--quiet' and '--messages' cannot be used together"},
		{[]string{"-Xnonsense", "clean", "clean"}, exitUnanswered, "fatal: unknown strategy option: -Xnonsense"},
		{[]string{"clean", "link"}, exitUnanswered, "fatal: refusing to merge unrelated histories\n"},
		{[]string{"clean", "nothing"}, exitUnanswered, "merge-tree: nothing - not something we can merge\n"},
		{[]string{"clean^{tree}", "clean"}, exitUnanswered, "error: clean^{tree}: expected commit type, but the object dereferences to tree type\nmerge-tree: clean^{tree} - not something we can merge\n"},
		{[]string{"--merge-base=nothing", "clean", "clean"}, exitUnanswered, "fatal: could not parse as tree 'nothing'\n"},
	} {
		got := s.debug("", append([]string{"merge-tree"}, c.args...)...)
		if got.exit != c.exit || got.stdout != "" || !strings.Contains("\n"+got.stderr, "\n"+c.says) || strings.Contains(got.stderr, "auxsync: ") || strings.Contains(got.stderr, "\x1b") {
			t.Errorf("%q: %+v", c.args, got)
		}
	}
}

func TestMergeTreeSaysWhichObjectIsMissing(t *testing.T) {
	t.Parallel()
	for what, says := range map[string]string{
		"clean-b:f":       "fatal: unable to read blob object ",
		"clean-b^{tree}":  "error: Could not read ",
		"several-b:d":     "error: Could not read ",
		"several-b:d/b":   "fatal: unable to read blob object ",
		"rename-a^{tree}": "error: Could not read ",
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t)
			buildMergeCases(t, s)
			id := strings.TrimSpace(s.Git(t, "rev-parse", what))
			s.Git(t, "config", "gc.auto", "0")
			s.loosen(t)
			if err := os.Remove(filepath.Join(s.Dir, "objects", id[:2], id[2:])); err != nil {
				t.Fatal(err)
			}
			name, _, _ := strings.Cut(strings.NewReplacer("-b", "", "-a", "").Replace(what), ":")
			name = strings.TrimSuffix(name, "^{tree}")
			got := s.debug("", "merge-tree", name+"-a", name+"-b")
			if got.exit != exitUnanswered || got.stdout != "" || !strings.HasPrefix(got.stderr, says+id) || !strings.Contains(got.stderr, "fatal: ") {
				t.Errorf("%+v, want %s%s", got, says, id)
			}
		})
	}
}

// loosen makes a file of each object.
func (s *standIn) loosen(t *testing.T) {
	t.Helper()
	packs, err := filepath.Glob(filepath.Join(s.Dir, "objects", "pack", "*.pack"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pack := range packs {
		aside := filepath.Join(t.TempDir(), "pack")
		if err := os.Rename(pack, aside); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(strings.TrimSuffix(pack, ".pack") + ".idx"); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(aside)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.git(t, string(data), "unpack-objects", "-q"); got.exit != 0 {
			t.Fatalf("%+v", got)
		}
	}
}

func TestAdviceIsWhereTheInstalledGitHasIt(t *testing.T) {
	t.Parallel()
	r := merge.Result{Messages: []merge.Message{
		{Paths: []string{"a"}, Kind: "CONFLICT (submodule not initialized)", Text: "Failed to merge submodule a (not checked out)\n"},
		{Paths: []string{"b\x1b"}, Kind: "CONFLICT (submodule not initialized)", Text: "Failed to merge submodule b (not checked out)\n"},
	}}
	within, apart := answerForm{}, answerForm{adviceApart: true}
	if out := string(within.answer(nil, r)); !strings.HasSuffix(out, "in the superproject\n") || within.hints(r) != "" {
		t.Errorf("%q, %q", out, within.hints(r))
	}
	want := `hint: Recursive merging with submodules currently only supports trivial cases.
hint: Please manually handle the merging of each conflicted submodule.
hint: This can be accomplished with the following steps:
hint:  - come back to superproject and run:
hint:
hint:       git add b\x1b a
hint:
hint:    to record the above merge or update
hint:  - resolve any other conflicts in the superproject
hint:  - commit the resulting index in the superproject
`
	if out := string(apart.answer(nil, r)); strings.Contains(out, "superproject") || apart.hints(r) != want {
		t.Errorf("%q, %s", out, apart.hints(r))
	}
	apart.messages = messagesNever
	if got := apart.hints(r); got != "" {
		t.Errorf("without messages: %q", got)
	}
	if got := (&answerForm{adviceApart: true}).hints(merge.Result{Clean: true}); got != "" {
		t.Errorf("of nothing: %q", got)
	}
}

func TestRenamesAreASettingWhereTheInstalledGitReadsIt(t *testing.T) {
	t.Parallel()
	set := func(list ...string) (settings []repo.Setting) {
		for _, one := range list {
			key, value, has := strings.Cut(one, "=")
			settings = append(settings, repo.Setting{Key: key, Value: value, HasValue: has})
		}
		return settings
	}
	for _, c := range []struct {
		settings   []repo.Setting
		strategies []string
		off        bool
	}{
		{nil, nil, false},
		{set("merge.renames=false"), nil, true},
		{set("diff.renames=0"), nil, true},
		{set("merge.renames=", "diff.renames"), nil, true},
		{set("diff.renames=no", "merge.renames"), nil, false}, // merge's comes first
		{set("merge.renames=no", "diff.renames=yes"), nil, true},
		{set("merge.renames=no", "merge.renames=yes"), nil, false}, // the last one
		{set("merge.renames=copies"), nil, false},
		{set("merge.renames=no"), []string{"find-renames"}, false},
		{set("merge.renames=yes"), []string{"no-renames"}, true},
	} {
		s, err := readMergeSettings(c.settings, c.strategies, true)
		if err != nil || s.options.NoRenames != c.off {
			t.Errorf("%v %v: %v, error %v", c.settings, c.strategies, s.options.NoRenames, err)
		}
		if before, err := readMergeSettings(c.settings, nil, false); err != nil || before.options.NoRenames {
			t.Errorf("before git 2.41, %v: %v, error %v", c.settings, before.options.NoRenames, err)
		}
	}
	if _, err := readMergeSettings(set("merge.renames=perhaps"), nil, true); err == nil || err.Error() != forks.Inert(err.Error()) {
		t.Error(err)
	}
}
