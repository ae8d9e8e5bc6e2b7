package repo

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const hidden = "***"

// redactor replaces secrets, in every form in which they could be printed.
type redactor struct{ forms []string }

func newRedactor(secrets []string) redactor {
	var r redactor
	for _, s := range secrets {
		if s == "" {
			continue
		}
		r.forms = append(r.forms, s, basicAuth(s), url.QueryEscape(s), url.PathEscape(s),
			base64.StdEncoding.EncodeToString([]byte(s)))
	}
	// The longest first: a form may contain another one.
	slices.SortFunc(r.forms, func(a, b string) int { return len(b) - len(a) })
	return r
}

var userinfo = regexp.MustCompile(`([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'"]*@`)

// string returns s without secrets and without user names in URLs.
func (r redactor) string(s string) string {
	for _, form := range r.forms {
		s = strings.ReplaceAll(s, form, hidden)
	}
	return userinfo.ReplaceAllString(s, "${1}"+hidden+"@")
}

func (r redactor) all(list []string) []string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = r.string(s)
	}
	return out
}

// basicAuth is how a token travels in the Authorization header.
func basicAuth(secret string) string {
	return base64.StdEncoding.EncodeToString([]byte("x-access-token:" + secret))
}

// escapeLine makes text from others safe to show: control and format characters
// and bytes that are not UTF-8 are written as escapes. A tab becomes a space.
func escapeLine(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\t':
			b.WriteByte(' ')
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
		i += size
	}
	return b.String()
}
