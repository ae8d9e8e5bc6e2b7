package weekly

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Tally is what is kept of the runs of one track's passes: it does not grow with them.
// Runs from [Reach] on are added in order of time, and before them the newest of an
// earlier time, which tells how the track stood when the time began.
//
// A run counts for the week in which it started. What it found out counts from its end
// on: until then nobody knew.
type Tally struct {
	starts [TrendWeeks + 1]time.Time // of the weeks, and the end of the last one
	weeks  [TrendWeeks]forks.Week
	zone   *time.Location
	end    time.Time

	course   course
	passes   Passes
	failures map[string]Failure
	moves    int
	commits  int
	oldBase  forks.Hash // where the week began
	base     forks.Hash // of the newest pass that tells
	blank    int        // publications of the week that say nothing of what they found
	changed  changes
	taken    taken
}

// TallyOptions say what is measured against.
type TallyOptions struct {
	// Goal is the lag within which the track is in sync; with 0, only where it has all of
	// upstream.
	Goal Seconds
	// Silence is how long a look at upstream counts. After so long without another one the
	// lag is unknown.
	Silence time.Duration
	// Thinned is the time before which only the last run of each day may be on record: a
	// look of that time counts for two days at least. Zero for none.
	Thinned time.Time
	// End is the end of the time that is told of: the week's, or when the report is made if
	// that is earlier. Runs that started later are not counted.
	End time.Time
}

// Bounds of what a tally keeps.
const (
	maxReasons    = 64  // for which passes failed; those that come later are not told apart
	maxReasonText = 800 // characters
	maxChangedSet = 4096
	otherReasons  = "other reasons"
)

// NewTally returns an empty tally for the report of a week.
func NewTally(week forks.Week, zone *time.Location, o TallyOptions) *Tally {
	t := &Tally{zone: zone, end: o.End, failures: map[string]Failure{}, taken: newTaken(week, zone)}
	for i := range t.starts {
		w := week.Add(i + 1 - TrendWeeks)
		t.starts[i] = w.Start(zone)
		if i < TrendWeeks {
			t.weeks[i] = w
		}
	}
	t.course = newCourse(t.starts, o)
	return t
}

// Add counts one run of a pass. One that lies before another one that was added, as a
// clock that was put back leaves it, counts for its week; the track's way goes on from
// the later time.
func (t *Tally) Add(p forks.PassRecord) {
	if p.Started.IsZero() || !p.Started.Before(t.end) {
		return
	}
	week, last := t.weekOf(p.Started)
	if last {
		t.count(p)
	}
	t.course.see(p)
	if p.NewBase != (forks.Hash{}) && looked(p.Outcome) {
		t.base = p.NewBase
	}
	t.taken.add(week, p)
}

// weekOf is the week that a time is in; last is set for the report's.
func (t *Tally) weekOf(at time.Time) (week forks.Week, last bool) {
	for i := TrendWeeks - 1; i >= 0; i-- {
		if !at.Before(t.starts[i]) && at.Before(t.starts[i+1]) {
			return t.weeks[i], i == TrendWeeks-1
		}
	}
	return forks.WeekAt(at, t.zone), false
}

// looked reports whether a run of this outcome saw both remotes and knows the base.
func looked(o forks.PassOutcome) bool { return o != forks.PassFailed && o != forks.PassStopped }

// count counts a run of the report's week.
func (t *Tally) count(p forks.PassRecord) {
	for _, base := range []forks.Hash{t.base, p.OldBase, p.NewBase} {
		if t.oldBase.IsZero() && looked(p.Outcome) {
			t.oldBase = base // an adoption has no earlier one
		}
	}
	n := &t.passes
	n.All++
	switch p.Outcome {
	case forks.PassPublished:
		n.Published++
		if !p.OldBase.IsZero() && !p.NewBase.IsZero() && p.OldBase != p.NewBase {
			t.moves++
		}
	case forks.PassState:
		n.State++
	case forks.PassUnchanged:
		n.Unchanged++
	case forks.PassQuiet:
		n.Quiet++
	case forks.PassStopped:
		n.Stopped++
		t.failed(p)
	case forks.PassFailed:
		n.Failed++
		t.failed(p)
	}
	n.Longest = max(n.Longest, Of(lasted(p)))
	switch {
	case p.Digest != nil:
		if p.Digest.Taken != nil {
			t.commits += p.Digest.Taken.Commits
		}
		t.changed.add(*p.Digest)
	case p.Outcome == forks.PassPublished:
		t.blank++
	}
}

// lasted is how long a run took. What no run can take counts as nothing.
func lasted(p forks.PassRecord) time.Duration {
	const most = 100 * 365 * 24 * 3600.0
	if !(p.Seconds > 0 && p.Seconds < most) {
		return 0
	}
	return time.Duration(p.Seconds * float64(time.Second))
}

func (t *Tally) failed(p forks.PassRecord) {
	reason := forks.Clip(p.Error, maxReasonText)
	f, known := t.failures[reason]
	if !known && len(t.failures) >= maxReasons {
		reason = otherReasons
		f = t.failures[reason]
	}
	f.Reason, f.Times = reason, f.Times+1
	if p.Started.After(f.Last) {
		f.Last = p.Started
	}
	t.failures[reason] = f
}

// told is how the passes of the report's week went.
func (t *Tally) told() Passes {
	p := t.passes
	p.Failures = slices.SortedFunc(maps.Values(t.failures), func(a, b Failure) int {
		return cmp.Or(cmp.Compare(b.Times, a.Times), b.Last.Compare(a.Last), cmp.Compare(a.Reason, b.Reason))
	})
	p.Failures = first(p.Failures, maxFailures)
	return p
}

const maxFailures = 5

// lagAt is how far behind upstream the track was at the end of a week, or at that of the
// time that is told of; ok is false where that is not known.
func (t *Tally) lagAt(week forks.Week) (lag Seconds, ok bool) {
	for i, w := range t.weeks {
		if w == week {
			end := t.course.closed().weeks[i]
			return end.lag, end.known
		}
	}
	return 0, false
}

// inSync is the share of a week in which the track was in sync, see [Lag]; ok is false
// where nothing is known of the week.
func (t *Tally) inSync(week forks.Week) (share float64, ok bool) {
	for i, w := range t.weeks {
		if w == week {
			return t.course.closed().weeks[i].share()
		}
	}
	return 0, false
}

// changes are the patches that read differently than before: of each the newest
// change, of those that changed last.
type changes struct {
	list []forks.PatchChange // the newest last
	ids  map[forks.PatchID]bool
	more int // the most that one digest left out
}

func (c *changes) add(d forks.Digest) {
	for _, change := range d.Changed {
		c.list = slices.DeleteFunc(c.list, func(old forks.PatchChange) bool { return old.Patch == change.Patch })
		c.list = append(c.list, change)
		c.list = c.list[max(0, len(c.list)-MaxListed):]
		if c.ids == nil {
			c.ids = map[forks.PatchID]bool{}
		}
		if len(c.ids) < maxChangedSet {
			c.ids[change.Patch] = true
		}
	}
	c.more = max(c.more, d.MoreChanged)
}

// others counts those that changed and are not listed: at least so many.
func (c *changes) others() int { return len(c.ids) - len(c.list) + c.more }
