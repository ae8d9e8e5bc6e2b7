package repo

import (
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/auxolotl/auxsync/forks"
)

// New objects are held in memory, in front of the repository: a plan makes thousands of
// which most are thrown away, and a file for each would take longer than all else. They
// come to the quarantine's folder, are spilled, when a child of git is to see them and
// when they get too many; what was spilled stays in memory too while there is room.

const (
	// overlayRoom is how many bytes of objects are held in memory.
	overlayRoom = 64 << 20
	// fewObjects is the number up to which objects are spilled as a file each: a child
	// has to open each pack there is, and single files only when it wants them.
	fewObjects = 32
)

// written is an object that was made.
type written struct {
	id   forks.Hash
	kind plumbing.ObjectType
	data []byte // nil if only the folder has it any more
}

// overlay holds what was written. It is safe for concurrent use.
type overlay struct {
	mu      sync.RWMutex
	closed  bool
	objects map[forks.Hash]*written
	held    int        // bytes in memory
	pending []*written // in memory alone, in the order they came
	spilled []*written // in memory and in the folder, oldest first
}

// get returns an object that was written; nil if it was not.
func (o *overlay) get(id forks.Hash) (written, bool, error) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if o.closed {
		return written{}, false, fmt.Errorf("read object %s: the quarantine is closed", id)
	}
	if w := o.objects[id]; w != nil {
		return *w, true, nil
	}
	return written{}, false, nil
}

// put takes an object in, and reports whether there are more bytes than there is room
// for that only a spill can free.
func (o *overlay) put(id forks.Hash, kind plumbing.ObjectType, data []byte) (full bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false, fmt.Errorf("write object %s: the quarantine is closed", id)
	}
	if o.objects[id] != nil {
		return false, nil
	}
	w := &written{id, kind, append([]byte{}, data...)}
	if o.objects == nil {
		o.objects = map[forks.Hash]*written{}
	}
	o.objects[id] = w
	o.pending = append(o.pending, w)
	o.held += len(data)
	return !o.shrink(), nil
}

// shrink drops bytes that the folder has too, oldest first, if there is no room any
// more. It reports whether there is room again.
func (o *overlay) shrink() bool {
	if o.held <= overlayRoom {
		return true
	}
	for len(o.spilled) > 0 && o.held > overlayRoom/2 {
		w := o.spilled[0]
		o.held -= len(w.data)
		w.data, o.spilled[0] = nil, nil
		o.spilled = o.spilled[1:]
	}
	return o.held <= overlayRoom
}

// batch lists what only memory has.
func (o *overlay) batch() []written {
	o.mu.RLock()
	defer o.mu.RUnlock()
	list := make([]written, len(o.pending))
	for i, w := range o.pending {
		list[i] = *w
	}
	return list
}

// keep says that the first n of what only memory had are in the folder now.
func (o *overlay) keep(n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return
	}
	o.spilled = append(o.spilled, o.pending[:n]...)
	o.pending = append([]*written(nil), o.pending[n:]...)
	o.shrink()
}

// all lists what was written.
func (o *overlay) all() []written {
	o.mu.RLock()
	defer o.mu.RUnlock()
	list := make([]written, 0, len(o.objects))
	for _, w := range o.objects {
		list = append(list, *w)
	}
	return list
}

func (o *overlay) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	o.objects, o.pending, o.spilled, o.held = nil, nil, nil, 0
}

// Write stores an object of a kind in the quarantine, where children of git see it too,
// and returns its id. The bytes are taken as they are, and copied. Whether the
// repository has the object already is not looked up: it is not packed again.
func (q *Quarantine) Write(kind string, data []byte) (forks.Hash, error) {
	t, err := plumbing.ParseObjectType(kind)
	if err != nil || !t.Valid() || t.IsDelta() {
		return forks.Hash{}, fmt.Errorf("write object: %q is not a kind of object", kind)
	}
	id := forks.Hash(plumbing.ComputeHash(t, data))
	full, err := q.overlay.put(id, t, data)
	if err == nil && full {
		err = q.spill()
	}
	if err != nil {
		return forks.Hash{}, err
	}
	return id, nil
}

// spill brings what only memory has to the quarantine's folder. It need not be flushed:
// a quarantine does not outlive its process.
func (q *Quarantine) spill() error {
	q.spilling.Lock()
	defer q.spilling.Unlock()
	batch := q.overlay.batch()
	if len(batch) == 0 {
		return nil
	}
	write := q.spillPack
	if len(batch) <= fewObjects {
		write = q.spillLoose
	}
	if err := write(batch); err != nil {
		return diskProblem("write new objects", q.repo.dir, err)
	}
	q.onDisk.Store(true)
	q.overlay.keep(len(batch))
	return nil
}

// firstBytes is what versions of one thing, a folder mostly, have in common where they
// came in no other order than they were written in.
type firstBytes struct {
	kind plumbing.ObjectType
	data [32]byte
}

func (q *Quarantine) spillPack(batch []written) error {
	list, same := make([]planned, len(batch)), versions[firstBytes]{}
	data := make(map[forks.Hash][]byte, len(batch))
	for i, o := range batch {
		first := firstBytes{kind: o.kind}
		copy(first.data[:], o.data)
		list[i], data[o.id] = planned{o.id, o.kind, same.add(first, i)}, o.data
	}
	return writePack(filepath.Join(q.dir, "objects", "pack"), len(list), toThrow, func(w *packWriter) error {
		return w.list(context.Background(), list, func(id forks.Hash) (plumbing.ObjectType, []byte, error) {
			return plumbing.InvalidObject, data[id], nil
		})
	})
}

func (q *Quarantine) spillLoose(batch []written) error {
	for _, o := range batch {
		hex := o.id.String()
		dir := filepath.Join(q.dir, "objects", hex[:2])
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if err := writeLoose(dir, filepath.Join(dir, hex[2:]), o); err != nil {
			return err
		}
	}
	return nil
}

func writeLoose(dir, path string, o written) (err error) {
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
	_, err = fmt.Fprintf(z, "%s %d\x00", o.kind, len(o.data))
	if err == nil {
		_, err = z.Write(o.data)
	}
	if err = errors.Join(err, z.Close(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// read returns an object's kind and bytes; data is nil if it has more than largest
// bytes, and never nil else.
func (q *Quarantine) read(largest int64, id forks.Hash) (kind plumbing.ObjectType, data []byte, err error) {
	if id == emptyTree {
		return plumbing.TreeObject, []byte{}, nil
	}
	made, ok, err := q.overlay.get(id)
	if err != nil {
		return 0, nil, err
	}
	if ok && made.data != nil {
		if int64(len(made.data)) > largest {
			return made.kind, nil, nil
		}
		return made.kind, made.data, nil
	}
	folders := q.repo.folders()
	switch {
	case ok:
		folders = []*folder{q.objects}
	case q.onDisk.Load():
		folders = append(folders, q.objects)
	}
	for _, f := range folders {
		kind, data, err := f.read(largest, id)
		if err != nil {
			return 0, nil, q.repo.damaged(fmt.Errorf("read object %s: %w", id, err))
		}
		if kind != plumbing.InvalidObject {
			return kind, data, nil
		}
	}
	return 0, nil, &MissingObjectError{ID: id, Dir: q.repo.name()}
}

// readAll is read without a limit.
func (q *Quarantine) readAll(id forks.Hash) (kind plumbing.ObjectType, data []byte, err error) {
	return q.read(math.MaxInt64, id)
}
