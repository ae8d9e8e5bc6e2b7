package syncer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func TestStatesAreReadFromTheForksRefsByAnybody(t *testing.T) {
	t.Parallel()
	w, stable := channels(t, "a", "b")
	stable.adopt()
	w.bump("a")
	w.sync()
	stable.sync()
	w.fork.Git(t, "update-ref", "refs/auxsync/state/Not-A-Track", "main")
	server := repotest.Serve(t, repotest.ServeOptions{}, w.fork.Dir)
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	reader := syncer.New(syncer.Config{Git: syncer.OnDisk(git), Clock: w.clock, Log: zap.NewNop()})
	states, err := reader.ReadFork(t.Context(), server.URL(w.fork.Dir), []string{"http"})
	if err != nil {
		t.Fatal(err)
	}
	if len(states) != 2 {
		t.Errorf("states of %d tracks, want 2", len(states))
	}
	for _, of := range []*world{w, stable} {
		want, got := of.recordedState(), states[of.track.Name]
		if got == nil || got.Pass != want.Pass || got.Tip != want.Tip || len(got.Patches) != len(want.Patches) || len(got.Proposals) != len(want.Proposals) {
			t.Errorf("%s: %+v, want %+v", of.track.Name, got, want)
		}
	}
	for _, r := range server.Requests() {
		if r.Authorization != "" {
			t.Errorf("a credential went to %s", r.Path)
		}
	}
}

func TestRepositoryWithoutStateIsNoFork(t *testing.T) {
	t.Parallel()
	w := newWorld(t, forks.Merging)
	_, err := w.ReadFork(t.Context(), w.fork.Dir, []string{"file"})
	if err == nil || forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "has no state of auxsync; check the URL") {
		t.Errorf("said: %v", err)
	}
	if _, err = w.ReadFork(t.Context(), w.fork.Dir, []string{"https"}); err == nil || forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("a transport that is not allowed: %v", err)
	}
}

func TestProgressTellsHowManyPatchesAreReplayed(t *testing.T) {
	t.Parallel()
	w := published(t, forks.Merging, "a", "b", "c")
	w.bump("d")
	var said []string
	_, err := w.Sync(t.Context(), w.track, syncer.Options{Say: func(p forks.Progress) {
		if p.Of > 0 {
			said = append(said, fmt.Sprintf("%s %d/%d", p.Doing, p.Done, p.Of))
		}
	}})
	want := []string{"replaying the patches 1/3", "replaying the patches 2/3", "replaying the patches 3/3"}
	if err != nil || !slices.Equal(said, want) {
		t.Errorf("said %q, %v", said, err)
	}
}
