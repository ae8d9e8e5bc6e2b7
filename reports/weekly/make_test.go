package weekly

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// The week of these tests is 16 to 22 November 2026.
func monday() time.Time { return time.Date(2026, time.November, 16, 0, 0, 0, 0, time.UTC) }

func at(day, hour int) time.Time {
	return monday().Add(time.Duration(day*24+hour) * time.Hour)
}

// calm is a fork with a track of 41 patches whose passes, every half hour of two weeks,
// found nothing new, and which has everything of upstream's.
func calm() world {
	w := world{Input{
		Fork: "nixpkgs", Week: forks.Week{Year: 2026, Number: 47}, Zone: time.UTC, Made: at(7, 6), Roster: roster(), Version: "1.2.3",
		Goals: map[forks.GoalName]forks.Goal{"lag": {Name: "lag", Value: 24 * 3600}},
		Rows:  forks.WeeklyRows{Fork: "nixpkgs", Recorded: at(-90, 0)},
	}, map[string][]forks.PassRecord{}}
	w.follow("aux-unstable", 41)
	return w
}

func (w *world) follow(track string, patches int) {
	row := forks.TrackRows{Track: track, Branch: track, Follow: "nixos-unstable", Adopted: at(-90, 0), Base: forks.Hash{9},
		Health: forks.Health{Condition: forks.TrackFollowing}}
	for i := range patches {
		row.Stack = append(row.Stack, forks.Patch{ID: forks.PatchID(fmt.Sprintf("p%010d", i)), Subject: fmt.Sprintf("hello: change %d", i), Published: forks.Kept})
	}
	w.in.Rows.Tracks = append(w.in.Rows.Tracks, row)
	w.in.Tracks = append(w.in.Tracks, forks.Track{Fork: "nixpkgs", Name: track, Branch: track, URL: "https://example.org/fork.git", Interval: 30 * time.Minute, PublishEvery: 24 * time.Hour})
	for at := at(-7, 0); at.Before(w.in.Made); at = at.Add(30 * time.Minute) {
		w.passes[track] = append(w.passes[track], forks.PassRecord{Track: track, Started: at, Seconds: 1, Outcome: forks.PassQuiet})
	}
	w.passes[track][0].Outcome, w.passes[track][0].Digest = forks.PassUnchanged, &forks.Digest{}
}

// row is the track at i, to be changed.
func (w *world) row(i int) *forks.TrackRows { return &w.in.Rows.Tracks[i] }

// found has the first pass from a time on find something out.
func (w *world) found(track string, from time.Time, o forks.PassOutcome, d forks.Digest) *forks.PassRecord {
	for i := range w.passes[track] {
		if p := &w.passes[track][i]; !p.Started.Before(from) {
			p.Outcome, p.Digest = o, &d
			return p
		}
	}
	return nil
}

// ask opens a conflict about a patch.
func (w *world) ask(i int, id forks.ProposalID, patch int, opened time.Time) *forks.Proposal {
	row := w.row(i)
	row.Proposals = append(row.Proposals, forks.Proposal{ID: id, Patch: row.Stack[patch].ID, Round: 1, Status: forks.Open, Opened: opened,
		Conflict: forks.Conflict{Cause: forks.Hash{7}, CauseSubject: "hello: 2.13"}})
	row.Stack[patch].Published = forks.Conflicted
	return &row.Proposals[len(row.Proposals)-1]
}

func summary(w world) string { return Make(w.input()).Summary }

func TestSummaryTellsTheWeekInPlainWords(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"quiet": {func(*world) {},
			"nixpkgs has everything of upstream's; none of 41 patches waits for a decision; a quiet week, in which nothing moved; nothing was lost."},
		"busy": {func(w *world) {
			w.found("aux-unstable", at(6, 20), forks.PassPublished, forks.Digest{Lacks: 40, LacksSince: at(6, 18)})
			w.ask(0, "c1", 3, at(2, 0))
			w.ask(0, "c2", 5, at(3, 0))
			w.ask(0, "c3", 7, at(3, 0))
			w.ask(0, "c4", 7, at(4, 0))
		}, "nixpkgs is 6 h behind upstream (goal 24 h); 3 of 41 patches wait for a decision; nothing was lost."},
		"without a goal": {func(w *world) {
			w.in.Goals = nil
			w.found("aux-unstable", at(6, 20), forks.PassPublished, forks.Digest{Lacks: 40, LacksSince: at(6, 18)})
		}, "nixpkgs is 6 h behind upstream (config allows 24 h); none of 41 patches waits for a decision; nothing was lost."},
		"several tracks": {func(w *world) {
			w.follow("aux-stable", 1)
			w.found("aux-unstable", at(6, 20), forks.PassUnchanged, forks.Digest{Lacks: 40, LacksSince: at(6, 18)})
			w.ask(1, "c1", 0, at(2, 0))
		}, "nixpkgs is at most 6 h behind upstream, on aux-unstable (goal 24 h); 1 of 42 patches waits for a decision; nothing was lost."},
		"several tracks with everything": {func(w *world) { w.follow("aux-stable", 1); w.in.Rows.Tracks[1].Stack = nil },
			"nixpkgs has everything of upstream's on 2 tracks; none of 41 patches waits for a decision; a quiet week, in which nothing moved; nothing was lost."},
		"long waits": {func(w *world) {
			w.ask(0, "c1", 3, at(-30, 0))
			w.ask(0, "c2", 5, at(-14, 1))
		}, "1 conflict has waited more than three weeks; nixpkgs has everything of upstream's; 2 of 41 patches wait for a decision; a quiet week, in which nothing moved; nothing was lost."},
		"stopped": {func(w *world) {
			w.row(0).Stopped = &forks.Stop{Reason: "the branch was rewound", Next: "put it back", At: at(3, 0)}
		}, "aux-unstable is stopped, and waits for a person; nixpkgs has everything of upstream's; none of 41 patches waits for a decision; " +
			"what people pushed to aux-unstable meanwhile is not accounted for yet."},
		"paused": {func(w *world) { w.row(0).Paused = &forks.Pause{By: "ada", At: at(3, 0)} },
			"aux-unstable is paused; nixpkgs has everything of upstream's; none of 41 patches waits for a decision; " +
				"what people pushed to aux-unstable meanwhile is not accounted for yet."},
		"silence": {func(w *world) { w.passes["aux-unstable"] = w.passes["aux-unstable"][:10] },
			"No pass was made this week: auxsync did not run; how far nixpkgs is behind upstream is not known; " +
				"none of 41 patches waits for a decision; what people pushed to aux-unstable meanwhile is not accounted for yet."},
		"no outcome": {func(w *world) { w.row(0).Stack[4].Published = "" },
			"nixpkgs has everything of upstream's; none of 41 patches waits for a decision; a quiet week, in which nothing moved; 1 patch has no outcome on record."},
		"first week": {func(w *world) { w.in.Rows.Recorded = at(1, 0) },
			"First week: nixpkgs has everything of upstream's; none of 41 patches waits for a decision; a quiet week, in which nothing moved; nothing was lost."},
		"not over": {func(w *world) { w.in.Made = at(4, 0) },
			"So far: nixpkgs has everything of upstream's; none of 41 patches waits for a decision; a quiet week, in which nothing moved; nothing was lost."},
		"no track": {func(w *world) { w.in.Rows.Tracks, w.passes = nil, nil },
			"No pass was made this week, and nixpkgs has no track on record."},
		"hostile names": {func(w *world) { w.in.Fork = "a\x1b[31m\nb"; w.passes["aux-unstable"] = nil },
			`No pass was made this week: auxsync did not run; how far a\x1b[31m\nb is behind upstream is not known; ` +
				"none of 41 patches waits for a decision; what people pushed to aux-unstable meanwhile is not accounted for yet."},
	} {
		w := calm()
		c.change(&w)
		if got := summary(w); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestAWeekWithoutPassesSaysThatSilenceIsAFault(t *testing.T) {
	t.Parallel()
	w := calm()
	w.passes["aux-unstable"] = w.passes["aux-unstable"][:20]
	r := Make(w.input())
	l := r.Tracks[0].Lag
	if l.Known || l.InSync != 0 || len(l.Curve) != 2 || l.Curve[0].Lag != -1 || r.Tracks[0].Passes.All != 0 {
		t.Errorf("lag %+v of %+v", l, r.Tracks[0].Passes)
	}
}

func TestALookCountsOnlyUntilItsSilence(t *testing.T) {
	t.Parallel()
	w := calm()
	w.passes["aux-unstable"] = slices.DeleteFunc(w.passes["aux-unstable"], func(p forks.PassRecord) bool { return !p.Started.Before(at(6, 12)) })
	got := Make(w.input()).Tracks[0]
	// The last look began at 11:30 and took a second; it counts for four intervals and 15 minutes.
	want := (6*24*time.Hour + 11*time.Hour + 30*time.Minute + time.Second + 2*time.Hour + 15*time.Minute).Seconds() / (7 * 24 * time.Hour).Seconds()
	if got.Lag.Known || got.Lag.InSync != want {
		t.Errorf("lag %+v, want %v in sync", got.Lag, want)
	}
}

func TestWhatCouldNotBeLookedAtIsNotInSync(t *testing.T) {
	t.Parallel()
	w := calm()
	passes := w.passes["aux-unstable"]
	for i := range passes { // from Sunday 12:00 on nothing could be reached
		if !passes[i].Started.Before(at(6, 12)) {
			passes[i].Outcome, passes[i].Error = forks.PassFailed, "the network is down"
		}
	}
	r := Make(w.input())
	got := r.Tracks[0]
	// The first one that failed took a second.
	want := (6*24*time.Hour + 12*time.Hour + time.Second).Seconds() / (7 * 24 * time.Hour).Seconds()
	if got.Lag.Known || got.Lag.InSync != want || got.Passes.Failed != 24 {
		t.Errorf("lag %+v, want %v in sync; %+v", got.Lag, want, got.Passes)
	}
	if f := got.Passes.Failures; len(f) != 1 || f[0].Times != 24 || f[0].Reason != "the network is down" || !f[0].Last.Equal(at(6, 23).Add(30*time.Minute)) {
		t.Errorf("failures %+v", f)
	}
	last := got.Lag.Curve[len(got.Lag.Curve)-1]
	if last.Lag != -1 || !last.At.Equal(at(7, 0)) {
		t.Errorf("the curve ends at %+v", last)
	}
}

func TestTimeBeforeTheFirstPassIsNotCounted(t *testing.T) {
	t.Parallel()
	w := calm()
	w.passes["aux-unstable"] = nil
	for at := at(5, 0); at.Before(w.in.Made); at = at.Add(30 * time.Minute) {
		w.passes["aux-unstable"] = append(w.passes["aux-unstable"], forks.PassRecord{Started: at, Outcome: forks.PassQuiet})
	}
	first := &w.passes["aux-unstable"][0]
	first.Outcome, first.NewBase, first.Digest = forks.PassState, forks.Hash{3}, &forks.Digest{}
	got := Make(w.input()).Tracks[0]
	if got.Lag.InSync != 1 || got.Lag.Curve[0].Lag != -1 || got.OldBase != (forks.Hash{3}) || got.Moves != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestTrackTellsFromWhichBaseToWhich(t *testing.T) {
	t.Parallel()
	w := calm()
	w.passes["aux-unstable"][5].NewBase = forks.Hash{1} // in the week before
	for i, base := range []byte{1, 2, 3} {
		p := w.found("aux-unstable", at(1+i, 0), forks.PassPublished, forks.Digest{Taken: &forks.Taken{Commits: 10 * (i + 1)}})
		p.OldBase, p.NewBase = forks.Hash{base}, forks.Hash{base + 1}
	}
	broken := w.found("aux-unstable", at(5, 0), forks.PassFailed, forks.Digest{})
	broken.NewBase = forks.Hash{8} // it never came to be
	got := Make(w.input()).Tracks[0]
	if got.OldBase != (forks.Hash{1}) || got.NewBase != (forks.Hash{4}) || got.Moves != 3 || got.Taken != 60 {
		t.Errorf("got %v to %v by %d moves, %d commits", got.OldBase.Short(), got.NewBase.Short(), got.Moves, got.Taken)
	}
}

func TestDivergenceTrendHasTheLastKnownOfEachWeek(t *testing.T) {
	t.Parallel()
	w := calm()
	w.found("aux-unstable", at(-6, 0), forks.PassPublished, forks.Digest{Divergence: &forks.Divergence{Files: 3, Added: 100, Removed: 20}})
	w.found("aux-unstable", at(2, 0), forks.PassPublished, forks.Digest{Divergence: &forks.Divergence{Files: 4, Added: 130, Removed: 20}})
	s := Make(w.input()).Tracks[0].Stack
	if s.Divergence == nil || s.Divergence.Added != 130 || len(s.Trend) != TrendWeeks {
		t.Fatalf("got %+v", s)
	}
	for i, p := range s.Trend {
		want := map[int]float64{10: 120, 11: 150}[i]
		if (p.Value != nil) != (i >= 10) || p.Value != nil && *p.Value != want {
			t.Errorf("week %v: %v, want %v", p.Week, p.Value, want)
		}
	}
}

func TestReportOfAnOldWeekSaysWhatIsMissing(t *testing.T) {
	t.Parallel()
	w := calm()
	if got := Make(w.input()).Thin; got != "" {
		t.Errorf("nothing is missing, and it says %q", got)
	}
	w.found("aux-unstable", at(2, 0), forks.PassPublished, forks.Digest{}).Digest = nil
	w.in.Made = at(150, 0)
	want := "Runs of passes that changed nothing are kept for 120 days: older ones are counted too low. " +
		"Stacks and open conflicts are shown as they are now. What 1 publication took in is not on record."
	if got := Make(w.input()).Thin; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
