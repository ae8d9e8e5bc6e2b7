package mergetest

import (
	"bytes"
	"compress/zlib"
	"crypto/sha1"
	"encoding/binary"
	"io"
)

// writePack writes a pack in which each object stands by itself: "PACK", version 2, the
// number of objects; for each its kind and size (four bits, then seven a byte, least
// significant first) and its bytes deflated; the SHA-1 of all that. It is written for
// tests, apart from the daemon's own writer, so that one does not vouch for the other.
func writePack(w io.Writer, objects []object) error {
	sum := sha1.New()
	out := io.MultiWriter(w, sum)
	header := binary.BigEndian.AppendUint32([]byte("PACK\x00\x00\x00\x02"), uint32(len(objects)))
	if _, err := out.Write(header); err != nil {
		return err
	}
	kinds := map[string]byte{"commit": 1, "tree": 2, "blob": 3, "tag": 4}
	var b bytes.Buffer
	z, err := zlib.NewWriterLevel(&b, zlib.BestSpeed)
	if err != nil {
		return err
	}
	for _, o := range objects {
		b.Reset()
		size := len(o.data)
		next := kinds[o.kind]<<4 | byte(size&15)
		for size >>= 4; size > 0; size >>= 7 {
			b.WriteByte(next | 0x80)
			next = byte(size & 127)
		}
		b.WriteByte(next)
		z.Reset(&b)
		if _, err := z.Write(o.data); err != nil {
			return err
		}
		if err := z.Close(); err != nil {
			return err
		}
		if _, err := out.Write(b.Bytes()); err != nil {
			return err
		}
	}
	_, err = w.Write(sum.Sum(nil))
	return err
}
