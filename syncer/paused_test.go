package syncer_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestPausedTrackFetchesAndDoesNothing(t *testing.T) {
	t.Parallel()
	w := conflicted(t, onGit)
	w.settle("5=both;")
	before := w.fork.Refs(t)
	paused := w.ask(forks.VerbPause, "", "mona", "the builders are down")
	waits := w.ask(forks.VerbRetry, "", "alan", "")
	out := w.due(time.Hour)
	if p := out.Plan.Paused; !out.Written || p == nil || p.By != "mona" || p.Because != "the builders are down" || w.result(paused) != "paused" {
		t.Fatalf("not paused: %+v, %q", out.Plan.Paused, w.result(paused))
	}
	checkMoved := func(want ...forks.Ref) {
		t.Helper()
		var moved []forks.Ref
		for ref, id := range w.fork.Refs(t) {
			if before[ref] != id {
				moved = append(moved, ref)
			}
		}
		if !slices.Equal(moved, want) {
			t.Errorf("moved %v, want %v", moved, want)
		}
	}
	checkMoved(w.track.StateRef())
	before = w.fork.Refs(t)
	w.bump("c")
	person := w.fork.Commit(t, "main", repotest.Alan, "d: by a person", files{"d.nix": lines("d", 1, 12, "5=mine;")})
	before[w.track.BranchRef()] = person
	if out = w.due(time.Hour); out.Quiet || out.Written || out.Plan.Paused == nil {
		t.Errorf("a pass of a paused track: %+v", out)
	}
	if w.result(waits) != "" {
		t.Errorf("what was asked while it is paused: %q", w.result(waits))
	}
	w.forgetful()
	if out = w.due(time.Hour); out.Written || out.Plan.Paused == nil {
		t.Errorf("a pass of a paused track, from the fork alone: %+v", out)
	}
	checkMoved()

	_, err := w.Sync(t.Context(), w.track, syncer.Options{Who: "alan"})
	var stays *syncer.PausedError
	if !errors.As(err, &stays) || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "paused by mona because the builders are down; auxsync resume aux-main") {
		t.Errorf("a person's own pass says: %v", err)
	}
	plan, err := w.Plan(t.Context(), w.track, syncer.Options{})
	if err != nil || plan.Plan.Paused == nil || !plan.Plan.Publishes() {
		t.Errorf("a dry run: %+v, %v", plan.Plan.Paused, err)
	}

	resumed := w.ask(forks.VerbResume, "", "alan", "")
	out = w.due(time.Hour)
	w.want(out.Plan, "a: fork change: resolved/resolved", "d: by a person: kept/kept")
	if out.Plan.Paused != nil || w.result(resumed) != "resumed" || out.Plan.State.Paused != nil {
		t.Errorf("after it was resumed: %+v, %q", out.Plan.Paused, w.result(resumed))
	}
	w.settledForGood()
}

func TestWhoPausesATrackIsNotToldThatItIsPaused(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a")
	w.ask(forks.VerbPause, "", "mona", "")
	if out := w.sync(); out.Plan.Paused == nil {
		t.Errorf("not paused")
	}
	again := w.ask(forks.VerbPause, "", "alan", "me too")
	w.sync()
	if got := w.result(again); got != "nothing to do: it is paused already, by mona" {
		t.Errorf("result %q", got)
	}
	w.ask(forks.VerbPause, "", "alan", "")
	w.ask(forks.VerbResume, "", "alan", "")
	if out := w.sync(); out.Plan.Paused != nil {
		t.Errorf("still paused")
	}
}
