//go:build !race

package syncer_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// pinging is a world with a patch whose message would ping, and one that would not.
func pinging(t *testing.T, references string) *world {
	t.Helper()
	w := newWorld(t, forks.Merging)
	w.track.Forge, w.track.References = forks.ForgeGitHub, references
	w.fork.Commit(t, "main", repotest.Grace, "a: fork change (#1)\n\nFixes other/repo#2, thanks @mona", files{"a.nix": lines("a", 1, 12, "5=fork;")})
	w.fork.Commit(t, "main", repotest.Grace, "b: fork change", files{"b.nix": lines("b", 1, 12, "5=fork;")})
	return w
}

func TestAdoptionAsksWhatBecomesOfMessagesThatPing(t *testing.T) {
	t.Parallel()
	w := pinging(t, "")
	before := w.fork.Refs(t)
	plan, err := w.Plan(t.Context(), w.track, syncer.Options{})
	if err != nil || len(plan.Plan.Pings) != 1 {
		t.Fatalf("the plan of the adoption: %+v, %v", plan.Plan.Pings, err)
	}
	if p := plan.Plan.Pings[0]; p.Subject != "a: fork change (#1)" || strings.Join(p.Texts, "|") != "#1|Fixes other/repo#2|@mona" || p.Commit != plan.Plan.State.Patches[0].Commit {
		t.Errorf("what pings: %+v", p)
	}
	_, err = w.Adopt(context.Background(), w.track, syncer.Options{Who: "mona"})
	if err == nil || forks.KindOf(err) != forks.NeedsPerson {
		t.Fatalf("adopted: %v", err)
	}
	for _, want := range []string{plan.Plan.Pings[0].Commit.Short() + " a: fork change (#1) (#1, Fixes other/repo#2, @mona)", `set references = "keep" or references = "defuse" for the fork pkgs`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %q:\n%v", want, err)
		}
	}
	if len(w.fork.Refs(t)) != len(before) {
		t.Errorf("something was pushed")
	}
	w.track.Forge = forks.ForgeGit
	if out := w.adopt(); len(out.Plan.Pings) > 0 {
		t.Errorf("plain git has no pages: %+v", out.Plan.Pings)
	}
}

func TestKeptReferencesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	w := pinging(t, forks.KeepReferences)
	before := w.messages()
	w.adopt()
	w.bump("e")
	w.sync()
	if got := w.messages(); got != before {
		t.Errorf("messages:\n%s\nwant:\n%s", got, before)
	}
}

// messages are those of the fork's own commits, without markers.
func (w *world) messages() string {
	w.t.Helper()
	return w.fork.Git(w.t, "log", "--no-merges", "--first-parent", "-2", "--format=%B", "main")
}

func TestPatchWhoseReferencesAreDefusedStaysTheSamePatch(t *testing.T) {
	t.Parallel()
	w := pinging(t, forks.DefuseReferences)
	commit := func() string { return strings.TrimSpace(w.fork.Git(t, "rev-parse", "main~1")) }
	original := commit()
	authored, err := strconv.ParseInt(strings.TrimSpace(w.fork.Git(t, "log", "-1", "--format=%at", original)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.NewReplacer("#", "#\u200b", "@", "@\u200b").Replace(w.messages())
	w.adopt()
	w.bump("e")
	w.sync()
	if got := w.messages(); got != want {
		t.Errorf("messages:\n%q\nwant:\n%q", got, want)
	}
	published := commit()
	state, err := w.Read(t.Context(), w.track)
	if err != nil {
		t.Fatal(err)
	}
	id := state.Patches[0].ID
	w.forgetful()
	w.bump("a")
	w.want(w.sync().Plan, "a: fork change (#1): conflicted/kept", "b: fork change: kept/kept")
	// It is dropped, and brought back in another form: by somebody who has it as it reads
	// now, then by somebody who has it as it read once, and so again.
	for i, from := range []string{published, original, published} {
		name := []string{"as it reads now", "as it read once", "as it reads now, again"}[i]
		for _, p := range w.open() {
			w.ask(forks.VerbDrop, p.ID, "mona", "")
		}
		w.sync()
		w.forgetful()
		w.fork.Build(t, repotest.Commit{Branch: "main", Author: repotest.Grace, Date: time.Unix(authored, 0),
			Subject: strings.TrimSpace(w.fork.Git(t, "log", "-1", "--format=%B", from)), Files: files{"a.nix": lines("a", 1, 12, "5=fork anew;")}})
		w.sync()
		state, err := w.Read(t.Context(), w.track)
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(state.Patches, func(p forks.Patch) bool { return p.ID == id }); i < 0 || len(state.Patches) != 2 {
			t.Errorf("%s: the patches are %+v, want %s among them", name, state.Patches, id)
		}
		w.up.Commit(t, "main", repotest.Ada, "a: bump", files{"a.nix": lines("a", 1, 12, "5="+name+";")})
		w.sync()
	}
}
