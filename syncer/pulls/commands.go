package pulls

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of what is taken from a comment: commands, and characters.
const (
	maxCommands = 5
	maxBecause  = 500
	maxTyped    = 200
)

// Command is one command in a comment. Its texts are from others.
type Command struct {
	Verb    forks.Verb
	Because string // the reason, "" for none
	Track   string // of pause, resume and retry, "" if none is named
	Text    string // the line as it was typed, clipped
	// Err says in a clause why it is no command that can be taken; "" if it is one. It
	// holds nothing of what was typed.
	Err string
}

// ParseCommands finds the commands of a comment: the lines that begin with "/auxsync".
// What Markdown shows as a quote or as code and what it hides is no command. A comment
// with more than five has none that can be taken.
func ParseCommands(body string) []Command {
	var list []Command
	for _, line := range spokenLines(body) {
		typed, isCommand := afterName(line.text)
		if !isCommand || line.kind == silentLine {
			continue
		}
		if len(list) == maxCommands {
			return []Command{{Text: list[0].Text, Err: fmt.Sprintf("a comment may hold at most %d commands", maxCommands)}}
		}
		c := parseCommand(typed)
		switch line.kind {
		case quotedLine:
			c = Command{Err: "a line right below a quote belongs to the quote: leave an empty line between them"}
		case doubtfulLine:
			c = Command{Err: "what stands above it may make it a piece of code: write the command in a comment of its own"}
		}
		c.Text = forks.Clip(line.text, maxTyped)
		list = append(list, c)
	}
	return list
}

// afterName gives what follows the name that every command begins with.
func afterName(line string) (rest string, ok bool) {
	const name = "/auxsync"
	if len(line) < len(name) || !strings.EqualFold(line[:len(name)], name) {
		return "", false
	}
	rest = line[len(name):]
	return rest, rest == "" || strings.HasPrefix(rest, " ") || strings.HasPrefix(rest, "\t")
}

func parseCommand(typed string) Command {
	verb, rest, ok := cutVerb(typed)
	if !ok {
		return Command{Err: "there is no such command, only " + verbList()}
	}
	c := Command{Verb: verb}
	word, after := cutWord(rest)
	if ofTrack(verb) && word != "" && !strings.EqualFold(word, "because") {
		if !forks.ValidTrackName(word) {
			return Command{Err: fmt.Sprintf("`/auxsync %s` takes the name of a track, or no name", verb)}
		}
		c.Track = word
		word, after = cutWord(after)
	}
	switch {
	case strings.EqualFold(word, "because"):
		c.Because = forks.Clip(strings.ToValidUTF8(strings.TrimSpace(after), "\ufffd"), maxBecause)
	case word != "":
		return Command{Err: fmt.Sprintf("after `/auxsync %s` only a reason can follow, as in `because …`", c.name())}
	}
	return c
}

// name is the command with the place for a track.
func (c Command) name() string {
	if ofTrack(c.Verb) {
		return string(c.Verb) + " TRACK"
	}
	return string(c.Verb)
}

// ofTrack reports whether a verb may name a track.
func ofTrack(v forks.Verb) bool { return !v.OfConflict() || v == forks.VerbRetry }

// cutVerb finds the verb at the beginning, its words apart or with a hyphen, in any
// case.
func cutVerb(typed string) (v forks.Verb, rest string, ok bool) {
	for _, v := range forks.Verbs() {
		word, rest := cutWord(typed)
		if strings.EqualFold(word, strings.ReplaceAll(string(v), " ", "-")) {
			return v, rest, true
		}
		if first, second, two := strings.Cut(string(v), " "); two && strings.EqualFold(word, first) {
			if word, rest = cutWord(rest); strings.EqualFold(word, second) {
				return v, rest, true
			}
		}
	}
	return "", "", false
}

func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// verbList names the commands, for people.
func verbList() string {
	var b strings.Builder
	verbs := forks.Verbs()
	for i, v := range verbs {
		switch {
		case i == len(verbs)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString("`" + string(v) + "`")
	}
	return b.String()
}
