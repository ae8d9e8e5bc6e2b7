package maintainers

import (
	"fmt"
	"regexp"
	"strings"
)

// splitGlobs splits at the commas that are not in braces.
func splitGlobs(globs string) []string {
	var all []string
	begin, open := 0, 0
	for i, c := range globs + "," {
		switch {
		case c == '{':
			open++
		case c == '}':
			open = max(open-1, 0)
		case c == ',' && (open == 0 || i == len(globs)):
			if glob := strings.TrimSpace(globs[begin:i]); glob != "" {
				all = append(all, glob)
			}
			begin = i + 1
		}
	}
	return all
}

// globPattern compiles the glob of a per-file rule. It is matched against paths from the
// folder of the rule, and holds in all folders below: "*.md" is every such file. "*" and
// "?" stop at "/", "**" does not; [a-z] and {a,b} are as in a shell.
func globPattern(glob string) (*regexp.Regexp, error) {
	var b strings.Builder
	b.WriteString(`^(?s:.*/)?`)
	open := 0
	for i := 0; i < len(glob); i++ {
		switch c := glob[i]; {
		case strings.HasPrefix(glob[i:], "**"):
			b.WriteString(`(?s:.*)`)
			i++
		case c == '*':
			b.WriteString(`[^/]*`)
		case c == '?':
			b.WriteString(`[^/]`)
		case c == '{':
			open++
			b.WriteString(`(?:`)
		case c == '}' && open > 0:
			open--
			b.WriteByte(')')
		case c == ',' && open > 0:
			b.WriteByte('|')
		case c == '[' && strings.IndexByte(glob[i:], ']') > 1:
			end := i + strings.IndexByte(glob[i:], ']')
			b.WriteString(class(glob[i+1 : end]))
			i = end
		default:
			b.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		}
	}
	b.WriteByte('$')
	files, err := regexp.Compile(b.String())
	if err != nil || open > 0 {
		return nil, fmt.Errorf("%q is not a glob", glob)
	}
	return files, nil
}

// class writes what is between brackets as a class that takes its characters as they are.
func class(of string) string {
	not := ""
	if of[0] == '!' || of[0] == '^' {
		not, of = "^/", of[1:]
	}
	return "[" + not + strings.NewReplacer(`\`, `\\`, `[`, `\[`, `^`, `\^`, `&`, `\&`).Replace(of) + "]"
}
