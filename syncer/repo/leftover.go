package repo

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.uber.org/zap"
)

// leftover is something in a git directory that by its name only lives as long as
// a process.
type leftover struct {
	path       string
	quarantine bool // the folder of one
	changed    time.Time
}

// halfWritten is what children that write leave behind, whatever its age.
func halfWritten(l leftover) bool { return !l.quarantine }

// olderThan is all that was left behind before a moment.
func olderThan(t time.Time) func(leftover) bool {
	return func(l leftover) bool { return l.changed.Before(t) }
}

// everything is everything.
func everything(leftover) bool { return true }

// sweep removes the leftovers in dir that goes reports true for, and returns how
// many there were. Quarantines are not looked into.
func sweep(dir string, log *zap.Logger, goes func(leftover) bool) (removed int, err error) {
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		isQuarantine := d.IsDir() && filepath.Dir(path) == dir && strings.HasPrefix(d.Name(), quarantinePrefix)
		if !isQuarantine && (d.IsDir() || !temporary(dir, path)) {
			return nil
		}
		info, err := d.Info()
		if err == nil && goes(leftover{path: path, quarantine: isQuarantine, changed: info.ModTime()}) {
			log.Info("removed what an ended process left behind", zap.String("path", path))
			if err := os.RemoveAll(path); err != nil {
				return err
			}
			removed++
		}
		if isQuarantine {
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		return removed, diskProblem("sweep", dir, err)
	}
	return removed, nil
}

// temporary reports whether a file is a lock, the beginning of an object or a pack,
// or a pack that never got its index, which git writes last. A pack is kept from
// being joined by a ".keep" only while git fetches it.
func temporary(dir, path string) bool {
	name := filepath.Base(path)
	if strings.HasSuffix(name, ".lock") || name == "gc.pid" {
		return true
	}
	objects := filepath.Join(dir, "objects")
	if !strings.HasPrefix(path, objects+string(filepath.Separator)) {
		return false
	}
	if strings.HasPrefix(name, "tmp_") || strings.HasPrefix(name, ".tmp-") {
		return true
	}
	if filepath.Dir(path) != filepath.Join(objects, "pack") || !strings.HasPrefix(name, "pack-") {
		return false
	}
	if strings.HasSuffix(name, ".keep") {
		return true
	}
	_, err := os.Stat(strings.TrimSuffix(path, filepath.Ext(path)) + ".idx")
	return errors.Is(err, fs.ErrNotExist)
}

// tidy removes all that is temporary in and beside a cache, whatever its age.
func tidy(dir string, log *zap.Logger) error {
	for _, beside := range []string{dir + newSuffix, dir + removedSuffix} {
		if err := os.RemoveAll(beside); err != nil {
			return diskProblem("sweep", dir, err)
		}
	}
	_, err := sweep(dir, log, everything)
	return err
}
