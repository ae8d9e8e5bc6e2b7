package main

import (
	"bytes"
	"strings"
	"testing"
)

func noEnvironment(string) string { return "" }

func TestDemoRefusesAForgeThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	code := run([]string{"demo", "--forge", "gitlab"}, strings.NewReader(""), &bytes.Buffer{}, &errs, noEnvironment)
	if code != exitUsage || !strings.Contains(errs.String(), `--forge is "git" or "github"`) {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}
