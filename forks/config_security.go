package forks

import (
	"fmt"
	"regexp"
)

// DefaultSecurityPattern finds the numbers under which holes are known, and the words that
// go with a fix of one. Options and modules below security, as in "nixos/security: refactor"
// or "security.acme: …", do not match, nor do "non-security fixes".
const DefaultSecurityPattern = `(?i)\b(?:CVE-\d{4}-\d{4,}|GHSA(?:-[0-9a-z]{4}){3}|(?:RUST|PY)SEC-\d{4}-\d+|XSA-\d+|MFSA-?\d{4}-\d+|vulnerabilit(?:y|ies))\b` +
	`|\[security\]` +
	`|(?:^|[^\w./-])security[\s-]+(?:bug\s?)?(?:fix(?:es)?|updates?|patch(?:es)?|releases?|issues?|flaws?|holes?|advisor(?:y|ies)|bulletins?)\b`

// maxSecurityPattern bounds a pattern, in bytes: it is matched with each message.
const maxSecurityPattern = 1000

// SecurityRegexp finds the commits of upstream that are about security: it is matched
// with a whole message, the subject first. A track without a pattern has
// [DefaultSecurityPattern].
func (t Track) SecurityRegexp() (*regexp.Regexp, error) {
	pattern := t.SecurityPattern
	if pattern == "" {
		pattern = DefaultSecurityPattern
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("security_pattern of track %s: %w", t.Name, err)
	}
	return re, nil
}

// securityPattern reads the regular expression that finds commits about security.
func (r *configReader) securityPattern(t *tomlTable, path keyPath, or text) text {
	const key = "security_pattern"
	written, ok := r.text(t, path, key)
	if !ok || written.line == 0 {
		return or
	}
	if err := checkSecurityPattern(written.value); err != nil {
		r.problems.add(written.line, path.child(key), "%v", err)
	}
	return written
}

func checkSecurityPattern(pattern string) error {
	if len(pattern) > maxSecurityPattern {
		return fmt.Errorf("is longer than %d bytes", maxSecurityPattern)
	}
	re, err := regexp.Compile(pattern)
	switch {
	case err != nil:
		return fmt.Errorf("%q is no regular expression as RE2 has them: %w", pattern, err)
	case re.MatchString(""):
		return fmt.Errorf("%q matches an empty text, so every commit would be about security", pattern)
	}
	return nil
}
