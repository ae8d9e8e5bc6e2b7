package control

import (
	"os"
	"path/filepath"
	"testing"
)

func TestSocketIsNeverWiderThanItsMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "s")
	// Before any chmod: what others could use for a moment.
	ln, err := bind(path, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	if info, err := os.Lstat(path); err != nil || info.Mode().Perm()&^0o600 != 0 {
		t.Errorf("got %v, %v", info.Mode(), err)
	}
}
