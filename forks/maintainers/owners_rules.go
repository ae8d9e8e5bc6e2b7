package maintainers

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/hmarr/codeowners"

	"github.com/auxolotl/auxsync/forks"
)

// A ruleFile is a file of the CODEOWNERS form.
type ruleFile struct {
	path    string
	rules   []ownersRule
	problem string
}

type ownersRule struct {
	matches codeowners.Rule
	begin   string // what every path begins with that can match; most rules are out by it
	names   []Named
	where   string
}

// readRules reads line by line, so that one that is wrong loses no other. As on GitHub,
// a line that cannot be read is left out as a whole.
func readRules(path string, content []byte) *ruleFile {
	f := &ruleFile{path: path}
	kinds := []codeowners.OwnerMatcher{
		codeowners.OwnerMatchFunc(codeowners.MatchTeamOwner),
		codeowners.OwnerMatchFunc(codeowners.MatchUsernameOwner),
		codeowners.OwnerMatchFunc(mailOwner),
	}
	lines := lineReader{path: path}
	lines.each(content, func(n int, line string) error {
		parsed, err := codeowners.ParseFile(strings.NewReader(line), codeowners.WithOwnerMatchers(kinds))
		switch {
		case err != nil:
			return err
		case len(parsed) == 0: // blank, or a comment
			return nil
		case parsed[0].RawPattern() == "/":
			return fmt.Errorf("the pattern \"/\" matches nothing") // and makes the matcher panic
		}
		if err := fewWildcards(parsed[0].RawPattern()); err != nil {
			return err
		}
		rule := ownersRule{matches: parsed[0], begin: literal(parsed[0].RawPattern()), where: placeOf(path, n)}
		for _, owner := range parsed[0].Owners {
			rule.names = append(rule.names, Named{owner.String(), rule.where})
		}
		f.rules = append(f.rules, rule)
		return nil
	})
	f.problem = lines.problem()
	if len(f.rules) > mostRules { // the last ones win, so that some of them would be wrong
		f.problem = fmt.Sprintf("%s has %d rules and is not read: at most %d are", path, len(f.rules), mostRules)
		f.rules = nil
	}
	return f
}

var mailPattern = regexp.MustCompile(`^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,63}$`)

// mailOwner takes mail addresses of all domains. That of the library takes none whose
// last part is longer than six letters, as "systems" is, and the line would be lost.
func mailOwner(s string) (codeowners.Owner, error) {
	if !mailPattern.MatchString(s) {
		return codeowners.Owner{}, codeowners.ErrNoMatch
	}
	return codeowners.Owner{Value: s, Type: codeowners.EmailOwner}, nil
}

// of is [Owners.Of].
func (f *ruleFile) of(path string) (names []Named, rule string) {
	for i := len(f.rules) - 1; i >= 0; i-- {
		r := &f.rules[i]
		if !strings.HasPrefix(path, r.begin) {
			continue
		}
		if ok, err := r.matches.Match(path); ok && err == nil {
			return r.names, r.where + ": " + r.matches.RawPattern()
		}
	}
	return nil, ""
}

func fewWildcards(pattern string) error {
	n := strings.Count(pattern, "*") + strings.Count(pattern, "?") + strings.Count(pattern, "[") + strings.Count(pattern, "{")
	if n > mostWildcards {
		return fmt.Errorf("a pattern with %d wildcards: at most %d are read", n, mostWildcards)
	}
	return nil
}

// literal is what an anchored pattern begins with, up to its first wildcard or escape.
func literal(pattern string) string {
	anchored, ok := strings.CutPrefix(pattern, "/")
	if !ok {
		return ""
	}
	if i := strings.IndexAny(anchored, `*?\\`); i >= 0 {
		anchored = anchored[:i]
	}
	return anchored
}

// A lineReader goes over the lines of a file of owners and notes those that are wrong.
type lineReader struct {
	path   string
	wrong  int
	reason string // of the first
	tooBig int    // the size of a file that is not read
}

// each calls read for every line, counted from 1.
func (l *lineReader) each(content []byte, read func(n int, line string) error) {
	if len(content) > mostOwners {
		l.tooBig = len(content)
		return
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	n := 0
	for line := range strings.Lines(string(content)) {
		n++
		err := fmt.Errorf("it has more than %d bytes", mostOwnersLine)
		if len(line) <= mostOwnersLine {
			err = read(n, strings.TrimRight(line, "\r\n"))
		}
		if err == nil {
			continue
		}
		if l.wrong++; l.wrong == 1 {
			l.reason = fmt.Sprintf("line %d: %s", n, forks.Clip(forks.Inert(err.Error()), 120))
		}
	}
}

func (l *lineReader) problem() string {
	switch {
	case l.tooBig > 0:
		return fmt.Sprintf("%s has %d bytes and is not read: at most %d are", l.path, l.tooBig, mostOwners)
	case l.wrong == 1:
		return fmt.Sprintf("%s: one line is not read, %s", l.path, l.reason)
	case l.wrong > 1:
		return fmt.Sprintf("%s: %d lines are not read, the first is %s", l.path, l.wrong, l.reason)
	}
	return ""
}
