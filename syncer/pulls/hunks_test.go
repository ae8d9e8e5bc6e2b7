package pulls_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

const conflicted = "a\n<<<<<<< u7\nb\n||||||| base\nc\n=======\nd\n>>>>>>> p1\ne\n"

func TestHunks(t *testing.T) {
	t.Parallel()
	one := pulls.Hunk{First: 2, Last: 8, Ours: []string{"b\n"}, Base: []string{"c\n"}, Theirs: []string{"d\n"}}
	inputs := []string{"a\nc\ne\n", "a\nb\ne\n", "a\nd\ne\n"}
	for _, c := range []struct {
		name    string
		content string
		inputs  []string
		want    []pulls.Hunk // nil for an error
	}{
		{"one conflict", conflicted, inputs, []pulls.Hunk{one}},
		{"inputs not known", conflicted, nil, []pulls.Hunk{one}},
		{"carriage returns", strings.ReplaceAll(conflicted, "\n", "\r\n"), nil,
			[]pulls.Hunk{{First: 2, Last: 8, Ours: []string{"b\r\n"}, Base: []string{"c\r\n"}, Theirs: []string{"d\r\n"}}}},
		{"no conflict", "a\n", nil, []pulls.Hunk{}},
		{"an example that an input has", "<<<<<<< HEAD\n" + conflicted, []string{"", "<<<<<<< HEAD\n", ""},
			[]pulls.Hunk{{First: 3, Last: 9, Ours: one.Ours, Base: one.Base, Theirs: one.Theirs}}},
		{"an example inside", strings.Replace(conflicted, "b\n", "<<<<<<< HEAD\n=======\n>>>>>>> x\n", 1), []string{"", "<<<<<<< HEAD\n=======\n>>>>>>> x\n", ""},
			[]pulls.Hunk{{First: 2, Last: 10, Ours: []string{"<<<<<<< HEAD\n", "=======\n", ">>>>>>> x\n"}, Base: one.Base, Theirs: one.Theirs}}},
		{"a heading before it", "Install\n=======\n" + conflicted, []string{"Install\n=======\n"},
			[]pulls.Hunk{{First: 4, Last: 10, Ours: one.Ours, Base: one.Base, Theirs: one.Theirs}}},
		{"one side ends without a newline", "<<<<<<< u\na\n||||||| b\nb\n=======\nc\n>>>>>>> p\n", []string{"b", "a\n", "c"},
			[]pulls.Hunk{{First: 1, Last: 7, Ours: []string{"a\n"}, Base: []string{"b"}, Theirs: []string{"c"}}}},
		{"added by both, one without a newline", "<<<<<<< u\na\n||||||| b\n=======\nc\n>>>>>>> p\n", []string{"a", "c\n"},
			[]pulls.Hunk{{First: 1, Last: 6, Ours: []string{"a"}, Theirs: []string{"c\n"}}}},

		{"two dividers", strings.Replace(conflicted, "d\n", "=======\nd\n", 1), nil, nil},
		{"no base", strings.Replace(conflicted, "||||||| base\nc\n", "", 1), nil, nil},
		{"no end", "<<<<<<< u7\nb\n", nil, nil},
		{"a conflict in a conflict", "<<<<<<< u7\n" + conflicted, nil, nil},
		{"an end alone", ">>>>>>> p1\n", nil, nil},
		{"markers that an input has too", conflicted, []string{"", conflicted + "x", conflicted}, []pulls.Hunk{}},
		{"one more than an input has, with the same labels", conflicted + conflicted, []string{"", conflicted, ""}, nil},
	} {
		var in [][]byte
		for _, s := range c.inputs {
			in = append(in, []byte(s))
		}
		got, err := pulls.Hunks([]byte(c.content), in...)
		switch {
		case c.want == nil && (err == nil || !strings.Contains(err.Error(), "settle the file by hand")):
			t.Errorf("%s: %v and error %v, want an error that says what to do", c.name, got, err)
		case c.want != nil && (err != nil || !slices.EqualFunc(got, c.want, sameHunk)):
			t.Errorf("%s: %+v, %v\nwant %+v", c.name, got, err, c.want)
		}
	}
}

func sameHunk(a, b pulls.Hunk) bool {
	return a.First == b.First && a.Last == b.Last && slices.Equal(a.Ours, b.Ours) && slices.Equal(a.Base, b.Base) && slices.Equal(a.Theirs, b.Theirs)
}

// merging runs git merge-file on three versions that it keeps.
type merging struct {
	dir    string
	inputs [][]byte // base, ours, theirs
}

func (m merging) write(t *rapid.T) {
	for i, name := range []string{"base", "ours", "theirs"} {
		if err := os.WriteFile(filepath.Join(m.dir, name), m.inputs[i], 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// run gives what git writes, and whether it has conflicts.
func (m merging) run(t *rapid.T, option string) ([]byte, bool) {
	cmd := exec.Command("git", "merge-file", "-p", "-q", "--diff3", option, "-L", "u7", "-L", "base", "-L", "p1", "ours", "base", "theirs")
	cmd.Dir = m.dir
	out, err := cmd.Output()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() > 127) {
		t.Fatalf("git merge-file: %v", err)
	}
	return out, err != nil
}

// Git itself says what each choice gives. Files have marker-like lines, carriage
// returns, no newline at the end, nothing at all.
func TestChooseGivesWhatGitGives(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	word := rapid.SampledFrom([]string{"a", "b", "c", "d", "", "\tx", "=======", "<<<<<<< HEAD", "||||||| x", ">>>>>>> y", "a\rb"})
	plain := rapid.SampledFrom([]string{"a", "b", "c", "d", "e", ""})
	chosen, doubtful := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		m := merging{dir: dir}
		end := rapid.SampledFrom([]string{"\n", "\n", "\r\n"}).Draw(t, "end")
		line := rapid.SampledFrom([]*rapid.Generator[string]{plain, plain, word}).Draw(t, "lines")
		for range 3 {
			text := ""
			for _, l := range rapid.SliceOfN(line, 0, 7).Draw(t, "version") {
				text += l + end
			}
			if rapid.Bool().Draw(t, "open end") {
				text = strings.TrimSuffix(text, end)
			}
			m.inputs = append(m.inputs, []byte(text))
		}
		m.write(t)
		content, conflicts := m.run(t, "-q")
		if !conflicts {
			return
		}
		hunks, err := pulls.Hunks(content, m.inputs...)
		if err != nil {
			doubtful++
			return
		}
		chosen++
		for side, option := range map[pulls.Side]string{pulls.Ours: "--ours", pulls.Theirs: "--theirs", pulls.Both: "--union"} {
			want, _ := m.run(t, option)
			if got := pulls.Choose(content, hunks, side); string(got) != string(want) {
				t.Fatalf("%s: %q, git gives %q of\n%q", side, got, want, content)
			}
		}
		checkSuggestionsSettle(t, content, hunks)
	})
	if chosen < 10 || doubtful*2 > chosen {
		t.Errorf("%d were chosen, %d were in doubt", chosen, doubtful)
	}
}

// checkSuggestionsSettle accepts the first, and the last, suggestion of each hunk.
func checkSuggestionsSettle(t *rapid.T, content []byte, hunks []pulls.Hunk) {
	c := pulls.Case{Files: []pulls.CaseFile{{ConflictFile: forks.ConflictFile{Path: "f", Kind: forks.Content}, Content: content, Hunks: hunks}}}
	c.Reads = func(forks.Path, []byte) (bool, bool) { return true, true }
	review := pulls.Suggestions(c, hash(2))
	if review == nil {
		return
	}
	at := map[int]int{}
	for _, s := range review.Comments {
		at[s.First]++
	}
	if len(at) != len(hunks) {
		return // one could not be suggested
	}
	lines := strings.SplitAfter(string(content), "\n")
	var settled strings.Builder
	next := 1
	for _, s := range review.Comments {
		if s.First < next {
			continue // another choice for the same lines
		}
		settled.WriteString(strings.Join(lines[next-1:s.First-1], ""))
		settled.WriteString(replacement(t, s.Body))
		next = s.Last + 1
	}
	settled.WriteString(strings.Join(lines[next-1:], ""))
	want := string(pulls.Choose(content, hunks, pulls.Theirs))
	if got := settled.String(); got != want && got != want+"\n" {
		t.Fatalf("the suggestions give %q, want %q", got, want)
	}
}
