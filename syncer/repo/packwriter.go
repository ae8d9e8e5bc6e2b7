package repo

import (
	"bufio"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash"
	"hash/adler32"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/crash"
)

// A pack (gitformat-pack) is a header with the number of objects, the objects one after
// the other, each with its kind, its size and its bytes, compressed, and the checksum of
// all of it. An object may be written as a delta to one before it in the same pack, said
// by how many bytes before. It is written in one go, from the front to the end, and
// holds one object at a time in memory.

// How hard zlib tries. The higher levels take twice the time of BestSpeed or more, for
// some three per cent.
const (
	toKeep  = zlib.BestSpeed     // a pack that stays
	toThrow = zlib.NoCompression // one that is thrown away when its process ends
)

// incompressible is the length in bytes up to which a delta is stored as it is: it is
// mostly ids and places, and what could be won is less than a table costs.
const incompressible = 96

// packWriter writes one pack. The number of objects is said first, and kept to.
type packWriter struct {
	to      *bufio.Writer
	sum     hash.Hash
	crc     uint32
	offset  int64
	z       *zlib.Writer
	said    int // how many objects there are to be
	objects []indexed
}

func newPackWriter(to io.Writer, objects, level int) (*packWriter, error) {
	w := &packWriter{to: bufio.NewWriterSize(to, 64<<10), sum: sha1.New(), said: objects, objects: make([]indexed, 0, objects)}
	var err error
	if w.z, err = zlib.NewWriterLevel(w, level); err != nil {
		return nil, err
	}
	head := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(objects))
	_, err = w.Write(head)
	return w, err
}

// Write writes bytes of the pack itself.
func (w *packWriter) Write(p []byte) (int, error) {
	w.crc = crc32.Update(w.crc, crc32.IEEETable, p)
	w.sum.Write(p)
	w.offset += int64(len(p))
	return w.to.Write(p)
}

// object writes an object whole and returns its place.
func (w *packWriter) object(id forks.Hash, kind plumbing.ObjectType, data []byte) (offset int64, err error) {
	return w.entry(id, kind, nil, data, false)
}

// delta writes an object as a delta to the one at a place before.
func (w *packWriter) delta(id forks.Hash, base int64, delta []byte) (offset int64, err error) {
	return w.entry(id, plumbing.OFSDeltaObject, appendDistance(nil, w.offset-base), delta, len(delta) <= incompressible)
}

func (w *packWriter) entry(id forks.Hash, kind plumbing.ObjectType, base, data []byte, store bool) (offset int64, err error) {
	offset, w.crc = w.offset, 0
	if _, err := w.Write(append(appendHead(nil, kind, len(data)), base...)); err != nil {
		return 0, err
	}
	if store {
		_, err = w.Write(storedZlib(data))
	} else {
		w.z.Reset(w)
		_, err = w.z.Write(data)
		if err == nil {
			err = w.z.Close()
		}
	}
	w.objects = append(w.objects, indexed{id, w.crc, offset})
	return offset, err
}

// close ends the pack and returns its checksum.
func (w *packWriter) close() (sum [sha1.Size]byte, err error) {
	if len(w.objects) != w.said {
		return sum, errors.New("the pack has another number of objects than it says")
	}
	copy(sum[:], w.sum.Sum(nil))
	_, err = w.to.Write(sum[:])
	return sum, errors.Join(err, w.to.Flush())
}

// appendHead writes kind and size: the size's lowest four bits beside the kind, the
// rest by seven.
func appendHead(out []byte, kind plumbing.ObjectType, size int) []byte {
	first := byte(kind)<<4 | byte(size&0xf)
	if size >>= 4; size == 0 {
		return append(out, first)
	}
	return binary.AppendUvarint(append(out, first|0x80), uint64(size))
}

// appendDistance writes how far before a delta its base stands: seven bits a byte, the
// highest first, one being taken off each time more follow.
func appendDistance(out []byte, n int64) []byte {
	var rev [10]byte
	i := len(rev) - 1
	rev[i] = byte(n & 0x7f)
	for n >>= 7; n > 0; n >>= 7 {
		n--
		i--
		rev[i] = 0x80 | byte(n&0x7f)
	}
	return append(out, rev[i:]...)
}

// storedZlib is a zlib stream of one block that is not compressed (RFC 1950, 1951).
func storedZlib(data []byte) []byte {
	n := uint16(len(data))
	out := append(make([]byte, 0, len(data)+11), 0x78, 0x01, 1)
	out = binary.LittleEndian.AppendUint16(out, n)
	out = binary.LittleEndian.AppendUint16(out, ^n)
	return binary.BigEndian.AppendUint32(append(out, data...), adler32.Checksum(data))
}

// writePack writes a pack of a number of objects and its index to a folder. Both are
// temporary files until they are whole; the index, without which nobody sees the pack,
// gets its name last. A pack to keep is flushed, all of it, before it is seen.
func writePack(dir string, objects, level int, fill func(*packWriter) error) (err error) {
	durable := level == toKeep
	folder, err := os.Stat(dir)
	if err != nil {
		return err
	}
	// Whoever may look into the folder may read what is in it, and nobody else.
	mode := 0o400 | 0o444&folder.Mode().Perm()
	pack, err := newPackFile(dir, "tmp_pack_*", durable)
	if err != nil {
		return err
	}
	defer pack.discard()
	index, err := newPackFile(dir, "tmp_idx_*", durable)
	if err != nil {
		return err
	}
	defer index.discard()
	w, err := newPackWriter(pack.file, objects, level)
	if err != nil {
		return err
	}
	if err := fill(w); err != nil {
		return err
	}
	sum, err := w.close()
	if err != nil {
		return err
	}
	if err := writeIndex(index.file, w.objects, sum); err != nil {
		return err
	}
	if err := errors.Join(pack.finish(mode), index.finish(mode)); err != nil {
		return err
	}
	if durable {
		crash.At("pack-flushed")
	}
	name := filepath.Join(dir, "pack-"+hex.EncodeToString(sum[:]))
	if err := pack.rename(name + ".pack"); err != nil {
		return err
	}
	if durable {
		crash.At("pack-named")
	}
	if err := index.rename(name + ".idx"); err != nil {
		return err
	}
	if durable {
		return syncDir(dir)
	}
	return nil
}

// packFile is a file that is not yet what it is to be.
type packFile struct {
	file    *os.File
	durable bool
	done    bool
}

func newPackFile(dir, pattern string, durable bool) (*packFile, error) {
	f, err := os.CreateTemp(dir, pattern)
	return &packFile{file: f, durable: durable}, err
}

// finish makes what was written last; nobody changes it any more.
func (f *packFile) finish(mode os.FileMode) error {
	err := f.file.Chmod(mode)
	if err == nil && f.durable {
		err = f.file.Sync()
	}
	return errors.Join(err, f.file.Close())
}

func (f *packFile) rename(to string) error {
	err := os.Rename(f.file.Name(), to)
	f.done = err == nil
	return err
}

// discard removes the file unless it got its name.
func (f *packFile) discard() {
	if !f.done {
		_ = f.file.Close()
		_ = os.Remove(f.file.Name())
	}
}
