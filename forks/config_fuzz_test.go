package forks_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func FuzzParseTellsProblemsAndNeverPanics(f *testing.F) {
	files, err := filepath.Glob("testdata/conf.*.toml")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range append(files, "../config.example.toml") {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, text := range []string{"[[a]]\n[a.b]\n[a]\n", "a.b.c = 1\n[a.b]\n", "a = {b = {c = 1}, b.d = 2}\n", "[a]\nb = [[{c = 1}]]\n[a.b]\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		cfg, err := forks.Parse(data, "config.toml", environment("HOME", "/home/me"))
		if err == nil {
			if len(cfg.Tracks()) == 0 {
				t.Error("a config without tracks is accepted")
			}
			return
		}
		var problems *forks.ConfigError
		if !errors.As(err, &problems) || len(problems.Problems) == 0 || err.Error() == "" {
			t.Errorf("got %v, want a ConfigError with problems", err)
		}
	})
}
