package syncer

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// monday is when these tests begin.
func monday() time.Time { return time.Date(2024, 3, 4, 9, 0, 0, 0, time.UTC) }

func someTrack(fork, name string) forks.Track {
	return forks.Track{Fork: fork, Name: name, Interval: 30 * time.Minute, Jitter: 0.1, Follow: "main", Branch: name}
}

// anEntry draws an entry with any interval and jitter, and a random number.
func anEntry(t *rapid.T) (entry, float64) {
	e := entry{track: someTrack("aux", "main")}
	e.track.Interval = time.Duration(rapid.Int64Range(int64(time.Second), int64(1000*time.Hour)).Draw(t, "interval"))
	e.track.Jitter = rapid.Float64Range(0, 1).Draw(t, "jitter")
	e.failures = rapid.IntRange(0, 1000).Draw(t, "failures")
	return e, rapid.Float64Range(0, 0.999999).Draw(t, "random")
}

// least and most are the ends of what jitter may make of d, a rounding error aside.
func least(e entry, d time.Duration) time.Duration {
	return d - time.Duration(float64(d)*e.track.Jitter) - time.Microsecond
}

func most(e entry, d time.Duration) time.Duration {
	return d + time.Duration(float64(d)*e.track.Jitter) + time.Microsecond
}

func TestNextPassIsOneIntervalAwayWithinItsJitter(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, random := anEntry(t)
		next := e.settled(monday(), random)
		wait := next.due.Sub(monday())
		if wait < least(e, e.track.Interval) || wait > most(e, e.track.Interval) || wait <= 0 {
			t.Fatalf("interval %s, jitter %f: due in %s", e.track.Interval, e.track.Jitter, wait)
		}
		if next.failures != 0 || next.wait != wait {
			t.Fatalf("got %+v", next)
		}
	})
}

func TestJitterMovesBothWays(t *testing.T) {
	t.Parallel()
	e := entry{track: someTrack("aux", "main")}
	early, late := e.settled(monday(), 0), e.settled(monday(), 0.999999)
	if got := early.due.Sub(monday()); got != 27*time.Minute {
		t.Errorf("at the earliest in %s", got)
	}
	if got := late.due.Sub(monday()).Round(time.Second); got != 33*time.Minute {
		t.Errorf("at the latest in %s", got)
	}
}

// waits lists how far apart the tries of a failing track are, in minutes.
func waits(e entry, n int, quick bool) []float64 {
	var out []float64
	for range n {
		e = e.failed(monday(), time.Time{}, quick, 0.5)
		out = append(out, e.wait.Minutes())
	}
	return out
}

func TestTriesGrowFarApart(t *testing.T) {
	t.Parallel()
	e := entry{track: someTrack("aux", "main")}
	if got, want := waits(e, 10, true), []float64{1, 2, 4, 8, 16, 30, 60, 120, 120, 120}; !slices.Equal(got, want) {
		t.Errorf("a problem that passes by itself: %v, want %v", got, want)
	}
	if got, want := waits(e, 5, false), []float64{30, 60, 120, 120, 120}; !slices.Equal(got, want) {
		t.Errorf("an error of no known kind: %v, want %v", got, want)
	}
	e.track.Interval = 5 * time.Minute
	if got, want := waits(e, 9, true), []float64{1, 2, 4, 5, 5, 5, 10, 20, 20}; !slices.Equal(got, want) {
		t.Errorf("with a short interval: %v, want %v", got, want)
	}
	if got := e.failed(monday(), time.Time{}, true, 0.5).settled(monday(), 0.5); got.wait != 5*time.Minute || got.failures != 0 {
		t.Errorf("after a good pass: %+v", got)
	}
}

func TestTriesAreBoundedAndHeedNotBefore(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, random := anEntry(t)
		quick := rapid.Bool().Draw(t, "quick")
		delay := time.Duration(rapid.Int64Range(int64(-time.Hour), int64(10000*time.Hour)).Draw(t, "not before"))
		plain := e.failed(monday(), time.Time{}, quick, random)
		if quick && plain.failures <= quickTries && plain.wait > e.interval() || plain.wait > most(e, slowest*e.interval()) || plain.wait <= 0 {
			t.Fatalf("failure %d with interval %s: next try in %s", plain.failures, e.track.Interval, plain.wait)
		}
		next := e.failed(monday(), monday().Add(delay), quick, random)
		if next.wait < plain.wait || next.wait < min(delay, believed) {
			t.Fatalf("told to wait for %s: next try in %s", delay, next.wait)
		}
		if limit := max(plain.wait, believed+e.interval()); next.wait > limit {
			t.Fatalf("told to wait for %s: silent for %s, more than %s", delay, next.wait, limit)
		}
	})
}

func TestClockThatIsSetBackSilencesNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		e, random := anEntry(t)
		switch rapid.IntRange(0, 2).Draw(t, "end") {
		case 0:
			e = e.settled(monday(), random)
		case 1:
			e = e.failed(monday(), monday().Add(time.Hour), true, random)
		case 2:
			e = e.ask(monday())
		}
		step := time.Duration(rapid.IntRange(-1_000_000, 1_000_000).Draw(t, "step")) * time.Minute
		now := monday().Add(step)
		got := e.pulled(now)
		if step >= 0 && got.due != e.due {
			t.Fatalf("the clock went forward by %s, and due moved from %s to %s", step, e.due, got.due)
		}
		if got.due != e.due && (step >= -setBack || got.due.Sub(now) > e.interval()) {
			t.Fatalf("set back by %s: pulled to %s ahead", step, got.due.Sub(now))
		}
		if limit := max(e.wait+setBack, e.interval()); got.due.Sub(now) > limit {
			t.Fatalf("set back by %s: due in %s, more than %s", step, got.due.Sub(now), limit)
		}
		if again := got.pulled(now); again.due != got.due {
			t.Fatal("pulling twice is not the same as once")
		}
	})
}

// aSchedule draws tracks of a few forks that are due around monday.
func aSchedule(t *rapid.T) schedule {
	var s schedule
	for i := range rapid.IntRange(0, 12).Draw(t, "tracks") {
		e := entry{track: someTrack(rapid.SampledFrom([]string{"a", "b", "c", "d"}).Draw(t, "fork"), string(rune('a'+i)))}
		e.due = monday().Add(time.Duration(rapid.IntRange(-5, 5).Draw(t, "due")) * time.Minute)
		s = append(s, e)
	}
	return s
}

func TestWhoWaitedLongestGoesFirstAndOneAFork(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := aSchedule(t)
		busy := map[string]bool{"d": rapid.Bool().Draw(t, "busy")}
		free := rapid.IntRange(-1, 4).Draw(t, "free")
		got := s.begin(monday(), busy, free)
		if len(got) > max(free, 0) {
			t.Fatalf("%d begin, %d lanes are free", len(got), free)
		}
		taken := map[string]bool{}
		var last time.Time
		for _, k := range got {
			e := s[s.find(k)]
			if busy[k.fork] || taken[k.fork] || e.due.After(monday()) || e.due.Before(last) {
				t.Fatalf("%s may not begin here: %v", k, got)
			}
			taken[k.fork], last = true, e.due
		}
		for _, e := range s {
			if e.due.After(monday()) || busy[e.track.Fork] || slices.Contains(got, keyOf(e.track)) {
				continue
			}
			i := slices.IndexFunc(got, func(k trackKey) bool { return k.fork == e.track.Fork })
			if i < 0 && len(got) < free || i >= 0 && e.due.Before(s[s.find(got[i])].due) {
				t.Fatalf("%s waits without need: %v", keyOf(e.track), got)
			}
		}
	})
}

func TestNewTracksAreDueAndUnchangedOnesKeepTheirTime(t *testing.T) {
	t.Parallel()
	now := monday()
	old := schedule{}.with([]forks.Track{someTrack("aux", "main"), someTrack("aux", "gone"), someTrack("aux", "moved")}, now)
	for i := range old {
		if old[i].due != now {
			t.Errorf("%s is due at %s", old[i].track.Name, old[i].due)
		}
		old[i].asked = false
		old[i] = old[i].settled(now, 0.5)
	}
	later := now.Add(10 * time.Minute)
	same, moved := someTrack("aux", "main"), someTrack("aux", "moved")
	same.History, same.PublishEvery = forks.Rewrite, time.Hour
	moved.Follow = "other"
	got := old.with([]forks.Track{moved, same, someTrack("aux", "new")}, later)
	for i, want := range []time.Time{later, now.Add(30 * time.Minute), later} {
		if got[i].due != want {
			t.Errorf("%s is due at %s, want %s", got[i].track.Name, got[i].due, want)
		}
	}
	if len(got) != 3 || got[1].track.History != forks.Rewrite {
		t.Errorf("got %+v", got)
	}
	same.Interval = 5 * time.Minute
	if got := got.with([]forks.Track{same}, later)[0]; got.due != later.Add(5*time.Minute) {
		t.Errorf("with a shorter interval due at %s", got.due)
	}
	same.Interval = 5 * time.Hour
	if got := got.with([]forks.Track{same}, later)[0]; got.due != now.Add(30*time.Minute) {
		t.Errorf("with a longer interval due at %s", got.due)
	}
}

func TestWhatMakesATrackOtherWork(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*forks.Track){
		"upstream": func(t *forks.Track) { t.Upstream = "x" }, "url": func(t *forks.Track) { t.URL = "x" },
		"follow": func(t *forks.Track) { t.Follow = "x" }, "branch": func(t *forks.Track) { t.Branch = "x" },
		"stack_from": func(t *forks.Track) { t.StackFrom = "x" }, "forge": func(t *forks.Track) { t.Forge = "x" },
		"credential": func(t *forks.Track) { t.Credential = "x" }, "transports": func(t *forks.Track) { t.AllowTransports = []string{"ssh"} },
		"api": func(t *forks.Track) { t.GitHub.API = "x" }, "app": func(t *forks.Track) { t.GitHub.AppID = 1 },
		"installation": func(t *forks.Track) { t.GitHub.InstallationID = 1 },
	} {
		other := someTrack("aux", "main")
		if change(&other); sameWork(someTrack("aux", "main"), other) {
			t.Errorf("%s does not count", name)
		}
	}
	other := someTrack("aux", "main")
	other.Interval, other.Jitter, other.PublishEvery, other.History = 1, 1, 1, forks.Rewrite
	if !sameWork(someTrack("aux", "main"), other) {
		t.Error("when passes are made counts as what they do")
	}
}

func TestATrackIsDueWhenADeadlineIsOver(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 6, 1, 12, 0, 0, 0, time.UTC)
	e := entry{track: someTrack("aux", "main")}
	for _, c := range []struct {
		next time.Time
		want time.Duration
	}{
		{time.Time{}, 30 * time.Minute},
		{now.Add(10 * time.Minute), 10 * time.Minute},
		{now.Add(time.Hour), 30 * time.Minute},
		{now, time.Second},
		{now.Add(-time.Hour), time.Second},
	} {
		got := e.after(finished{outcome: Outcome{Quiet: true, Next: c.next}}, nil, now, 0.5)
		if wait := got.due.Sub(now); wait != c.want {
			t.Errorf("next %s: due in %s, want %s", c.next, wait, c.want)
		}
	}
}
