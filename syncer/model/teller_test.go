package model_test

import (
	"fmt"
	"math/bits"
	"strings"

	"pgregory.net/rapid"
)

// teller draws what happens and remembers it, so that a failure can print it.
type teller struct {
	*rapid.T
	story []string
}

func (t *teller) tell(format string, args ...any) {
	t.story = append(t.story, fmt.Sprintf(format, args...))
}

// Fatalf ends the sequence with all of it.
func (t *teller) Fatalf(format string, args ...any) {
	t.Helper()
	t.T.Fatalf("%s\nwhat happened:\n  %s", fmt.Sprintf(format, args...), strings.Join(t.story, "\n  "))
}

// below draws a number below n, each as often as any other: rapid's own numbers are
// mostly small ones.
func (t *teller) below(n int, what string) int {
	drawn := 0
	if n > 1 {
		for range bits.Len(uint(n-1)) + 3 {
			drawn <<= 1
			if rapid.Bool().Draw(t.T, what) {
				drawn++
			}
		}
	}
	return drawn % n
}

// oneIn is true once in n times.
func (t *teller) oneIn(n int, what string) bool { return t.below(n, what) == n-1 }

// choose draws one of list.
func choose[T any](t *teller, list []T, what string) T { return list[t.below(len(list), what)] }
