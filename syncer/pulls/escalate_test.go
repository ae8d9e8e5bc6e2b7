package pulls_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the machine may have none

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// watch looks at one conflict now and then, and remembers what it saw as a database does.
type watch struct {
	t       *testing.T
	record  forks.Waiting
	changes int
	begun   []string // "stage@day"
}

func (w *watch) look(in pulls.WaitInput, day float64, now time.Time) {
	w.t.Helper()
	steps := pulls.DefaultSteps()
	is := steps.Wait(w.record, in, now)
	if again := steps.Wait(is, in, now); asJSON(again) != asJSON(is) {
		w.t.Errorf("day %g: a second look makes %s of %s", day, asJSON(again), asJSON(is))
	}
	if is.Stage > w.record.Stage+1 && w.record.Running() {
		w.t.Errorf("day %g: stage %d after %d", day, is.Stage, w.record.Stage)
	}
	if is.Stage > w.record.Stage {
		w.begun = append(w.begun, fmt.Sprintf("%d@%g", is.Stage, day))
	}
	if asJSON(is) != asJSON(w.record) {
		w.changes++
	}
	w.record = forks.Waiting{}
	if err := json.Unmarshal([]byte(asJSON(is)), &w.record); err != nil {
		w.t.Fatal(err)
	}
}

// timeline is a month of a conflict, at which somebody looks four times a day.
type timeline struct {
	name string
	// is changes what is seen on a day.
	is func(day float64, in *pulls.WaitInput)
	// clock changes what the clock shows; nil for a clock that is right.
	clock func(day float64, now time.Time) time.Time
	// unseen says when nobody looks; lost when the record is lost just before a look.
	unseen  func(day float64) bool
	lost    float64
	want    string
	changes int
}

func between(from, to float64, do func(*pulls.WaitInput)) func(float64, *pulls.WaitInput) {
	return func(day float64, in *pulls.WaitInput) {
		if day >= from && day < to {
			do(in)
		}
	}
}

func timelines() []timeline {
	const ever = 1000
	return []timeline{
		{name: "nothing happens", want: "1@3 2@7 3@14 4@21", changes: 5},
		{name: "nobody has it before day 2", is: between(0, 2, func(in *pulls.WaitInput) { in.Asked = false }), want: "1@5 2@9 3@16 4@23", changes: 5},
		{name: "nobody has it, ever", is: between(0, ever, func(in *pulls.WaitInput) { in.Asked = false })},
		{name: "all of them are taken off", is: between(1, ever, func(in *pulls.WaitInput) { in.Asked = false }), want: "1@3 2@7 3@14 4@21", changes: 5},
		{name: "held from day 2 to day 5", is: between(2, 5, func(in *pulls.WaitInput) { in.Held = true }), want: "1@6 2@10 3@17 4@24", changes: 7},
		{name: "paused", is: between(2, 5, func(in *pulls.WaitInput) { in.Paused = true }), want: "1@6 2@10 3@17 4@24", changes: 7},
		{name: "away", is: between(2, 5, func(in *pulls.WaitInput) { in.Away = true }), want: "1@6 2@10 3@17 4@24", changes: 7},
		{name: "settled, and unsettled again", is: between(2, 5, func(in *pulls.WaitInput) { in.Asks = false }), want: "1@6 2@10 3@17 4@24", changes: 7},
		{name: "paused, and held meanwhile", is: func(day float64, in *pulls.WaitInput) { in.Paused, in.Held = day >= 2 && day < 4, day >= 3 && day < 5 },
			want: "1@6 2@10 3@17 4@24", changes: 7},
		{name: "held three times", is: func(day float64, in *pulls.WaitInput) {
			in.Held = day >= 1 && day < 2 || day >= 4 && day < 5 || day >= 9 && day < 10
		},
			want: "1@5 2@10 3@17 4@24", changes: 9}, // two stages begin as a hold ends
		{name: "held from the beginning", is: between(0, 10, func(in *pulls.WaitInput) { in.Held = true }), want: "1@13 2@17 3@24", changes: 5},
		{name: "over on day 8", is: between(8, ever, func(in *pulls.WaitInput) { in.Asks = false }), want: "1@3 2@7", changes: 4},
		{name: "quiet hours", is: between(2.5, 3.5, func(in *pulls.WaitInput) { in.Quiet = true }), want: "1@3.5 2@7 3@14 4@21", changes: 5},
		{name: "quiet hours as it is opened", is: between(0, 0.5, func(in *pulls.WaitInput) { in.Quiet = true }), want: "1@3 2@7 3@14 4@21", changes: 5},
		{name: "quiet for weeks", is: between(0, 15, func(in *pulls.WaitInput) { in.Quiet = true }), want: "1@15 2@16 3@17 4@21", changes: 5},
		{name: "somebody takes it on", is: between(4, ever, func(in *pulls.WaitInput) { in.Given = []string{"mine bob"} }),
			want: "1@3 1@7 2@11 3@18 4@25", changes: 7},
		{name: "somebody says no, and the next is asked a day later", is: func(day float64, in *pulls.WaitInput) {
			if day >= 8 {
				in.Given, in.Asked = []string{"not mine ada"}, day >= 9
			}
		}, want: "1@3 2@7 1@12 2@16 3@23", changes: 8},
		{name: "mine, not mine, mine", is: func(day float64, in *pulls.WaitInput) {
			switch {
			case day >= 6:
				in.Given = []string{"mine ada"}
			case day >= 4:
				in.Given = []string{"not mine ada"}
			case day >= 2:
				in.Given = []string{"mine ada"}
			}
		}, want: "1@9 2@13 3@20 4@27", changes: 8},
		{name: "what people said is taken back", is: between(0, 5, func(in *pulls.WaitInput) { in.Given = []string{"mine bob", "not mine ada"} }),
			want: "1@3 2@7 3@14 4@21", changes: 6},
		{name: "the record is lost before anything was told", lost: 2, want: "1@5 2@9 3@16 4@23", changes: 6},
		{name: "the record is lost after the second stage", lost: 8, is: between(7, ever, func(in *pulls.WaitInput) { in.Told = 2 }),
			want: "1@3 2@7 2@8 3@15 4@22", changes: 6},
		{name: "the record is lost after the last stage", lost: 22, is: between(14, ever, func(in *pulls.WaitInput) { in.Told = 3 }),
			want: "1@3 2@7 3@14 4@21 3@22 4@29", changes: 7},
		{name: "the comments of an earlier one are no stage of the next", is: func(day float64, in *pulls.WaitInput) {
			if day >= 8 {
				in.Given, in.Told = []string{"not mine ada"}, 2
			}
		}, want: "1@3 2@7 1@11 2@15 3@22 4@29", changes: 8},
		{name: "nobody looked for nine days", unseen: func(day float64) bool { return day > 1 && day < 10 }, want: "1@10 2@11 3@14 4@21", changes: 5},
		{name: "the clock is a year ahead for an hour", clock: func(day float64, now time.Time) time.Time {
			if day == 1 {
				return now.Add(365 * 24 * time.Hour)
			}
			return now
		}, want: "1@1 2@7 3@14 4@21", changes: 6},
		{name: "the clock is a year ahead from day 1 on", clock: func(day float64, now time.Time) time.Time {
			if day >= 1 {
				return now.Add(365 * 24 * time.Hour)
			}
			return now
		}, want: "1@1 2@2 3@3 4@4", changes: 5},
		{name: "the clock is a year ahead as a hold begins", is: between(1, 2, func(in *pulls.WaitInput) { in.Held = true }), clock: func(day float64, now time.Time) time.Time {
			if day == 1 {
				return now.Add(365 * 24 * time.Hour)
			}
			return now
		}, want: "1@2 2@3 3@4 4@5", changes: 6},
		{name: "the clock goes back a year on day 5", clock: func(day float64, now time.Time) time.Time {
			if day >= 5 {
				return now.Add(-365 * 24 * time.Hour)
			}
			return now
		}, want: "1@3 2@12 3@19 4@26", changes: 6},
	}
}

func TestTheClockCountsOnlyWhileSomebodyCanDecide(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	// In the month that begins there an hour is missing, and in the other one it comes twice.
	for _, start := range []time.Time{now, time.Date(2026, 3, 25, 8, 0, 0, 0, berlin), time.Date(2026, 10, 20, 23, 30, 0, 0, berlin)} {
		for _, c := range timelines() {
			w := &watch{t: t}
			for look := range 30 * 4 {
				day, at := float64(look)/4, start.Add(time.Duration(look)*6*time.Hour)
				if c.unseen != nil && c.unseen(day) {
					continue
				}
				in := pulls.WaitInput{Asked: true, Asks: true}
				if c.is != nil {
					c.is(day, &in)
				}
				if c.clock != nil {
					at = c.clock(day, at)
				}
				if c.lost > 0 && day == c.lost {
					w.record = forks.Waiting{}
				}
				w.look(in, day, at)
			}
			if got := strings.Join(w.begun, " "); got != c.want || w.changes != c.changes {
				t.Errorf("%s, from %s: %s with %d changes, want %s with %d", c.name, start, got, w.changes, c.want, c.changes)
			}
		}
	}
}

func TestShorterStepsComeSoonerAndNoFasterThanTheyAreApart(t *testing.T) {
	t.Parallel()
	steps := pulls.Steps{time.Hour, 3 * time.Hour, 9 * time.Hour, 40 * time.Hour}
	var is forks.Waiting
	in := pulls.WaitInput{Asked: true, Asks: true}
	var got []int
	for minute := range 50 * 60 {
		was := is.Stage
		if is = steps.Wait(is, in, now.Add(time.Duration(minute)*time.Minute)); is.Stage > was {
			got = append(got, minute)
		}
	}
	if want := []int{60, 180, 540, 2400}; !reflect.DeepEqual(got, want) {
		t.Errorf("stages begin after %v minutes, want %v", got, want)
	}
	is, got = steps.Wait(forks.Waiting{}, in, now), nil
	for minute := range 60 * 60 { // nobody looked for two days
		was := is.Stage
		if is = steps.Wait(is, in, now.Add(48*time.Hour+time.Duration(minute)*time.Minute)); is.Stage > was {
			got = append(got, minute)
		}
	}
	if want := []int{0, 2 * 60, 8 * 60, 32 * 60}; !reflect.DeepEqual(got, want) {
		t.Errorf("stages begin after %v minutes more, want %v", got, want)
	}
}

func TestTheNextStageIsForetold(t *testing.T) {
	t.Parallel()
	steps, in := pulls.DefaultSteps(), pulls.WaitInput{Asked: true, Asks: true}
	is := steps.Wait(forks.Waiting{}, in, now)
	for stage := 1; stage <= 4; stage++ {
		next := steps.Next(is)
		before := steps.Wait(is, in, next.Add(-time.Second))
		if before.Stage != stage-1 || asJSON(before) != asJSON(is) {
			t.Errorf("a second before %s it is %s", next, asJSON(before))
		}
		if is = steps.Wait(is, in, next); is.Stage != stage {
			t.Errorf("at %s it is stage %d, want %d", next, is.Stage, stage)
		}
	}
	if next := steps.Next(is); !next.IsZero() {
		t.Errorf("after the last stage comes another one at %s", next)
	}
	in.Held = true
	if next := steps.Next(steps.Wait(is, in, now.AddDate(0, 0, 30))); !next.IsZero() {
		t.Errorf("held, and a stage at %s", next)
	}
}

// Whatever happens and whatever the clock shows, a look at the same time changes
// nothing, no stage is passed over or comes back unless it is handed on, and two stages
// are a day apart on the clock as long as that is not put back.
func TestTheClockNeverHurries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		steps, at, record := pulls.DefaultSteps(), now, forks.Waiting{}
		begun := time.Time{}
		some := func(what string) bool { return rapid.IntRange(0, 5).Draw(t, what) == 0 }
		var given []string
		for range rapid.IntRange(1, 60).Draw(t, "looks") {
			jump := rapid.SampledFrom([]time.Duration{0, time.Minute, time.Hour, 20 * time.Hour, 72 * time.Hour, 400 * 24 * time.Hour, -time.Minute, -50 * time.Hour, -400 * 24 * time.Hour}).Draw(t, "jump")
			at = at.Add(jump)
			if jump < 0 {
				begun = time.Time{}
			}
			handed := some("handed on")
			if handed {
				given = []string{fmt.Sprintf("mine %d", at.UnixNano()), rapid.StringN(1, 3, -1).Draw(t, "who")}
			}
			in := pulls.WaitInput{Given: given, Asked: !some("not asked"), Asks: !some("over"), Held: some("held"), Paused: some("paused"), Away: some("away"), Quiet: some("quiet")}
			is := steps.Wait(record, in, at)
			if again := steps.Wait(is, in, at); asJSON(again) != asJSON(is) {
				t.Fatalf("%s becomes %s", asJSON(is), asJSON(again))
			}
			switch {
			case handed:
				begun = time.Time{}
			case is.Stage < record.Stage || is.Stage > record.Stage+1 || is.Counted < record.Counted || is.Counted > 21*24*time.Hour:
				t.Fatalf("%s becomes %s", asJSON(record), asJSON(is))
			case is.Stage > record.Stage:
				if in.Quiet || in.Held || in.Paused || in.Away || !in.Asks || !begun.IsZero() && at.Sub(begun) < 24*time.Hour {
					t.Fatalf("at %s, with %+v, %s becomes %s", at, in, asJSON(record), asJSON(is))
				}
				begun = at
			}
			if next := steps.Next(is); !next.IsZero() && !in.Quiet && !next.After(at) {
				t.Fatalf("at %s the next stage of %s was at %s", at, asJSON(is), next)
			}
			record = is
		}
	})
}
