package nix_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks/nix"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := expressions(4, true).Draw(t, "expression")
		src := source(t, join3([]string{"("}, w.toks, []string{")"}))
		f, err := nix.Parse([]byte(src), nix.Limits{})
		if err != nil {
			t.Fatalf("%q: %v", src, err)
		}
		if got := dump(f.Root); got != w.dump {
			t.Fatalf("%q\n got %s\nwant %s", src, got, w.dump)
		}
		checkFile(t, f, []byte(src))
	})
}

func TestWhatIsSpoiltIsRefusedOrReadByteForByte(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		src := []byte(source(t, expressions(3, true).Draw(t, "expression").toks))
		for range rapid.IntRange(1, 4).Draw(t, "changes") {
			src = spoil(src, rapid.IntRange(0, 3).Draw(t, "how"), rapid.IntRange(0, 1<<20).Draw(t, "where"), rapid.IntRange(0, 1<<20).Draw(t, "what"))
		}
		checkAny(t, src)
	})
}

// checkAny checks what holds for every source, valid or not.
func checkAny(t interface {
	Helper()
	Fatalf(string, ...any)
}, src []byte) {
	t.Helper()
	f, err := nix.Parse(src, nix.Limits{})
	if err == nil {
		checkFile(t, f, src)
		return
	}
	var e *nix.Error
	if !errors.As(err, &e) || e.Message == "" || e.Offset < 0 || e.Offset > len(src) ||
		e.Position.Line != 1+strings.Count(string(src[:e.Offset]), "\n") || e.Position.Column < 1 {
		t.Fatalf("%q: %#v", src, err)
	}
}

// pieces are what a spoilt source gets more of.
var pieces = []string{"{", "}", "[", "]", "(", ")", "\"", "''", "'", "$", "${", "\\", ";", ":", "=", ".", ",", "...", "?", "@", "!", "+", "-", "*", "/", "//", "++",
	"->", "<", ">", "<=", "==", "&&", "||", " ", "\n", "\r", "#", "/*", "*/", "or", " or ", "a", "1", "1.5", "~/", "./", "a:b", " let ", " in ", " rec ", " inherit ", " if ", " then ",
	" else ", " with ", " assert ", "x: ", "<a>", "é", "\t", "_", "|>", "<|", "&", "|"}

// spoil changes a source in one place.
func spoil(src []byte, how, where, what int) []byte {
	at := where % (len(src) + 1)
	end := min(len(src), at+1+what%7)
	switch how {
	case 0: // leave something out
		return append(src[:at:at], src[end:]...)
	case 1: // put something in
		return append(append(src[:at:at], pieces[what%len(pieces)]...), src[at:]...)
	case 2: // something else instead
		return append(append(src[:at:at], pieces[what%len(pieces)]...), src[end:]...)
	}
	return append(append(src[:at:at], src[at:end]...), src[at:]...) // something twice
}
