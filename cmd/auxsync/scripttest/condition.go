package scripttest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Condition decides what a script asks in brackets. The one condition is "mounts":
// unshare can give a program a file system of its own.
func Condition(name string) (bool, error) {
	if name != "mounts" {
		return false, fmt.Errorf("no such condition: %q", name)
	}
	dir, err := os.MkdirTemp("", "auxsync-mounts-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(dir)
	where, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return false, err
	}
	return exec.Command("unshare", "--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", where).Run() == nil, nil
}
