package repo

import (
	"bytes"
	"fmt"
	"io"
)

// watched remembers why what git printed could not be taken.
type watched struct {
	to  io.Writer
	err error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.to.Write(p)
	if err != nil && w.err == nil {
		w.err = err
	}
	return n, err
}

// boundedBuffer collects up to max bytes and fails the writer beyond.
type boundedBuffer struct {
	data []byte
	max  int
}

func (b *boundedBuffer) Write(p []byte) (int, error) {
	if len(b.data)+len(p) > b.max {
		return 0, fmt.Errorf("git printed more than %d bytes", b.max)
	}
	b.data = append(b.data, p...)
	return len(p), nil
}

// lineWriter hands each line, without its end, to take. An error of take ends
// the child.
type lineWriter struct {
	take func(line []byte) error
	rest []byte
}

const longestLine = 64 << 10

func (w *lineWriter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		line := p[:i]
		if len(w.rest) > 0 {
			line = append(w.rest, line...)
			w.rest = w.rest[:0]
		}
		if err := w.take(line); err != nil {
			return 0, err
		}
		p = p[i+1:]
	}
	if len(w.rest)+len(p) > longestLine {
		return 0, fmt.Errorf("git printed a line of more than %d bytes", longestLine)
	}
	w.rest = append(w.rest, p...)
	return n, nil
}
