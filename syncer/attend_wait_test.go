package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/pulls"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// reluctant is a forge that does not write everything at once: says, if it is set,
// says why not.
type reluctant struct {
	pulls.Forge
	says   func(kind pulls.EffectKind, id forks.ProposalID, body string) error
	writes int // that were tried
}

func (r *reluctant) ask(kind pulls.EffectKind, id forks.ProposalID, body string) error {
	r.writes++
	if r.says == nil {
		return nil
	}
	return r.says(kind, id, body)
}

func (r *reluctant) Open(ctx context.Context, intent int64, o forks.Opening) (forks.Pull, error) {
	if err := r.ask(pulls.DoOpen, o.ID, o.Body); err != nil {
		return forks.Pull{}, err
	}
	return r.Forge.Open(ctx, intent, o)
}

func (r *reluctant) Label(ctx context.Context, intent int64, p forks.Pull, add, remove []string) error {
	if err := r.ask(pulls.DoLabel, p.ID, ""); err != nil {
		return err
	}
	return r.Forge.Label(ctx, intent, p, add, remove)
}

func (r *reluctant) Ask(ctx context.Context, intent int64, p forks.Pull, add, remove forks.People) (forks.People, error) {
	if err := r.ask(pulls.DoAsk, p.ID, ""); err != nil {
		return forks.People{}, err
	}
	return r.Forge.Ask(ctx, intent, p, add, remove)
}

func (r *reluctant) Status(ctx context.Context, intent int64, commit forks.Hash, state forks.StatusState, text string) error {
	if err := r.ask(pulls.DoStatus, "", text); err != nil {
		return err
	}
	return r.Forge.Status(ctx, intent, commit, state, text)
}

func (r *reluctant) Comment(ctx context.Context, intent int64, p forks.Pull, id int64, body string) (int64, error) {
	if err := r.ask(pulls.DoComment, p.ID, body); err != nil {
		return 0, err
	}
	return r.Forge.Comment(ctx, intent, p, id, body)
}

func (r *reluctant) React(ctx context.Context, intent int64, comment int64, reaction forks.Reaction) error {
	if err := r.ask(pulls.DoReact, "", ""); err != nil {
		return err
	}
	return r.Forge.React(ctx, intent, comment, reaction)
}

// reluctantly puts a reluctant forge between.
func (w *forgeWorld) reluctantly() *reluctant {
	w.Helper()
	forge, err := w.syncer.Forge(w.track)
	if err != nil {
		w.Fatal(err)
	}
	r := &reluctant{Forge: forge}
	w.syncer.Forge = func(forks.Track) (pulls.Forge, error) { return r, nil }
	return r
}

func TestAWriteThatIsPutOffEndsTheWritesOfTheVisitAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	forge := w.reluctantly()
	until := w.clock.Now().Add(45 * time.Minute)
	forge.says = func(kind pulls.EffectKind, _ forks.ProposalID, _ string) error {
		if kind == pulls.DoOpen {
			return nil
		}
		return fmt.Errorf("write: %w", &forks.PacedError{Until: until})
	}
	out := w.attend()
	if p := w.pull("hello"); !p.Open || !out.Waits.Equal(until) || len(p.Labels) > 0 {
		t.Errorf("%+v, labels %v", out, p.Labels)
	}
	if forge.writes != 3 { // two pages are opened
		t.Errorf("%d writes were tried, want none after the first that was put off", forge.writes)
	}
	if until, why, err := w.store.ForgeNotBefore(t.Context(), forkName); err != nil || !until.IsZero() {
		t.Errorf("the forge is left alone until %s: %s, %v", until, why, err)
	}
	w.server.As("bob", fullName).Comment(w.pull("hello").Number, "/auxsync take upstream")
	if out := w.attend(); len(out.Due) != 1 {
		t.Errorf("a command meanwhile: %+v", out)
	}
	forge.says = nil
	w.moved()
	w.settledWith(w.pull("hello").Number, "mirror = gnu;")
}

func TestAnEffectThatHasToWaitHoldsUpNoOtherPullRequest(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 2)
	forge, id := w.reluctantly(), w.proposal("hello").ID
	forge.says = func(kind pulls.EffectKind, of forks.ProposalID, _ string) error {
		if kind == pulls.DoOpen && of == id {
			return &forks.LaterError{Err: errors.New("the forge does not see its branches yet")}
		}
		return nil
	}
	out := w.attend()
	if n := len(w.server.Pulls(fullName)); n != 1 || out.Waits.IsZero() {
		t.Errorf("%d pull requests, %+v", n, out)
	}
	if p := w.pull("other"); !p.Draft || w.resolved(p) != "failure" || strings.Join(p.Labels, " ") != "auxsync good first conflict" {
		t.Errorf("the other one is draft %t, with status %q and labels %v", p.Draft, w.resolved(p), p.Labels)
	}
	if again := w.attend(); again.Effects > 0 || again.Waits.IsZero() {
		t.Errorf("the next visit: %+v", again)
	}
	forge.says = nil
	w.calm()
	if p := w.pull("hello"); !p.Open {
		t.Error("it was not opened later")
	}
	w.settled()
}

func TestAnEndThatCouldNotBeToldIsToldAtTheNextVisit(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	forge := w.reluctantly()
	number := w.pull("hello").Number
	w.ready("mirror = both;")
	w.server.As("bob", fullName).Merge(number, "merge")
	forge.says = func(kind pulls.EffectKind, _ forks.ProposalID, _ string) error {
		if kind == pulls.DoComment {
			return &forks.LaterError{Err: errors.New("a server error")}
		}
		return nil
	}
	w.attend()
	w.pass()
	for range 3 {
		w.attend()
	}
	if n := len(w.commentsWith(number, "<!-- auxsync:comment closing -->")); n != 0 {
		t.Fatalf("%d closing comments", n)
	}
	forge.says = nil
	w.calm()
	w.settledWith(number, "mirror = both;")
}

func TestAWaitThatNoForgeCouldHaveNamedIsNotHeeded(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	for _, wait := range []struct {
		of     time.Duration
		heeded bool
	}{{time.Hour, true}, {24 * time.Hour, true}, {24*time.Hour + time.Second, false}, {365 * 24 * time.Hour, false}} {
		if err := w.store.SetForgeNotBefore(t.Context(), forkName, w.clock.Now().Add(wait.of), "a limit"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.tryAttend(); (forks.KindOf(err) == forks.Retry) != wait.heeded {
			t.Errorf("a wait of %s: %v", wait.of, err)
		}
	}
}

func TestWhatAPassMakesOfACommandIsToldOnItsPage(t *testing.T) {
	t.Parallel()
	w := newMovingWorld(t, 0)
	// A file that is a folder now has no sides to choose from.
	w.up.Commit(w, "main", repotest.Grace, "hello: split", files{"hello.nix": "", "hello.nix/default.nix": "something = else;\n"})
	w.pass()
	w.calm()
	number, bob := w.server.Pulls(fullName)[0].Number, w.server.As("bob", fullName)
	refused := bob.Comment(number, "/auxsync take upstream because @eve said so")
	idle := bob.Comment(number, "/auxsync mine\n/auxsync resume")
	w.calm()
	for _, c := range []struct {
		id   int64
		want []string
		not  string
	}{{refused, []string{"`bob`: to `take upstream`, pass ", "`refused: "}, "@"}, {idle, []string{"`bob`: to `resume`, pass ", "`nothing to do: it is not paused`"}, "mine"}} {
		mark := fmt.Sprintf("<!-- auxsync:comment result %d -->", c.id)
		list := w.commentsWith(number, mark)
		if len(list) != 1 {
			t.Fatalf("%d comments with %s of\n%v", len(list), mark, w.server.Comments(fullName, number))
		}
		for _, text := range c.want {
			if !strings.Contains(list[0], text) || strings.Contains(list[0], c.not) {
				t.Errorf("it is told %q, want %q in it and not %q", list[0], text, c.not)
			}
		}
	}
	w.restart()
	w.moved()
	if n := len(w.commentsWith(number, "auxsync:comment result")); n != 2 {
		t.Errorf("after a restart there are %d results", n)
	}
	w.settled()
}

func TestAConflictInALargeFileIsShown(t *testing.T) {
	t.Parallel()
	w := plainWorld(t, t.TempDir())
	now := w.up.Now
	w.up = repotest.New(t, w.up.Dir)
	w.up.Now = now
	rest := strings.Repeat("  name = callPackage ../x/y/z { };\n", 58000) // 2 MB
	text := func(line string) files { return files{"all.nix": rest + line + "\n" + rest[:105]} }
	w.up.Commit(t, "main", repotest.Grace, "init", text("mirror = none;"))
	w.fork = w.up.Fork(t, w.fork.Dir)
	w.fork.Commit(t, "main", repotest.Ada, "all: ours", text("mirror = aux;"))
	w.start()
	if _, err := w.syncer.Adopt(t.Context(), w.track, syncer.Options{Who: "ada"}); err != nil {
		t.Fatal(err)
	}
	w.up.Commit(t, "main", repotest.Grace, "all: theirs", text("mirror = gnu;"))
	w.pass()
	w.close()
	w.serve()
	w.start()
	w.calm()
	reviews := w.server.Reviews(fullName, w.pull("all").Number)
	if len(reviews) != 1 || len(reviews[0].Comments) == 0 {
		t.Errorf("the reviews are %+v", reviews)
	}
}
