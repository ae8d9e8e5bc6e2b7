package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/cmd/auxsync/demo"
)

// TestDemoTellsTheStoryThroughPullRequests is too long for the race detector: the parts of
// the program that the demo runs are watched by their own tests.
func TestDemoTellsTheStoryThroughPullRequests(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("it is run without the race detector")
	}
	dir := filepath.Join(t.TempDir(), "demo")
	var out, errs bytes.Buffer
	if code := run([]string{"demo", "--forge", "github", "--dir", dir}, strings.NewReader(""), &out, &errs, noEnvironment); code != 0 {
		t.Fatalf("exit %d: %s\n%s", code, errs.String(), out.String())
	}
	if errs.Len() > 0 {
		t.Errorf("standard error: %s", errs.String())
	}
	for _, want := range []string{
		`references = "keep"`, "#2 · draft · ", "Take upstream's", "4 conflicts to decide.", "bento taps Squash and merge",
		"@bento: `maintains harbor: pkgs/by-name/ha/harbor/package.nix:61`", "`ines`, by `author` in `the patch`: `away until", "here: `Pim Aldous`, `lark`.",
		"$ auxsync people", "waits with noor and SIG cli", "/auxsync not mine", "asked: dmitri, sig-cli", "caro approves #4", "Paused by `caro`", "Nothing waits for a decision.", "Nothing was lost.", "11. The report", "First week, so far: demo has everything of upstream's", "expectations held.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("it does not say %q", want)
		}
	}
	for line := range strings.Lines(strings.ReplaceAll(out.String(), dir, "")) {
		if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) > 80 {
			t.Errorf("wider than 80 columns: %q", line)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dir, demo.Pages, "*.md"))
	if err != nil || len(pages) < 8 {
		t.Errorf("texts: %q, %v", pages, err)
	}
	token, err := os.ReadFile(filepath.Join(dir, "token"))
	if err != nil || len(token) == 0 || strings.Contains(out.String(), string(token)) {
		t.Errorf("the token is missing or told: %v", err)
	}
	for _, name := range []string{"report.html", "report.md"} {
		text, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || !strings.Contains(string(text), "nothing was lost") || strings.Contains(string(text), string(token)) || !strings.Contains(out.String(), "     "+filepath.Join(dir, name)+"\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil || strings.Contains(string(text), string(token)) || !strings.Contains(out.String(), filepath.Base(page)) && bytes.Count(text, []byte("\n")) > 30 {
			t.Errorf("%s: %v", page, err)
		}
	}
}
