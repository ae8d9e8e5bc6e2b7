package repo

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"

	"github.com/auxolotl/auxsync/forks"
)

// largestObject is the size in bytes beyond which an object is not read into
// memory.
const largestObject = 512 << 20

// errTooLarge says that an object has more bytes than that.
var errTooLarge = errors.New("it is too large to be read")

// streamed is the size in bytes from which on go-git does not keep an object in
// its own memory.
const streamed = 32 << 20

// emptyTree is the tree without entries. Git knows it without storing it.
var emptyTree = forks.Hash(plumbing.NewHash("4b825dc642cb6eb9a060e54bf8d69288fbee4904"))

// folder reads the objects of one object folder. Git children add packs to it and
// join them behind its back.
type folder struct {
	dir string // the folder itself

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
	files, err := newObjectFiles(f.dir, packs)
	if err != nil {
		return err
	}
	f.packs = packs
	f.storage = filesystem.NewObjectStorageWithOptions(dotgit.New(files), f.recent,
		filesystem.Options{KeepDescriptors: true, LargeObjectThreshold: streamed})
	return nil
}

// listPacks names the indexes of packs in a folder of objects, one a line.
func listPacks(dir string) (string, error) {
	entries, err := os.ReadDir(filepath.Join(dir, "pack"))
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

// read returns an object's kind and bytes, which belong to the caller; no kind if the
// folder does not have it, and no data if that has more than largest bytes.
func (f *folder) read(largest int64, id forks.Hash) (kind plumbing.ObjectType, data []byte, err error) {
	obj, err := f.get(id)
	if err != nil || obj == nil {
		return plumbing.InvalidObject, nil, err
	}
	if obj.Size() > largest {
		return obj.Type(), nil, nil
	}
	data, err = content(obj)
	return obj.Type(), data, err
}

// refresh makes the folder know the packs of this moment.
func (f *folder) refresh() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return fmt.Errorf("%s is closed", f.dir)
	}
	packs, err := listPacks(f.dir)
	if err != nil || f.storage != nil && packs == f.packs {
		return err
	}
	return f.open()
}

// has reports whether the folder has an object, loose or in a pack that it knew when it
// was refreshed last. Only get finds what came later.
func (f *folder) has(id forks.Hash) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.storage == nil {
		return false, fmt.Errorf("look for %s: %s is closed", id, f.dir)
	}
	err := f.storage.HasEncodedObject(plumbing.Hash(id))
	if errors.Is(err, plumbing.ErrObjectNotFound) {
		return false, nil
	}
	if err != nil {
		f.storage.Reindex() // a half-read index must not pass for all of it
	}
	return err == nil, err
}

// Object returns an object's kind ("commit", "tree", "blob" or "tag") and its bytes,
// which must not be changed. An object that is nowhere is a [*MissingObjectError]; one
// that cannot be read is a [*DamagedError]; one of more than half a gibibyte is an error
// of kind NeedsPerson: fetching it again makes it no smaller.
func (q *Quarantine) Object(id forks.Hash) (kind string, data []byte, err error) {
	largest := cmp.Or(q.largest, largestObject)
	kind, data, err = q.upTo(largest, id)
	if err == nil && data == nil {
		err = forks.AskPerson("take it out of the history, or make it smaller", "read object %s: %w: it has more than %d bytes", id, errTooLarge, largest)
	}
	return kind, data, err
}

// upTo is Object for an object that may be too large: data is nil if it has more than
// largest bytes, and never nil else.
func (q *Quarantine) upTo(largest int64, id forks.Hash) (kind string, data []byte, err error) {
	q.reads.Add(1)
	read, err := q.replaced.of(id)
	if err != nil {
		return "", nil, q.repo.damaged(err)
	}
	t, data, err := q.read(largest, read)
	if err != nil {
		return "", nil, err
	}
	return t.String(), data, nil
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
