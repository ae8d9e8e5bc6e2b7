package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// errOther is that something else has the place of a file or folder of ours.
var errOther = errors.New("is in the way")

// tree is a directory that nothing leads out of.
type tree struct{ root *os.Root }

func openTree(dir string) (*tree, error) {
	info, err := os.Stat(dir)
	if err == nil && !info.IsDir() {
		return nil, &fs.PathError{Op: "open", Path: dir, Err: errOther}
	}
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
			return nil, err
		}
		if err := os.Mkdir(dir, 0o755); err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		// The process may have a mask under which no web server could read.
		if err := os.Chmod(dir, 0o755); err != nil {
			return nil, err
		}
		if err := syncDir(os.Open(filepath.Dir(dir))); err != nil {
			return nil, err
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return &tree{root}, nil
}

// Close gives back the directory.
func (t *tree) Close() { _ = t.root.Close() }

// folder makes a folder, unless it is there.
func (t *tree) folder(name string) error {
	info, err := t.root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return err
	case info.IsDir():
		return nil
	default:
		return &fs.PathError{Op: "mkdir", Path: name, Err: errOther}
	}
	if err := t.root.Mkdir(name, 0o755); err != nil {
		return err
	}
	if err := t.root.Chmod(name, 0o755); err != nil {
		return err
	}
	return syncDir(t.root.Open(path.Dir(name)))
}

// read returns a file of the tree.
func (t *tree) read(name string) ([]byte, error) {
	info, err := t.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, fs.ErrNotExist // nothing that we wrote
	}
	file, err := t.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, maxFile))
}

// put writes a file so that it has its old bytes or the new ones at any time. What has
// the new ones already is not written.
func (t *tree) put(name string, data []byte) error {
	if old, err := t.read(name); err == nil && bytes.Equal(old, data) {
		if info, err := t.root.Lstat(name); err == nil && info.Mode().Perm() == 0o644 {
			return nil
		}
	}
	// A process that ended in the middle leaves one file of this name at most.
	draft := path.Join(path.Dir(name), "."+path.Base(name)+".new")
	if err := t.root.Remove(draft); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := t.draft(draft, data); err != nil {
		_ = t.root.Remove(draft)
		return err
	}
	if err := t.root.Rename(draft, name); err != nil {
		_ = t.root.Remove(draft)
		return err
	}
	return syncDir(t.root.Open(path.Dir(name)))
}

// draft writes a file that is new, down to the disk.
func (t *tree) draft(name string, data []byte) (err error) {
	file, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if _, err := file.Write(data); err != nil {
		return err
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	return file.Sync()
}

// syncDir writes a folder's names down to the disk, and closes it.
func syncDir(dir *os.File, err error) error {
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// forks lists the folders that can be a fork's, sorted.
func (t *tree) forks() ([]string, error) {
	return t.list(".", func(e fs.DirEntry) bool { return e.IsDir() && forkName(e.Name()) })
}

// weeks lists the reports of a fork, the newest first.
func (t *tree) weeks(fork string) ([]forks.Week, error) {
	years, err := t.list(fork, func(e fs.DirEntry) bool { return e.IsDir() && len(e.Name()) == 4 })
	if err != nil {
		return nil, err
	}
	var weeks []forks.Week
	for _, year := range years {
		names, err := t.list(path.Join(fork, year), func(e fs.DirEntry) bool { return e.Type().IsRegular() })
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, ok := strings.CutSuffix(name, ".json")
			if week, err := forks.ParseWeek(text); ok && err == nil && fmt.Sprintf("%04d", week.Year) == year {
				weeks = append(weeks, week)
			}
		}
	}
	slices.SortFunc(weeks, func(a, b forks.Week) int { return compareWeeks(b, a) })
	return weeks, nil
}

// list returns the names in a folder that are wanted, sorted.
func (t *tree) list(name string, want func(fs.DirEntry) bool) ([]string, error) {
	dir, err := t.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	entries, err := dir.ReadDir(-1)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if want(e) {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}
