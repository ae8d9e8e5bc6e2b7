package forks_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func TestInertShowsWhatWouldAct(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"plain text":            "plain text",
		"größer, 日本, ❄️":        "größer, 日本, ❄️",
		"a\nb\r\tc":             `a\nb\r\tc`,
		"\x1b[31mred\x07":       `\x1b[31mred\x07`,
		"a\u202eb\u2066c":       `a\u202eb\u2066c`,
		"zero\u200bwidth\ufeff": `zero\u200bwidth\ufeff`,
		"latin\xe9":             `latin\xe9`,
		"filler\u3164":          `filler\u3164`,
		"tag\U000e0041":         `tag\U000e0041`,
		"line\u2028sep\u00a0":   `line\u2028sep\u00a0`,
		"\u0085\x00":            `\u0085\x00`,
	} {
		if got := forks.Inert(in); got != want {
			t.Errorf("Inert(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestInertIsOneLineOfPrintableTextAndDoneOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		out := forks.Inert(in)
		if !utf8.ValidString(out) {
			t.Fatalf("Inert(%q) is not UTF-8: %q", in, out)
		}
		if i := strings.IndexFunc(out, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
			t.Fatalf("Inert(%q) keeps %q", in, out[i:])
		}
		if again := forks.Inert(out); again != out {
			t.Fatalf("Inert twice: %q, then %q", out, again)
		}
	})
}

func TestClipKeepsWholeCharacters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		in    string
		width int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"äöüß", 3, "äö…"},
		{"ab cd", 4, "ab…"},
		{"ab", 1, "…"},
		{"ab", 0, ""},
		{"", 0, ""},
	} {
		if got := forks.Clip(c.in, c.width); got != c.want {
			t.Errorf("Clip(%q, %d) = %q, want %q", c.in, c.width, got, c.want)
		}
	}
}
