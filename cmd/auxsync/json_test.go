package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestPrintedJSONIsInertAndSaysTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.String().Draw(t, "text") + rapid.SampledFrom([]string{"", "\x1b[2J", "\u202e", "\u009b", "\x7f", "\U000e0041", "\u2028", "é"}).Draw(t, "hostile")
		var out bytes.Buffer
		a := &app{out: &out}
		if err := a.printJSON([]string{want}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if line != forks.Inert(line) {
				t.Fatalf("%q is not inert", line)
			}
		}
		var got []string
		if err := json.Unmarshal(out.Bytes(), &got); err != nil || len(got) != 1 || got[0] != want {
			t.Fatalf("%q reads as %q: %v", want, got, err)
		}
	})
}
