package pulls

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of a title, in characters; what they leave fits into the 256 that forges take.
const (
	maxTitleTopic   = 32
	maxTitlePatch   = 56
	maxTitleMeeting = 48
)

// topicPattern is how a subject begins that names what it is about. moved is a new
// version, of which the old one need not be told.
var (
	topicPattern = regexp.MustCompile(`^([A-Za-z0-9][A-Za-z0-9._+/-]*): +(\S.*)$`)
	movedPattern = regexp.MustCompile(`^\S+ (?:->|→) (\S+)$`)
)

// Title is the title of the pull request about a conflict: one line of at most 256
// characters that notifies and links nobody.
func Title(c Case) string {
	if len(c.Members) > 0 {
		return umbrellaTitle(c)
	}
	topic, patch := topicOf(c.Subject)
	other, cause := topicOf(c.Conflict.CauseSubject)
	if moved := movedPattern.FindStringSubmatch(cause); moved != nil {
		cause = moved[1]
	}
	if other != "" && other != topic {
		cause = other + ": " + cause
	}
	title := "[" + c.Track + "] "
	if topic != "" {
		title += titled(topic, maxTitleTopic) + ": "
	}
	title += quotedTitle(patch, maxTitlePatch) + " meets upstream"
	if strings.TrimSpace(cause) == "" {
		title += "'s " + c.Conflict.Cause.Short()
	} else {
		title += " " + quotedTitle(cause, maxTitleMeeting)
	}
	return title + " (" + c.extent() + ")"
}

// topicOf splits a subject such as "hello: use our mirror". The topic is empty where
// there is none.
func topicOf(subject string) (topic, rest string) {
	subject, _, _ = strings.Cut(strings.TrimSpace(subject), "\n")
	if m := topicPattern.FindStringSubmatch(subject); m != nil {
		return m[1], m[2]
	}
	return "", subject
}

func quotedTitle(s string, width int) string {
	if strings.TrimSpace(s) == "" {
		return "(no subject)"
	}
	return `"` + titled(s, width) + `"`
}

// titled clips once more what zero-width characters made longer.
func titled(s string, width int) string { return forks.Clip(plain(s, width), width) }

// extent counts the hunks, and the files that have none.
func (c Case) extent() string {
	hunks, others := 0, 0
	for _, f := range c.Files {
		hunks += len(f.Hunks)
		if len(f.Hunks) == 0 {
			others++
		}
	}
	switch {
	case len(c.Files) == 0:
		return count(len(c.Conflict.Files), "file")
	case hunks == 0:
		return count(others, "file")
	case others == 0:
		return count(hunks, "hunk")
	}
	return count(hunks, "hunk") + ", " + count(others, "other file")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	if what == "patch" {
		return fmt.Sprintf("%d patches", n)
	}
	return fmt.Sprintf("%d %ss", n, what)
}
