package maintainers

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

const (
	mostFolders     = 20_000 // that are looked into
	mostFolderFiles = 200
	mostFolderBytes = 1 << 20 // of all these files
	mostImports     = 10      // files that one takes over through another
)

// folderOwners reads the OWNERS files of all folders. A tree that has none at the top,
// nor in a folder there, has none.
func (c *Cache) folderOwners(t Tree, top []string) (*Owners, error) {
	w := folderWalk{cache: c, tree: t, owners: &Owners{folders: map[string]*folderFile{}}}
	if err := w.folder("", top); err != nil {
		return nil, err
	}
	for looked := 0; len(w.open) > 0 && (w.depth == 0 || len(w.owners.folders) > 0); w.depth++ {
		level := w.open
		w.open = nil
		for _, dir := range level {
			if looked++; looked > mostFolders {
				w.problem(fmt.Sprintf("OWNERS files are looked for in %d folders and no more", mostFolders))
				return w.owners, nil
			}
			names, err := t.Names(dir)
			if err != nil {
				return nil, fmt.Errorf("looking for files of owners: %w", err)
			}
			if err := w.folder(dir, names); err != nil {
				return nil, err
			}
		}
	}
	if len(w.owners.folders) == 0 {
		w.problem("there is no file of owners: neither " + strings.Join(rulePaths[:], " nor ") + ", nor OWNERS in folders")
	}
	return w.owners, nil
}

// A folderWalk goes over the folders of a tree, level by level.
type folderWalk struct {
	cache  *Cache
	tree   Tree
	owners *Owners
	open   []string // the folders of the next level
	depth  int
	bytes  int // of the files that were read
}

// folder reads the OWNERS file of a folder with these names in it, if it has one.
func (w *folderWalk) folder(dir string, names []string) error {
	prefix := ""
	if dir != "" {
		prefix = dir + "/"
	}
	for _, name := range names {
		if sub, ok := strings.CutSuffix(name, "/"); ok {
			w.open = append(w.open, prefix+sub)
		}
	}
	if !slices.Contains(names, folderName) {
		return nil
	}
	return w.file(prefix + folderName)
}

// file reads an OWNERS file and what it imports.
func (w *folderWalk) file(path string) error {
	for pending := []string{path}; len(pending) > 0; pending = pending[1:] {
		path := pending[0]
		if _, known := w.owners.folders[path]; known {
			continue
		}
		content, blob, err := w.tree.File(path)
		if err != nil {
			return fmt.Errorf("reading owners: %w", err)
		}
		if content == nil {
			continue
		}
		if w.bytes += len(content); w.bytes > mostFolderBytes || len(w.owners.folders) >= mostFolderFiles {
			w.problem(fmt.Sprintf("%s is not read: at most %d OWNERS files with %d bytes are", forks.Inert(path), mostFolderFiles, mostFolderBytes))
			return nil
		}
		f := once(w.cache.files, key{as: tableFolder, path: path, blob: blob}, len(content), func() *folderFile {
			return readFolder(path, content)
		})
		w.owners.folders[path] = f
		w.problem(f.problem)
		for _, i := range f.allImports() {
			pending = append(pending, i.path)
		}
	}
	return nil
}

// problem keeps the first.
func (w *folderWalk) problem(text string) { first(&w.owners.problem, text) }

func (f *folderFile) allImports() []folderImport {
	all := f.imports
	for _, rule := range f.perFile {
		all = append(all[:len(all):len(all)], rule.imports...)
	}
	return all
}

// ofFolders is [Owners.Of].
func (o *Owners) ofFolders(path string) (names []Named, rule string) {
	for dir := folderOf(path); ; dir = folderOf(dir) {
		at := folderName
		if dir != "" {
			at = dir + "/" + folderName
		}
		if f, ok := o.folders[at]; ok {
			found, by, last := o.ofFile(f, strings.TrimPrefix(path[len(dir):], "/"))
			first(&rule, by)
			if len(found) > 0 {
				return found, by
			}
			if last {
				return nil, rule
			}
		}
		if dir == "" {
			return nil, rule
		}
	}
}

// ofFile is what one file says about a path below its folder. A per-file rule that names
// somebody comes before the owners of the whole folder.
func (o *Owners) ofFile(f *folderFile, below string) (names []Named, rule string, last bool) {
	last = f.noParent
	only := false
	for _, r := range f.perFile {
		if !r.matches(below) {
			continue
		}
		first(&rule, r.where+": per-file "+r.globs)
		names = append(names, r.names...)
		names = o.imported(names, r.imports)
		only = only || r.noParent
	}
	if len(names) > 0 || only {
		return each(names), rule, last || only
	}
	names = o.imported(f.names[:len(f.names):len(f.names)], f.imports)
	if f.line > 0 && (len(names) > 0 || rule == "") {
		rule = placeOf(f.path, f.line) + ": " + f.dir + "/"
	}
	return each(names), rule, last
}

// imported adds the owners of whole folders that are imported, and those that these
// import in turn.
func (o *Owners) imported(names []Named, imports []folderImport) []Named {
	seen := map[string]bool{}
	for pending := imports; len(pending) > 0 && len(seen) < mostImports; pending = pending[1:] {
		f, ok := o.folders[pending[0].path]
		if !ok || seen[f.path] {
			continue
		}
		seen[f.path] = true
		names = append(names, f.names...)
		pending = append(pending[:len(pending):len(pending)], f.imports...)
	}
	return names
}

// each keeps the first of each name.
func each(names []Named) []Named {
	seen := map[string]bool{}
	var once []Named
	for _, n := range names {
		if !seen[n.Name] {
			seen[n.Name] = true
			once = append(once, n)
		}
	}
	return once
}
