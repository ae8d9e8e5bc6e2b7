package repo

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Logged is a commit as a log tells it. Its texts are hostile, and each is cut after
// [LongestLogged].
type Logged struct {
	ID      forks.Hash
	Author  forks.Person
	At      time.Time // committer date, whatever the commit says it is
	Subject string    // the first lines of the message, up to an empty one, as one line
	Body    string    // the rest of it
}

// LongestLogged is how many bytes of a text of a log are looked at.
const LongestLogged = 16 << 10

// LogReader is told what a log holds, one after the other: nothing is collected. An error
// ends the log and is returned.
type LogReader struct {
	Commit func(Logged) error
	// Path gets each path that the last commit changed, the old and the new one where a
	// file moved. Where it is nil, git does not compare trees.
	Path func(forks.Path) error
}

// logFormat separates fields by what neither a message nor a path can hold. It begins
// with an empty field, which no path is: that ends the paths of the commit before.
const logFormat = "--format=%x00%H%x00%ct%x00%an%x00%ae%x00%s%x00%b%x00"

// Log reads the commits of from..to without the merges, mostly oldest first; a zero from
// leaves out none. Of more than most commits the newest are read.
func (q *Quarantine) Log(ctx context.Context, from, to forks.Hash, most int, r LogReader) error {
	args := []string{"log", "--no-merges", "--reverse", "--no-color", "--max-count=" + strconv.Itoa(most), "-z", logFormat, "--stdin"}
	if r.Path == nil {
		args = append(args, "--no-patch")
	} else {
		args = append(args, "--name-only", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
	}
	read := &logFields{reader: r}
	_, err := q.run(ctx, call{args: args, stdin: strings.NewReader(revisions(to, from)), stdout: &fieldWriter{take: read.take, most: LongestLogged}})
	if err == nil && (read.next != 0 && read.next != logPaths) {
		err = fmt.Errorf("git ended its log within commit %s", read.commit.ID)
	}
	return err
}

// The fields of a commit in a log, in their order.
const (
	logStart = iota // empty
	logID
	logTime
	logName
	logMail
	logSubject
	logBody
	logEnd   // empty: git's own separator of commits
	logPaths // any number, and then the empty start of the next commit
)

// logFields makes commits of the fields of a log.
type logFields struct {
	reader LogReader
	next   int // the field that is expected
	commit Logged
	first  bool // the next path is the first one, which git begins with a new line
}

func (l *logFields) take(field []byte) (err error) {
	switch l.next {
	case logStart, logEnd:
		if len(field) > 0 {
			return fmt.Errorf("git's log has %.60q where a commit begins or ends", field)
		}
	case logID:
		l.commit = Logged{}
		if l.commit.ID, err = forks.ParseHash(string(field)); err != nil {
			return fmt.Errorf("git's log: %w", err)
		}
	case logTime:
		// What is no number, or too large for one, is as good as the year 1970.
		seconds, _ := strconv.ParseInt(string(field), 10, 64)
		l.commit.At = time.Unix(seconds, 0).UTC()
	case logName:
		l.commit.Author.Name = string(field)
	case logMail:
		l.commit.Author.Email = string(field)
	case logSubject:
		l.commit.Subject = string(field)
	case logBody:
		l.commit.Body, l.first = string(field), true
		err = l.reader.Commit(l.commit)
	case logPaths:
		return l.path(field)
	}
	l.next++
	return err
}

// path takes a path of a commit, or what comes after the last one.
func (l *logFields) path(field []byte) error {
	if len(field) == 0 {
		l.next = logID
		return nil
	}
	if l.first && field[0] == '\n' {
		field = field[1:]
	}
	l.first = false
	if l.reader.Path == nil {
		return fmt.Errorf("git's log has the path %.60q, which nobody asked for", field)
	}
	return l.reader.Path(forks.Path(field))
}

// CountCommits counts the commits of from..to without the merges; a zero from leaves out
// none.
func (q *Quarantine) CountCommits(ctx context.Context, from, to forks.Hash) (int, error) {
	out, err := q.run(ctx, call{args: []string{"rev-list", "--no-merges", "--count", "--stdin"}, stdin: strings.NewReader(revisions(to, from)), limit: 64})
	if err != nil {
		return 0, err
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(out.stdout)))
	if err != nil {
		return 0, fmt.Errorf("git counted %.60q commits", out.stdout)
	}
	return n, nil
}

// Committed returns the committer date of a commit, whatever it is.
func (q *Quarantine) Committed(id forks.Hash) (time.Time, error) {
	kind, raw, err := q.Object(id)
	if err != nil {
		return time.Time{}, err
	}
	if kind != "commit" {
		return time.Time{}, &WrongTypeError{ID: id, Want: "commit", Have: kind}
	}
	head, _, _ := strings.Cut(string(raw), "\n\n")
	for line := range strings.Lines(head) {
		if ident, ok := strings.CutPrefix(line, "committer "); ok {
			// NAME <EMAIL> TIME ZONE: a name may hold anything but the last ">".
			_, date, _ := strings.Cut(ident[strings.LastIndexByte(ident, '<')+1:], ">")
			text, _, _ := strings.Cut(strings.TrimSpace(date), " ")
			seconds, _ := strconv.ParseInt(text, 10, 64)
			return time.Unix(seconds, 0).UTC(), nil
		}
	}
	return time.Unix(0, 0).UTC(), nil
}
