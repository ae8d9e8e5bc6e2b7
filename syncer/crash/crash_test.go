package crash_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/syncer/crash"
)

// build builds the program in testdata with the given tags.
func build(t *testing.T, tags string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	cmd := exec.Command("go", "build", "-tags="+tags, "-o", program, "./testdata/program")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// run returns the lines that the program printed on both channels, joined, and
// its exit code.
func run(t *testing.T, program, armed string) (string, int) {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), crash.Variable+"="+armed)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return strings.Join(strings.Fields(string(out)), " "), cmd.ProcessState.ExitCode()
}

func TestArmedPointEndsTheProcessAtOnce(t *testing.T) {
	t.Parallel()
	program := build(t, "crashpoints")
	const all = "between between end deferred"
	for armed, want := range map[string]struct {
		out  string
		code int
	}{
		"":         {all, 0},
		"other":    {all, 0},
		"first":    {"", crash.ExitCode},
		"second":   {"between", crash.ExitCode},
		"first:2":  {"between", crash.ExitCode},
		"second:2": {"between between", crash.ExitCode},
		"second:3": {all, 0},
		"first:0":  {`AUXSYNC_CRASH="first:0": want a name, or name:n with n from 1`, 2},
		"*st":      {"", crash.ExitCode},
		"*:3":      {"between", crash.ExitCode},
		"*:4":      {"between between", crash.ExitCode},
		"*:5":      {all, 0},
		"first*":   {all, 0},
		"first:x":  {`AUXSYNC_CRASH="first:x": want a name, or name:n with n from 1`, 2},
	} {
		if out, code := run(t, program, armed); out != want.out && code != 2 || code != want.code || code == 2 && !strings.HasPrefix(out, "AUXSYNC_CRASH=") {
			t.Errorf("%q: got %q and exit code %d, want %q and %d", armed, out, code, want.out, want.code)
		}
	}
}

func TestWithoutTheTagNothingCrashes(t *testing.T) {
	t.Parallel()
	if out, code := run(t, build(t, ""), "first"); code != 0 || !strings.Contains(out, "end") {
		t.Errorf("got %q and exit code %d", out, code)
	}
}

const importCrash = `import "github.com/auxolotl/auxsync/syncer/crash"` + "\n"

// tree writes files into a new folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestNamesAreThoseOfTheProgram(t *testing.T) {
	t.Parallel()
	root := tree(t, map[string]string{
		"a/a.go":            "package a\n" + importCrash + `func f() { crash.At("late"); func() { crash.At("inner") }(); crash.At(kind() + "-done") }`,
		"b/b.go":            "package b\nimport c \"github.com/auxolotl/auxsync/syncer/crash\"\nfunc f() { c.At(`early`) }",
		"b/b_test.go":       "package b\n" + importCrash + `func g() { crash.At("in-a-test") }`,
		"b/testdata/x.go":   "package b\n" + importCrash + `func g() { crash.At("in-testdata") }`,
		".ci/x.go":          "package b\n" + importCrash + `func g() { crash.At("hidden") }`,
		"c/c.go":            "package c\nimport \"example.org/crash\"\n" + `func g() { crash.At("of-another-package") }`,
		"c/README.md":       `crash.At("in-text")`,
		"b/testdata/bad.go": "not go",
	})
	got, err := crash.Names(root)
	if want := []string{"*-done", "early", "inner", "late"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
}

func TestNameThatATestCouldNotArmIsAnError(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`name := "x"; crash.At(name)`:    "must be a string literal",
		`crash.At("")`:                   "must be a string literal",
		`crash.At("a:1")`:                "must be a string literal",
		`crash.At("a"); crash.At("a")`:   `crash point "a" already stands at`,
		`crash.At(kind + name)`:          "must be a string literal",
		`crash.At("*")`:                  "must be a string literal",
		`crash.At("a"`:                   "missing ','",
		`crash.At("a" + "b"); _ = 1 + 1`: "must be a string literal",
	} {
		root := tree(t, map[string]string{"a.go": "package a\n" + importCrash + "func f() { " + body + " }"})
		if got, err := crash.Names(root); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v; want %s", body, got, err, want)
		}
	}
}

func TestNamesOfThisModuleAreSound(t *testing.T) {
	t.Parallel()
	if _, err := crash.Names("../.."); err != nil {
		t.Error(err)
	}
}
