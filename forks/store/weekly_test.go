package store_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/store"
)

// weekOf reads a week that begins at noon.
func weekOf(t *testing.T, db *store.Store, fork string) forks.WeeklyRows {
	t.Helper()
	w, err := db.WeeklyRows(t.Context(), fork, noon(), noon().Add(7*day))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// after is a time of that week, or before it.
func after(d time.Duration) time.Time { return noon().Add(d) }

func index(t *testing.T, db *store.Store, fork, track string, commit byte, state forks.State) {
	t.Helper()
	if err := db.Index(t.Context(), fork, track, hash(commit), state); err != nil {
		t.Fatal(err)
	}
}

func TestForkThatNobodyKnowsHasAnEmptyWeek(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	want := forks.WeeklyRows{Fork: "nix", Tracks: []forks.TrackRows{}, Requests: []forks.RequestRecord{}, Waiting: []forks.WaitingWith{},
		Events: []forks.Event{}, Runs: []forks.Run{}, Samples: []forks.Sample{}, FirstSolved: map[string]time.Time{}}
	if got := weekOf(t, db, "nix"); !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if first, err := db.Recorded(t.Context(), "nix"); !first.IsZero() || err != nil {
		t.Errorf("on record since %s, %v", first, err)
	}
}

func TestTrackIsToldAsItsNewestStateHasIt(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	patch := func(id forks.PatchID) forks.Patch {
		return forks.Patch{ID: id, Subject: "s", Versions: []forks.Version{{Commit: hash(3), By: "Ada", At: noon()}},
			Folded: []forks.FoldedCommit{{Commit: hash(4), Subject: "f"}}}
	}
	ask := func(id forks.ProposalID, status forks.ProposalStatus) forks.Proposal {
		return forks.Proposal{ID: id, Patch: "p1", Round: 1, Status: status, Opened: after(-20 * day), NotFor: []string{}, Members: []forks.Member{},
			Conflict: forks.Conflict{Patch: "p1", Files: []forks.ConflictFile{{Path: "a\xff", Kind: forks.Content, Stages: []forks.Stage{{Stage: 1}}},
				{Path: "b", Kind: forks.Content, Stages: []forks.Stage{}}}}}
	}
	gone := ask("c0", forks.Withdrawn)
	index(t, db, "nix", "main", 1, forks.State{Pass: 1, At: after(-30 * day), Proposals: []forks.Proposal{gone},
		Decisions: []forks.Decision{{Patch: "p9", Question: "what of it?"}}, Paused: &forks.Pause{By: "ada", At: noon()}})
	index(t, db, "nix", "main", 2, forks.State{
		Pass: 2, At: after(-10 * day), Upstream: "https://example.org/up", Follow: "unstable", Branch: "main", Adopted: forks.Adopted{By: "ada", At: after(-30 * day)},
		Base: hash(11), Tip: hash(12), UpstreamTip: hash(13),
		Hold:    &forks.Hold{Commit: hash(14), Reason: "waits", Until: after(day)},
		Stopped: &forks.Stop{Reason: "rewound", Next: "look", Tip: hash(15), At: after(-day)},
		Paused:  &forks.Pause{By: "bob", Because: "release", At: after(-2 * day)},
		Patches: []forks.Patch{patch("p2"), patch("p1")}, Ended: []forks.Patch{patch("p3")},
		Proposals: []forks.Proposal{ask("c2", forks.Open), ask("c1", forks.Withdrawn)},
		Decisions: []forks.Decision{{Patch: "p2", Proposal: "c2", Question: "\x1b which?", Asked: noon()}, {Patch: "p1", Question: "why?"}},
	})
	health := forks.Health{FirstGood: noon(), LastGood: noon(), Trouble: "t", Condition: forks.TrackHolding, Before: forks.TrackFollowing}
	if err := db.SetHealth(t.Context(), "nix", "main", health); err != nil {
		t.Fatal(err)
	}
	// A track that was never adopted, what is the fork's, and another fork.
	if err := db.SetHealth(t.Context(), "nix", "a-new-one", health); err != nil {
		t.Fatal(err)
	}
	if err := db.AddEvent(t.Context(), forks.Event{Fork: "nix", Kind: "forge"}); err != nil {
		t.Fatal(err)
	}
	index(t, db, "lix", "main", 1, forks.State{Pass: 1, At: after(-60 * day)})
	empty := forks.TrackRows{Decisions: []forks.Decision{}, Stack: []forks.Patch{}, Ended: []forks.Patch{}, Proposals: []forks.Proposal{},
		Reused: []forks.Reuse{}, Turns: []forks.Turn{}, Asked: map[forks.PatchID]int{}, Health: health}
	fresh, want := empty, empty
	fresh.Track = "a-new-one"
	want.Track, want.Branch, want.Follow, want.Upstream, want.Adopted = "main", "main", "unstable", "https://example.org/up", after(-30*day)
	want.Base, want.Tip, want.UpstreamTip, want.Pass = hash(11), hash(12), hash(13), 2
	want.Hold = &forks.Hold{Commit: hash(14), Reason: "waits", Until: after(day)}
	want.Stopped = &forks.Stop{Reason: "rewound", Next: "look", Tip: hash(15), At: after(-day)}
	want.Paused = &forks.Pause{By: "bob", Because: "release", At: after(-2 * day)}
	want.Decisions = []forks.Decision{{Patch: "p2", Proposal: "c2", Question: "\x1b which?", Asked: noon()}, {Patch: "p1", Question: "why?"}}
	want.Stack, want.Ended = []forks.Patch{patch("p2"), patch("p1")}, []forks.Patch{patch("p3")}
	want.Proposals = []forks.Proposal{gone, ask("c2", forks.Open), ask("c1", forks.Withdrawn)}
	want.Asked = map[forks.PatchID]int{"p1": 3}
	got := weekOf(t, db, "nix")
	if len(got.Tracks) != 2 || !reflect.DeepEqual(got.Tracks[0], fresh) || !reflect.DeepEqual(got.Tracks[1], want) {
		t.Errorf("got\n%+v\nwant\n%+v\n%+v", got.Tracks, fresh, want)
	}
	if !got.Recorded.Equal(after(-30 * day)) {
		t.Errorf("on record since %s", got.Recorded)
	}
	if first, err := db.Recorded(t.Context(), "nix"); err != nil || !first.Equal(after(-30*day)) {
		t.Errorf("on record since %s, %v", first, err)
	}
	// All of it ends with the state that has nothing of it.
	index(t, db, "nix", "main", 3, forks.State{Pass: 3, At: noon()})
	main := weekOf(t, db, "nix").Tracks[1]
	if main.Hold != nil || main.Stopped != nil || main.Paused != nil || len(main.Decisions)+len(main.Stack)+len(main.Ended) != 0 || len(main.Proposals) != 3 {
		t.Errorf("got %+v", main)
	}
}

func TestWeekHasWhatHappenedInItAndNothingElse(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(noon())
	db, path := newStoreAt(t, clock)
	end := after(7 * day)
	last := end.Add(-time.Millisecond)
	for i, at := range []time.Time{after(-time.Millisecond), noon(), last, end} {
		for _, where := range [][2]string{{"nix", "main"}, {"nix", ""}, {"", ""}, {"lix", "main"}} {
			if err := db.AddEvent(t.Context(), forks.Event{Fork: where[0], Track: where[1], At: at, Kind: "k"}); err != nil {
				t.Fatal(err)
			}
		}
		for _, fork := range []string{"", "nix", "lix"} {
			if err := db.AddSample(t.Context(), forks.Sample{At: at, Fork: fork, Name: forks.SampleForgeLeft, Value: float64(i)}); err != nil {
				t.Fatal(err)
			}
		}
		for _, fork := range []string{"nix", "lix"} {
			if _, err := db.AddRequest(t.Context(), forks.Request{Fork: fork, Track: "main", Verb: forks.VerbDrop, Who: fmt.Sprint(i), At: at}); err != nil {
				t.Fatal(err)
			}
		}
	}
	clock.Advance(day)
	if err := db.TakeRequest(t.Context(), 1, 7, "dropped"); err != nil { // made before the week
		t.Fatal(err)
	}
	for fork, id := range map[string]forks.ProposalID{"nix": "c1", "lix": "c2"} {
		if err := db.SetPullRecord(t.Context(), fork, "main", id, forks.PullRecord{State: forks.PullOpen, Number: 5}); err != nil {
			t.Fatal(err)
		}
	}
	w := weekOf(t, db, "nix")
	var events, samples, requests []string
	for _, e := range w.Events {
		events = append(events, fmt.Sprintf("%s %s/%s", e.At.Sub(noon()), e.Fork, e.Track))
	}
	if want := []string{"0s nix/main", "0s nix/", "0s /", "167h59m59.999s nix/main", "167h59m59.999s nix/", "167h59m59.999s /"}; !slices.Equal(events, want) {
		t.Errorf("events\n%q, want\n%q", events, want)
	}
	for _, m := range w.Samples {
		samples = append(samples, fmt.Sprintf("%s %s %s %v", m.At.Sub(noon()), m.Fork, m.Name, m.Value))
	}
	want := []string{"0s  forge_left 1", "0s nix forge_left 1", "167h59m59.999s  forge_left 2", "167h59m59.999s nix forge_left 2"}
	if !slices.Equal(samples, want) {
		t.Errorf("samples\n%q, want\n%q", samples, want)
	}
	for _, r := range w.Requests {
		requests = append(requests, fmt.Sprintf("%s %s %d %s", r.Fork, r.Who, r.Pass, r.Result))
	}
	if want := []string{"nix 0 7 dropped", "nix 1 0 ", "nix 2 0 "}; !slices.Equal(requests, want) {
		t.Errorf("requests %q, want %q", requests, want)
	}
	if len(w.Waiting) != 1 || w.Waiting[0].Fork != "nix" || w.Waiting[0].Proposal != "c1" {
		t.Errorf("waiting are %+v", w.Waiting)
	}
	if got := query(t, path, `SELECT count(*) FROM events`); !slices.Equal(got, []string{"16"}) {
		t.Fatalf("there are %s events", got)
	}
}

func TestSampleOfNowAndTheSameAgain(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	for _, value := range []float64{3, 4.5} {
		if err := db.AddSample(t.Context(), forks.Sample{Name: forks.SampleDiskFree, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := weekOf(t, db, "nix").Samples, []forks.Sample{{At: noon(), Name: forks.SampleDiskFree, Value: 4.5}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestRunsTouchAWeekUntilTheyEndedOrTheNextBegan(t *testing.T) {
	t.Parallel()
	clock := clockwork.NewFakeClockAt(after(-9 * day))
	db, _ := newStoreAt(t, clock)
	// Each is an hour later than the one before; how is "" where it was cut off.
	run := func(at, ended time.Duration, how string) {
		t.Helper()
		clock.Advance(after(at).Sub(clock.Now()))
		id, _, err := db.BeginRun(t.Context(), "1.0", 1)
		if err == nil && how != "" {
			clock.Advance(after(ended).Sub(clock.Now()))
			err = db.EndRun(t.Context(), id, how)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	run(-8*day, -7*day, "before it")
	run(-6*day, 0, "as it began")
	run(0, 0, "at once")
	run(time.Hour, 0, "")
	run(2*day, 3*day, "in it")
	run(4*day, 0, "")
	run(8*day, 0, "")
	var got []int64
	for _, r := range weekOf(t, db, "nix").Runs {
		got = append(got, r.ID)
	}
	if want := []int64{3, 4, 5, 6}; !slices.Equal(got, want) {
		t.Errorf("this week has runs %v, want %v", got, want)
	}
	for from, want := range map[time.Duration]int{-7 * day: 1, 5 * day: 2, 9 * day: 1} {
		w, err := db.WeeklyRows(t.Context(), "nix", after(from), after(from+7*day))
		if err != nil || len(w.Runs) != want {
			t.Errorf("from %s: %d runs, %v; want %d", from, len(w.Runs), err, want)
		}
	}
}

func TestFirstAnswerOfEachPersonEver(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	version := func(proposal forks.ProposalID, by string, at time.Time) forks.Patch {
		return forks.Patch{ID: forks.PatchID("p" + string(proposal)), Versions: []forks.Version{{Commit: hash(1), By: "Author", At: noon()}, {Commit: hash(2), Proposal: proposal, By: by, At: at}}}
	}
	closed := func(id forks.ProposalID, status forks.ProposalStatus, taken int, by string, at time.Time) forks.Proposal {
		return forks.Proposal{ID: id, Patch: "p", Status: status, Taken: taken, ClosedBy: by, Closed: at}
	}
	index(t, db, "nix", "main", 1, forks.State{Pass: 1,
		Patches: []forks.Patch{version("c1", "ada", after(-300*day)), version("c2", "bob", after(day)), version("c9", "", noon())},
		Proposals: []forks.Proposal{closed("c1", forks.Cleaned, 1, "ada", after(-299*day)), closed("c3", forks.Harvested, 0, "eve", noon()),
			closed("c4", forks.Cleaned, 4, "dan", noon()), closed("c5", forks.Declined, 0, "nay", noon()), closed("c6", forks.Withdrawn, 0, "gus", noon())}})
	// The patch is gone, and so is the answer from the state; another track had bob's earlier.
	index(t, db, "nix", "main", 2, forks.State{Pass: 2})
	index(t, db, "nix", "next", 1, forks.State{Pass: 1, Proposals: []forks.Proposal{closed("c7", forks.Harvested, 1, "bob", after(-day))}})
	index(t, db, "lix", "main", 1, forks.State{Pass: 1, Proposals: []forks.Proposal{closed("c8", forks.Harvested, 1, "ivy", noon())}})
	want := map[string]time.Time{"ada": after(-300 * day), "bob": after(-day), "eve": noon(), "dan": noon()}
	if got := weekOf(t, db, "nix").FirstSolved; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAnswerFromElsewhereIsToldOnceForEachPatch(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	with := func(id forks.PatchID, proposal forks.ProposalID) forks.Patch {
		return forks.Patch{ID: id, Versions: []forks.Version{{Commit: hash(2), Proposal: proposal, By: "ada", At: after(-40 * day)}}}
	}
	used := func(id forks.PatchID, by string) forks.Row {
		return forks.Row{Patch: id, Ahead: forks.Kept, Published: forks.Resolved, By: by}
	}
	index(t, db, "nix", "next", 1, forks.State{Pass: 4, At: after(-40 * day), Proposals: []forks.Proposal{{ID: "c1", Patch: "p9", Status: forks.Harvested}}})
	index(t, db, "lix", "main", 1, forks.State{Pass: 4, At: after(-40 * day), Proposals: []forks.Proposal{{ID: "c7", Patch: "p9", Status: forks.Harvested}}})
	own := []forks.Proposal{{ID: "c2", Patch: "p2", Status: forks.Harvested}}
	// p1 has it from the other track, p2 an answer of its own, p3 that of p2; of c7 this fork knows nothing.
	// p5 has what was learned from a merge, which no proposal asked for.
	learned := with("p5", "")
	learned.Versions[0].Resolutions = []forks.ResolutionID{"r0123456789"}
	patches := []forks.Patch{with("p1", "c1"), with("p2", "c2"), with("p3", "c2"), with("p4", "c7"), learned}
	state := func(pass int, at time.Duration, rows ...forks.Row) {
		t.Helper()
		index(t, db, "nix", "main", byte(pass), forks.State{Pass: pass, At: after(at), Patches: patches, Proposals: own, Ledger: rows})
	}
	state(1, -day, used("p2", "c2"))
	state(2, day, used("p1", "c1"), used("p2", "c2"), used("p4", "c7"))
	state(3, 2*day, used("p1", "c1"), used("p3", "c2"), used("p5", "memory r0123456789"))
	state(4, 8*day, used("p1", "c1"), used("p3", "c2"))
	want := []forks.Reuse{{Patch: "p1", Pass: 2, At: after(day), Proposal: "c1", By: "ada"}, {Patch: "p3", Pass: 3, At: after(2 * day), Proposal: "c2", By: "ada"},
		{Patch: "p5", Pass: 3, At: after(2 * day), By: "ada"}}
	if got := weekOf(t, db, "nix").Tracks[0].Reused; !slices.Equal(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
}

func TestTurnsAreTheRowsInWhichAPatchBecameSomethingElse(t *testing.T) {
	t.Parallel()
	db, path := newStore(t)
	var n int
	rapid.Check(t, func(rt *rapid.T) {
		n++
		fork := fmt.Sprintf("f%d", n)
		was := map[forks.PatchID]forks.Outcome{}
		from, to := after(0), after(7*day)
		want := []forks.Turn{}
		for pass := range rapid.IntRange(1, 6).Draw(rt, "passes") {
			// The clock may be put back: the order is that of the states.
			at := after(time.Duration(rapid.IntRange(-2, 9).Draw(rt, "day")) * day)
			if rapid.IntRange(0, 9).Draw(rt, "without a time") == 0 {
				at = time.Time{}
			}
			state := forks.State{Pass: pass, At: at}
			for range rapid.IntRange(0, 4).Draw(rt, "rows") {
				row := forks.Row{Patch: rapid.SampledFrom([]forks.PatchID{"p1", "p2", "p3"}).Draw(rt, "patch"), Subject: anyText().Draw(rt, "subject"),
					Author: anyPerson().Draw(rt, "author"), Old: anyHash().Draw(rt, "old"), New: anyHash().Draw(rt, "new"), Ahead: forks.Kept,
					Published: rapid.SampledFrom([]forks.Outcome{forks.Kept, forks.Adapted, forks.Parked}).Draw(rt, "published"),
					By:        anyText().Draw(rt, "by"), Reason: anyText().Draw(rt, "reason")}
				state.Ledger = append(state.Ledger, row)
				before, known := was[row.Patch]
				if (!known || before != row.Published) && !at.Before(from) && at.Before(to) && !at.IsZero() {
					want = append(want, forks.Turn{Pass: pass, At: at, Row: row, Was: before})
				}
				was[row.Patch] = row.Published
			}
			for _, fork := range []string{fork, "of " + fork} { // the other one has the same patches
				if err := db.Index(t.Context(), fork, "main", hash(byte(pass+1)), state); err != nil {
					rt.Fatal(err)
				}
			}
		}
		w, err := db.WeeklyRows(t.Context(), fork, from, to)
		if err != nil {
			rt.Fatal(err)
		}
		if got := w.Tracks[0].Turns; !reflect.DeepEqual(got, want) {
			rt.Fatalf("got\n%+v\nwant\n%+v", got, want)
		}
	})
	// What the upgrade of an earlier version tells is the same.
	upgraded := query(t, path, `SELECT count(*) FROM (SELECT was, published AS now, lag(published) OVER (
		PARTITION BY track_id, patch ORDER BY pass_id, position) AS before FROM ledger JOIN passes ON passes.id = pass_id)
		WHERE was IS NOT CASE WHEN before IS NOT now THEN coalesce(before, '') END`)
	if !slices.Equal(upgraded, []string{"0"}) {
		t.Errorf("%s rows differ from what an upgrade writes", upgraded)
	}
}

func TestWeekIsAsItWasAtOneMoment(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	done := make(chan error, 1)
	go func() {
		for pass := range 150 {
			text := fmt.Sprint(pass)
			state := forks.State{Pass: pass, At: noon(), Patches: []forks.Patch{{ID: "p1", Subject: text}},
				Proposals: []forks.Proposal{{ID: "c1", Reason: text}}, Decisions: []forks.Decision{{Question: text}}}
			if err := db.Index(context.Background(), "nix", "main", hash(byte(pass+1)), state); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	for finished := false; !finished; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			finished = true
		default:
		}
		for _, track := range weekOf(t, db, "nix").Tracks {
			got := []string{track.Stack[0].Subject, track.Proposals[0].Reason, track.Decisions[0].Question}
			if want := slices.Repeat([]string{fmt.Sprint(track.Pass)}, 3); !slices.Equal(got, want) {
				t.Fatalf("got %q, want %q", got, want)
			}
		}
	}
}
