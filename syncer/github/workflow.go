package github

import (
	"regexp"
	"slices"
	"strings"
)

// start says whether a workflow file is started by something.
type start int

const (
	never start = iota
	always
	unclear // the file has a form that is not read
)

// startsOnPush reads as much of a workflow file as is needed to say whether a push to
// a branch starts it. It is no reader of YAML: it knows the forms in which `on:` is
// written, and takes everything else for unclear.
func startsOnPush(text, branch string) start {
	on, found := section(strings.Split(text, "\n"), "on")
	if !found {
		return unclear
	}
	if on.inline != "" {
		return inlineStarts(on.inline)
	}
	if list := items(on); list != nil {
		return startIf(slices.Contains(list, "push"))
	}
	push, found := section(on.lines, "push")
	switch {
	case !found:
		return startIf(false)
	case strings.HasPrefix(push.inline, "{"):
		return unclear
	}
	return pushStarts(push, branch)
}

func startIf(yes bool) start {
	if yes {
		return always
	}
	return never
}

// inlineStarts reads `on: push` and `on: [push, pull_request]`.
func inlineStarts(value string) start {
	if strings.HasPrefix(value, "{") || strings.HasPrefix(value, "&") || strings.HasPrefix(value, "*") {
		return unclear
	}
	list, ok := flowList(value)
	if !ok {
		if strings.HasPrefix(value, "[") {
			return unclear
		}
		list = []string{unquoted(value)}
	}
	return startIf(slices.Contains(list, "push"))
}

// pushStarts reads the filters of `push:`.
func pushStarts(push block, branch string) start {
	wanted, has := filter(push, "branches")
	if has {
		return chosen(wanted, branch)
	}
	ignored, has := filter(push, "branches-ignore")
	if has {
		switch chosen(ignored, branch) {
		case always:
			return never
		case never:
			return always
		}
		return unclear
	}
	_, tags := section(push.lines, "tags")
	_, noTags := section(push.lines, "tags-ignore")
	return startIf(!tags && !noTags) // with tags alone, no branch starts it
}

// filter returns the patterns under a key; nil patterns are ones that are not read.
func filter(push block, key string) (patterns []string, has bool) {
	b, has := section(push.lines, key)
	if !has {
		return nil, false
	}
	if b.inline == "" {
		return items(b), true
	}
	if list, ok := flowList(b.inline); ok {
		return list, true
	}
	if strings.ContainsAny(b.inline[:1], "[{&*|>") {
		return nil, true
	}
	return []string{unquoted(b.inline)}, true
}

// chosen applies patterns in their order: a later one with "!" takes back.
func chosen(patterns []string, branch string) start {
	if patterns == nil {
		return unclear
	}
	is := never
	for _, p := range patterns {
		p, not := strings.CutPrefix(p, "!")
		if !pattern(p).MatchString(branch) {
			continue
		}
		is = startIf(!not)
	}
	return is
}

// pattern reads a filter pattern of GitHub's.
func pattern(p string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString("^")
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case strings.HasPrefix(p[i:], "**"):
			b.WriteString(".*")
			i++
		case c == '*':
			b.WriteString("[^/]*")
		case c == '?' || c == '+' || c == '[' || c == ']':
			b.WriteByte(c) // of the character before, or a set: as there
		case c == '\\' && i+1 < len(p):
			i++
			b.WriteString(regexp.QuoteMeta(p[i : i+1]))
		default:
			b.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	re, err := regexp.Compile(b.String() + "$")
	if err != nil {
		return regexp.MustCompile("") // it matches: better named than overlooked
	}
	return re
}

// block is what stands under a key: on its line, or on the lines below, which are
// indented or begin with "-".
type block struct {
	inline string
	lines  []string
}

// section finds a key among lines, at the indentation of the first of them that has
// one.
func section(lines []string, key string) (b block, found bool) {
	level := -1
	for i, line := range lines {
		text := uncommented(line)
		if text == "" || text == "---" {
			continue
		}
		if level < 0 {
			level = indent(line)
		}
		name, value, isKey := strings.Cut(text, ":")
		if indent(line) != level || !isKey || unquoted(name) != key {
			continue
		}
		b.inline = strings.TrimSpace(value)
		for _, under := range lines[i+1:] {
			t := uncommented(under)
			if t != "" && (indent(under) < level || indent(under) == level && !strings.HasPrefix(t, "- ")) {
				break
			}
			b.lines = append(b.lines, under)
		}
		return b, true
	}
	return block{}, false
}

// items reads a list, one item a line; nil if it is none.
func items(b block) (list []string) {
	for _, line := range b.lines {
		text := uncommented(line)
		if text == "" {
			continue
		}
		item, isItem := strings.CutPrefix(text, "- ")
		if !isItem {
			return nil
		}
		list = append(list, unquoted(item))
	}
	return list
}

// flowList reads [a, "b"] on one line.
func flowList(value string) ([]string, bool) {
	inner, ok := strings.CutPrefix(value, "[")
	inner, closed := strings.CutSuffix(inner, "]")
	if !ok || !closed || strings.ContainsAny(inner, "{}&") {
		return nil, false
	}
	list := []string{}
	for item := range strings.SplitSeq(inner, ",") {
		if item = unquoted(item); item != "" {
			list = append(list, item)
		}
	}
	return list, true
}

func indent(line string) int { return len(line) - len(strings.TrimLeft(line, " ")) }

// uncommented returns the text of a line, without its comment.
func uncommented(line string) string {
	text := strings.TrimSpace(line)
	if strings.HasPrefix(text, "#") {
		return ""
	}
	if i := strings.Index(text, " #"); i >= 0 {
		text = text[:i]
	}
	return strings.TrimSpace(text)
}

func unquoted(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
