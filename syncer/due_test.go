package syncer_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// due makes the pass that the loop makes, some time later.
func (w *world) due(later time.Duration) syncer.Outcome {
	w.t.Helper()
	w.clock.Advance(later)
	out, err := w.Sync(context.Background(), w.track, syncer.Options{Who: "loop", Due: true})
	if err != nil {
		w.t.Fatalf("due pass: %v", err)
	}
	return out
}

// daily is a published world whose base moves once a day by itself.
func daily(t *testing.T, patched ...string) *world {
	t.Helper()
	w := published(t, forks.Merging, patched...)
	w.track.PublishEvery = 24 * time.Hour
	return w
}

// bump commits a change of a file's fifth line upstream.
func (w *world) bump(name string) forks.Hash {
	w.t.Helper()
	return w.up.Commit(w.t, "main", repotest.Ada, name+": bump", map[string]string{name + ".nix": lines(name, 1, 12, "5=two;")})
}

// settle answers the only open conflict, which is about a.nix.
func (w *world) settle(text string) {
	w.t.Helper()
	asked := w.open()
	if len(asked) != 1 {
		w.t.Fatalf("conflicts open: %d, want 1", len(asked))
	}
	w.fork.Build(w.t, repotest.Commit{Branch: string(forks.OntoRef(w.track.Name, asked[0].ID)), Author: repotest.Grace, Subject: "settle",
		Files: map[string]string{"a.nix": lines("a", 1, 12, text)}})
}

func TestBaseStaysUntilThePublicationIsDue(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	published := w.clock.Now()
	before := w.fork.Refs(t)
	w.bump("c")
	out := w.due(time.Hour)
	w.want(out.Plan, "a: fork change: kept/kept")
	hold := out.Plan.Hold
	if hold == nil || !hold.Until.Equal(published.Add(24*time.Hour)) || hold.Commit != out.Plan.Base.Old ||
		hold.Reason != "the next publication is due at 2024-06-02 13:00 UTC" {
		t.Errorf("hold: %+v", hold)
	}
	if out.Written || !maps.Equal(before, w.fork.Refs(t)) {
		t.Errorf("a pass that only waits wrote something")
	}
	if out = w.due(time.Hour); !out.Quiet {
		t.Errorf("a pass without news is not quiet: %+v", out.Plan)
	}
	w.bump("d")
	if out = w.due(time.Hour); out.Quiet || out.Written {
		t.Errorf("quiet %v, written %v; want a look at upstream and no state commit for its tip", out.Quiet, out.Written)
	}
	if out = w.due(21 * time.Hour); out.Plan.Base.New != w.up.Tip(t, "main") || out.Plan.Hold != nil {
		t.Errorf("a day later the base is %s, held by %+v", out.Plan.Base.New, out.Plan.Hold)
	}
	if !out.Plan.State.Moved.Equal(w.clock.Now()) {
		t.Errorf("moved at %s, want %s", out.Plan.State.Moved, w.clock.Now())
	}
}

func TestPersonsOwnSyncDoesNotWait(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	w.bump("c")
	w.due(time.Hour)
	w.due(time.Hour)
	if out := w.sync(); out.Plan.Base.New != w.up.Tip(t, "main") {
		t.Errorf("quiet %v, base %s", out.Quiet, out.Plan.Base.New)
	}
}

func TestPushIsPublishedAtOnceOnTheNewestBase(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	w.bump("c")
	w.due(time.Hour)
	w.fork.Commit(t, "main", repotest.Alan, "b: fork change", map[string]string{"b.nix": lines("b", 1, 12, "5=fork;")})
	out := w.due(time.Hour)
	w.want(out.Plan, "a: fork change: kept/kept", "b: fork change: kept/kept")
	if out.Plan.Base.New != w.up.Tip(t, "main") {
		t.Errorf("base %s, held by %+v", out.Plan.Base.New, out.Plan.Hold)
	}
}

func TestConflictIsAskedWhileThePublicationWaitsAndItsAnswerDoesNot(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	base := w.up.Tip(t, "main")
	w.bump("c")
	cause := w.bump("a")
	out := w.due(time.Hour)
	w.want(out.Plan, "a: fork change: conflicted/kept")
	if out.Plan.Base.New != base || out.Plan.Hold.Until.IsZero() ||
		out.Plan.Hold.Reason != "the next publication is due at 2024-06-02 13:00 UTC; one conflict waits for a decision" {
		t.Errorf("base %s, hold %+v", out.Plan.Base.New, out.Plan.Hold)
	}
	if asked := w.open(); len(asked) != 1 || asked[0].Conflict.Cause != cause {
		t.Fatalf("asked: %+v", asked)
	}
	w.settle("5=both;")
	out = w.due(time.Hour)
	w.want(out.Plan, "a: fork change: resolved/resolved")
	if out.Plan.Base.New != cause {
		t.Errorf("base %s, held by %+v", out.Plan.Base.New, out.Plan.Hold)
	}
}

func TestAnswerThatAnotherConflictKeptBackIsPublishedAtOnce(t *testing.T) {
	t.Parallel()
	w := daily(t, "a", "b")
	base := w.up.Tip(t, "main")
	w.bump("b")
	w.bump("a")
	out := w.due(time.Hour)
	w.want(out.Plan, "a: fork change: conflicted/kept", "b: fork change: conflicted/kept")
	for _, p := range w.open() {
		if p.Patch == out.Plan.Outcomes[0].Patch {
			w.fork.Build(t, repotest.Commit{Branch: string(forks.OntoRef(w.track.Name, p.ID)), Author: repotest.Grace, Subject: "settle",
				Files: map[string]string{"a.nix": lines("a", 1, 12, "5=both;")}})
		}
	}
	out = w.due(time.Hour)
	w.want(out.Plan, "a: fork change: resolved/kept", "b: fork change: conflicted/kept")
	if out.Plan.Base.New != base {
		t.Errorf("base %s, want %s", out.Plan.Base.New, base)
	}
	w.up.Commit(t, "main", repotest.Ada, "revert b", map[string]string{"b.nix": lines("b", 1, 12)})
	out = w.due(time.Hour)
	w.want(out.Plan, "a: fork change: resolved/resolved", "b: fork change: kept/kept")
}

func TestWhatUpstreamTookBackWaitsForTheNextPublication(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	w.bump("a")
	out := w.due(time.Hour)
	base := out.Plan.Base.New
	w.up.Commit(t, "main", repotest.Ada, "revert a", map[string]string{"a.nix": lines("a", 1, 12)})
	out = w.due(time.Hour)
	w.want(out.Plan, "a: fork change: kept/kept")
	if out.Plan.Base.New != base || len(w.open()) != 0 || out.Plan.Hold.Until.IsZero() {
		t.Errorf("base %s, hold %+v", out.Plan.Base.New, out.Plan.Hold)
	}
}

func TestStateIsWrittenOnceInPublishEveryWhileAConflictHoldsTheBase(t *testing.T) {
	t.Parallel()
	w := daily(t, "a")
	w.bump("a")
	w.due(25 * time.Hour)
	written := 0
	for i := range 12 {
		w.up.Commit(t, "main", repotest.Ada, "more", map[string]string{"c.nix": lines("c", 1, 12, "3="+string(rune('a'+i)))})
		if out := w.due(4 * time.Hour); out.Written {
			written++
		} else if out.Quiet {
			t.Errorf("upstream moved, and the pass is quiet")
		}
	}
	if written != 2 {
		t.Errorf("%d state commits in two days, want 2", written)
	}
}
