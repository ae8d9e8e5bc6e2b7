package main

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
)

// An answer of merge-tree is the tree's id; of a conflict also its stages, one a line;
// then, if there are to be messages, an empty line and their texts. With -z each line
// ends in NUL in place of a newline, paths are as they are, and each message is the
// number of its paths, the paths, its kind and its text. What git advises about
// submodules comes last and as it is, whether there are NULs or not; from git 2.45 on it
// is on standard error. Stages have paths from the folder that the command is called in,
// messages from the top.

// showMessages says when an answer has messages.
type showMessages uint8

const (
	messagesOfConflicts showMessages = iota
	messagesAlways
	messagesNever
)

// answerForm is how an answer is written.
type answerForm struct {
	nul         bool
	nameOnly    bool
	quotePath   bool // also bytes beyond ASCII
	messages    showMessages
	adviceApart bool   // on standard error
	from        string // the folder from which paths of stages are told, "" or with a slash at its end
}

// setMessages is what an option of its own does without a value.
func (f *answerForm) setMessages(to showMessages) func(string) error {
	return func(value string) error {
		if value != "true" {
			return fmt.Errorf("it takes no value")
		}
		f.messages = to
		return nil
	}
}

// answer appends what a merge gave.
func (f *answerForm) answer(out []byte, r merge.Result) []byte {
	end := byte('\n')
	if f.nul {
		end = 0
	}
	out = append(append(out, r.Tree.String()...), end)
	if !r.Clean {
		out = f.stages(out, r.Stages, end)
	}
	if f.tells(r) {
		out = append(out, end)
		for _, m := range r.Messages {
			if f.nul {
				out = append(append(out, strconv.Itoa(len(m.Paths))...), 0)
				for _, field := range slices.Concat(m.Paths, []string{m.Kind, m.Text}) {
					out = append(append(out, field...), 0)
				}
			} else {
				out = append(out, m.Text...)
			}
		}
		if !f.adviceApart {
			out = append(out, submoduleAdvice(r.Messages)...)
		}
	}
	return out
}

// tells reports whether an answer has messages.
func (f *answerForm) tells(r merge.Result) bool {
	return f.messages == messagesAlways || f.messages == messagesOfConflicts && !r.Clean
}

// hints is what git advises apart from an answer: its lines begin with "hint:".
func (f *answerForm) hints(r merge.Result) string {
	if !f.adviceApart || !f.tells(r) {
		return ""
	}
	var b strings.Builder
	for line := range strings.Lines(submoduleAdvice(r.Messages)) {
		b.WriteString("hint:")
		if line != "\n" {
			b.WriteString(" ")
		}
		b.WriteString(forks.Inert(strings.TrimSuffix(line, "\n")) + "\n")
	}
	return b.String()
}

// stages appends the conflicted entries, or the paths that have any.
func (f *answerForm) stages(out []byte, stages []merge.Stage, end byte) []byte {
	for i, s := range stages {
		path := relativePath(s.Path, f.from)
		if !f.nul {
			path = quotedPath(path, f.quotePath)
		}
		switch {
		case !f.nameOnly:
			out = fmt.Appendf(out, "%06o %s %d\t%s", uint32(s.Mode), s.ID, s.Stage.Stage, path)
		case i > 0 && stages[i-1].Path == s.Path:
			continue
		default:
			out = append(out, path...)
		}
		out = append(out, end)
	}
	return out
}

// relativePath is a path as it is seen from a folder; both are from the top.
func relativePath(path, from string) string {
	shared := 0
	for i := range min(len(path), len(from)) {
		if path[i] != from[i] {
			break
		}
		if path[i] == '/' {
			shared = i + 1
		}
	}
	return strings.Repeat("../", strings.Count(from[shared:], "/")) + path[shared:]
}

// quotedPath writes a path as git does where it prints one a line: in quotes if it has
// bytes that would not be seen as they are.
func quotedPath(path string, beyondASCII bool) string {
	odd := func(c byte) bool {
		return c < ' ' || c == '"' || c == '\\' || c == 0x7f || beyondASCII && c >= 0x80
	}
	if !slices.ContainsFunc([]byte(path), odd) {
		return path
	}
	var b bytes.Buffer
	b.WriteByte('"')
	for _, c := range []byte(path) {
		short := bytes.IndexByte([]byte("\a\b\t\n\v\f\r\"\\"), c)
		switch {
		case short >= 0:
			b.WriteByte('\\')
			b.WriteByte(`abtnvfr"\`[short])
		case odd(c):
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// submoduleAdvice is what git says to do about submodules that both sides moved. It
// names them in the order in which it came upon them: the last path first.
func submoduleAdvice(messages []merge.Message) string {
	var paths []string
	for _, m := range slices.Backward(messages) {
		if strings.HasPrefix(m.Kind, "CONFLICT (submodule") {
			paths = append(paths, m.Paths[0])
		}
	}
	if len(paths) == 0 {
		return ""
	}
	return `Recursive merging with submodules currently only supports trivial cases.
Please manually handle the merging of each conflicted submodule.
This can be accomplished with the following steps:
 - come back to superproject and run:

      git add ` + strings.Join(paths, " ") + `

   to record the above merge or update
 - resolve any other conflicts in the superproject
 - commit the resulting index in the superproject
`
}
