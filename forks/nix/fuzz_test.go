package nix_test

import "testing"

func FuzzParseReadsByteForByteOrTellsAnError(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add(src)
	}
	for _, c := range shapes {
		f.Add([]byte(c.src))
	}
	for _, c := range wrong {
		f.Add([]byte(c.src))
	}
	for _, c := range constants {
		f.Add([]byte(c.src))
	}
	f.Fuzz(func(t *testing.T, src []byte) { checkAny(t, src) })
}
