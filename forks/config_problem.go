package forks

import (
	"fmt"
	"slices"
	"strings"
)

// ConfigError is everything that is wrong with a config file, in the order of
// its lines. The program ends with the exit code for usage and config.
type ConfigError struct {
	Problems []ConfigProblem // one at least
	// Err is why the file could not be read, if that is the problem.
	Err error
	// StateDir is the state directory that the file names in spite of its problems, or
	// its default; empty if it cannot be told. A daemon that took in an earlier version
	// of the file may run there.
	StateDir string
}

// ConfigProblem is one thing that is wrong with a config file.
type ConfigProblem struct {
	File    string // as named by the caller
	Line    int    // from 1; 0 if no line of the file is meant
	Key     string // path of the key, such as forks.nix.url; may be empty
	Message string // what is wrong, and what to write instead
}

// Error gives all problems, one a line.
func (e *ConfigError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns why the file could not be read.
func (e *ConfigError) Unwrap() error { return e.Err }

// String gives the problem in the form file:line: key: message.
func (p ConfigProblem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Message)
	return b.String()
}

// problemList collects the problems of one file.
type problemList struct {
	file string
	list []ConfigProblem
}

// maxProblemText bounds the key and the message of a problem, in characters: both
// may repeat what somebody else wrote.
const maxProblemText = 400

func (l *problemList) add(line int, key keyPath, format string, args ...any) {
	l.list = append(l.list, ConfigProblem{
		File:    l.file,
		Line:    line,
		Key:     Clip(key.String(), maxProblemText),
		Message: Clip(fmt.Sprintf(format, args...), maxProblemText),
	})
}

// maxProblems bounds how many are told; nobody reads more of them at once.
const maxProblems = 100

// err returns the problems in the order of their lines, or nil.
func (l *problemList) err() error {
	list := l.sorted()
	if len(list) == 0 {
		return nil
	}
	if more := len(list) - maxProblems; more > 0 {
		last := list[maxProblems-1]
		list = append(slices.Clone(list[:maxProblems]), ConfigProblem{File: l.file, Line: last.Line, Message: fmt.Sprintf("and %d problems further down", more)})
	}
	return &ConfigError{Problems: list}
}

// sorted returns all of them in the order of their lines.
func (l *problemList) sorted() []ConfigProblem {
	slices.SortStableFunc(l.list, func(a, b ConfigProblem) int { return a.Line - b.Line })
	return l.list
}
