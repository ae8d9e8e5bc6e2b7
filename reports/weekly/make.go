package weekly

import (
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Make computes a report from what is on record. The same input gives the same report.
// Nothing in the input is changed.
func Make(in Input) Report {
	in.unname = unnaming(in.Roster)
	answers := answersOf(in.Rows, in.Roster)
	in.Rows.Tracks = in.tracksTold()
	from, to := in.told()
	r := Report{
		Schema: Schema, Fork: in.Fork, Week: in.Week, Zone: in.Zone.String(), From: from, To: to, Made: in.Made,
		Over:      !in.Made.Before(in.Week.End(in.Zone)),
		FirstWeek: in.Rows.Recorded.IsZero() || !in.Rows.Recorded.Before(from),
		Links:     in.Links,
	}
	r.Thin = thin(in)
	for _, row := range in.Rows.Tracks {
		r.Tracks = append(r.Tracks, trackOf(in, row))
	}
	r.Tracks = filled(r.Tracks)
	r.Conflicts = conflictsOf(in)
	r.Needed = needsOf(in)
	r.MoreNeeded = max(0, len(r.Needed)-MaxNeeded)
	r.Security = securityOf(in, to)
	r.Upstream = upstreamOf(in)
	r.Governance = governanceOf(in)
	r.Deeds = deedsOf(in)
	r.MoreDeeds = max(0, len(r.Deeds)-MaxListed)
	r.Deeds = first(r.Deeds, MaxListed)
	r.Service = serviceOf(in, r.FirstWeek)
	r.Readiness = readinessOf(in, answers, r)
	r.Summary = summaryOf(in, r)
	r.Needed = first(r.Needed, MaxNeeded)
	return r
}

// told is the time that a report tells of: its week, or as much of it as had passed when
// the report was made.
func (in Input) told() (from, to time.Time) {
	from = in.Week.Start(in.Zone)
	return from, later(from, earlier(in.Made, in.Week.End(in.Zone)))
}

// within reports whether something happened in the time that the report tells of.
func (in Input) within(at time.Time) bool {
	from, to := in.told()
	return !at.Before(from) && at.Before(to)
}

// tracksTold are the tracks that the report tells of: those of config, and those that had
// a pass in the week. Another one was taken out of config, and waits for nobody.
func (in Input) tracksTold() []forks.TrackRows {
	return slices.DeleteFunc(slices.Clone(in.Rows.Tracks), func(row forks.TrackRows) bool {
		_, known := in.track(row.Track)
		return !known && in.tally(row.Track).passes.All == 0
	})
}

// track is a track as config and policy have it; ok is false if they do not.
func (in Input) track(name string) (t forks.Track, ok bool) {
	for _, t := range in.Tracks {
		if t.Name == name {
			return t, true
		}
	}
	return forks.Track{}, false
}

// tally is a track's; an empty one where it has none.
func (in Input) tally(track string) *Tally {
	if t := in.Tallies[track]; t != nil {
		return t
	}
	return TallyFor(in, track)
}

// TallyFor returns an empty tally for a track of an input, measured against what
// [Lag.Goal] will show. It needs the input's week, zone, goals and tracks, and when the
// report is made.
func TallyFor(in Input, track string) *Tally {
	_, to := in.told()
	goal, _ := in.lagGoal(track)
	t, _ := in.track(track)
	return NewTally(in.Week, in.Zone, TallyOptions{
		Goal: goal, Silence: silence(t), Thinned: in.Made.Add(-keptEach), End: to,
	})
}

// keptEach is how long the store keeps every run of a pass that changed nothing: of older
// ones the last of each day.
const keptEach = 120 * 24 * time.Hour

// silence is how long a look at upstream counts: the longest wait between two tries at a
// track that fails is four intervals, and a pass takes its time.
func silence(t forks.Track) time.Duration {
	return max(time.Hour, time.Duration(float64(4*t.Interval)*(1+t.Jitter))+15*time.Minute)
}

// lagGoal is the lag within which a track is in sync: what was agreed or, without that,
// what config promises. A commit of upstream's waits for the next publication, and for the
// pass that makes it. It is 0 for a track that config does not have, without an agreed one.
func (in Input) lagGoal(track string) (goal Seconds, agreed bool) {
	if g, ok := in.Goals["lag"]; ok {
		return Seconds(g.Value), true
	}
	t, _ := in.track(track)
	return Of(t.PublishEvery + time.Duration(float64(t.Interval)*(1+t.Jitter))), false
}

// thin says in sentences what is missing in a report because it is not on record; "" for
// nothing.
func thin(in Input) string {
	from, to := in.told()
	var missing []string
	if from.Before(in.Made.Add(-keptEach)) {
		missing = append(missing, "Runs of passes that changed nothing are kept for 120 days: older ones are counted too low.")
	}
	if in.Made.Sub(to) > 7*24*time.Hour {
		missing = append(missing, "Stacks and open conflicts are shown as they are now.")
	}
	blank := 0
	for _, row := range in.Rows.Tracks {
		blank += in.tally(row.Track).blank
	}
	if blank > 0 {
		missing = append(missing, "What "+count(blank, "publication", "publications")+" took in is not on record.")
	}
	return strings.Join(missing, " ")
}

// first is the beginning of a list.
func first[T any](list []T, most int) []T { return filled(list[:min(most, len(list))]) }

// filled is the list, and never nil: lists are never null in JSON.
func filled[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
