package syncer

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// Bounds of what is kept of a commit, in bytes.
const (
	longestSubject = 500
	longestName    = 200
)

// finder finds the commits of a log that are about security.
type finder struct {
	pattern *regexp.Regexp
	now     time.Time // no commit is later
	found   []forks.UpstreamCommit
	more    int
}

func newFinder(t forks.Track, now time.Time) (*finder, error) {
	pattern, err := t.SecurityRegexp()
	return &finder{pattern: pattern, now: now}, err
}

func (f *finder) look(c repo.Logged) {
	switch {
	case !f.pattern.MatchString(c.Subject + "\n" + c.Body):
	case len(f.found) == forks.MaxSecurity:
		f.more++
	default:
		f.found = append(f.found, forks.UpstreamCommit{Commit: c.ID, Subject: storable(c.Subject, longestSubject), At: between(time.Unix(0, 0), c.At, f.now),
			Author: forks.Person{Name: storable(c.Author.Name, longestName), Email: storable(c.Author.Email, longestName)}})
	}
}

// list returns what was found, the oldest first, and how many more there were.
func (f *finder) list() (found []forks.UpstreamCommit, more int) {
	slices.SortStableFunc(f.found, func(a, b forks.UpstreamCommit) int { return a.At.Compare(b.At) })
	return f.found, f.more
}

// storable is a text as it is recorded: UTF-8, and at most most bytes of it. It is as
// hostile as before.
func storable(s string, most int) string {
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
