package weekly

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// securityOf tells which of upstream's commits about security the branches took in the
// week, which they lack when it ends, and how long that took. The end is that of the
// week, or of what is known of it.
func securityOf(in Input, end time.Time) Security {
	s := Security{Waiting: []SecurityCommit{}, Taken: []SecurityCommit{}}
	for _, track := range in.Rows.Tracks {
		tally := in.Tallies[track.Track]
		if tally == nil {
			continue
		}
		w := &tally.taken.waits
		s.AllWaiting += max(w.listed+w.more, len(w.waiting))
		s.AllTaken += w.all
		for _, c := range w.stillWaiting() {
			s.Waiting = append(s.Waiting, securityCommit(in, track.Track, c.commit, max(0, end.Sub(c.first))))
		}
		for _, c := range w.longestTaken() {
			s.Taken = append(s.Taken, securityCommit(in, track.Track, c.commit, c.waited))
		}
	}
	s.Waiting, s.Taken = longestFirst(s.Waiting), longestFirst(s.Taken)
	if longest, ok := longestSecurityWait(in, in.Week, end); ok {
		s.Longest = Of(longest)
	}
	return s
}

// securityCommit tells of a commit that waited, without its author's address.
func securityCommit(in Input, track string, c forks.UpstreamCommit, waited time.Duration) SecurityCommit {
	return SecurityCommit{Track: track, Commit: c.Commit, Subject: c.Subject, Author: in.author(c.Author), At: c.At, Waited: Of(waited)}
}

// longestFirst orders commits by how long they waited and leaves MaxListed.
func longestFirst(list []SecurityCommit) []SecurityCommit {
	slices.SortFunc(list, func(a, b SecurityCommit) int {
		return cmp.Or(cmp.Compare(b.Waited, a.Waited), a.At.Compare(b.At), bytes.Compare(a.Commit[:], b.Commit[:]), strings.Compare(a.Track, b.Track))
	})
	return slices.Clip(list[:min(len(list), MaxListed)])
}

// longestSecurityWait is the longest wait of a security commit in a week, on any track;
// ok is false where no pass has looked by then. The end counts for the report's week.
func longestSecurityWait(in Input, week forks.Week, end time.Time) (longest time.Duration, ok bool) {
	for _, track := range in.Rows.Tracks {
		if tally := in.Tallies[track.Track]; tally != nil {
			wait, known := tally.taken.longestWait(week, end)
			longest, ok = max(longest, wait), ok || known
		}
	}
	return longest, ok
}
