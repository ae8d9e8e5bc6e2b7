package demo

import (
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// Kept is the report of the story's week, as the program made it.
type Kept struct {
	Report weekly.Report
	Files  []string // that hold it, the one for a browser first
}

// summaryColumns is how wide the first line of a report is shown where the story is
// told as it is written.
const summaryColumns = 90

// theReport is the week as somebody reads of it who was not there.
func (s *story) theReport() error {
	kept, err := s.p.Report(s.ctx)
	if err != nil {
		return err
	}
	s.checkReport(kept.Report)
	s.say("All of this happened in one week. When a week is over, auxsync tells of it, in pages and\nby mail, and without being asked. This one is not over, and is told of so far:")
	columns := s.columns
	if columns == 0 {
		columns = summaryColumns
	}
	for _, line := range wrapped(kept.Report.Summary, columns-2) {
		s.quote(line)
	}
	s.check(len(kept.Files) > 0, "the report is in no file")
	if len(kept.Files) > 0 {
		s.say("For a browser it is in")
		s.quote(kept.Files[0])
	}
	if len(kept.Files) > 1 {
		s.say("and as text in")
		s.quote(kept.Files[1])
	}
	return nil
}

// checkReport expects that what the report counts is what the story told.
func (s *story) checkReport(r weekly.Report) {
	s.check(len(r.Tracks) == 1 && r.Tracks[0].Track == s.w.Track, "the report tells of %d tracks, want %s alone", len(r.Tracks), s.w.Track)
	if len(r.Tracks) == 1 {
		s.checkTold(r.Tracks[0])
	}
	s.check(r.FirstWeek && !r.Over, "the report is not of a first week that goes on")
	s.check(r.Conflicts.Opened == 4, "the report counts %d conflicts that were opened, want 4", r.Conflicts.Opened)
	s.check(r.Conflicts.ByPeople == 4, "the report counts %d answers of people, want 4", r.Conflicts.ByPeople)
	s.check(r.Conflicts.AllOpen == 0 && len(r.Needed)+r.MoreNeeded == 0, "the report says that people are waited for")
	var answered []string
	for _, c := range r.Conflicts.Resolved {
		answered = append(answered, c.Subject)
	}
	slices.Sort(answered)
	asked := []string{harborPatch, tarnPatch, loomPatch, mistlePatch}
	slices.Sort(asked)
	s.check(slices.Equal(answered, asked), "the report has answers about %q, want %q", answered, asked)
	s.check(r.Security.AllTaken+r.Security.AllWaiting == 0, "the report has %d security commits, want none", r.Security.AllTaken+r.Security.AllWaiting)
	s.check(strings.Contains(r.Summary, "nothing was lost"), "the report does not say that nothing was lost: %s", r.Summary)
}

// checkTold expects of the report's track what the last pass has left.
func (s *story) checkTold(t weekly.Track) {
	taken := 0 // merges do not count
	for _, c := range s.w.upstream.between(s.w.upstream.tips[Merged], s.w.upstream.tips[Later]) {
		if len(c.parents) < 2 {
			taken++
		}
	}
	s.check(t.Condition == forks.TrackFollowing && t.Lag.Known && t.Lag.Now == 0, "the report says that the track is %s, %s behind", t.Condition, t.Lag.Now.Duration())
	s.check(t.OldBase == s.w.Base() && t.NewBase == s.w.HoldPoint(), "the report has the base go from %s to %s", t.OldBase.Short(), t.NewBase.Short())
	s.check(t.Taken == taken, "the report counts %d upstream commits, want %d", t.Taken, taken)
	want := map[forks.Outcome]int{}
	for _, row := range s.last.Outcomes {
		if !row.Published.Ends() {
			want[row.Published]++
		}
	}
	s.check(t.Stack.Patches == len(s.last.State.Patches), "the report counts %d patches, want %d", t.Stack.Patches, len(s.last.State.Patches))
	s.check(maps.Equal(t.Stack.Outcomes, want), "the report has outcomes %v, want %v", t.Stack.Outcomes, want)
	s.check(len(t.Stack.Upstreamed) == 1 && t.Stack.Upstreamed[0].Subject == quillPatch, "the report does not thank for %q alone", quillPatch)
}
