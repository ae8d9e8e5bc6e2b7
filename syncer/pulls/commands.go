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
	maxDigits   = 9 // of a number
)

// Command is one command in a comment. Its texts are from others.
type Command struct {
	Verb    forks.Verb
	Because string // the reason, "" for none
	Track   string // of what is about a track, "" if none is named
	Arg     string // of what takes one
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
	use, rest, ok := cutVerb(typed)
	if !ok {
		return Command{Err: "there is no such command, only " + verbList(forks.OnConflict|forks.OnDashboard)}
	}
	c := Command{Verb: use.Verb}
	word, after := cutWord(rest)
	if use.About.Has(forks.AboutTrack) && word != "" && !isBecause(word) {
		if !forks.ValidTrackName(word) {
			return Command{Err: fmt.Sprintf("`/auxsync %s` takes the name of a track%s", use.Verb, orNothing(use))}
		}
		c.Track = word
		word, after = cutWord(after)
	}
	if use.Arg != "" {
		if c.Track == "" || !isNumber(word) {
			return Command{Err: fmt.Sprintf("it is `/auxsync %s`, with a track and the number of a pass", shape(use))}
		}
		c.Arg = word
		word, after = cutWord(after)
	}
	switch {
	case isBecause(word):
		c.Because = forks.Clip(strings.ToValidUTF8(strings.TrimSpace(after), "\ufffd"), maxBecause)
	case word != "":
		return Command{Err: fmt.Sprintf("after `/auxsync %s` only a reason can follow, as in `because …`", shape(use))}
	}
	return c
}

// orNothing says that a track need not be named.
func orNothing(use forks.Command) string {
	if use.Names && !use.About.Has(forks.AboutConflict) {
		return ""
	}
	return ", or no name"
}

func isBecause(word string) bool { return strings.EqualFold(word, "because") }

// isNumber reports whether a word is the number of a pass.
func isNumber(word string) bool {
	return word != "" && len(word) <= maxDigits && word[0] != '0' && strings.Trim(word, "0123456789") == ""
}

// shape is the command with the places for what it names.
func shape(use forks.Command) string {
	text := string(use.Verb)
	if use.About.Has(forks.AboutTrack) {
		text += " TRACK"
	}
	if use.Arg != "" {
		text += " " + use.Arg
	}
	return text
}

// cutVerb finds the verb at the beginning, its words apart or with a hyphen, in any
// case.
func cutVerb(typed string) (use forks.Command, rest string, ok bool) {
	for _, c := range forks.CommandsAt(forks.OnConflict | forks.OnDashboard) {
		word, rest := cutWord(typed)
		if strings.EqualFold(word, strings.ReplaceAll(string(c.Verb), " ", "-")) {
			return c, rest, true
		}
		if first, second, two := strings.Cut(string(c.Verb), " "); two && strings.EqualFold(word, first) {
			if word, rest = cutWord(rest); strings.EqualFold(word, second) {
				return c, rest, true
			}
		}
	}
	return forks.Command{}, "", false
}

func cutWord(s string) (word, rest string) {
	s = strings.TrimSpace(s)
	if i := strings.IndexFunc(s, unicode.IsSpace); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

// verbList names the commands of a place, for people.
func verbList(place forks.Place) string {
	var b strings.Builder
	list := forks.CommandsAt(place)
	for i, c := range list {
		switch {
		case i == len(list)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString("`" + string(c.Verb) + "`")
	}
	return b.String()
}
