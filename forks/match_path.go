package forks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/bmatcuk/doublestar/v4"
)

// Bounds of a path pattern: anybody who may push to the fork writes it, and every
// path of a conflict is compared with it.
const (
	maxPathPattern = 200 // bytes
	maxPathForms   = 64  // texts that its {alternatives} stand for
)

// MatchPath reports whether a path pattern of a policy matches a path, which has "/"
// between its parts and none at the ends. The whole path is matched, from the top of the
// repository:
//
//	"*"      any characters within one part, also none
//	"?"      one character within one part
//	"[a-z]"  one of these characters; "[!a-z]" one of the others
//	"{a,b}"  one of these; they may hold patterns
//	"**"     as a whole part: any number of parts, also none
//	"\"      the next character as it is
//
// A pattern that ends in "/**", or in "/" alone, matches every file in that folder, at any
// depth. Letters are compared with their case. What is no pattern matches nothing.
func MatchPath(pattern, path string) bool {
	// Most patterns are about other folders: that is seen without reading them whole.
	return strings.HasPrefix(path, fixedPrefix(pattern)) && checkPathPattern(pattern) == nil && matchPath(pattern, path)
}

// fixedPrefix is what every path that a pattern matches begins with.
func fixedPrefix(pattern string) string {
	if end := strings.IndexAny(pattern, `*?[{\`); end >= 0 {
		return pattern[:end]
	}
	return pattern
}

// MayMatchBelow reports whether a path pattern could match a path in a folder; it is
// false only if it matches none there, however deep.
func MayMatchBelow(pattern, folder string) bool {
	prefix := fixedPrefix(pattern)
	folder += "/"
	return strings.HasPrefix(prefix, folder) || strings.HasPrefix(folder, prefix)
}

// matchPath is MatchPath for what is known to be a pattern.
func matchPath(pattern, path string) bool {
	if strings.HasSuffix(pattern, "/") {
		pattern += "**"
	}
	if pattern == "**" || strings.HasSuffix(pattern, "/**") {
		pattern += "/*" // what is in a folder, and not the folder itself
	}
	return path != "" && doublestar.MatchUnvalidated(pattern, path)
}

// checkPathPattern returns why a text is no path pattern, or nil.
func checkPathPattern(pattern string) error {
	switch {
	case pattern == "":
		return errors.New("is empty")
	case len(pattern) > maxPathPattern:
		return fmt.Errorf("is longer than %d bytes", maxPathPattern)
	case strings.ContainsFunc(pattern, unicode.IsControl):
		return errors.New("contains a control character")
	case strings.HasPrefix(pattern, "/"):
		return errors.New(`begins with "/"; leave that out: a pattern is of the path from the top of the repository`)
	case strings.Contains(pattern, "//"), slices.ContainsFunc(strings.Split(pattern, "/"), func(part string) bool { return part == "." || part == ".." }):
		return errors.New(`has a part that is empty, "." or "..", which no path has`)
	case !doublestar.ValidatePattern(pattern):
		return errors.New(`is no pattern: a "[" or "{" is not closed, or a "\" stands at the end`)
	case pathForms(pattern) > maxPathForms:
		return fmt.Errorf("stands for more than %d patterns with its {alternatives}; write several", maxPathForms)
	}
	return nil
}

// pathForms counts the patterns without {alternatives} that a pattern stands for, up to
// some more than maxPathForms.
func pathForms(pattern string) int {
	type level struct{ sum, product int } // of the alternatives before, of this one
	levels := []level{{0, 1}}
	class := false
	for i := 0; i < len(pattern); i++ {
		top := &levels[len(levels)-1]
		switch c := pattern[i]; {
		case c == '\\':
			i++
		case class:
			class = c != ']'
		case c == '[':
			class = true
		case c == '{':
			levels = append(levels, level{0, 1})
		case c == ',' && len(levels) > 1:
			top.sum, top.product = top.sum+top.product, 1
		case c == '}' && len(levels) > 1:
			n := top.sum + top.product
			levels = levels[:len(levels)-1]
			above := &levels[len(levels)-1]
			above.product = min(above.product*n, maxPathForms+1)
		}
	}
	return levels[0].product
}

// starsInAPart reports whether "**" stands in a pattern where it is no whole part, and
// so means no more than "*".
func starsInAPart(pattern string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(pattern, func(r rune) bool { return strings.ContainsRune("/{},", r) }),
		func(part string) bool { return part != "**" && strings.Contains(part, "**") })
}
