package repo

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

const (
	keptSpeech    = 8 << 10 // bytes of stderr that are kept: the last lines
	shownWidth    = 500     // characters of a line that is shown
	shownProgress = 4       // lines of progress that are shown in a second
	shownLines    = 100     // lines of all kinds that are shown in a second
)

// speech takes in what a child says on stderr, line by line. A line that git
// rewrites in place ends in a carriage return and is a line too. Whole lines only
// are redacted: half of a secret would not be recognised.
type speech struct {
	hide  redactor
	shown *follower // nil: nobody follows
	rest  []byte
	long  bool     // rest is only the beginning of its line
	kept  []string // as they came
	size  int      // bytes in kept
}

func (s *speech) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexAny(p, "\r\n")
		if i < 0 {
			s.add(p)
			return n, nil
		}
		s.add(p[:i])
		s.flush()
		p = p[i+1:]
	}
}

func (s *speech) add(p []byte) {
	if room := longestLine - len(s.rest); len(p) > room {
		p, s.long = p[:room], true
	}
	s.rest = append(s.rest, p...)
}

// flush takes what stands there as a line. There may be very many of them: only
// what is shown or asked for is redacted and escaped.
func (s *speech) flush() {
	line := strings.TrimRight(string(s.rest), " \t")
	if s.long {
		line = fmt.Sprintf("(a line of more than %d bytes)", longestLine)
	}
	s.rest, s.long = s.rest[:0], false
	if line == "" {
		return
	}
	moving := (strings.ContainsAny(line, "(:") || strings.HasPrefix(line, "Delta ")) && progressLine.MatchString(line)
	if s.shown != nil && s.shown.wants(line, moving) {
		s.shown.show(s.clean(line))
	}
	if moving {
		return // it would push out the cause of a failure
	}
	s.kept, s.size = append(s.kept, line), s.size+len(line)+1
	for s.size > keptSpeech {
		s.size -= len(s.kept[0]) + 1
		s.kept = s.kept[1:]
	}
}

// clean makes a line safe to show.
func (s *speech) clean(line string) string { return escapeLine(s.hide.string(line)) }

// text returns the last lines, redacted and escaped.
func (s *speech) text() string {
	lines := make([]string, len(s.kept))
	for i, line := range s.kept {
		lines[i] = s.clean(line)
	}
	return strings.Join(lines, "\n")
}

// progressLine matches how git says how far it has come, here or on the remote:
// "Receiving objects:  45% (9/20), 1.20 MiB | 600.00 KiB/s".
var progressLine = regexp.MustCompile(`^(remote: )?([A-Z][A-Za-z ]*: +(\d+% \(\d+/\d+\)|\d+)(, .*)?|Total \d+ \(delta \d+\).*|Delta compression using .*)$`)

// follower passes lines on to whoever follows a run, and no more of them than can
// be followed.
type follower struct {
	to              io.Writer
	clock           clockwork.Clock
	second          time.Time // when the lines were counted from
	lines, progress int
}

// wants counts a line and reports whether it is to be shown.
func (f *follower) wants(line string, progress bool) bool {
	if now := f.clock.Now(); now.Sub(f.second) >= time.Second || now.Before(f.second) {
		f.second, f.lines, f.progress = now, 0, 0
	}
	if progress && !strings.HasSuffix(line, "done.") {
		if f.progress++; f.progress > shownProgress {
			return false
		}
	}
	f.lines++
	return f.lines <= shownLines
}

// show passes a line on; the last one of a second says that more are left out.
func (f *follower) show(line string) {
	if f.lines == shownLines {
		line = "…"
	}
	// What cannot be shown is no reason to stop a fetch.
	_, _ = io.WriteString(f.to, forks.Clip(line, shownWidth)+"\n")
}
