package merge

// Directories are written from the deepest up: a directory is complete when all paths
// below it are decided. One in which nothing is left is left out of the one above it.

import "github.com/auxolotl/auxsync/forks"

// folder is a directory that is being put together.
type folder struct {
	items []item         // in no order
	at    map[string]int // where a name is in items, once that was asked
}

// add puts an item into the directory.
func (f *folder) add(it item) {
	if f.at != nil {
		f.at[it.name] = len(f.items)
	}
	f.items = append(f.items, it)
}

// find returns what has a name; the zero version if nothing has.
func (f *folder) find(name string) version {
	if f.at == nil {
		f.at = make(map[string]int, len(f.items))
		for i, it := range f.items {
			f.at[it.name] = i
		}
	}
	if i, ok := f.at[name]; ok {
		return f.items[i].version
	}
	return version{}
}

// takeBack takes a name out, and returns what stood there.
func (f *folder) takeBack(name string) version {
	v := f.find(name)
	if v.none() {
		return v
	}
	i, last := f.at[name], len(f.items)-1
	f.items[i] = f.items[last]
	f.at[f.items[i].name] = i
	f.items = f.items[:last]
	delete(f.at, name)
	return v
}

// record puts what was decided for a path into its directory.
func (m *merging) record(path string, v version) {
	if v.none() {
		return
	}
	dir, name := split(path)
	m.folders[dir].add(item{name, v})
}

// complete writes a directory and returns what stands for it: nothing if it is empty.
func (m *merging) complete(dir string) (version, error) {
	f := m.folders[dir]
	if len(f.items) == 0 {
		return version{}, nil
	}
	data, err := encodeTree(f.items)
	if err != nil {
		return version{}, err
	}
	id, err := m.engine.objects.Write("tree", data)
	return version{forks.ModeDir, id}, err
}
