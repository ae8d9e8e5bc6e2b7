package repo

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFieldsAreTheSameHoweverTheyArrive(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]byte{0, '\n'}).Draw(t, "end")
		most := rapid.IntRange(1, 5).Draw(t, "most")
		sent := rapid.SliceOf(rapid.StringMatching(`[a-c]{0,8}`)).Draw(t, "fields")
		var got, want []string
		var stream strings.Builder
		for _, field := range sent {
			stream.WriteString(field + string(rune(end)))
			want = append(want, field[:min(len(field), most)])
		}
		w := &fieldWriter{end: end, most: most, take: func(field []byte) error {
			got = append(got, string(field))
			return nil
		}}
		for rest := stream.String() + "unended"; rest != ""; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "chunk")
			if wrote, err := w.Write([]byte(rest[:n])); wrote != n || err != nil {
				t.Fatalf("wrote %d of %d, %v", wrote, n, err)
			}
			rest = rest[n:]
		}
		if !slices.Equal(got, want) || len(w.rest) > most {
			t.Fatalf("got %q, want %q, kept %q", got, want, w.rest)
		}
	})
}

func TestAReaderThatHasEnoughEndsTheChild(t *testing.T) {
	t.Parallel()
	enough := errors.New("enough")
	w := &fieldWriter{most: 9, take: func([]byte) error { return enough }}
	if _, err := w.Write([]byte("a\x00b\x00")); !errors.Is(err, enough) {
		t.Errorf("error %v", err)
	}
}
