package rebase

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// commit is a parsed commit object. raw stays untouched, so that a rewritten
// commit differs from it in nothing but what rewriteCommit names.
type commit struct {
	id        forks.Hash
	tree      forks.Hash
	parents   []forks.Hash
	author    forks.Person
	authored  time.Time
	committed time.Time
	message   string
	raw       []byte
}

// subject is the first line of the message, as git counts lines of a title:
// everything before the first blank line, joined by spaces.
func (c commit) subject() string {
	title, _, _ := strings.Cut(strings.TrimLeft(c.message, "\n"), "\n\n")
	return strings.Join(strings.Fields(title), " ")
}

// body is the message after the subject.
func (c commit) body() string {
	_, rest, _ := strings.Cut(strings.TrimLeft(c.message, "\n"), "\n\n")
	return strings.TrimSpace(rest)
}

// key identifies a commit across rebases by people: author, author date, subject.
func (c commit) key() string {
	return c.author.Name + "\x00" + c.author.Email + "\x00" + c.authored.UTC().Format(time.RFC3339) + "\x00" + c.subject()
}

// parseCommit reads the header lines that matter and keeps the rest as it is.
func parseCommit(id forks.Hash, raw []byte) (commit, error) {
	c := commit{id: id, raw: raw}
	head, message, _ := bytes.Cut(raw, []byte("\n\n"))
	c.message = string(message)
	for line := range bytes.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ")
		var err error
		switch name {
		case "tree":
			c.tree, err = forks.ParseHash(value)
		case "parent":
			var p forks.Hash
			p, err = forks.ParseHash(value)
			c.parents = append(c.parents, p)
		case "author":
			c.author, c.authored = parseIdent(value)
		case "committer":
			_, c.committed = parseIdent(value)
		}
		if err != nil {
			return commit{}, fmt.Errorf("commit %s: %s line: %w", id, name, err)
		}
	}
	if c.tree.IsZero() {
		return commit{}, fmt.Errorf("commit %s: no tree line", id)
	}
	return c, nil
}

// parseIdent reads "Name <email> seconds zone" and forgives what old tools wrote.
func parseIdent(s string) (forks.Person, time.Time) {
	open, end := strings.IndexByte(s, '<'), strings.LastIndexByte(s, '>')
	if open < 0 || end < open {
		return forks.Person{Name: strings.TrimSpace(s)}, time.Unix(0, 0).UTC()
	}
	who := forks.Person{Name: strings.TrimSpace(s[:open]), Email: s[open+1 : end]}
	stamp := strings.Fields(s[end+1:])
	if len(stamp) == 0 {
		return who, time.Unix(0, 0).UTC()
	}
	seconds, _ := strconv.ParseInt(stamp[0], 10, 64)
	return who, time.Unix(seconds, 0).UTC()
}

// rewriteCommit returns raw with another tree, parents and committer. Author,
// encoding, unknown headers and message stay byte for byte; signatures go, for
// they would no longer be true.
func rewriteCommit(raw []byte, tree forks.Hash, parents []forks.Hash, committer string) []byte {
	head, message, hasMessage := bytes.Cut(raw, []byte("\n\n"))
	var out bytes.Buffer
	fmt.Fprintf(&out, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&out, "parent %s\n", p)
	}
	skipping := false
	for line := range bytes.Lines(head) {
		if line[0] == ' ' { // continues the header before it
			if !skipping {
				out.Write(line)
			}
			continue
		}
		name, _, _ := bytes.Cut(line, []byte(" "))
		skipping = false
		switch string(name) {
		case "tree", "parent", "gpgsig", "gpgsig-sha256":
			skipping = true
		case "committer":
			fmt.Fprintf(&out, "committer %s\n", committer)
		default:
			out.Write(bytes.TrimSuffix(line, []byte("\n")))
			out.WriteByte('\n')
		}
	}
	// The last header line lost its newline to the cut, unless it was rewritten.
	result := bytes.TrimSuffix(out.Bytes(), []byte("\n"))
	result = append(result, '\n')
	if hasMessage {
		result = append(result, '\n')
		result = append(result, message...)
	}
	return result
}

// newCommit encodes a commit of the daemon's own making.
func newCommit(tree forks.Hash, parents []forks.Hash, author, committer, message string) []byte {
	var out bytes.Buffer
	fmt.Fprintf(&out, "tree %s\n", tree)
	for _, p := range parents {
		fmt.Fprintf(&out, "parent %s\n", p)
	}
	fmt.Fprintf(&out, "author %s\ncommitter %s\n\n%s", author, committer, message)
	return out.Bytes()
}

// authorLine returns the author header of a commit as it stands, without the
// word "author".
func (c commit) authorLine() string {
	for line := range bytes.Lines(c.raw) {
		if value, ok := strings.CutPrefix(string(line), "author "); ok {
			return strings.TrimSuffix(value, "\n")
		}
	}
	return ""
}

// withTrailers appends trailers to a message in git's way: after a blank line,
// or directly after trailers that are already there.
func withTrailers(message string, trailers ...string) string {
	message = strings.TrimRight(message, "\n")
	last := message[strings.LastIndexByte(message, '\n')+1:]
	sep := "\n\n"
	if name, _, ok := strings.Cut(last, ": "); ok && strings.Contains(message, "\n\n") && isTrailerName(name) {
		sep = "\n"
	}
	return message + sep + strings.Join(trailers, "\n") + "\n"
}

func isTrailerName(name string) bool {
	for _, r := range name {
		if r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return false
		}
	}
	return name != ""
}

// oneLine makes hostile text fit for a trailer or a title: one line, no control
// characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
}
