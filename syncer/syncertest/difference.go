package syncertest

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge/lines"
)

// fileChange is a path at which two trees differ; a zero mode is nothing.
type fileChange struct {
	path     string
	old, new entry
}

// differences lists the paths at which two trees differ, sorted; moves are not looked for.
func (v view) differences(a, b forks.Hash) ([]fileChange, error) {
	pair := [2]forks.Hash{a, b}
	v.diffs.mu.RLock()
	list, known := v.diffs.diffs[pair]
	v.diffs.mu.RUnlock()
	if known {
		return list, nil
	}
	if err := v.compare("", a, b, &list); err != nil {
		return nil, err
	}
	slices.SortStableFunc(list, func(x, y fileChange) int { return strings.Compare(x.path, y.path) })
	v.diffs.mu.Lock()
	defer v.diffs.mu.Unlock()
	v.diffs.diffs[pair] = list
	return list, nil
}

// compare adds the differences of two folders; a zero id is none.
func (v view) compare(at string, a, b forks.Hash, list *[]fileChange) error {
	if a == b {
		return nil
	}
	old, err := v.folder(a)
	if err != nil {
		return err
	}
	new, err := v.folder(b)
	if err != nil {
		return err
	}
	for len(old) > 0 || len(new) > 0 {
		var o, n entry
		order := 0
		switch {
		case len(old) == 0:
			order = 1
		case len(new) == 0:
			order = -1
		default:
			order = cmp.Compare(old[0].place(), new[0].place())
		}
		if order <= 0 {
			o, old = old[0], old[1:]
		}
		if order >= 0 {
			n, new = new[0], new[1:]
		}
		if err := v.entries(at, o, n, list); err != nil {
			return err
		}
	}
	return nil
}

// entries compares what stands in one place; a zero entry is nothing.
func (v view) entries(at string, o, n entry, list *[]fileChange) error {
	if o == n {
		return nil
	}
	if o.mode == forks.ModeDir || n.mode == forks.ModeDir {
		return v.compare(at+cmp.Or(o.name, n.name)+"/", o.id, n.id, list)
	}
	*list = append(*list, fileChange{at + cmp.Or(o.name, n.name), o, n})
	return nil
}

func (v view) folder(id forks.Hash) ([]entry, error) {
	if id.IsZero() {
		return nil, nil
	}
	o, err := v.needed(id)
	return o.treeOr(), err
}

func (o *object) treeOr() []entry {
	if o == nil {
		return nil
	}
	return o.tree
}

// at finds what stands at a path of a tree; a zero entry if nothing does.
func (v view) at(tree forks.Hash, path string) (entry, error) {
	found := entry{mode: forks.ModeDir, id: tree}
	for name := range strings.SplitSeq(path, "/") {
		if found.mode != forks.ModeDir {
			return entry{}, nil
		}
		list, err := v.folder(found.id)
		if err != nil {
			return entry{}, err
		}
		i := slices.IndexFunc(list, func(e entry) bool { return e.name == name })
		if i < 0 {
			return entry{}, nil
		}
		found = list[i]
	}
	return found, nil
}

// text is what a diff shows of an entry.
func (v view) text(e entry) ([]byte, error) {
	switch e.mode {
	case 0:
		return nil, nil
	case forks.ModeSubmodule:
		return []byte("Subproject commit " + e.id.String() + "\n"), nil
	}
	o, err := v.needed(e.id)
	if err != nil {
		return nil, err
	}
	return o.data, nil
}

const kindBits forks.Mode = 0o170000

// parts are the steps in which git shows a change: a path that becomes something of
// another kind is removed first, and then made.
func (c fileChange) parts() []fileChange {
	if c.old.mode != 0 && c.new.mode != 0 && c.old.mode&kindBits != c.new.mode&kindBits {
		return []fileChange{{path: c.path, old: c.old}, {path: c.path, new: c.new}}
	}
	return []fileChange{c}
}

// writer takes a diff in pieces; line gets a line with its sign.
type writer struct {
	out     io.Writer
	context int // lines around each change
}

// show writes a change as git's diff does, without what tells places: the header of a
// hunk, and the ids of texts.
func (w writer) show(v view, c fileChange) error {
	a, err := v.text(c.old)
	if err != nil {
		return err
	}
	b, err := v.text(c.new)
	if err != nil {
		return err
	}
	was, is := quoted("a/"+c.path), quoted("b/"+c.path)
	fmt.Fprintf(w.out, "diff --git %s %s\n", was, is)
	switch {
	case c.old.mode == 0:
		fmt.Fprintf(w.out, "new file mode %06o\n", uint32(c.new.mode))
	case c.new.mode == 0:
		fmt.Fprintf(w.out, "deleted file mode %06o\n", uint32(c.old.mode))
	case c.old.mode != c.new.mode:
		fmt.Fprintf(w.out, "old mode %06o\nnew mode %06o\n", uint32(c.old.mode), uint32(c.new.mode))
	}
	if c.old.id == c.new.id || len(a) == 0 && len(b) == 0 {
		return nil
	}
	if c.old.mode == 0 {
		was = "/dev/null"
	}
	if c.new.mode == 0 {
		is = "/dev/null"
	}
	if lines.Binary(a) || lines.Binary(b) {
		mode := ""
		if c.old.mode == c.new.mode {
			mode = fmt.Sprintf(" %06o", uint32(c.new.mode))
		}
		fmt.Fprintf(w.out, "index %s..%s%s\nBinary files %s and %s differ\n", c.old.id, c.new.id, mode, was, is)
		return nil
	}
	fmt.Fprintf(w.out, "--- %s\n+++ %s\n", tabbed(was), tabbed(is))
	w.hunks(a, b)
	return nil
}

// hunks writes the lines that changed, with their context.
func (w writer) hunks(a, b []byte) {
	before, after := slices.Collect(bytes.Lines(a)), slices.Collect(bytes.Lines(b))
	shown := 0 // lines of a
	for i, changes := 0, lines.Diff(a, b); i < len(changes); i++ {
		c := changes[i]
		for shown = max(shown, c.A.Start-w.context); shown < c.A.Start; shown++ {
			w.line(' ', before[shown])
		}
		for _, line := range before[c.A.Start:c.A.End] {
			w.line('-', line)
		}
		for _, line := range after[c.B.Start:c.B.End] {
			w.line('+', line)
		}
		shown = c.A.End
		for shown < min(c.A.End+w.context, len(before)) && (i+1 == len(changes) || shown < changes[i+1].A.Start) {
			w.line(' ', before[shown])
			shown++
		}
	}
}

func (w writer) line(sign byte, line []byte) {
	w.out.Write(append([]byte{sign}, line...))
	if !bytes.HasSuffix(line, []byte("\n")) {
		io.WriteString(w.out, "\n\\ No newline at end of file\n")
	}
}

// tabbed ends a name with white space as a diff does.
func tabbed(name string) string {
	if strings.ContainsAny(name, " \t\n\v\f\r") && !strings.HasPrefix(name, `"`) {
		return name + "\t"
	}
	return name
}

// quoted writes a path as git does where it holds anything unusual.
func quoted(path string) string {
	var b strings.Builder
	plain := true
	for _, c := range []byte(path) {
		if i := strings.IndexByte("\a\b\t\n\v\f\r\"\\", c); i >= 0 {
			b.WriteString(`\` + `abtnvfr"\`[i:i+1])
			plain = false
		} else if c < ' ' || c >= 0x7f {
			fmt.Fprintf(&b, `\%03o`, c)
			plain = false
		} else {
			b.WriteByte(c)
		}
	}
	if plain {
		return path
	}
	return `"` + b.String() + `"`
}

// showAll writes the change from one tree to another.
func (w writer) showAll(v view, a, b forks.Hash) error {
	list, err := v.differences(a, b)
	if err != nil {
		return err
	}
	for _, c := range list {
		for _, part := range c.parts() {
			if err := w.show(v, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// change is the digest of a change, "" if there is none: as that of package repo.
func (v view) change(a, b forks.Hash) (string, error) {
	if a == b {
		return "", nil
	}
	var text bytes.Buffer
	if err := (writer{out: &text}).showAll(v, a, b); err != nil || text.Len() == 0 {
		return "", err
	}
	sum := sha256.Sum256(text.Bytes())
	return hex.EncodeToString(sum[:]), nil
}

// patchID is an id of a change that depends neither on its place nor on white space;
// zero if there is none.
func (v view) patchID(a, b forks.Hash) (id forks.Hash, err error) {
	var text bytes.Buffer
	if err := (writer{out: &text, context: 3}).showAll(v, a, b); err != nil || text.Len() == 0 {
		return id, err
	}
	sum := sha256.Sum256(bytes.Join(bytes.Fields(text.Bytes()), nil))
	return forks.Hash(sum[:len(id)]), nil
}
