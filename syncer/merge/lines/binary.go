package lines

import "bytes"

// sniffed is how many bytes decide whether data is text.
const sniffed = 8000

// MaxSize is the size in bytes up to which git merges a file by lines. A merge in which
// an input is larger is treated like one of binaries.
const MaxSize = 1023 << 20

// MaxLines is how many lines a file may have to be merged by them; one with more is
// treated like a larger one. It bounds the memory: a merge takes some 100 bytes for each
// line, so that a file of newlines alone would take a hundred times its size. Git has no
// such bound.
const MaxLines = 4 << 20

// Mergeable reports whether a text is merged by lines: it is no binary, and not too large.
func Mergeable(data []byte) bool {
	return !Binary(data) && !TooLarge(data)
}

// TooLarge reports whether data has more bytes or more lines than are merged by lines.
func TooLarge(data []byte) bool {
	return len(data) > MaxSize || len(data) > MaxLines && bytes.Count(data, newline) > MaxLines
}

// Binary reports whether git takes data for no text: a NUL in the first 8000 bytes.
func Binary(data []byte) bool {
	return bytes.IndexByte(data[:min(len(data), sniffed)], 0) >= 0
}
