package weekly

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

// Widths of texts from others inside sentences.
const (
	maxSubject = 70
	maxReason  = 300
	maxName    = 40
)

// quoted is a subject inside a sentence; what, in words, where it is empty. Inert.
func quoted(subject, what string) string {
	if subject == "" {
		return what
	}
	return "“" + brief(subject, maxSubject) + "”"
}

// brief is a text from others as part of a sentence; inert. Of a long one only the
// beginning is read.
func brief(s string, width int) string {
	n := 0
	for i := range s {
		if n++; n > width+1 {
			s = s[:i]
			break
		}
	}
	return forks.Clip(forks.Inert(s), width)
}

// names puts names of others into a sentence, so many at most: "a, b and 2 more"; inert.
func names(of []string, most int) string {
	var list []string
	more := 0
	for _, name := range of {
		if name = strings.TrimSpace(brief(name, maxName)); len(list) == most {
			more++
		} else if name != "" {
			list = append(list, name)
		}
	}
	if more > 0 {
		list = append(list, fmt.Sprintf("%d more", more))
	}
	return all(list)
}

// capital begins a text with a capital letter.
func capital(s string) string {
	if s == "" {
		return ""
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// all puts names into a sentence: "a, b and c".
func all(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

// joined puts the texts that are not empty together.
func joined(separator string, texts ...string) string {
	var list []string
	for _, t := range texts {
		if t != "" {
			list = append(list, t)
		}
	}
	return strings.Join(list, separator)
}

// since is the length of time from one to another; never negative.
func since(from, to time.Time) Seconds {
	if from.IsZero() {
		return 0
	}
	return Of(max(0, to.Sub(from)))
}

// maxAddress bounds the addresses that are linked.
const maxAddress = 300

var hostPattern = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?$`)

// linkable is an address that may be linked, in a form that ends no attribute and no link
// in any of the formats; "" for one that may not: only https, without a user.
func linkable(raw string) string {
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r == utf8.RuneError || !unicode.IsPrint(r) }
	if len(raw) > maxAddress || strings.ContainsFunc(raw, odd) {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" || u.User != nil || u.Opaque != "" || !hostPattern.MatchString(u.Host) {
		return ""
	}
	var b strings.Builder
	for _, c := range []byte(u.String()) {
		if c < utf8.RuneSelf && (unicode.IsLetter(rune(c)) || isDigit(c) || strings.IndexByte("-._~:/?#@!$&,=+%", c) >= 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}
