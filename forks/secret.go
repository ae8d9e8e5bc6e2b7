package forks

import "fmt"

// secretText is all that is ever shown of a [Secret].
const secretText = "<secret>"

// Secret is a text that must never be printed: a token, a password. Every way
// of formatting or encoding it gives "<secret>". The zero Secret is empty.
//
// The text is behind a pointer, so that fmt shows an address where it cannot
// call methods: in unexported fields of other types.
type Secret struct{ text *string }

// NewSecret wraps a text. An empty text gives the zero Secret.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{&text}
}

// IsZero reports whether there is no secret.
func (s Secret) IsZero() bool { return s.text == nil }

// Reveal returns the text. Only the code that hands it to a child process or a
// connection may call this; the result goes neither into argv nor a URL, a log,
// an error or the database.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// String implements [fmt.Stringer].
func (Secret) String() string { return secretText }

// GoString implements [fmt.GoStringer].
func (Secret) GoString() string { return secretText }

// Format implements [fmt.Formatter], so that no verb or flag shows the text.
func (Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(secretText)) }

// MarshalText implements [encoding.TextMarshaler].
func (Secret) MarshalText() ([]byte, error) { return []byte(secretText), nil }
