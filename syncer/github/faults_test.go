package github_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// write is an effect on a conflict's pull request, and how often its work shows on
// the server.
type write struct {
	name string
	do   func(*github.Forge, forks.Pull) error
	done func(*world, githubtest.Pull) int
}

func writes() []write {
	return []write{
		{"open", func(f *github.Forge, p forks.Pull) error {
			_, err := f.Open(ctx, 1, opening(p.ID))
			return err
		}, func(_ *world, p githubtest.Pull) int { return one(p.Number > 0) }},
		{"edit", func(f *github.Forge, p forks.Pull) error {
			return f.Edit(ctx, 1, p, forks.PullText{Title: "new", Body: "new"})
		}, func(_ *world, p githubtest.Pull) int { return one(p.Title == "new") }},
		{"stage", func(f *github.Forge, p forks.Pull) error {
			return f.Stage(ctx, 1, p, true)
		}, func(_ *world, p githubtest.Pull) int { return one(!p.Draft) }},
		{"label", func(f *github.Forge, p forks.Pull) error {
			return f.Label(ctx, 1, p, []string{"auxsync"}, nil)
		}, func(_ *world, p githubtest.Pull) int { return len(p.Labels) }},
		{"assign", func(f *github.Forge, p forks.Pull) error {
			_, err := f.Ask(ctx, 1, p, forks.People{Assignees: []string{"ada"}}, forks.People{})
			return err
		}, func(_ *world, p githubtest.Pull) int { return len(p.Assignees) }},
		{"ask for reviews", func(f *github.Forge, p forks.Pull) error {
			_, err := f.Ask(ctx, 1, p, forks.People{Reviewers: []string{"bob"}}, forks.People{})
			return err
		}, func(_ *world, p githubtest.Pull) int { return len(p.Reviewers) }},
		{"status", func(f *github.Forge, p forks.Pull) error {
			return f.Status(ctx, 1, p.Head, forks.StatusSuccess, "settled")
		}, func(w *world, p githubtest.Pull) int { return len(w.server.Statuses(full, p.HeadSHA)) }},
		{"suggest", func(f *github.Forge, p forks.Pull) error {
			return f.Suggest(ctx, 1, p, forks.SuggestedReview{Commit: p.Head, Body: "choose", Comments: []forks.SuggestedChange{{Path: "a", First: 2, Last: 2, Body: "x"}}})
		}, func(w *world, p githubtest.Pull) int { return len(w.server.Reviews(full, p.Number)) }},
		{"comment", func(f *github.Forge, p forks.Pull) error {
			_, err := f.Comment(ctx, 1, p, 0, "a comment")
			return err
		}, func(w *world, p githubtest.Pull) int { return len(w.server.Comments(full, p.Number)) }},
		{"react", func(f *github.Forge, p forks.Pull) error {
			return f.React(ctx, 1, p.Comments[0].ID, forks.Accepted)
		}, func(w *world, p githubtest.Pull) int { return len(w.server.Comments(full, p.Number)[0].Reactions) }},
		{"merge", func(f *github.Forge, p forks.Pull) error {
			return f.End(ctx, 1, p, forks.Ending{Merge: true, Head: p.Head})
		}, func(_ *world, p githubtest.Pull) int { return one(p.Merged) }},
		{"close", func(f *github.Forge, p forks.Pull) error {
			return f.End(ctx, 1, p, forks.Ending{})
		}, func(_ *world, p githubtest.Pull) int { return one(p.Number > 0 && !p.Open) }},
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// fault is a way for a write to go wrong, and what the error must say of it.
type fault struct {
	name string
	githubtest.Fault
	done bool // the work is done all the same
	want string
}

var faults = []fault{
	{"dropped before it", githubtest.Fault{Kind: githubtest.DroppedBefore}, false, "unknown"},
	{"dropped after it", githubtest.Fault{Kind: githubtest.DroppedAfter}, true, "unknown"},
	{"truncated", githubtest.Fault{Kind: githubtest.TruncatedAnswer}, true, "unknown"},
	{"garbled", githubtest.Fault{Kind: githubtest.GarbledAnswer}, true, "unknown"},
	{"empty", githubtest.Fault{Kind: githubtest.EmptyAnswer}, true, "unknown"},
	{"a page, not done", githubtest.Fault{Kind: githubtest.BadGatewayBefore}, false, "unknown"},
	{"a page, done", githubtest.Fault{Kind: githubtest.BadGatewayAfter}, true, "unknown"},
	{"500", githubtest.Fault{Kind: githubtest.ErrorBefore}, false, "unknown"},
	{"redirected", githubtest.Fault{Kind: githubtest.RedirectSame}, false, "unknown"},
	{"redirected away", githubtest.Fault{Kind: githubtest.RedirectOther}, false, "unknown"},
	{"429", githubtest.Fault{Kind: githubtest.TooManyBefore, RetryAfter: 90 * time.Second}, false, "retry"},
	{"403, a limit", githubtest.Fault{Kind: githubtest.ForbiddenBefore}, false, "retry"},
	{"422, a limit", githubtest.Fault{Kind: githubtest.TooQuickBefore}, false, "retry"},
}

func kindOf(err error) string {
	var unknown *forks.UnknownOutcomeError
	var refused *forks.ForgeRefusedError
	var problem *forks.Problem
	switch {
	case err == nil:
		return "nil"
	case errors.As(err, &unknown):
		return "unknown"
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &problem):
		return [...]string{"fatal", "retry", "person"}[problem.Kind]
	}
	return "fatal"
}

func TestEveryWriteThatGoesWrongSaysWhatIsKnownAndIsSentOnce(t *testing.T) {
	for _, wr := range writes() {
		t.Run(wr.name, func(t *testing.T) {
			w := newWorld(t, githubtest.RepoOptions{})
			var ids []forks.ProposalID
			for i := range faults {
				ids = append(ids, forks.ProposalID(fmt.Sprintf("c%010d", i)))
			}
			fixes := w.conflicts(ids...)
			for i, f := range faults {
				p := wr.begun(w, ids[i], fixes[i])
				f.spoils(w, wr, p)
				w.clock.Advance(3 * time.Hour)
			}
		})
	}
}

// begun makes what the write is about.
func (wr write) begun(w *world, c forks.ProposalID, fix forks.Hash) forks.Pull {
	w.Helper()
	if wr.name == "open" {
		return forks.Pull{Track: track, ID: c, Head: fix}
	}
	p, err := w.forge.Open(ctx, 1, opening(c))
	w.must(err)
	switch wr.name {
	case "merge":
		w.must(w.forge.Stage(ctx, 1, p, true))
	case "react":
		w.server.As("bob", full).Comment(p.Number, "/auxsync retry")
		return w.foundOf(c)
	}
	return p
}

// of returns the pull request of a conflict, as the server has it.
func (w *world) of(c forks.ProposalID) (found githubtest.Pull) {
	w.Helper()
	for _, p := range w.server.Pulls(full) {
		if strings.HasSuffix(p.Head, string(c)) {
			if found.Number > 0 {
				w.Errorf("%s has two pull requests", c)
			}
			found = p
		}
	}
	return found
}

func (f fault) spoils(w *world, wr write, p forks.Pull) {
	w.Helper()
	sent := 0
	w.server.SetFaults(func(r *http.Request) githubtest.Fault {
		if r.Method == http.MethodGet {
			return githubtest.Fault{}
		}
		sent++
		return f.Fault
	})
	err := wr.do(w.forge, p)
	w.server.SetFaults(nil)
	if got := kindOf(err); got != f.want {
		w.Errorf("%s: %s, want %s: %v", f.name, got, f.want, err)
	}
	if sent != 1 {
		w.Errorf("%s: it was sent %d times", f.name, sent)
	}
	if got := wr.done(w, w.of(p.ID)); got != one(f.done) {
		w.Errorf("%s: it was done %d times", f.name, got)
	}
	if said := fmt.Sprint(err); w.secret(said) || strings.Contains(said, "http://") {
		w.Errorf("%s: the error has a token or an address: %v", f.name, err)
	}
	if f.want == "retry" {
		f.waits(w, wr, p, err)
	}
}

// waits checks that nothing is sent before the time in err, and that all is well then.
func (f fault) waits(w *world, wr write, p forks.Pull, err error) {
	w.Helper()
	var problem *forks.Problem
	errors.As(err, &problem)
	if wait := problem.NotBefore.Sub(w.clock.Now()); wait < time.Minute || wait > 2*time.Minute {
		w.Errorf("%s: it may be tried again in %s", f.name, wait)
	}
	before := len(w.server.Requests())
	if _, err := w.forge.Look(ctx, forks.PullQuestion{Dashboard: true}); kindOf(err) != "retry" || len(w.server.Requests()) != before {
		w.Errorf("%s: a request was sent before that: %v", f.name, err)
	}
	w.clock.Advance(2 * time.Minute)
	w.must(wr.do(w.forge, p))
	if got := wr.done(w, w.of(p.ID)); got != 1 {
		w.Errorf("%s: later it was done %d times", f.name, got)
	}
}

func TestReadsAreTriedAgainWithoutATrace(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.open()
	for _, f := range faults {
		if f.want == "retry" || strings.HasPrefix(f.name, "redirected") || f.name == "garbled" || f.name == "empty" {
			continue
		}
		w.server.FaultTimes(2, func(r *http.Request) bool { return r.Method == http.MethodGet }, f.Fault)
		w.restart()
		w.found()
	}
	w.server.FaultTimes(1, func(r *http.Request) bool { return strings.Contains(r.URL.Path, "/pulls") }, githubtest.Fault{Kind: githubtest.RedirectSame})
	w.found()
}

func TestReadsThatKeepFailingPassByThemselves(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.open()
	for _, f := range faults {
		if f.want == "retry" || strings.HasPrefix(f.name, "redirected") {
			continue
		}
		w.server.SetFaults(func(*http.Request) githubtest.Fault { return f.Fault })
		if _, err := w.forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id, Number: 1}}}); kindOf(err) != "retry" {
			t.Errorf("%s: %v", f.name, err)
		}
	}
	w.server.SetFaults(nil)
	w.found()
}

func TestARedirectToAnotherHostIsNotFollowed(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.SetFaults(func(*http.Request) githubtest.Fault { return githubtest.Fault{Kind: githubtest.RedirectOther} })
	_, err := w.forge.Look(ctx, forks.PullQuestion{})
	w.server.SetFaults(nil)
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "another server") {
		t.Errorf("%v", err)
	}
}

func TestASlowAnswerIsGivenUp(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	w.config.Patience = 50 * time.Millisecond
	w.restart()
	if _, err := w.forge.Look(ctx, forks.PullQuestion{}); err != nil {
		t.Fatal(err)
	}
	w.server.SetFaults(func(*http.Request) githubtest.Fault { return githubtest.Fault{Kind: githubtest.Slow} })
	if _, err := w.forge.Comment(ctx, 1, p, 0, "hello"); kindOf(err) != "unknown" {
		t.Errorf("a write: %v", err)
	}
	if _, err := w.forge.Look(ctx, forks.PullQuestion{Dashboard: true}); kindOf(err) != "retry" {
		t.Errorf("a read: %v", err)
	}
	cancelled, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := w.forge.Look(cancelled, forks.PullQuestion{Dashboard: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("a read that was cancelled: %v", err)
	}
}

func TestAWriteOfWhichNothingWasSentIsTriedAgain(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	undialed := 2
	under := w.config.Transport
	w.config.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet && undialed > 0 {
			undialed--
			return nil, dialError()
		}
		return under.RoundTrip(r)
	})
	w.restart()
	w.open()
	undialed = 100
	if err := w.forge.Status(ctx, 1, w.fix, forks.StatusFailure, ""); kindOf(err) != "retry" {
		t.Errorf("%v", err)
	}
}

func TestARenamedRepositoryIsToldWithItsNewName(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	w.server.RenameRepo(full, "auxolotl/packages")
	_, err := w.forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id, Number: p.Number}}})
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "auxolotl/packages") {
		t.Errorf("%v", err)
	}
	if _, err := w.forge.Comment(ctx, 1, p, 0, "hello"); kindOf(err) != "unknown" {
		t.Errorf("a write: %v", err)
	}
	if len(w.server.Comments("auxolotl/packages", p.Number)) != 0 {
		t.Error("a write followed the redirect")
	}
}

func TestWhatNeedsAPersonNamesTheRightAndTheNextStep(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	w.server.SetRights(w.token, githubtest.AllRights().Without("statuses", githubtest.CanRead))
	err := w.forge.Status(ctx, 1, w.fix, forks.StatusFailure, "")
	if kindOf(err) != "person" || !strings.Contains(strings.ToLower(err.Error()), "statuses") {
		t.Errorf("a missing right: %v", err)
	}
	w.server.SetRepo(full, githubtest.RepoOptions{Archived: true})
	if _, err = w.forge.Comment(ctx, 1, p, 0, "x"); kindOf(err) != "person" || !strings.Contains(err.Error(), "unarchive") {
		t.Errorf("archived: %v", err)
	}
	w.server.Revoke(w.token)
	if _, err = w.forge.Look(ctx, forks.PullQuestion{Dashboard: true}); kindOf(err) != "person" || !strings.Contains(err.Error(), "renew the token") || w.secret(err.Error()) {
		t.Errorf("revoked: %v", err)
	}
	if err = w.forge.Status(ctx, 1, w.fix, forks.StatusFailure, ""); kindOf(err) != "person" {
		t.Errorf("a write with a revoked token: %v", err)
	}
	w.token = w.server.Token(me, githubtest.AllRights())
	w.found() // the file was renewed
}

func TestARepositoryThatIsNotThereNeedsAPerson(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.config.Repo = "absent"
	w.restart()
	if _, err := w.forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id}}}); kindOf(err) != "person" {
		t.Errorf("%v", err)
	}
}

func TestWhatGitHubRefusesIsSaidInItsWords(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	err := w.forge.Edit(ctx, 1, p, forks.PullText{Body: strings.Repeat("x", 70_000)})
	if kindOf(err) != "refused" || !strings.Contains(err.Error(), "too long") {
		t.Errorf("%v", err)
	}
	if err = w.forge.React(ctx, 1, 4711, forks.Accepted); kindOf(err) != "refused" {
		t.Errorf("%v", err)
	}
	if _, err = w.forge.Open(ctx, 1, opening("cfedcba9876")); kindOf(err) != "retry" {
		t.Errorf("branches that are not seen: %v", err)
	}
}
