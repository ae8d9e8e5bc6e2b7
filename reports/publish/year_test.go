package publish

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// fate is what happens to a world: who asks gets a number below n.
type fate func(n int) int

// between is a length of time of at most the one that is given.
func (f fate) between(least, most time.Duration) time.Duration {
	return least + time.Duration(f(int((most-least)/time.Minute)+1))*time.Minute
}

// live lets a world live until the true time is over, with restarts, crashes, rests,
// clocks that are wrong for a while, time zones that change and places that are dead.
func (w *world) live(until time.Time, f fate) (crashes int) {
	zones := []string{"UTC", "Europe/Berlin", "Africa/Cairo", "America/St_Johns", "Asia/Tokyo", "Pacific/Pago_Pago"}
	var names []string
	for name := range w.boards {
		names = append(names, name)
	}
	slices.Sort(names)
	p := w.start(0)
	p.run(9 * day) // every place has begun
	for w.truly().Before(until) {
		switch f(10) {
		case 0, 1, 2:
			p.run(f.between(time.Minute, 100*time.Hour))
		case 3:
			p = w.start(0)
		case 4: // within its next writes the process ends
			p = w.start(1 + f(12))
			p.run(8 * day)
		case 5:
			w.clock.Advance(f.between(0, 14*day))
			p = w.start(0)
		case 6: // a clock that is far ahead, and set right before an hour is over
			ahead := f.between(time.Hour, 500*day)
			w.leap(ahead)
			p.run(f.between(0, 25*time.Minute))
			if f(2) == 0 {
				p = w.start(0)
			}
			p.run(f.between(0, 25*time.Minute))
			w.leap(-ahead)
		case 7: // one that is behind
			behind := f.between(time.Minute, 30*day)
			w.leap(-behind)
			p.run(f.between(0, 12*time.Hour))
			w.leap(behind)
		case 8:
			w.trouble(w.boards[names[f(len(names))]], f)
		case 9:
			w.zone = zoneOf(w.t, zones[f(len(zones))])
			p.use()
		}
		if p.died() {
			crashes++
			p = w.start(0)
		}
	}
	for _, b := range w.boards {
		b.fails, b.silent = nil, nil
	}
	p = w.start(0)
	p.run(26 * time.Hour)
	return crashes
}

// trouble begins at a place, or ends there.
func (w *world) trouble(b *board, f fate) {
	w.mu.Lock()
	defer w.mu.Unlock()
	b.fails, b.silent = nil, nil
	part := b.parts[f(len(b.parts))]
	switch f(5) {
	case 0:
		b.fails = func(string) error { return errors.New("unreachable") }
	case 1:
		b.fails = func(p string) error {
			if p == part {
				return forks.AskPerson("look", "550 no such user")
			}
			return nil
		}
	case 2:
		n := 0
		b.silent = func() bool { n++; return n%3 != 0 }
	}
}

// checkLaw checks that each week has one report, and that each place got each of them or
// a person was told that it does not.
func (w *world) checkLaw(t testing.TB) {
	for fork, rows := range w.rows {
		weeks, _ := w.start(0).ReportWeeks(t.Context(), fork)
		slices.Reverse(weeks)
		for i, week := range weeks {
			if i == 0 && week != forks.WeekAt(w.since, time.UTC) || i > 0 && week != weeks[i-1].Add(1) {
				t.Errorf("%s: %s comes at the place %d of %v", fork, week, i, weeks)
			}
		}
		if over := weeks[len(weeks)-1].Add(1).End(w.zone); w.truly().After(over.Add(26 * time.Hour)) {
			t.Errorf("%s: the last report is %s at %s", fork, weeks[len(weeks)-1], w.truly())
		}
		for _, b := range w.boards {
			if b.fork != fork {
				continue
			}
			for _, part := range b.parts {
				for _, week := range weeks {
					row, got := rows[place{b.name, part, week}], slices.Contains(b.got[part], week)
					// What was given up may have arrived, with its answer lost.
					if row.Status != forks.DeliveryGivenUp && (row.Status != forks.DeliveryDone || !got) {
						t.Errorf("%s/%s %q: %s is %q after %d attempts (%s); arrived is %v", fork, b.name, part, week, row.Status, row.Tries, row.Error, got)
					}
				}
			}
		}
	}
}

func populate(w *world) {
	for _, fork := range []string{"nix", "nixpkgs", "lix"} {
		w.board(fork, "files")
		w.board(fork, "issue")
		w.board(fork, "discourse")
		w.board(fork, "mail", "core@example.org", "ada@example.org")
	}
}

func TestAYearOfRestartsAndWrongClocksBringsEachWeekOnce(t *testing.T) {
	t.Parallel()
	for seed := range uint64(1) {
		w := newWorld(t, at(t, "2026-01-01 12:00"))
		populate(w)
		random := rand.New(rand.NewPCG(seed, 53))
		w.past = map[string]*past{}
		for _, fork := range []string{"nix", "nixpkgs", "lix"} {
			w.past[fork] = happened(fork, w.since, at(t, "2027-01-12 12:00"), random.IntN)
		}
		crashes := w.live(at(t, "2027-01-12 12:00"), random.IntN)
		w.checkLaw(t)
		w.checkCounts(t)
		if _, ok := w.reports[report{"nix", week(t, "2026-W53")}]; !ok {
			t.Error("week 53 has no report")
		}
		if crashes < 5 {
			t.Errorf("there were %d crashes only", crashes)
		}
		told := map[string]int{}
		for _, e := range w.events {
			if e.Kind == alarmKind {
				told[e.Fork+e.Text]++
			}
		}
		for text, n := range told {
			if n > 1+crashes {
				t.Errorf("told %d times: %s", n, text)
			}
		}
		t.Logf("%d reports, %d crashes, %d events", len(w.reports), crashes, len(w.events))
	}
}

func TestWhateverHappensEachWeekComesOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(t, time.Unix(rapid.Int64Range(1_780_000_000, 1_800_000_000).Draw(rt, "start"), 0).UTC())
		w.board("nix", "files")
		w.board("nix", "mail", "core@example.org", "ada@example.org")
		w.live(w.since.Add(21*day), func(n int) int { return rapid.IntRange(0, n-1).Draw(rt, "fate") })
		w.checkLaw(t)
		if t.Failed() {
			rt.FailNow()
		}
	})
}
