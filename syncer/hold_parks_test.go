package syncer_test

import (
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
	"github.com/auxolotl/auxsync/syncer/syncertest"
)

// parking is a fork with one patch of the second of three lines, whose conflicts hold the
// branch back for an hour.
type parking struct {
	*syncertest.World
	t *testing.T
}

func newParking(t *testing.T) parking {
	w := parking{syncertest.NewWorld(t, forks.Merging, files{"a.nix": "1\n2\n3\n"}), t}
	w.Track.HoldFor, w.Track.MaxLag, w.Track.SecurityHoldFor = time.Hour, forks.Never, forks.Never
	w.Fork.Commit(t, "main", repotest.Grace, "a patch", files{"a.nix": "1\nfork\n3\n"})
	if _, err := w.Syncer().Adopt(t.Context(), w.Track, syncer.Options{Who: "mona"}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w parking) upstream(line string) {
	w.Up.Commit(w.t, "main", repotest.Ada, "news", files{"a.nix": "1\n" + line + "\n3\n"})
}

func (w parking) pass() syncer.Outcome {
	w.t.Helper()
	out, err := w.Syncer().Sync(w.t.Context(), w.Track, syncer.Options{Who: "mona"})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// TestAPassThatParksAPatchLeavesNothingForTheNextOne: what is parked has no deadline any
// more, at once; else the next pass that looks at all would write that down.
func TestAPassThatParksAPatchLeavesNothingForTheNextOne(t *testing.T) {
	t.Parallel()
	w := newParking(t)
	w.upstream("up")
	if s := w.pass().Plan.State; s.Proposals[0].Deadline.IsZero() {
		t.Fatalf("no deadline: %+v", s.Proposals)
	}
	w.Clock.Advance(time.Hour)
	if s := w.pass().Plan.State; s.Patches[0].Out == nil || !s.Proposals[0].Deadline.IsZero() {
		t.Errorf("out %+v, deadline %v", s.Patches[0].Out, s.Proposals[0].Deadline)
	}
	w.Store = syncertest.NewStore(w.Clock)
	if out := w.pass(); out.Written {
		t.Errorf("the pass after it writes %+v", out.Plan.Proposals)
	}
}

// TestWhatWasDeclinedDoesNotEndTheNextQuestion: somebody closed the first conflict of a
// patch. The second one stays open when the base has passed its cause.
func TestWhatWasDeclinedDoesNotEndTheNextQuestion(t *testing.T) {
	t.Parallel()
	w := newParking(t)
	w.upstream("up")
	first := w.pass().Plan.State.Proposals[0].ID
	for _, ref := range []forks.Ref{forks.OntoRef(w.Track.Name, first), forks.FixRef(w.Track.Name, first)} {
		w.Fork.SetRef(t, string(ref), forks.Hash{})
	}
	w.upstream("2")
	w.upstream("other")
	second := w.pass().Plan.State.Proposals[1].ID
	w.Clock.Advance(time.Hour)
	if s := w.pass().Plan.State; s.Patches[0].Out == nil || s.Base != s.UpstreamTip {
		t.Fatalf("the branch does not go on: %+v", s.Patches)
	}
	w.Store = syncertest.NewStore(w.Clock)
	s := w.pass().Plan.State
	if i := slices.IndexFunc(s.Proposals, func(p forks.Proposal) bool { return p.ID == second }); s.Proposals[i].Status != forks.Open {
		t.Errorf("it is %s: %s", s.Proposals[i].Status, s.Proposals[i].Reason)
	}
}
