package weekly_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/auxolotl/auxsync/reports/weekly"
)

var update = flag.Bool("update", false, "rewrite the files in testdata")

// checkGolden compares got with a file of testdata.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("differs from %s; -update rewrites it. Got:\n%s", path, got)
	}
}

func TestMarkdownOfTheSamplesReadsAsIntended(t *testing.T) {
	t.Parallel()
	for name, r := range samplesByName() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkGolden(t, name+".md", weekly.Markdown(r))
		})
	}
}
