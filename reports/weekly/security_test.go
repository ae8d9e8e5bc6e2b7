package weekly

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// securityOfWeek is what a naive reading of all passes of a track tells of a week: how
// many security commits wait, how many were taken in it, and the longest wait of both.
// Every commit is followed on its own.
func securityOfWeek(passes []drawnPass, week forks.Week, end time.Time) (waiting, taken int, longest time.Duration, known bool) {
	commits := map[forks.Hash]bool{}
	for _, p := range passes {
		if d := p.pass.Digest; d != nil && !week.Before(p.week) {
			known = true
			for _, c := range d.Security {
				commits[c.Commit] = true
			}
			if d.Taken != nil {
				for _, c := range d.Taken.Security {
					commits[c.Commit] = true
				}
			}
		}
	}
	for id := range commits {
		var first, had time.Time
		var in forks.Week
		for _, p := range passes {
			d := p.pass.Digest
			if d == nil || week.Before(p.week) {
				continue
			}
			if first.IsZero() && lists(d.Security, id) {
				first = p.pass.Started
			}
			if d.Taken != nil && lists(d.Taken.Security, id) {
				had, in = p.pass.Started, p.week
			}
		}
		if first.IsZero() {
			first = had
		}
		switch {
		case had.IsZero():
			waiting++
			longest = max(longest, end.Sub(first))
		case in == week:
			taken++
			longest = max(longest, had.Sub(first))
		}
	}
	return waiting, taken, longest, known
}

func lists(list []forks.UpstreamCommit, id forks.Hash) bool {
	for _, c := range list {
		if c.Commit == id {
			return true
		}
	}
	return false
}

func (f *drawnFork) passesOf(track string) (list []drawnPass) {
	for _, p := range f.passes {
		if p.track == track {
			list = append(list, p)
		}
	}
	return list
}

func TestEachNumberAboutSecurityIsADirectCount(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFork(t)
		end := f.in.Week.End(f.in.Zone)
		got := securityOf(f.in, end)
		waiting, taken := 0, 0
		var longest time.Duration
		for _, track := range f.in.Rows.Tracks {
			w, n, l, _ := securityOfWeek(f.passesOf(track.Track), f.in.Week, end)
			waiting, taken, longest = waiting+w, taken+n, max(longest, l)
		}
		if got.AllWaiting != waiting || got.AllTaken != taken || got.Longest != Of(longest) {
			t.Fatalf("got %d, %d, %d; want %d, %d, %d", got.AllWaiting, got.AllTaken, got.Longest, waiting, taken, Of(longest))
		}
		if len(got.Waiting) != min(waiting, MaxListed) || len(got.Taken) != min(taken, MaxListed) {
			t.Fatalf("lists %d and %d, want %d and %d", len(got.Waiting), len(got.Taken), waiting, taken)
		}
		for i := range TrendWeeks {
			week := f.in.Week.Add(-i)
			var longest time.Duration
			known := false
			for _, track := range f.in.Rows.Tracks {
				_, _, l, k := securityOfWeek(f.passesOf(track.Track), week, week.End(f.in.Zone))
				longest, known = max(longest, l), known || k
			}
			if have, ok := longestSecurityWait(f.in, week, end); have != longest || ok != known {
				t.Fatalf("%s: got %s %t, want %s %t", week, have, ok, longest, known)
			}
		}
	})
}

func TestHowLongASecurityCommitWaits(t *testing.T) {
	t.Parallel()
	week := forks.Week{Year: 2026, Number: 47}
	start := week.Start(time.UTC)
	at := func(hours int, d forks.Digest) forks.PassRecord {
		return forks.PassRecord{Started: start.Add(time.Duration(hours) * time.Hour), Digest: &d}
	}
	all := func(n ...int) (list []forks.UpstreamCommit) {
		for _, i := range n {
			list = append(list, commitOf(i))
		}
		return list
	}
	moved := &forks.Taken{Commits: 3}
	for name, c := range map[string]struct {
		passes []forks.PassRecord
		want   string // waiting, all of them; taken, all of them; longest; in hours
	}{
		"none": {nil, "[] 0 [] 0 0"},
		"seen and taken": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1)}), at(15, forks.Digest{Taken: &forks.Taken{Security: all(1)}})},
			"[] 0 [1:5] 1 5"},
		"taken when it was seen first": {[]forks.PassRecord{at(15, forks.Digest{Taken: &forks.Taken{Security: all(1)}})}, "[] 0 [1:0] 1 0"},
		"waits":                        {[]forks.PassRecord{at(160, forks.Digest{Security: all(1, 2)}), at(161, forks.Digest{Security: all(1, 2, 3)})}, "[1:8 2:8 3:7] 3 [] 0 8"},
		"since the week before":        {[]forks.PassRecord{at(-24, forks.Digest{Security: all(1)})}, "[1:192] 1 [] 0 192"},
		"gone when the base moved": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1, 2)}), at(15, forks.Digest{Security: all(2), Taken: moved})},
			"[2:158] 1 [1:5] 1 158"},
		"gone, and no move":        {[]forks.PassRecord{at(10, forks.Digest{Security: all(1, 2)}), at(15, forks.Digest{Security: all(2)})}, "[2:158] 1 [] 0 158"},
		"comes back by a rollback": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1)}), at(15, forks.Digest{Taken: &forks.Taken{Security: all(1)}}), at(20, forks.Digest{Security: all(1)})}, "[1:148] 1 [1:5] 1 148"},
		"the clock goes back": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1)}), at(5, forks.Digest{Taken: &forks.Taken{Security: all(1)}}), at(500, forks.Digest{Security: all(2)})},
			"[2:0] 1 [1:0] 1 0"},
		"pushed off a full list": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1)}), at(15, forks.Digest{Security: all(2), MoreSecurity: 1, Taken: moved})},
			"[1:158 2:153] 2 [] 0 158"},
		"more than was listed": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1, 2)}), at(15, forks.Digest{Taken: &forks.Taken{Security: all(1), MoreSecurity: 4}})},
			"[] 0 [1:5 2:5] 5 5"},
		"more than was listed, of a full list": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1, 2), MoreSecurity: 2}),
			at(15, forks.Digest{Security: all(3), MoreSecurity: 1, Taken: &forks.Taken{Security: all(1), MoreSecurity: 2}})}, "[3:153] 2 [1:5 2:5] 3 153"},
		"more than was listed, the week before": {[]forks.PassRecord{at(-5, forks.Digest{Taken: &forks.Taken{Security: all(1), MoreSecurity: 2}})}, "[] 0 [] 0 0"},
		"a move too large to be looked at": {[]forks.PassRecord{at(10, forks.Digest{Security: all(1, 2), MoreSecurity: 3}),
			at(15, forks.Digest{Security: all(2), MoreSecurity: 1, Taken: &forks.Taken{Commits: forks.MaxTakenListed + 1}})}, "[2:158] 2 [1:5] 1 158"},
		"taken in an earlier week": {[]forks.PassRecord{at(-100, forks.Digest{Security: all(1)}), at(-50, forks.Digest{Taken: &forks.Taken{Security: all(1)}})}, "[] 0 [] 0 0"},
	} {
		in := Input{Week: week, Zone: time.UTC, Tallies: map[string]*Tally{"main": {taken: newTaken(week, time.UTC)}}}
		in.Rows.Tracks = []forks.TrackRows{{Track: "main"}}
		for _, p := range c.passes {
			in.Tallies["main"].taken.add(forks.WeekAt(p.Started, time.UTC), p)
			if !p.Started.Before(week.End(time.UTC)) {
				in.Tallies["main"].taken.add(week, p) // its clock was wrong
			}
		}
		got := securityOf(in, week.End(time.UTC))
		hours := func(list []SecurityCommit) (out []string) {
			for _, s := range list {
				out = append(out, fmt.Sprintf("%d:%d", s.Commit[0], s.Waited/3600))
			}
			return out
		}
		if text := fmt.Sprint(hours(got.Waiting), got.AllWaiting, hours(got.Taken), got.AllTaken, got.Longest/3600); text != c.want {
			t.Errorf("%s: got %s, want %s", name, text, c.want)
		}
	}
}

func TestWhatIsForgottenAsTooMuchIsNotTaken(t *testing.T) {
	t.Parallel()
	in := took(forks.Taken{})
	for i := range mostSeen + 100 {
		in.Tallies["main"].taken.add(in.Week, forks.PassRecord{Started: in.Week.Start(in.Zone), Digest: &forks.Digest{
			Taken: &forks.Taken{Commits: 1}, Security: []forks.UpstreamCommit{commitOf(i)}, MoreSecurity: 1}})
	}
	if got := securityOf(in, in.Week.End(in.Zone)); got.AllTaken != 0 || len(got.Waiting) != MaxListed {
		t.Errorf("%d are taken, %d are listed as waiting", got.AllTaken, len(got.Waiting))
	}
}

func TestOnlyTheSecurityCommitsThatWaitedLongestAreListed(t *testing.T) {
	t.Parallel()
	week := forks.Week{Year: 2026, Number: 47}
	start := week.Start(time.UTC)
	in := Input{Week: week, Zone: time.UTC, Tallies: map[string]*Tally{"main": {taken: newTaken(week, time.UTC)}}}
	in.Rows.Tracks = []forks.TrackRows{{Track: "main"}}
	kept := &in.Tallies["main"].taken
	const n = 300
	for i := range n { // the first is seen first
		at := start.Add(time.Duration(i) * time.Minute)
		kept.add(week, forks.PassRecord{Started: at, Digest: &forks.Digest{Security: []forks.UpstreamCommit{commitOf(i)}, MoreSecurity: 1}})
	}
	for i := range n { // and all wait until the same hour; the last is taken first
		c := commitOf(n - 1 - i)
		kept.add(week, forks.PassRecord{Started: start.Add(24 * time.Hour), Digest: &forks.Digest{MoreSecurity: 1, Taken: &forks.Taken{Commits: 1, Security: []forks.UpstreamCommit{c}}}})
	}
	got := securityOf(in, week.End(time.UTC))
	if got.AllTaken != n || len(got.Taken) != MaxListed || got.Taken[0].Commit != commitOf(0).Commit || got.Taken[MaxListed-1].Commit != commitOf(MaxListed-1).Commit {
		t.Errorf("got %d, of which %d are listed: %v", got.AllTaken, len(got.Taken), got.Taken)
	}
	if got.Longest != 24*3600 {
		t.Errorf("the longest wait is %d", got.Longest)
	}
}
