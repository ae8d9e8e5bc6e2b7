package weekly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// number counts what holds of a list.
func number[T any](list []T, holds func(T) bool) int {
	n := 0
	for _, one := range list {
		if holds(one) {
			n++
		}
	}
	return n
}

func equal[T any](t *rapid.T, what string, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s: got %v, counted %v", what, got, want)
	}
}

func TestEachNumberOfATrackIsACountOfRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(rapid.Bool().Draw(t, "jumps")).Draw(t, "world")
		r := Make(w.input())
		equal(t, "tracks", len(r.Tracks), len(w.told()))
		for i, row := range w.told() {
			got := r.Tracks[i]
			var runs []forks.PassRecord
			for _, p := range w.passes[row.Track] {
				if !p.Started.Before(r.From) && p.Started.Before(r.To) {
					runs = append(runs, p)
				}
			}
			of := func(o forks.PassOutcome) int {
				return number(runs, func(p forks.PassRecord) bool { return p.Outcome == o })
			}
			n := got.Passes
			equal(t, "passes", []int{n.All, n.Published, n.State, n.Unchanged, n.Quiet, n.Stopped, n.Failed},
				[]int{len(runs), of(forks.PassPublished), of(forks.PassState), of(forks.PassUnchanged), of(forks.PassQuiet), of(forks.PassStopped), of(forks.PassFailed)})
			moves, commits, longest, reasons := 0, 0, Seconds(0), map[string]int{}
			changed := map[forks.PatchID]bool{}
			for _, p := range runs {
				zero := forks.Hash{}
				if p.Outcome == forks.PassPublished && p.OldBase != p.NewBase && p.OldBase != zero && p.NewBase != zero {
					moves++
				}
				if p.Outcome == forks.PassFailed || p.Outcome == forks.PassStopped {
					reasons[w.in.unnamed(p.Error)]++
				}
				if p.Digest != nil && p.Digest.Taken != nil {
					commits += p.Digest.Taken.Commits
				}
				if p.Digest != nil {
					for _, c := range p.Digest.Changed {
						changed[c.Patch] = true
					}
				}
				longest = max(longest, Seconds(p.Seconds))
			}
			equal(t, "moves, commits, longest", []int{got.Moves, got.Taken, int(n.Longest)}, []int{moves, commits, int(longest)})
			equal(t, "reasons", len(n.Failures), min(maxFailures, len(reasons)))
			for j, f := range n.Failures {
				equal(t, "times of "+f.Reason, f.Times, reasons[f.Reason])
				if j > 0 && n.Failures[j-1].Times < f.Times {
					t.Fatalf("failures are not in order: %v", n.Failures)
				}
			}
			equal(t, "changed", len(got.Stack.Changed)+got.Stack.MoreChanged, len(changed))
			countStack(t, r, row, got.Stack)
		}
	})
}

func countStack(t *rapid.T, r Report, row forks.TrackRows, got Stack) {
	t.Helper()
	inWeek := func(at time.Time) bool { return !at.Before(r.From) && at.Before(r.To) }
	equal(t, "stack", got.Patches, len(row.Stack))
	for _, o := range forks.Outcomes() {
		equal(t, string(o), got.Outcomes[o], number(row.Stack, func(p forks.Patch) bool { return p.Published == o }))
	}
	equal(t, "left out", len(got.LeftOut), number(row.Stack, func(p forks.Patch) bool { return p.Out != nil }))
	ended := func(wanted bool) int {
		return number(row.Ended, func(p forks.Patch) bool {
			return inWeek(p.End.At) && (p.End.Outcome == forks.Upstreamed) == wanted
		})
	}
	equal(t, "upstreamed and ended", []int{len(got.Upstreamed), len(got.Ended)}, []int{ended(true), ended(false)})
	equal(t, "added", len(got.Added), number(row.Turns, func(u forks.Turn) bool {
		return inWeek(u.At) && u.Was == "" && !u.Row.Published.Ends()
	}))
	asked := 0
	for _, times := range row.Asked {
		if times > 0 {
			asked++
		}
	}
	equal(t, "most asked", len(got.Most), min(5, asked))
	for i, note := range got.Most {
		equal(t, "times asked", note.Times, row.Asked[note.Patch])
		if i > 0 && got.Most[i-1].Times < note.Times {
			t.Fatalf("not those asked most: %v", got.Most)
		}
	}
	equal(t, "trend", len(got.Trend), TrendWeeks)
}

func TestEachNumberOfConflictsIsACountOfRows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		r := Make(w.input())
		inWeek := func(at time.Time) bool { return !at.Before(r.From) && at.Before(r.To) }
		var opened, people, memory, away, declined, open int
		var took []time.Duration
		for _, row := range w.told() {
			for _, p := range row.Proposals {
				// Nobody answered it, and it was not declined: another round goes on with it.
				unanswered := func(q forks.Proposal) bool {
					return q.Status == forks.Withdrawn || q.Status == forks.Cleaned && q.Taken == 0
				}
				neighbour := func(by int, holds func(forks.Proposal) bool) bool {
					return number(row.Proposals, func(q forks.Proposal) bool {
						return q.Patch == p.Patch && q.Conflict.Cause == p.Conflict.Cause && q.Round == p.Round+by && holds(q)
					}) > 0
				}
				any := func(forks.Proposal) bool { return true }
				live := p.Status == forks.Open || p.Status == forks.Ready || p.Status == forks.Unresolved
				if inWeek(p.Opened) && !neighbour(-1, unanswered) {
					opened++
				}
				if p.Opened.Before(r.To) && (live || !p.Closed.Before(r.To)) {
					open++
				}
				switch {
				case live || !inWeek(p.Closed):
				case p.Status == forks.Declined:
					declined++
				case unanswered(p) && !neighbour(1, any):
					away++
				case !unanswered(p):
					people++
					took = append(took, p.Closed.Sub(p.Opened))
				}
			}
			memory += number(row.Reused, func(u forks.Reuse) bool { return inWeek(u.At) })
		}
		c := r.Conflicts
		equal(t, "conflicts", []int{c.Opened, c.ByPeople, c.ByMemory, c.Elsewhere, c.Declined, c.AllOpen}, []int{opened, people, memory, away, declined, open})
		equal(t, "listed", []int{len(c.Resolved), len(c.Open)}, []int{min(MaxListed, people+away+declined), min(MaxListed, open)})
		slices.Sort(took)
		if n := len(took); n > 0 {
			equal(t, "longest", c.Longest, Of(took[n-1]))
			lower := number(took, func(d time.Duration) bool { return Of(d) < c.Median })
			higher := number(took, func(d time.Duration) bool { return Of(d) > c.Median })
			if lower > n/2 || higher > n/2 {
				t.Fatalf("median %v of %v", c.Median, took)
			}
		} else {
			equal(t, "median and longest", []Seconds{c.Median, c.Longest}, []Seconds{0, 0})
		}
	})
}

func TestUpIsTheShareOfTheTimeInWhichARunWentOn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(rapid.Bool().Draw(t, "jumps")).Draw(t, "world")
		r := Make(w.input())
		runs, s := w.in.Rows.Runs, r.Service
		if len(runs) == 0 || !r.From.Before(r.To) {
			equal(t, "up", s.Up, -1)
			return
		}
		from := r.From
		if r.FirstWeek && runs[0].Started.After(from) {
			from = earlier(r.To, runs[0].Started)
		}
		const step = 11 * time.Minute
		steps, up := 0, 0
		for at := from.Add(step / 2); at.Before(r.To); at = at.Add(step) {
			steps++
			for i, run := range runs {
				end := run.Ended
				if end.IsZero() && i == len(runs)-1 {
					end = r.To
				} else if end.IsZero() {
					for _, s := range w.in.Rows.Samples {
						if s.At.Before(runs[i+1].Started) && s.At.After(end) {
							end = s.At
						}
					}
					for _, e := range w.in.Rows.Events {
						if e.At.Before(runs[i+1].Started) && e.At.After(end) {
							end = e.At
						}
					}
				}
				if !at.Before(run.Started) && at.Before(end) {
					up++
					break
				}
			}
		}
		if steps > 0 {
			share := float64(up) / float64(steps)
			if slack := float64(2*len(runs)+2) / float64(steps); share > s.Up+slack || share < s.Up-slack {
				t.Fatalf("up %v, of the samples %v", s.Up, share)
			}
		}
		inWeek := func(run forks.Run) bool { return !run.Started.Before(r.From) && run.Started.Before(r.To) }
		equal(t, "starts", s.Starts, number(runs, inWeek))
		cut := 0
		for i := 1; i < len(runs); i++ {
			if runs[i-1].Ended.IsZero() && inWeek(runs[i]) {
				cut++
			}
		}
		equal(t, "cut off", s.CutOff, cut)
	})
}

func TestTheSameInputGivesTheSameReport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(true).Draw(t, "world")
		in := w.input()
		before := fmt.Sprintf("%+v", in.Rows)
		a, b, c := asJSON(t, Make(in)), asJSON(t, Make(in)), asJSON(t, Make(w.input()))
		if !bytes.Equal(a, b) || !bytes.Equal(a, c) {
			t.Fatalf("two reports of one input:\n%s\n%s\n%s", a, b, c)
		}
		if after := fmt.Sprintf("%+v", in.Rows); after != before {
			t.Fatal("the input was changed")
		}
		for _, null := range []string{`_roles":null`, `"needed":null`, `"with":null`, `"curve":null`, `"failures":null`, `"open":null`, `"trend":null`, `"changed":null`} {
			if bytes.Contains(a, []byte(null)) {
				t.Fatalf("the report has %s", null)
			}
		}
	})
}

func asJSON(t *rapid.T, r Report) []byte {
	t.Helper()
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestQuietPassesChangeNoCountButTheirOwn(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		w.in.Rows.Tracks = w.told() // others would be told of by these passes
		plain := Make(w.input())
		more := 0
		for _, row := range w.in.Rows.Tracks {
			track := row.Track
			passes := w.passes[track]
			for _, at := range (drawer{t, plain.From, plain.To, plain.From, false}).times("quiet", 9) {
				if at.Before(plain.From) || !at.Before(plain.To) {
					continue
				}
				i, _ := slices.BinarySearchFunc(passes, at, func(p forks.PassRecord, at time.Time) int { return p.Started.Compare(at) })
				passes = slices.Insert(slices.Clone(passes), i, forks.PassRecord{Fork: "nixpkgs", Track: track, Started: at, Outcome: forks.PassQuiet})
				more++
			}
			w.passes[track] = passes
		}
		quieter := Make(w.input())
		for i := range quieter.Tracks {
			a, b := &plain.Tracks[i], &quieter.Tracks[i]
			more -= b.Passes.Quiet - a.Passes.Quiet
			equal(t, "all", b.Passes.All-a.Passes.All, b.Passes.Quiet-a.Passes.Quiet)
			a.Passes.All, a.Passes.Quiet, b.Passes.All, b.Passes.Quiet = 0, 0, 0, 0
			// To look more often can only make more of the lag known.
			if b.Lag.InSync < a.Lag.InSync-1e-9 || a.Lag.Known && (!b.Lag.Known || a.Lag.Now != b.Lag.Now) {
				t.Fatalf("lag %+v, with more looks %+v", a.Lag, b.Lag)
			}
			a.Lag, b.Lag = Lag{}, Lag{}
		}
		equal(t, "quiet passes", more, 0)
		plain.Summary, quieter.Summary = "", ""
		for _, r := range []*Report{&plain, &quieter} { // both are told of each track, above
			r.Readiness.Goals = slices.DeleteFunc(r.Readiness.Goals, func(g Goal) bool { return g.Name == forks.GoalLag || g.Name == forks.GoalInSync })
		}
		if a, b := asJSON(t, plain), asJSON(t, quieter); !bytes.Equal(a, b) {
			t.Fatalf("got\n%s\nwant\n%s", b, a)
		}
	})
}

func TestClocksThatJumpLeaveNothingNegative(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(true).Draw(t, "world")
		in := w.input()
		r := Make(in)
		for _, track := range r.Tracks {
			if l := track.Lag; l.Now < 0 || l.InSync < 0 && l.InSync != -1 || l.InSync > 1 {
				t.Fatalf("lag %+v", l)
			}
			for i, p := range track.Lag.Curve {
				if p.Lag < -1 || i > 0 && p.At.Before(track.Lag.Curve[i-1].At) {
					t.Fatalf("curve %+v", track.Lag.Curve)
				}
			}
			for i := range TrendWeeks {
				week := w.in.Week.Add(-i)
				if lag, _ := in.Tallies[track.Track].lagAt(week); lag < 0 {
					t.Fatalf("lag of %v: %v", week, lag)
				}
				if share, _ := in.Tallies[track.Track].inSync(week); share < 0 || share > 1 {
					t.Fatalf("in sync in %v: %v", week, share)
				}
			}
		}
		for _, c := range r.Conflicts.Resolved {
			if c.Took < 0 {
				t.Fatalf("%+v", c)
			}
		}
		if s := r.Service.Up; s > 1 || s < 0 && s != -1 {
			t.Fatalf("up %v", s)
		}
	})
}

func TestWhoOptedOutIsCountedAndNeverNamed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w := worlds(false).Draw(t, "world")
		r := Make(w.input())
		for _, n := range r.Needed {
			hides(t, n.With...)
		}
		for _, c := range r.Conflicts.Open {
			hides(t, append(c.With, c.Next)...)
		}
		for _, c := range r.Conflicts.Resolved {
			hides(t, c.By, c.Reason)
		}
		for _, d := range r.Deeds {
			hides(t, d.What)
		}
		for _, track := range r.Tracks {
			for _, list := range [][]PatchNote{track.Stack.Upstreamed, track.Stack.Added, track.Stack.Ended, track.Stack.LeftOut, track.Stack.Most} {
				for _, note := range list {
					hides(t, note.Author, note.By)
				}
			}
		}
	})
}

// hides says that dora is in none of the texts. What stands in quotes is a subject.
func hides(t *rapid.T, texts ...string) {
	t.Helper()
	for _, text := range texts {
		own := regexp.MustCompile(`“[^”]*”`).ReplaceAllString(text, "")
		words := strings.FieldsFunc(own, func(r rune) bool { return r >= 0x80 || !inName(byte(r)) })
		if slices.ContainsFunc(words, func(word string) bool { return strings.EqualFold(word, "dora") || word == "dd" }) {
			t.Fatalf("%q names who opted out", text)
		}
	}
}
