package lines

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// countdown is a context that is done once it was asked some times.
type countdown struct {
	context.Context
	left int
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

// TestAMergeEndsWithItsContext: the texts are such that most of the work is before the
// context is done.
func TestAMergeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	var base, ours, theirs, blank, braces bytes.Buffer
	for i := range 3000 {
		fmt.Fprintf(&base, "%d\n%d\n", i, -i)
		fmt.Fprintf(&ours, "%d\nours %d\n", i, i)
		fmt.Fprintf(&theirs, "theirs %d\n%d\n", i, -i)
		blank.WriteString(strings.Repeat("\n", i%7) + "}\n")
		braces.WriteString(strings.Repeat("}\n", i%5) + "\n\n")
	}
	for what, c := range map[string]triple{
		"every second line changed": {base.Bytes(), ours.Bytes(), theirs.Bytes()},
		"nothing is rare":           {blank.Bytes(), braces.Bytes(), append(braces.Bytes(), '\n')},
	} {
		all := &countdown{context.Background(), 1 << 30}
		if _, err := MergeContext(all, c.base, c.ours, c.theirs, Options{}); err != nil {
			t.Fatal(err)
		}
		asked := 1<<30 - all.left
		half := &countdown{context.Background(), asked / 2}
		r, err := MergeContext(half, c.base, c.ours, c.theirs, Options{})
		if !errors.Is(err, context.Canceled) || r.Content != nil || len(r.Conflicts) > 0 {
			t.Errorf("%s: %d bytes, %d conflicts, error %v", what, len(r.Content), len(r.Conflicts), err)
		}
		if asked < 100 || half.left < -10 {
			t.Errorf("%s: asked %d times in all, and %d times after it was done", what, asked, -half.left)
		}
	}
}

func TestWhatIsMergedByLines(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		data []byte
		want bool
	}{
		"nothing":                        {nil, true},
		"text":                           {[]byte("a\nb"), true},
		"a NUL":                          {[]byte("a\x00"), false},
		"a NUL far behind":               {append(bytes.Repeat([]byte{'a'}, 8000), 0), true},
		"as many lines as there may be":  {bytes.Repeat(newline, MaxLines), true},
		"one more":                       {bytes.Repeat(newline, MaxLines+1), false},
		"more bytes than lines there be": {bytes.Repeat([]byte("ab\n"), MaxLines/2), true},
	} {
		if got := Mergeable(c.data); got != c.want {
			t.Errorf("%s: %v", what, got)
		}
	}
}
