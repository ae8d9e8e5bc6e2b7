package renames

import (
	"context"
	"fmt"
	"math/bits"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// Similarity of two files: both are cut into chunks, the bytes in chunks that both have
// are added up, and the sum is put in relation to the larger file. It is no diff: the
// order of the chunks does not matter.
//
// A chunk ends after a newline or after 64 bytes. What is left at the end of a file
// without either is no chunk and counts nowhere but in the size (git 2.39 does so; from
// 2.44 on git counts it). In text, a CR right before a newline is passed over, so that
// a file with other line ends stays similar. Chunks are known by a small hash only, so
// that different chunks may be taken for equal; in files of thousands of lines this
// moves the score, hence the hash has to be git's.

// chunkHashes is how many values the hash of a chunk may have.
const chunkHashes = 107927

// maxChunk is the length of a chunk in bytes, CRs passed over not counted.
const maxChunk = 64

// maxKept bounds the memory for chunks of one Find: 16 Mi of 8 bytes.
const maxKept = 16 << 20

// chunk is all chunks of one hash in a file.
type chunk struct{ hash, bytes uint32 }

// texts knows sizes and chunks of the files of one search.
type texts struct {
	ctx    context.Context
	blobs  Blobs
	sizes  map[forks.Hash]int64
	chunks map[forks.Hash][]chunk
	kept   int // chunks in the map

	cut *tally // while a file is cut
	row *tally // of an open row's file
}

// tally is bytes by hash; all zero while it is not in use.
type tally [chunkHashes]uint32

func newTexts(ctx context.Context, blobs Blobs) *texts {
	return &texts{ctx: ctx, blobs: blobs, sizes: map[forks.Hash]int64{}, chunks: map[forks.Hash][]chunk{}}
}

// row compares one destination with many sources. One row is open at a time.
type row struct {
	texts  *texts
	dest   File
	min    int     // scores below it need not be exact: sizes alone may make them zero
	chunks []chunk // of dest once one comparison needed them
}

func (t *texts) openRow(dest File, min int) row { return row{texts: t, dest: dest, min: min} }

// close ends the row.
func (r *row) close() {
	for _, c := range r.chunks {
		r.texts.row[c.hash] = 0
	}
}

// score compares two files.
func (t *texts) score(source, dest File, min int) (int, error) {
	r := t.openRow(dest, min)
	defer r.close()
	return r.score(source)
}

// score returns how similar source is: the bytes of common chunks times [MaxScore] by
// the bytes of the larger file. What is not a regular file is similar to nothing.
func (r *row) score(source File) (int, error) {
	if !regular(source.Mode) || !regular(r.dest.Mode) {
		return 0, nil
	}
	a, err := r.texts.size(source)
	if err != nil {
		return 0, err
	}
	b, err := r.texts.size(r.dest)
	if err != nil {
		return 0, err
	}
	larger, delta := max(a, b), max(a, b)-min(a, b)
	if larger == 0 || larger*int64(MaxScore-r.min) < delta*MaxScore {
		return 0, nil // however alike, the score could not reach the minimum
	}
	common, err := r.common(source)
	if err != nil {
		return 0, err
	}
	return int(common * MaxScore / larger), nil
}

// common adds up the bytes in chunks that source and the row's file have in common.
func (r *row) common(source File) (int64, error) {
	chunks, err := r.texts.chunksOf(source)
	if err != nil {
		return 0, err
	}
	if r.chunks == nil {
		if r.chunks, err = r.texts.chunksOf(r.dest); err != nil {
			return 0, err
		}
		if r.texts.row == nil {
			r.texts.row = new(tally)
		}
		for _, c := range r.chunks {
			r.texts.row[c.hash] = c.bytes
		}
	}
	var sum int64
	for _, c := range chunks {
		sum += int64(min(c.bytes, r.texts.row[c.hash]))
	}
	return sum, nil
}

// size returns the bytes of a file.
func (t *texts) size(f File) (int64, error) {
	if n, known := t.sizes[f.ID]; known {
		return n, nil
	}
	sizer, ok := t.blobs.(interface {
		Size(id forks.Hash) (int64, error)
	})
	if !ok {
		_, err := t.chunksOf(f)
		return t.sizes[f.ID], err
	}
	n, err := sizer.Size(f.ID)
	if err != nil {
		return 0, fmt.Errorf("size of %s, which may have been moved: %w", forks.Inert(f.Path), err)
	}
	t.sizes[f.ID] = n
	return n, nil
}

// chunksOf returns the chunks of a file in no order, each hash once.
func (t *texts) chunksOf(f File) ([]chunk, error) {
	if chunks, known := t.chunks[f.ID]; known {
		return chunks, nil
	}
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	data, err := t.blobs.Blob(f.ID)
	if err != nil {
		return nil, fmt.Errorf("contents of %s, which may have been moved: %w", forks.Inert(f.Path), err)
	}
	if t.cut == nil {
		t.cut = new(tally)
	}
	chunks := cut(data, t.cut)
	t.sizes[f.ID] = int64(len(data))
	if t.kept+len(chunks) <= maxKept {
		t.kept += len(chunks)
		t.chunks[f.ID] = chunks
	}
	return chunks, nil
}

// cut divides data into chunks.
//
// The hash of a chunk: a word of 64 bits is turned left by 7 before each byte, which is
// then added to its lower half without a carry into the upper one. The halves in the end
// are combined as lower + 97*upper, modulo [chunkHashes].
func cut(data []byte, sums *tally) []chunk {
	text := !lines.Binary(data)
	var seen []uint32
	var low, high uint32
	n := uint32(0)
	for i, c := range data {
		if c == '\r' && text && i+1 < len(data) && data[i+1] == '\n' {
			continue
		}
		word := bits.RotateLeft64(uint64(high)<<32|uint64(low), 7)
		high, low = uint32(word>>32), uint32(word)+uint32(c)
		if n++; n < maxChunk && c != '\n' {
			continue
		}
		hash := (low + high*97) % chunkHashes
		if sums[hash] == 0 {
			seen = append(seen, hash)
		}
		sums[hash] += n
		low, high, n = 0, 0, 0
	}
	chunks := make([]chunk, len(seen))
	for k, hash := range seen {
		chunks[k] = chunk{hash: hash, bytes: sums[hash]}
		sums[hash] = 0
	}
	return chunks
}
