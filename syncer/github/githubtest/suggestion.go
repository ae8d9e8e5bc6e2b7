package githubtest

import (
	"fmt"
	"net/http"
	"strings"
)

// accept replaces the comment's lines by what its suggestion holds.
func (c *call) accept(i *issue, l *lineComment) (string, answer) {
	refuse := func(message string) (string, answer) { return "", c.refuse(http.StatusUnprocessableEntity, message) }
	text, suggests := suggestion(l.body)
	switch {
	case !suggests:
		return refuse("the comment suggests nothing")
	case !i.open:
		return refuse("Suggestions cannot be applied while the pull request is closed.")
	case l.side == "LEFT":
		return refuse("Suggestions cannot be applied on deleted lines.")
	}
	first, last, current := c.repo.follows(l, i.pull.headSHA)
	content, ok := c.repo.run(nil, "", "cat-file", "blob", i.pull.headSHA+":"+l.path)
	if l.accepted || !current || !ok {
		return refuse("This suggestion is outdated.")
	}
	lines := strings.SplitAfter(content, "\n")
	changed := strings.Join(lines[:first-1], "") + text + strings.Join(lines[last:], "")
	message := fmt.Sprintf("Update %s\n\nCo-authored-by: %s <%d+%s@users.noreply.github.com>", l.path, l.author.login, l.author.id, l.author.login)
	commit, a := c.commitFile(i.pull.head, message, l.path, &changed)
	l.accepted = commit != ""
	return commit, a
}

// follows says where the lines of a comment are in a later commit. They are outdated
// when that commit changed any of them.
func (r *repository) follows(l *lineComment, head string) (first, last int, current bool) {
	first, last = l.start, l.line
	if first == 0 {
		first = last
	}
	out, ok := r.run(nil, "", "diff", "--no-renames", "--unified=0", l.commit, head, "--", ":(literal)"+l.path)
	if !ok {
		return 0, 0, false
	}
	from, to, shift := first, last, 0
	for line := range strings.Lines(out) {
		if !strings.HasPrefix(line, "@@ ") {
			continue
		}
		old, gone, came := changed(line)
		switch {
		case gone == 0 && old < from, gone > 0 && old+gone-1 < from:
			shift += came - gone
		case gone == 0 && old < to, gone > 0 && old <= to:
			return 0, 0, false
		}
	}
	return first + shift, last + shift, true
}

// changed reads "@@ -old,gone +new,came @@"; a count left out is one.
func changed(line string) (old, gone, came int) {
	fields := strings.Fields(line)
	gone, came = 1, 1
	_, _ = fmt.Sscanf(fields[1], "-%d,%d", &old, &gone)
	var at int
	_, _ = fmt.Sscanf(fields[2], "+%d,%d", &at, &came)
	return old, gone, came
}

// suggestion reads the first block of a comment that is fenced as a suggestion. An
// empty one removes the lines.
func suggestion(body string) (text string, found bool) {
	var fence string
	for line := range strings.Lines(body) {
		bare := strings.TrimRight(line, "\r\n")
		ticks := len(bare) - len(strings.TrimLeft(bare, "`"))
		switch {
		case !found && ticks >= 3 && strings.TrimSpace(bare[ticks:]) == "suggestion":
			fence, found = bare[:ticks], true
		case found && ticks >= len(fence) && strings.TrimSpace(bare[ticks:]) == "":
			return text, true
		case found:
			text += bare + "\n"
		}
	}
	return "", false
}
