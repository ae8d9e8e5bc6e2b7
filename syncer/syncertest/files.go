package syncertest

import (
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// files is the files of a tree.
type files struct {
	view
	top forks.Hash
}

// File implements maintainers.Tree.
func (f files) File(path string) (content []byte, blob forks.Hash, err error) {
	e, err := f.at(f.top, path)
	if err != nil || e.mode&kindBits != forks.ModeRegular&kindBits {
		return nil, forks.Hash{}, err
	}
	o, err := f.needed(e.id)
	if err != nil || o.kind != "blob" {
		return nil, forks.Hash{}, err
	}
	return o.data, o.id, nil
}

// Names implements maintainers.Tree.
func (f files) Names(dir string) ([]string, error) {
	id := f.top
	if dir != "" {
		e, err := f.at(f.top, dir)
		if err != nil || e.mode != forks.ModeDir {
			return nil, err
		}
		id = e.id
	}
	list, err := f.folder(id)
	if err != nil || list == nil {
		return nil, err
	}
	names := []string{}
	for _, e := range list {
		switch e.mode & kindBits {
		case forks.ModeDir, forks.ModeRegular & kindBits:
			names = append(names, e.place())
		}
	}
	slices.Sort(names)
	return names, nil
}
