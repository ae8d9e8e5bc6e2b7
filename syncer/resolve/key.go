package resolve

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"path"

	"github.com/auxolotl/auxsync/forks"
)

// keyVersion changes when the meaning of keys does: older ones are not found then.
const keyVersion = "1"

// class is the kind of a path: its extension, or its name where it has none.
func class(p forks.Path) string {
	name := path.Base(string(p))
	if ext := path.Ext(name); ext != "" && ext != name {
		return ext
	}
	return name
}

// fileKey identifies the conflict by the versions of its file.
func (c Conflict) fileKey() string {
	parts := [][]byte{[]byte("file"), []byte(c.File.Kind), []byte(class(c.File.Path))}
	for _, s := range c.File.Stages {
		parts = append(parts, fmt.Appendf(nil, "%d %06o %s", s.Stage, uint32(s.Mode), s.ID))
	}
	return digest(parts)
}

// hunkKey identifies one hunk of the conflict.
func (c Conflict) hunkKey(h hunk) string {
	return digest([][]byte{[]byte("hunk"), []byte(c.File.Kind), []byte(class(c.File.Path)), h.base, h.ours, h.theirs})
}

// digest is the hash of parts, none of which can pass for another.
func digest(parts [][]byte) string {
	h := sha256.New()
	h.Write([]byte("auxsync resolution " + keyVersion + "\n"))
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
