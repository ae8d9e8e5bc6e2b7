package main

import (
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestFilesThatAreKnownToBeWellFormed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file      forks.Path
		content   string
		ok, known bool
	}{
		{"flake.lock.json", `{"a": 1}`, true, true},
		{"a.json", `{"a": 1, "a"}`, false, true},
		{"README.md", "both\nsides\n", true, true},
		{"README.md", "\xff", false, true},
		{"hello.nix", "{ version = \"1\"; version = \"2\"; }", false, true},
		{"hello.nix", "{ a.b = 1; a.c = let x = 2; in { b = x; }; }", true, true},
		{"hello.nix", "{ a = [ 1 }", false, true},
		{"Makefile", "all:", false, false},
	} {
		if ok, known := reads(c.file, []byte(c.content)); ok != c.ok || known != c.known {
			t.Errorf("%s %q: %v %v, want %v %v", c.file, c.content, ok, known, c.ok, c.known)
		}
	}
}
