package lines

import "bytes"

// sniffed is how many bytes decide whether data is text.
const sniffed = 8000

// MaxSize is the size in bytes up to which git merges a file by lines. A merge in which
// an input is larger is treated like one of binaries.
const MaxSize = 1023 << 20

// Binary reports whether git takes data for no text: a NUL in the first 8000 bytes.
func Binary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), sniffed)], 0) >= 0
}
