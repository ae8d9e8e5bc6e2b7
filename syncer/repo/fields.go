package repo

import "bytes"

// fieldWriter hands each field, without the byte that ends it, to take, which must not keep
// it. Of a field that is longer than most bytes the rest is passed over. An error of take
// ends the child.
type fieldWriter struct {
	take func(field []byte) error
	most int
	end  byte // NUL, if nothing is said
	rest []byte
}

func (w *fieldWriter) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, w.end)
		if i < 0 {
			w.keep(p)
			return n, nil
		}
		field := p[:i]
		if len(w.rest) > 0 {
			w.keep(field)
			field, w.rest = w.rest, w.rest[:0]
		}
		if err := w.take(field[:min(len(field), w.most)]); err != nil {
			return 0, err
		}
		p = p[i+1:]
	}
}

// keep adds to the field that is not complete yet.
func (w *fieldWriter) keep(p []byte) {
	w.rest = append(w.rest, p[:min(len(p), w.most-len(w.rest))]...)
}
