package githubtest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Notification is something that reached somebody, or another page of GitHub.
type Notification struct {
	// Kind is mention, team mention, reference, closes, assigned or review requested.
	Kind string
	// Target is a login, "org/team" or "owner/repo#number".
	Target string
	// Where names the text, such as "acme/pkgs pull #3 body" or "acme/pkgs commit 1234…".
	Where string
	// By is the login of who caused it.
	By string
}

var (
	fence     = regexp.MustCompile("^ {0,3}(`{3,}|~{3,})(.*)$")
	span      = regexp.MustCompile("(?s)``[^`].*?``|`[^`\n]+`")
	remark    = regexp.MustCompile(`(?s)<!--.*?-->`)
	mention   = regexp.MustCompile(`(?:^|[^A-Za-z0-9_@/.&-])@([A-Za-z0-9](?:[A-Za-z0-9-]{0,38}))(?:/([A-Za-z0-9][A-Za-z0-9_.-]*))?`)
	reference = regexp.MustCompile(`(?i)(?:\b(close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+|^|[^\w/&])` +
		`(?:https?://github\.com/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)|(?:([\w.-]+/[\w.-]+)#|#|GH-)(\d+))\b`)
	page = regexp.MustCompile(`https?://github\.com/([\w.-]+/[\w.-]+)/(?:commit|discussions)/([0-9a-f]+)`)
)

// notify records whom a Markdown text reaches. Code, and what does not show, reaches
// nobody.
func (c *call) notify(where, text string) {
	for _, n := range c.reached(where, text) {
		c.tell(n)
	}
}

// notifyNew records whom an edited text reaches that the text before did not.
func (c *call) notifyNew(where, before, after string) {
	old := c.reached(where, before)
	for _, n := range c.reached(where, after) {
		if !slices.Contains(old, n) {
			c.tell(n)
		}
	}
}

func (c *call) tell(n Notification) {
	n.By = c.actor.login
	c.s.notified = append(c.s.notified, n)
}

// reached finds mentions and references in Markdown.
func (c *call) reached(where, text string) []Notification {
	text = unfenced(text)
	text = remark.ReplaceAllString(text, " ")
	text = span.ReplaceAllString(text, " code ")
	return c.plain(where, text)
}

// unfenced leaves out the blocks of code: each ends with a fence of its own kind that is
// at least as long as the one it began with.
func unfenced(text string) string {
	var b strings.Builder
	open := ""
	for line := range strings.Lines(text) {
		m := fence.FindStringSubmatch(strings.TrimRight(line, "\r\n"))
		switch {
		case open == "" && m != nil:
			open = m[1]
			b.WriteByte('\n')
		case open == "":
			b.WriteString(line)
		case m != nil && strings.HasPrefix(m[1], open) && strings.TrimSpace(m[2]) == "":
			open = ""
		}
	}
	return b.String()
}

// plain finds them in text that is no Markdown, such as a commit's message.
func (c *call) plain(where, text string) []Notification {
	var found []Notification
	for _, m := range mention.FindAllStringSubmatch(text, -1) {
		if m[2] != "" {
			found = append(found, Notification{Kind: "team mention", Target: m[1] + "/" + m[2], Where: where})
		} else {
			found = append(found, Notification{Kind: "mention", Target: m[1], Where: where})
		}
	}
	for _, m := range reference.FindAllStringSubmatch(text, -1) {
		repo, n := m[2]+m[4], m[3]+m[5]
		if repo == "" {
			repo = c.repo.full()
		}
		kind := "reference"
		if m[1] != "" {
			kind = "closes"
		}
		found = append(found, Notification{Kind: kind, Target: repo + "#" + n, Where: where})
	}
	for _, m := range page.FindAllStringSubmatch(text, -1) {
		found = append(found, Notification{Kind: "reference", Target: m[1] + "@" + m[2], Where: where})
	}
	return found
}

// notifyCommits records whom the messages of commits reach that came with a move
// from one commit to another.
func (c *call) notifyCommits(old, new string) { c.notifyLog(new, "--not", old) }

func (c *call) notifyLog(revisions ...string) {
	out, _ := c.repo.run(nil, "", append([]string{"log", "-z", "--format=%H %B"}, revisions...)...)
	for entry := range strings.SplitSeq(out, "\x00") {
		id, message, found := strings.Cut(entry, " ")
		if !found {
			continue
		}
		for _, n := range c.plain(fmt.Sprintf("%s commit %s", c.repo.full(), id), message) {
			c.tell(n)
		}
	}
}

func lower(s string) string { return strings.ToLower(s) }
