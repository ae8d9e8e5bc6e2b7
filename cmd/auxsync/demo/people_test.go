package demo

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

func TestPeopleResolveConflicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, subject string
		settle        Settle
		way           Way
		commits       int    // of the person's own on onto
		changed       string // on onto, beside its cause
		has, hasNot   string // in the difference
	}{
		{"upstream's version beside our mirror", harborPatch, upstreamSide, MergeCommit, 2, byName("harbor"), "counts nobody", "4.1.1"},
		{"upstream's package with our patterns", loomPatch, upstreamLoomWithPatterns, Squash, 1, byName("loom"), "The workshop of SIG Home", "2.0.1"},
		{"the old file goes", tarnPatch, deleted, FastForward, 1, "", "", "tarn"},
		{"the package stays", mistlePatch, asItIs, MergeCommit, 2, byName("mistle"), "attic.aux.example/letters", Request},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := build(t)
			r := newReplayer(t, w)
			stack, _ := r.extract()
			const id = forks.ProposalID("c0123456789")
			r.ask(id, find(stack, c.subject))
			onto := "auxsync/" + w.Track + "/onto/" + string(id)
			pushed, err := w.Resolve(context.Background(), id, Answer{By: w.cast.ada, Subject: "settled", Settle: c.settle, Way: c.way})
			if err != nil {
				t.Fatal(err)
			}
			if len(pushed.Commits) != c.commits {
				t.Errorf("%d commits of the person's own, want %d", len(pushed.Commits), c.commits)
			}
			if tip := r.run("rev-parse", onto); tip != pushed.Commits[len(pushed.Commits)-1].String() {
				t.Errorf("onto is at %s", tip)
			}
			cause := w.expect(Contact, c.subject).Cause.String()
			if names := r.run("diff", "--name-only", "--no-renames", cause, onto); names != c.changed {
				t.Errorf("changed %q, want %q", names, c.changed)
			}
			change := r.run("diff", "--no-renames", cause, onto)
			if !strings.Contains(change, c.has) {
				t.Errorf("the resolution lacks %q:\n%s", c.has, change)
			}
			for _, bad := range []string{c.hasNot, "+<<<<<<<", "+|||||||", "+>>>>>>>"} {
				if strings.Contains(change, bad) {
					t.Errorf("the resolution has %q:\n%s", bad, change)
				}
			}
			if last := pushed.Typed[len(pushed.Typed)-1]; last != "git push origin "+onto {
				t.Errorf("the last command is %q", last)
			}
		})
	}
}

func TestBlockedPatchAppliesAgainBehindTheResolution(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	stack, _ := r.extract()
	const id = forks.ProposalID("c0123456789")
	r.ask(id, find(stack, harborPatch))
	if _, err := w.Resolve(context.Background(), id, Answer{By: w.cast.bento, Subject: "settled", Settle: upstreamSide}); err != nil {
		t.Fatal(err)
	}
	cause := w.expect(Contact, harborPatch).Cause.String()
	i := slices.IndexFunc(stack, func(e entry) bool { return e.subject == harborPatch })
	resolved := slices.Clone(stack)
	resolved[i].before = r.run("rev-parse", cause+"^{tree}")
	resolved[i].after = r.run("rev-parse", "auxsync/"+w.Track+"/onto/"+string(id)+"^{tree}")
	for j, p := range r.replay(w.UpstreamTip(Contact).String(), resolved) {
		if p.subject != harborPatch && p.subject != harborAddress {
			continue
		}
		if p.files != nil {
			t.Errorf("%s conflicts in %v", p.subject, p.files)
		}
		if r.changedLines(resolved[j].before, resolved[j].after) != r.changedLines(p.parent, p.tree) {
			t.Errorf("%s is not kept", p.subject)
		}
	}
}

func TestPersonPushesToTheBranch(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	before := r.run("rev-parse", w.Branch)
	pushed, err := w.PushToBranch(context.Background(), w.cast.noor, w.Branch, helloSubject, helloText, map[string]Settle{byName("hello"): greetFromAux})
	if err != nil {
		t.Fatal(err)
	}
	if got := r.run("log", "-1", "--format=%P %an %s", w.Branch); got != before+" Noor Haddad "+helloSubject {
		t.Errorf("got %q", got)
	}
	if len(pushed.Commits) != 1 || pushed.Commits[0].String() != r.run("rev-parse", w.Branch) {
		t.Errorf("pushed %v", pushed.Commits)
	}
	if !strings.Contains(r.run("show", w.Branch), "+    \"$out/bin/hello\" --greeting \""+helloText) {
		t.Error("the greeting is not there")
	}
}

func TestPersonWhoHasNothingToResolveIsTold(t *testing.T) {
	t.Parallel()
	w := build(t)
	if _, err := w.Resolve(context.Background(), "cffffffffff", Answer{By: w.cast.ada, Subject: "s", Settle: asItIs}); err == nil {
		t.Error("a conflict that is not there was resolved")
	}
}

func TestNothingIsLostInTheBeginning(t *testing.T) {
	t.Parallel()
	w := build(t)
	lost, err := w.Lost(context.Background())
	if err != nil || len(lost) > 0 {
		t.Errorf("lost %q, %v", lost, err)
	}
}

func TestLossIsNoticed(t *testing.T) {
	t.Parallel()
	w := build(t)
	r := newReplayer(t, w)
	pushed, err := w.PushToBranch(context.Background(), w.cast.noor, w.Branch, helloSubject, helloText, map[string]Settle{byName("hello"): greetFromAux})
	if err != nil {
		t.Fatal(err)
	}
	// Somebody pushes with --force: Noor's commit and the last patch are gone.
	r.run("update-ref", "refs/heads/"+w.Branch, w.Branch+"~2")
	lost, err := w.Lost(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"commit " + pushed.Commits[0].Short() + " of Noor Haddad: pushed since",
		`the words "` + helloText + `" of Noor Haddad: pushed since`,
		"commit " + w.expect(Contact, mistlePatch).Commit.Short() + " of Pim Aldous: " + mistlePatch,
		`the words "attic.aux.example/letters" of Pim Aldous: ` + mistlePatch,
	} {
		if !slices.Contains(lost, want) {
			t.Errorf("not noticed: %s", want)
		}
	}
	if len(lost) != 4 {
		t.Errorf("lost %q", lost)
	}
}
