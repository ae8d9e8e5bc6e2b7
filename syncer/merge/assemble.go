package merge

// Directories are written from the deepest up: a directory is complete when all paths
// below it are decided. One in which nothing is left is left out of the one above it.

import "github.com/auxolotl/auxsync/forks"

// folder is a directory that is being put together.
type folder struct {
	items []item
}

// record puts what was decided for a path into its directory.
func (m *merging) record(path string, v version) {
	if v.none() {
		return
	}
	dir, name := split(path)
	f := m.folders[dir]
	f.items = append(f.items, item{name, v})
}

// complete writes a directory and returns what stands for it: nothing if it is empty.
func (m *merging) complete(dir string) (version, error) {
	f := m.folders[dir]
	if len(f.items) == 0 {
		return version{}, nil
	}
	id, err := m.engine.objects.Write("tree", encodeTree(f.items))
	return version{forks.ModeDir, id}, err
}
