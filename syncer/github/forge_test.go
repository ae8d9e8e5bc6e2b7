package github_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

var ctx = context.Background()

func TestAPullRequestIsOpenedAsADraftBetweenItsBranches(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	s := w.only()
	if !s.Draft || s.Head != "auxsync/aux-main/fix/c0123456789" || s.Base != "auxsync/aux-main/onto/c0123456789" || s.Author != me {
		t.Errorf("opened %+v", s)
	}
	if p.Number != s.Number || p.Head != w.fix || p.State != forks.PullOpen || !p.Draft || p.Foreign || p.URL == "" || p.Handle == "" {
		t.Errorf("returned %+v", p)
	}
	again := w.open()
	if again.Number != p.Number || len(w.server.Pulls(full)) != 1 {
		t.Errorf("a second opening gave %+v", again)
	}
}

func TestEverythingThatIsWrittenIsSeenAtTheNextLook(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	f := w.forge
	w.must(f.Edit(ctx, 1, p, forks.PullText{Title: "another title", Body: "another body"}))
	w.must(f.Label(ctx, 1, p, []string{"auxsync", "good first conflict"}, nil))
	w.must(f.Label(ctx, 1, p, nil, []string{"good first conflict", "never/there?"}))
	w.must(f.Status(ctx, 1, w.fix, forks.StatusFailure, strings.Repeat("ü", 200)))
	there, err := f.Ask(ctx, 1, p, forks.People{
		Assignees: []string{"ada", "eve", "nobody", "../../x"}, Reviewers: []string{"bob", me, "ghostly", "auxolotl/core", "other/team"},
	}, forks.People{})
	w.must(err)
	if !slices.Equal(there.Assignees, []string{"ada"}) || !slices.Equal(there.Reviewers, []string{"bob", "auxolotl/core"}) {
		t.Errorf("asked %+v", there)
	}
	comment, err := f.Comment(ctx, 1, p, 0, "first")
	w.must(err)
	same, err := f.Comment(ctx, 1, p, comment, "second")
	w.must(err)
	w.must(f.Suggest(ctx, 1, p, forks.SuggestedReview{Commit: w.fix, Body: "choose", Comments: []forks.SuggestedChange{
		{Path: "a", First: 2, Last: 3, Body: "```suggestion\n2\n```"}, {Path: "a", First: 2, Last: 2, Body: "```suggestion\n2\n```"},
	}}))
	w.must(f.Stage(ctx, 1, p, true))
	w.must(f.Stage(ctx, 1, p, true))

	p = w.found()
	if p.Title != "another title" || p.Body != "another body" || p.Draft || !slices.Equal(p.Labels, []string{"auxsync"}) || p.Status != forks.StatusFailure {
		t.Errorf("seen %+v", p)
	}
	if !slices.Equal(p.Assignees, []string{"ada"}) || !slices.Equal(p.Reviewers, []string{"bob", "auxolotl/core"}) {
		t.Errorf("people %v %v", p.Assignees, p.Reviewers)
	}
	if same != comment || len(p.Comments) != 1 || p.Comments[0].Body != "second" || !p.Comments[0].Mine || p.Comments[0].ID != comment {
		t.Errorf("comments %+v", p.Comments)
	}
	if len(p.Reviews) != 1 || !p.Reviews[0].Mine || p.Reviews[0].Commit != w.fix || len(w.server.Reviews(full, p.Number)[0].Comments) != 2 {
		t.Errorf("reviews %+v", p.Reviews)
	}
	if got := w.server.Statuses(full, w.fix.String()); len(got) != 1 || got[0].Context != forks.StatusContext || len([]rune(got[0].Description)) > 140 {
		t.Errorf("status %+v", got)
	}
	_, err = f.Ask(ctx, 1, p, forks.People{}, forks.People{Assignees: []string{"ada"}, Reviewers: []string{"auxolotl/core"}})
	w.must(err)
	w.must(f.Stage(ctx, 1, p, false))
	if p = w.found(); len(p.Assignees) != 0 || !slices.Equal(p.Reviewers, []string{"bob"}) || !p.Draft {
		t.Errorf("after taking back: %+v", p)
	}
}

func TestWhatPeopleDoOnThePageIsSeen(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	bob := w.server.As("bob", full)
	first := bob.Comment(p.Number, "look\n/auxsync retry\n")
	edited := bob.Comment(p.Number, "one")
	w.clock.Advance(time.Minute)
	bob.EditComment(edited, "two")
	bob.Review(p.Number, "APPROVE", "fine")
	w.must(w.forge.React(ctx, 1, first, forks.Accepted))
	p = w.found()
	if c := p.Comments; len(c) != 2 || c[0].By != "bob" || c[0].Mine || c[0].Bot || !c[0].Acknowledged || c[0].Edited || !c[1].Edited || c[1].Acknowledged || c[1].Body != "two" {
		t.Errorf("comments %+v", c)
	}
	if r := p.Reviews; len(r) != 1 || r[0].Verdict != forks.ReviewApproved || r[0].By != "bob" || r[0].Commit != w.fix || r[0].Body != "fine" {
		t.Errorf("reviews %+v", r)
	}
	bob.Close(p.Number)
	if p = w.found(); p.State != forks.PullClosed || p.By != "bob" {
		t.Errorf("closed: %s by %s", p.State, p.By)
	}
	bob.Reopen(p.Number)
	bob.MarkReady(p.Number)
	bob.Merge(p.Number, "squash")
	if p = w.found(); p.State != forks.PullMerged || p.By != "bob" {
		t.Errorf("merged: %s by %s", p.State, p.By)
	}
}

func TestAReactionOfSomebodyElseAcknowledgesNothing(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	c := w.server.As("bob", full).Comment(p.Number, "/auxsync retry")
	w.server.As("ada", full).React(c, "+1")
	if p = w.found(); p.Comments[0].Acknowledged {
		t.Errorf("acknowledged: %+v", p.Comments[0])
	}
	w.clock.Advance(time.Hour)
	w.found() // neither a reaction nor a status changes the time of the pull request
	w.must(w.forge.React(ctx, 1, c, forks.Refused))
	if p = w.found(); !p.Comments[0].Acknowledged {
		t.Error("the own reaction is not seen")
	}
	w.must(w.forge.Status(ctx, 1, w.fix, forks.StatusSuccess, "settled"))
	if p = w.found(); p.Status != forks.StatusSuccess {
		t.Error("the own status is not seen")
	}
}

func TestOfSeveralPullRequestsTheOpenOneIsFoundElseTheNewest(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	first := w.open()
	w.must(w.forge.End(ctx, 1, first, forks.Ending{}))
	w.must(w.forge.End(ctx, 1, first, forks.Ending{}))
	second := w.open()
	known := forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id, Number: first.Number}, {Track: track, ID: "cffffffffff", Number: first.Number}}}
	seen, err := w.forge.Look(ctx, known)
	w.must(err)
	if seen.Me != me || len(seen.Pulls) != 1 || seen.Pulls[id].Number != second.Number {
		t.Errorf("with one open: %+v", seen)
	}
	w.must(w.forge.End(ctx, 1, second, forks.Ending{}))
	seen, err = w.forge.Look(ctx, known)
	w.must(err)
	if p := seen.Pulls[id]; p.Number != second.Number || p.State != forks.PullClosed || p.By != me {
		t.Errorf("with none open: %+v", p)
	}
}

func TestAPullRequestOfSomebodyElseIsForeign(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	n := w.server.As("bob", full).OpenPull("auxsync/aux-main/fix/c0123456789", "auxsync/aux-main/onto/c0123456789", "mine", "text")
	p := w.open()
	if p.Number != n || !p.Foreign || p.Title != "mine" {
		t.Errorf("returned %+v", p)
	}
	if p = w.found(); !p.Foreign {
		t.Errorf("seen %+v", p)
	}
}

func TestWhereDraftsAreRefusedPullRequestsAreOpenedWithout(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{NoDrafts: true})
	p := w.open()
	if p.Draft {
		t.Errorf("returned %+v", p)
	}
	before := len(w.server.Requests())
	w.must(w.forge.Stage(ctx, 1, p, false))
	if len(w.server.Requests()) != before {
		t.Error("a draft was asked for again")
	}
	w.must(w.forge.Stage(ctx, 1, p, true))
}

func TestMergingUsesTheButtonThatTheRepositoryHas(t *testing.T) {
	for _, o := range []githubtest.RepoOptions{{}, {NoMerge: true}, {NoMerge: true, NoSquash: true}} {
		t.Run("", func(t *testing.T) {
			w := newWorld(t, o)
			p := w.open()
			w.must(w.forge.Stage(ctx, 1, p, true))
			end := forks.Ending{Merge: true, Head: w.fix, Message: "as agreed"}
			var refused *forks.ForgeRefusedError
			wrong := end
			wrong.Head = forks.Hash{1}
			if err := w.forge.End(ctx, 1, p, wrong); !errors.As(err, &refused) {
				t.Errorf("another head was merged: %v", err)
			}
			w.must(w.forge.End(ctx, 1, p, end))
			w.must(w.forge.End(ctx, 1, p, end))
			if !w.only().Merged {
				t.Error("it is not merged")
			}
		})
	}
}

func TestWithoutIssuesThereIsNoDashboardAndPullRequestsGoOn(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	dashboard, err := w.forge.Open(ctx, 1, forks.Opening{Title: "Dashboard", Body: github.DashboardMarker})
	w.must(err)
	w.server.SetRepo(full, githubtest.RepoOptions{NoIssues: true})
	bob := w.server.As("bob", full)
	bob.Comment(p.Number, "/auxsync retry")
	for _, number := range []int{0, p.Number, dashboard.Number, 99} {
		seen, err := w.forge.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id}}, Dashboard: true, DashboardNumber: number})
		w.must(err)
		if seen.Dashboard != nil || len(seen.Pulls[id].Comments) != 1 {
			t.Errorf("number %d: %+v", number, seen)
		}
	}
	_, err = w.forge.Open(ctx, 1, forks.Opening{Title: "Dashboard", Body: github.DashboardMarker})
	if kindOf(err) != "refused" || !strings.Contains(err.Error(), "disabled") {
		t.Errorf("%v", err)
	}
	w.must(w.forge.Label(ctx, 1, p, []string{"auxsync"}, nil))
	if _, err := w.forge.Comment(ctx, 1, p, 0, "hello"); err != nil {
		t.Error(err)
	}
}

func TestEveryCommandThatIsReadIsSeenAsAcknowledged(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	bob := w.server.As("bob", full)
	for _, body := range []string{"/auxsync retry", "/AuxSync retry", "please\r/auxsync retry", "please\r\n/AUXSYNC retry"} {
		if len(pulls.ParseCommands(body)) != 1 {
			t.Fatalf("%q is no command", body)
		}
		w.must(w.forge.React(ctx, 1, bob.Comment(p.Number, body), forks.Accepted))
	}
	w.restart()
	for _, c := range w.found().Comments {
		if !c.Acknowledged {
			t.Errorf("%q", c.Body)
		}
	}
}

func TestTheDashboardIsFoundByNumberByLabelAndWithoutBoth(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.As("bob", full).Open("not it", github.DashboardMarker)
	o := forks.Opening{Title: "Dashboard", Body: "hello\n" + github.DashboardMarker, Labels: []string{github.DashboardLabel}}
	opened, err := w.forge.Open(ctx, 1, o)
	w.must(err)
	again, err := w.forge.Open(ctx, 1, o)
	if w.must(err); again.Number != opened.Number {
		t.Errorf("a second one was opened: %d", again.Number)
	}
	myself := w.server.As(me, full)
	later := myself.Open(o.Title, o.Body)
	myself.Label(later, github.DashboardLabel)
	dashboard := func(number int) *forks.Pull {
		seen, err := w.forge.Look(ctx, forks.PullQuestion{Dashboard: true, DashboardNumber: number})
		w.must(err)
		return seen.Dashboard
	}
	if d := dashboard(0); d == nil || d.Number != opened.Number || d.Title != "Dashboard" {
		t.Fatalf("by label: %+v", d)
	}
	if d := dashboard(later); d.Number != later {
		t.Errorf("by number: %+v", d)
	}
	if d := dashboard(1); d.Number != opened.Number {
		t.Errorf("by a number that is not it: %+v", d)
	}
	bob := w.server.As("bob", full)
	bob.Comment(opened.Number, "/auxsync pause because of rain")
	w.must(w.forge.Edit(ctx, 1, opened, forks.PullText{Body: "new " + github.DashboardMarker}))
	bob.Close(later)
	bob.Unlabel(opened.Number, github.DashboardLabel)
	if d := dashboard(0); d.Number != opened.Number || d.State != forks.PullOpen || len(d.Comments) != 1 || !strings.HasPrefix(d.Body, "new ") {
		t.Errorf("without its label: %+v", d)
	}
	w.must(w.forge.End(ctx, 1, opened, forks.Ending{}))
	if d := dashboard(opened.Number); d == nil || d.State != forks.PullClosed {
		t.Errorf("closed: %+v", d)
	}
}

func TestLookingAgainAtWhatHasNotChangedIsFreeAndReadsNoDetails(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.open()
	w.found()
	w.clock.Advance(time.Hour)
	w.found()
	before := len(w.server.Requests())
	w.found()
	for _, r := range w.server.Requests()[before:] {
		if r.Status != 304 || strings.Contains(r.Path, "comments") || strings.Contains(r.Path, "reviews") {
			t.Errorf("asked %s %s: %d", r.Method, r.Path, r.Status)
		}
	}
	w.server.As("bob", full).Comment(1, "news")
	if p := w.found(); len(p.Comments) != 1 {
		t.Errorf("comments %+v", p.Comments)
	}
}

func TestACommentInTheSecondOfALookIsNotOverlooked(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	bob := w.server.As("bob", full)
	bob.Comment(p.Number, "one")
	w.found()
	bob.Comment(p.Number, "two") // the same second
	if p = w.found(); len(p.Comments) != 2 {
		t.Errorf("comments %+v", p.Comments)
	}
}

func TestLongListsAreReadToTheirEnd(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	p := w.open()
	bob := w.server.As("bob", full)
	for range 205 {
		bob.Comment(p.Number, "again")
	}
	for range 2 { // from the server, and from the cache
		w.restart()
		if p = w.found(); len(p.Comments) != 205 {
			t.Errorf("%d comments", len(p.Comments))
		}
	}
}

func TestStandingsSayWhoMayDoWhat(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.AddUser("helper[bot]", githubtest.Bot)
	for login, want := range map[string]forks.Standing{
		"ADA":         {Login: "ada", Exists: true, Assignable: true, Member: true},
		"bob":         {Login: "bob", Exists: true, Write: true, Assignable: true},
		"eve":         {Login: "eve", Exists: true},
		"helper[bot]": {Login: "helper[bot]", Exists: true, Bot: true},
		"nobody":      {Login: "nobody"},
		"../user":     {Login: "../user"},
		"a/b?c=d":     {Login: "a/b?c=d"},
		"auxolotl":    {Login: "auxolotl", Exists: true, Organisation: true},
	} {
		got, err := w.forge.Standing(ctx, forks.Account{Login: login})
		w.must(err)
		if got.Exists != (got.ID != 0) {
			t.Errorf("%s: id %d", login, got.ID)
		}
		got.ID = 0
		if got != want {
			t.Errorf("%s: %+v, want %+v", login, got, want)
		}
	}
	before := len(w.server.Requests())
	_, err := w.forge.Standing(ctx, forks.Account{Login: "Bob"})
	w.must(err)
	if len(w.server.Requests()) != before {
		t.Error("an answer was not used again")
	}
	w.server.Grant(full, "bob", githubtest.Read)
	w.clock.Advance(11 * time.Minute)
	if got, _ := w.forge.Standing(ctx, forks.Account{Login: "bob"}); got.Write {
		t.Errorf("after eleven minutes: %+v", got)
	}
}

func TestGitUsesTheSameToken(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	got, err := w.forge.GitToken(ctx)
	w.must(err)
	if got.Reveal() != w.token {
		t.Error("it is another one")
	}
}

func TestAnIDFindsWhoWasRenamed(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	ada, err := w.forge.Standing(ctx, forks.Account{Login: "ada"})
	w.must(err)
	who := forks.Account{Login: "ada", ID: ada.ID}
	standing := func() forks.Standing {
		t.Helper()
		s, err := w.forge.Standing(ctx, who)
		w.must(err)
		return s
	}
	if got := standing(); got != ada {
		t.Errorf("by id: %+v, want %+v", got, ada)
	}
	w.clock.Advance(11 * time.Minute)
	before := w.asked("GET", "/user/")
	if got := standing(); got != ada || w.asked("GET", "/user/") != before {
		t.Errorf("after eleven minutes: %+v, and who has the id was asked again", got)
	}
	// The former login is somebody else's, who may be assigned as well.
	w.server.RenameUser("ada", "ada-l")
	w.server.AddUser("ada", githubtest.User)
	w.server.Grant(full, "ada", githubtest.Write)
	w.clock.Advance(11 * time.Minute)
	want := ada
	want.Login = "ada-l"
	if got := standing(); got != want {
		t.Errorf("after a rename: %+v, want %+v", got, want)
	}
	w.server.DeleteUser("ada-l")
	w.clock.Advance(25 * time.Hour)
	if got := standing(); got != (forks.Standing{Login: "ada"}) {
		t.Errorf("after the account was deleted: %+v", got)
	}
}

func TestATeamThatMayNotBeSeenMayBeTried(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	rights := githubtest.AllRights()
	delete(rights, "members")
	w.token = w.server.Token(me, rights)
	w.restart()
	for team, want := range map[string]bool{"auxolotl/core": true, "elsewhere/core": false} {
		got, err := w.forge.Standing(ctx, forks.Account{Login: team})
		w.must(err)
		if got.Assignable != want || got.Login != team {
			t.Errorf("%s: %+v", team, got)
		}
	}
}
