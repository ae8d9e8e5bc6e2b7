package repo

import (
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/auxolotl/auxsync/forks"
)

// largestObject is the size in bytes beyond which an object is not read into
// memory.
const largestObject = 512 << 20

// streamed is the size in bytes from which on go-git does not keep an object in
// its own memory.
const streamed = 32 << 20

// emptyTree is the tree without entries. Git knows it without storing it.
var emptyTree = forks.Hash(plumbing.NewHash("4b825dc642cb6eb9a060e54bf8d69288fbee4904"))

// folder reads the objects of one object folder. Git children add packs to it and
// join them behind its back.
type folder struct {
	dir string // holds objects/

	mu      sync.Mutex
	recent  cache.Object
	storage *filesystem.ObjectStorage
	packs   string // the packs that storage knows
	closed  bool
}

func newFolder(dir string) *folder { return &folder{dir: dir} }

// get returns an object, or nil if the folder does not have it.
func (f *folder) get(id forks.Hash) (plumbing.EncodedObject, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, fmt.Errorf("read %s: %s is closed", id, f.dir)
	}
	if f.storage == nil {
		if err := f.open(); err != nil {
			return nil, err
		}
	}
	if obj, ok := f.recent.Get(plumbing.Hash(id)); ok {
		return obj, nil
	}
	obj, err := f.storage.EncodedObject(plumbing.AnyObject, plumbing.Hash(id))
	if err == nil {
		return obj, nil
	}
	// A pack may have come or gone since the indexes were read.
	packs, listErr := listPacks(f.dir)
	if listErr != nil {
		return nil, listErr
	}
	if packs != f.packs {
		if err := f.open(); err != nil {
			return nil, err
		}
		obj, err = f.storage.EncodedObject(plumbing.AnyObject, plumbing.Hash(id))
	}
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return nil, nil
	}
	if err != nil {
		f.storage.Reindex() // a half-read index must not pass for all of it
	}
	return obj, err
}

// open makes a storage that knows the packs of this moment.
func (f *folder) open() error {
	packs, err := listPacks(f.dir)
	if err != nil {
		return err
	}
	if f.storage != nil {
		_ = f.storage.Close()
	} else {
		f.recent = cache.NewObjectLRUDefault()
	}
	f.packs = packs
	f.storage = filesystem.NewObjectStorageWithOptions(dotgit.New(osfs.New(f.dir)), f.recent,
		filesystem.Options{KeepDescriptors: true, LargeObjectThreshold: streamed})
	return nil
}

// listPacks names the packs of a git directory, one a line.
func listPacks(dir string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "objects", "pack"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return "", err
	}
	var names strings.Builder
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".idx") {
			names.WriteString(e.Name() + "\n")
		}
	}
	return names.String(), nil
}

func (f *folder) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.storage != nil {
		_ = f.storage.Close()
	}
	f.storage, f.recent, f.closed = nil, nil, true
}

// Object returns an object's kind ("commit", "tree", "blob" or "tag") and its
// bytes, which belong to the caller. An object that is nowhere is a
// [*MissingObjectError]; one that cannot be read is a [*DamagedError].
func (q *Quarantine) Object(id forks.Hash) (kind string, data []byte, err error) {
	kind, data, err = q.upTo(largestObject, id)
	if err == nil && data == nil {
		err = q.repo.damaged(fmt.Errorf("read object %s: it has more than %d bytes, which are not read", id, largestObject))
	}
	return kind, data, err
}

// upTo is Object for an object that may be too large: data is nil if it has more than
// largest bytes, and never nil else.
func (q *Quarantine) upTo(largest int64, id forks.Hash) (kind string, data []byte, err error) {
	q.reads.Add(1)
	if id == emptyTree {
		return "tree", []byte{}, nil
	}
	for _, f := range append([]*folder{q.objects}, q.repo.folders()...) {
		obj, err := f.get(id)
		if err != nil {
			return "", nil, q.repo.damaged(fmt.Errorf("read object %s: %w", id, err))
		}
		if obj == nil {
			continue
		}
		if obj.Size() > largest {
			return obj.Type().String(), nil, nil
		}
		data, err := content(obj)
		if err != nil {
			return "", nil, q.repo.damaged(fmt.Errorf("read object %s: %w", id, err))
		}
		return obj.Type().String(), data, nil
	}
	return "", nil, &MissingObjectError{ID: id, Dir: q.repo.name()}
}

func content(obj plumbing.EncodedObject) ([]byte, error) {
	r, err := obj.Reader()
	if err != nil {
		return nil, err
	}
	data := make([]byte, obj.Size())
	_, err = io.ReadFull(r, data)
	return data, errors.Join(err, r.Close())
}

// Write stores an object of a kind as a loose object in the quarantine, where
// children of git see it too, and returns its id. The bytes are taken as they
// are.
func (q *Quarantine) Write(kind string, data []byte) (forks.Hash, error) {
	t, err := plumbing.ParseObjectType(kind)
	if err != nil || !t.Valid() || t.IsDelta() {
		return forks.Hash{}, fmt.Errorf("write object: %q is not a kind of object", kind)
	}
	id := forks.Hash(plumbing.ComputeHash(t, data))
	hex := id.String()
	dir := filepath.Join(q.dir, "objects", hex[:2])
	path := filepath.Join(dir, hex[2:])
	if _, err := os.Stat(path); err == nil {
		return id, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return forks.Hash{}, diskProblem("write object", q.repo.dir, err)
	}
	if err := writeLoose(dir, path, kind, data); err != nil {
		return forks.Hash{}, diskProblem("write object", q.repo.dir, err)
	}
	return id, nil
}

// writeLoose needs no fsync: a quarantine does not outlive its process.
func writeLoose(dir, path, kind string, data []byte) (err error) {
	f, err := os.CreateTemp(dir, "tmp_obj_*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name())
		}
	}()
	z, err := zlib.NewWriterLevel(f, zlib.BestSpeed)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	_, err = fmt.Fprintf(z, "%s %d\x00", kind, len(data))
	if err == nil {
		_, err = z.Write(data)
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
