package mergetest

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Answer is what a merge gives, as `git merge-tree --write-tree -z --messages` tells it.
type Answer struct {
	// Exit is git's exit code: 0 clean, 1 with conflicts.
	Exit int
	// Aborted says what git said last when it ended itself; then there is no answer.
	Aborted string
	// Refused says why git did not merge, such as unrelated histories.
	Refused  string
	Tree     forks.Hash
	Stages   []Stage
	Messages []Message
	// LimitHit is the rename limit that git says would have been needed; zero if it says
	// nothing.
	LimitHit int
	// Advice is what git 2.39 says about submodules behind all messages, under no path.
	Advice string
}

// Stage is one input of a path that is in conflict.
type Stage struct {
	Path string
	forks.Stage
}

// Message is one sentence about one or more paths.
type Message struct {
	Paths      []string
	Kind, Text string
}

// Clean reports whether nothing is in conflict. The messages decide with the exit code:
// git 2.39 leaves markers in the tree, says "CONFLICT (rename involved in collision)" and
// exits with 0.
func (a Answer) Clean() bool {
	for _, m := range a.Messages {
		if strings.HasPrefix(m.Kind, "CONFLICT") {
			return false
		}
	}
	return a.Exit == 0
}

// String shows all of it, each thing on a line of its own.
func (a Answer) String() string {
	var b strings.Builder
	switch {
	case a.Aborted != "":
		return "aborted: " + a.Aborted + "\n"
	case a.Refused != "":
		return "refused: " + a.Refused + "\n"
	}
	fmt.Fprintf(&b, "exit %d tree %s\n", a.Exit, a.Tree)
	if a.LimitHit > 0 {
		fmt.Fprintf(&b, "limit hit: %d\n", a.LimitHit)
	}
	for _, s := range a.Stages {
		fmt.Fprintf(&b, "stage %d %06o %s %q\n", s.Stage.Stage, uint32(s.Mode), s.ID, s.Path)
	}
	for _, m := range a.Messages {
		fmt.Fprintf(&b, "message %q %s: %q\n", m.Paths, m.Kind, m.Text)
	}
	return b.String()
}

// parseAnswer reads a tree id; the conflicted entries, "<mode> <id> <stage>TAB<path>";
// nothing; the messages, each as the number of its paths, the paths, its kind and its
// text. Each of these ends in NUL. What git says beside it may be about a limit.
func parseAnswer(out []byte, says string, exit int) (Answer, error) {
	a := Answer{Exit: exit}
	if _, limit, ok := strings.Cut(says, " variable to at least "); ok {
		limit, _, _ = strings.Cut(limit, " ")
		var err error
		if a.LimitHit, err = strconv.Atoi(limit); err != nil {
			return a, fmt.Errorf("merge-tree: rename limit in %q: %w", says, err)
		}
	}
	fields := strings.Split(string(bytes.TrimSuffix(out, []byte{0})), "\x00")
	tree, err := forks.ParseHash(fields[0])
	if err != nil {
		return a, fmt.Errorf("merge-tree: tree: %w", err)
	}
	a.Tree = tree
	fields = fields[1:]
	for len(fields) > 0 && fields[0] != "" {
		s, err := parseStage(fields[0])
		if err != nil {
			return a, err
		}
		a.Stages = append(a.Stages, s)
		fields = fields[1:]
	}
	for fields = fields[min(1, len(fields)):]; len(fields) > 0; {
		n, err := strconv.Atoi(fields[0])
		if err != nil && len(fields) == 1 {
			a.Advice = fields[0]
			break
		}
		if err != nil || n < 1 || len(fields) < n+3 {
			return a, fmt.Errorf("merge-tree: message of %q paths", fields[0])
		}
		a.Messages = append(a.Messages, Message{Paths: fields[1 : n+1], Kind: fields[n+1], Text: fields[n+2]})
		fields = fields[n+3:]
	}
	return a, nil
}

func parseStage(field string) (Stage, error) {
	head, path, ok := strings.Cut(field, "\t")
	words := strings.Split(head, " ")
	if !ok || len(words) != 3 {
		return Stage{}, fmt.Errorf("merge-tree: entry %q", field)
	}
	s := Stage{Path: path}
	number, err := strconv.Atoi(words[2])
	if err != nil || number < 1 || number > 3 {
		return Stage{}, fmt.Errorf("merge-tree: stage in %q", field)
	}
	s.Stage.Stage = number
	if err := s.Mode.UnmarshalText([]byte(words[0])); err != nil {
		return Stage{}, err
	}
	s.ID, err = forks.ParseHash(words[1])
	return s, err
}
