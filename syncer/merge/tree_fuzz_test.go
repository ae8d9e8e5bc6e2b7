package merge

import (
	"bytes"
	"slices"
	"testing"
)

// FuzzTrees reads bytes as a tree. What is read is written so that it is read again as
// the same, and byte for byte if its modes are those of today. Nothing else is asked of
// what is malformed than an error.
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
		written, err := encodeTree(slices.Clone(items))
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if again, err := parseTree(written); err != nil || !slices.Equal(items, again) {
			t.Fatalf("%v is read again as %v: %v", items, again, err)
		}
		if !oldMode(data) && !bytes.Equal(written, data) {
			t.Fatalf("%q is written as %q", data, written)
		}
	})
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
		"a slash in a name":         "100644 a/b\x00" + id,
		"a slash alone":             "40000 /\x00" + id,
		"not sorted":                "100644 b\x00" + id + "100644 a\x00" + id,
		"sorted as files":           "40000 a\x00" + id + "100644 a.b\x00" + id,
		"a file twice":              "100644 a\x00" + id + "100644 a\x00" + id,
		"a directory twice":         "40000 a\x00" + id + "40000 a\x00" + id,
		"a file and a directory":    "100644 a\x00" + id + "40000 a\x00" + id,
		"the same, and one between": "100644 a\x00" + id + "100644 a.b\x00" + id + "40000 a\x00" + id,
	} {
		if items, err := parseTree([]byte(data)); err == nil {
			t.Errorf("%s: %v", name, items)
		}
	}
}
