package syncer_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
)

func TestPublishedPathsAreReadFromTheCache(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	walk := func(enter func(string) bool, most int) (paths []string, known bool) {
		t.Helper()
		known, err := w.Published(t.Context(), w.track, enter, func(path string) bool {
			paths = append(paths, path)
			return len(paths) != most
		})
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(paths)
		return paths, known
	}
	everywhere := func(string) bool { return true }
	if paths, known := walk(everywhere, -1); known || len(paths) != 0 {
		t.Errorf("before a pass: %q, %t", paths, known)
	}
	w.fork.Commit(t, "main", "Ada Lovelace <ada@example.org>", "folders", map[string]string{"pkgs/go/default.nix": "1\n", "pkgs/go/x/y": "2\n", "docs/z": "3\n", "pkgs-more": "4\n"})
	w.adopt()
	want := strings.Fields(w.fork.Git(t, "ls-tree", "-r", "--name-only", "main"))
	if got, known := walk(everywhere, -1); !known || !slices.Equal(got, want) {
		t.Errorf("got %q, %t, want %q", got, known, want)
	}
	got, _ := walk(func(folder string) bool { return folder != "pkgs/go/x" && folder != "docs" }, -1)
	if want := slices.DeleteFunc(slices.Clone(want), func(p string) bool { return p == "pkgs/go/x/y" || p == "docs/z" }); !slices.Equal(got, want) {
		t.Errorf("without two folders: got %q, want %q", got, want)
	}
	if got, known := walk(everywhere, 2); !known || len(got) != 2 {
		t.Errorf("until the second: got %q, %t", got, known)
	}
	// What was published later is seen once a pass has fetched it.
	w.fork.Commit(t, "main", "Ada Lovelace <ada@example.org>", "one more", map[string]string{"new": "1\n"})
	if got, _ := walk(everywhere, -1); !slices.Equal(got, want) {
		t.Errorf("the fork was asked: got %q", got)
	}
	if err := os.RemoveAll(syncer.CachePath(w.CacheDir, w.track.Upstream)); err != nil {
		t.Fatal(err)
	}
	if paths, known := walk(everywhere, -1); known || len(paths) != 0 {
		t.Errorf("without a cache: %q, %t", paths, known)
	}
}
