package merge

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzTrees reads bytes as a tree. What is read is written so that it is read again as
// the same, and a tree as git writes it is written byte for byte. Nothing else is asked
// of what is malformed than an error.
func FuzzTrees(f *testing.F) {
	f.Fuzz(func(t *testing.T, data []byte) {
		before := bytes.Clone(data)
		items, err := parseTree(data)
		if !bytes.Equal(data, before) {
			t.Fatal("reading changed the bytes")
		}
		if err != nil {
			return
		}
		written := encodeTree(slices.Clone(items))
		again, err := parseTree(written)
		if err != nil || len(again) != len(items) {
			t.Fatalf("%q is written as %q: %v", data, written, err)
		}
		if !slices.IsSortedFunc(items, func(a, b item) int { return compareItems(a, b) }) || twice(items) {
			return
		}
		if !slices.Equal(items, again) {
			t.Fatalf("%v is read again as %v", items, again)
		}
		if !oldMode(data) && !bytes.Equal(written, data) {
			t.Fatalf("%q is written as %q", data, written)
		}
	})
}

// twice reports whether entries that follow each other have one name.
func twice(items []item) bool {
	for i := range items[min(1, len(items)):] {
		if items[i].name == items[i+1].name {
			return true
		}
	}
	return false
}

// oldMode reports whether a tree has a mode that is not written today.
func oldMode(data []byte) bool {
	for len(data) > 0 {
		mode, rest, _ := bytes.Cut(data, []byte(" "))
		if !slices.Contains([]string{"100644", "100755", "120000", "160000", "40000"}, string(mode)) {
			return true
		}
		_, rest, _ = bytes.Cut(rest, []byte{0})
		data = rest[20:]
	}
	return false
}

// TestTreesThatAreMalformed lists what no tree may be.
func TestTreesThatAreMalformed(t *testing.T) {
	t.Parallel()
	const id = "12345678901234567890"
	for name, data := range map[string]string{
		"an id that is cut short":   "100644 a\x00short",
		"no id":                     "100644 a\x00",
		"no end of the name":        "100644 a",
		"no name":                   "100644 \x00" + id,
		"no mode":                   " a\x00" + id,
		"no space":                  "100644a\x00" + id,
		"a mode that is not octal":  "100648 a\x00" + id,
		"a mode that is too long":   "1000000000644 a\x00" + id,
		"something behind the last": "100644 a\x00" + id + "x",
	} {
		if items, err := parseTree([]byte(data)); err == nil {
			t.Errorf("%s: %v", name, items)
		}
	}
}
