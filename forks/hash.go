package forks

import (
	"encoding/hex"
	"fmt"
)

// Hash is the SHA-1 id of a git object. The zero Hash stands for "no object":
// a ref that does not exist, a commit without a parent. It is written as 40 hex
// digits in text and JSON, and as the empty string when zero.
type Hash [20]byte

// ParseHash reads a full id of 40 hex digits.
func ParseHash(s string) (Hash, error) {
	var h Hash
	if len(s) != 2*len(h) {
		return Hash{}, fmt.Errorf("object id %q: want 40 hex digits, have %d characters", s, len(s))
	}
	if _, err := hex.Decode(h[:], []byte(s)); err != nil {
		return Hash{}, fmt.Errorf("object id %q: %w", s, err)
	}
	return h, nil
}

// IsZero reports whether h stands for "no object".
func (h Hash) IsZero() bool { return h == Hash{} }

// String returns all 40 hex digits, also for the zero Hash.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Short returns the first ten digits, the form shown to people.
func (h Hash) Short() string { return hex.EncodeToString(h[:5]) }

// MarshalText implements [encoding.TextMarshaler].
func (h Hash) MarshalText() ([]byte, error) {
	if h.IsZero() {
		return nil, nil
	}
	return []byte(h.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*h = Hash{}
		return nil
	}
	parsed, err := ParseHash(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}
