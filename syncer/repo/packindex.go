package repo

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"io"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// The index of a pack, version 2 (gitformat-pack): all ids in their order, with a table
// of how many begin with each byte or a lower one, then the checksums and the places in
// the pack. Places beyond 2 GiB stand in a table of their own.

// indexed is one object of a pack as its index has it.
type indexed struct {
	id     forks.Hash
	crc    uint32 // of the bytes in the pack
	offset int64
}

// farOffset is the first place that needs the table of its own; it is also the bit
// that says so.
const farOffset = 1 << 31

// writeIndex writes the index of the pack with a certain checksum. It sorts objects.
func writeIndex(to io.Writer, objects []indexed, pack [sha1.Size]byte) error {
	slices.SortFunc(objects, func(a, b indexed) int { return bytes.Compare(a.id[:], b.id[:]) })
	sum := sha1.New()
	w := io.MultiWriter(to, sum)
	out := []byte{0xff, 't', 'O', 'c', 0, 0, 0, 2}
	next := 0
	for first := range 256 {
		for next < len(objects) && int(objects[next].id[0]) <= first {
			next++
		}
		out = binary.BigEndian.AppendUint32(out, uint32(next))
	}
	for _, o := range objects {
		out = append(out, o.id[:]...)
	}
	for _, o := range objects {
		out = binary.BigEndian.AppendUint32(out, o.crc)
	}
	var far []byte
	for _, o := range objects {
		if o.offset < farOffset {
			out = binary.BigEndian.AppendUint32(out, uint32(o.offset))
			continue
		}
		out = binary.BigEndian.AppendUint32(out, uint32(farOffset|len(far)/8))
		far = binary.BigEndian.AppendUint64(far, uint64(o.offset))
	}
	out = append(out, far...)
	out = append(out, pack[:]...)
	if _, err := w.Write(out); err != nil {
		return err
	}
	_, err := to.Write(sum.Sum(nil))
	return err
}
