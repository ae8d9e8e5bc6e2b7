package pulls_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/syncer/pulls"
)

func TestHasMarkers(t *testing.T) {
	t.Parallel()
	const conflicted = "a\n<<<<<<< u7\nb\n||||||| parent of p1\nc\n=======\nd\n>>>>>>> p1 (subject)\ne\n"
	for _, c := range []struct {
		name    string
		content string
		inputs  []string
		want    bool
	}{
		{"as we wrote it", conflicted, []string{"a\nb\ne\n", "a\nc\ne\n", "a\nd\ne\n"}, true},
		{"with carriage returns", strings.ReplaceAll(conflicted, "\n", "\r\n"), nil, true},
		{"settled", "a\nb\nd\ne\n", nil, false},
		{"empty", "", nil, false},
		{"only the first marker left", "a\n<<<<<<< u7\nb\n", nil, true},
		{"only the base marker left", "a\n||||||| parent of p1\nb\n", nil, true},
		{"only the last marker left", "a\n>>>>>>> p1\n", nil, true},
		{"a last marker without an end of line", "a\n>>>>>>> p1", nil, true},
		{"a marker without a label", "a\n<<<<<<<\nb\n", nil, true},
		{"a separator left behind in code", "  version = \"1\";\n=======\n  version = \"2\";\n", nil, true},
		{"a separator at the top", "=======\nb\n", nil, true},
		{"a separator below an empty line", "\n=======\n", nil, true},
		{"a separator below code of seven characters", "foo = {\n=======\n", nil, true},
		{"a separator below an indented word", " return\n=======\n", nil, true},
		{"a new heading of seven letters", "Install\n=======\n\ntext\n", nil, false},
		{"a new heading with carriage returns", "Install\r\n=======\r\n", nil, false},
		{"a heading that was there", "Installation\n=======\n", []string{"Installation\n=======\n"}, false},
		{"a separator more than was there", "Installation\n=======\nx\n=======\n", []string{"Installation\n=======\nx\n"}, true},
		{"six characters", "<<<<<< u7\n", nil, false},
		{"eight characters", "<<<<<<<< u7\n", nil, false},
		{"seven and no space", "<<<<<<<u7\n=======>\n", nil, false},
		{"indented", " <<<<<<< u7\n", nil, false},
		{"an example that an input has", "<<<<<<< HEAD\n>>>>>>> topic\n", []string{"", "<<<<<<< HEAD\n>>>>>>> topic\n"}, false},
		{"an example that an input has with other line ends", "<<<<<<< HEAD\n", []string{"<<<<<<< HEAD\r\n"}, false},
		{"one more than any input has", "<<<<<<< HEAD\n<<<<<<< HEAD\n", []string{"<<<<<<< HEAD\n", "<<<<<<< HEAD\n"}, true},
		{"another label than the input has", "<<<<<<< u7\n", []string{"<<<<<<< HEAD\n"}, true},
	} {
		var inputs [][]byte
		for _, in := range c.inputs {
			inputs = append(inputs, []byte(in))
		}
		if got := pulls.HasMarkers([]byte(c.content), inputs...); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// Inputs full of lines that look like markers, headings and separators do not
// hide the markers that git writes.
func TestNoConflictedFilePassesAsSettled(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	line := rapid.SampledFrom([]string{
		"a", "b", "c", "", "Install", "=======", "<<<<<<< u7", "||||||| base", ">>>>>>> p1", "<<<<<<< HEAD", "======== ",
	})
	conflicts := 0
	rapid.Check(t, func(t *rapid.T) {
		var paths []string
		var inputs [][]byte
		for _, name := range []string{"ours", "base", "theirs"} {
			text := []byte(strings.Join(rapid.SliceOfN(line, 0, 8).Draw(t, name), "\n") + "\n")
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, text, 0o600); err != nil {
				t.Fatal(err)
			}
			paths, inputs = append(paths, path), append(inputs, text)
		}
		cmd := exec.Command("git", append([]string{"merge-file", "-p", "-q", "--diff3", "-L", "u7", "-L", "base", "-L", "p1"}, paths...)...)
		merged, err := cmd.Output()
		var exit *exec.ExitError
		switch {
		case err == nil:
			return
		case !errors.As(err, &exit) || exit.ExitCode() > 127:
			t.Fatalf("git merge-file: %v", err)
		}
		conflicts++
		if !pulls.HasMarkers(merged, inputs...) {
			t.Fatalf("passes as settled:\n%s", merged)
		}
	})
	if conflicts == 0 {
		t.Error("no conflict was tried")
	}
}
