//go:build !race

package syncer_test

import (
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// tapped accepts the suggestion whose comment begins so, as bob.
func (w *forgeWorld) tapped(number int, words string) {
	w.Helper()
	for _, r := range w.server.Reviews(fullName, number) {
		for _, c := range r.Comments {
			if strings.HasPrefix(c.Body, words) {
				w.server.As("bob", fullName).AcceptSuggestion(c.ID)
				w.moved()
				return
			}
		}
	}
	w.Fatalf("no suggestion begins with %q", words)
}

func TestEachWayToSettleAConflictEndsPublishedAndTold(t *testing.T) {
	t.Parallel()
	button := func(name string) func(*forgeWorld, int) {
		return func(w *forgeWorld, number int) {
			w.ready("mirror = both;")
			w.server.As("bob", fullName).Merge(number, name)
			w.moved()
		}
	}
	tap := func(words string) func(*forgeWorld, int) {
		return func(w *forgeWorld, number int) {
			w.tapped(number, words)
			w.server.As("bob", fullName).Merge(number, "squash")
			w.moved()
		}
	}
	comment := func(text string) func(*forgeWorld, int) {
		return func(w *forgeWorld, number int) {
			id := w.server.As("ada", fullName).Comment(number, text)
			w.calm()
			for _, c := range w.server.Comments(fullName, number) {
				if c.ID == id && (len(c.Reactions) != 1 || c.Reactions[0] != githubtest.Reaction{Author: bot, Content: "+1"}) {
					w.Errorf("the command has the reactions %v", c.Reactions)
				}
			}
		}
	}
	for _, way := range []struct {
		name   string
		do     func(w *forgeWorld, number int)
		line   string
		reason string
	}{
		{"the web editor, merged", button("merge"), "mirror = both;", "resolved by bob"},
		{"the web editor, squashed", button("squash"), "mirror = both;", "resolved by bob"},
		{"the web editor, rebased", button("rebase"), "mirror = both;", "resolved by bob"},
		{"the suggestion of ours", tap("**Keep ours**"), "mirror = aux;", "resolved by bob"},
		{"the suggestion of upstream's", tap("**Take upstream's**"), "mirror = gnu;", "dropped by bob"},
		{"take upstream", comment("Theirs is fine.\n\n/auxsync take upstream because it is newer"), "mirror = gnu;", "dropped by ada, who took upstream's side"},
		{"keep ours", comment("/auxsync keep ours because the mirror is ours"), "mirror = aux;", "ada"},
		{"drop", comment("/auxsync drop"), "mirror = gnu;", "dropped by ada"},
		{"an approval", func(w *forgeWorld, number int) {
			w.ready("mirror = both;")
			w.server.As("eve", fullName).Review(number, "APPROVE", "looks good")
			w.calm()
			if p := w.pull("hello"); !p.Open {
				w.Error("who may not decide has merged it by approving")
			}
			w.server.As("ada", fullName).Review(number, "APPROVE", "")
			w.calm()
			if p := w.pull("hello"); !p.Merged || p.MergedBy != bot {
				w.Errorf("merged %t by %q", p.Merged, p.MergedBy)
			}
		}, "mirror = both;", "resolved by ada"},
	} {
		t.Run(way.name, func(t *testing.T) {
			t.Parallel()
			w := newForgeWorld(t, 1)
			w.calm()
			number := w.pull("hello").Number
			way.do(w, number)
			w.settledWith(number, way.line)
			if p := w.proposal("hello"); !strings.Contains(p.Reason, way.reason) {
				t.Errorf("it ended because %q, want %q", p.Reason, way.reason)
			}
		})
	}
}

var fencedCommands = regexp.MustCompile("(?ms)^```sh\n(.*?)^```")

// printed returns the commands of the blocks of a body that follow each other from one
// heading on.
func (w *forgeWorld) printed(body, heading string) string {
	w.Helper()
	_, after, found := strings.Cut(body, heading)
	block := fencedCommands.FindStringSubmatch(after)
	if !found || block == nil {
		w.Fatalf("there are no commands after %q in\n%s", heading, body)
	}
	return block[1]
}

func TestThePrintedCommandsWorkAsPrinted(t *testing.T) {
	t.Parallel()
	for _, way := range []struct{ heading, between, line string }{
		{"**Keep the patch", "sed -i -e '/^<<<<<<</,/^=======/d' -e '/^>>>>>>>/d' hello.nix\n", "mirror = aux;"},
		{"**Drop the patch", "", "mirror = gnu;"},
	} {
		t.Run(strings.Trim(way.heading, "*"), func(t *testing.T) {
			t.Parallel()
			w := newForgeWorld(t, 1).overHTTP()
			w.calm()
			p := w.pull("hello")
			script := w.printed(p.Body, "On the command line") + way.between + w.printed(p.Body, way.heading)
			token := w.server.Token("bob", githubtest.AllRights())
			clone := w.dir + "/clone"
			cmd := exec.Command("bash", "-e", "-c", `git clone --quiet -- "$ADDRESS" "$CLONE"; cd "$CLONE"`+"\n"+script)
			cmd.Env = append(os.Environ(), "ADDRESS="+w.server.GitURL(fullName), "CLONE="+clone, "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
				"GIT_TERMINAL_PROMPT=0", `GIT_EDITOR=sh -c 'echo "Settled by hand" >"$1"' --`, "GIT_AUTHOR_NAME=Bob", "GIT_AUTHOR_EMAIL=bob@example.org", "GIT_COMMITTER_NAME=Bob",
				"GIT_COMMITTER_EMAIL=bob@example.org", "GIT_CONFIG_COUNT=2", "GIT_CONFIG_KEY_0=commit.gpgSign", "GIT_CONFIG_VALUE_0=false",
				"GIT_CONFIG_KEY_1=credential.helper", "GIT_CONFIG_VALUE_1=!f() { echo username=bob; echo password="+token+"; }; f")
			cmd.Dir = w.dir
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s\nof\n%s", err, out, script)
			}
			w.moved()
			w.settledWith(p.Number, way.line)
		})
	}
}

func TestTwoConflictsAreTwoPullRequests(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 2)
	w.calm()
	hello, other := w.pull("hello"), w.pull("other")
	if n := len(w.server.Pulls(fullName)); n != 2 || hello.Head == other.Head {
		t.Errorf("%d pull requests, from %s and %s", n, hello.Head, other.Head)
	}
	body := w.server.Issues(fullName)[0].Body
	if !strings.Contains(body, "2 conflicts") || !strings.Contains(body, "hello:") || !strings.Contains(body, "other:") {
		t.Errorf("the dashboard says\n%s", body)
	}
	w.settled()
}

func TestClosedWithoutMergingIsNotAskedAgainUntilSomebodyWantsIt(t *testing.T) {
	t.Parallel()
	for _, again := range []struct {
		name string
		do   func(w *forgeWorld, number int)
	}{
		{"opened again", func(w *forgeWorld, number int) { w.server.As("bob", fullName).Reopen(number) }},
		{"retry", func(w *forgeWorld, number int) {
			w.server.As("bob", fullName).Comment(number, "/auxsync retry")
			w.again++
		}},
	} {
		t.Run(again.name, func(t *testing.T) {
			t.Parallel()
			w := newForgeWorld(t, 1)
			w.calm()
			first := w.pull("hello")
			w.server.As("bob", fullName).Close(first.Number)
			w.calm()
			if p := w.proposal("hello"); p.Status != forks.Declined || p.ClosedBy != "bob" {
				t.Errorf("it is %s, closed by %q", p.Status, p.ClosedBy)
			}
			if len(w.commentsWith(first.Number, "Closed without merging")) != 1 || len(w.server.Pulls(fullName)) != 1 {
				t.Errorf("%d pull requests, comments %v", len(w.server.Pulls(fullName)), w.server.Comments(fullName, first.Number))
			}
			w.moved()
			w.settled()
			again.do(w, first.Number)
			w.calm()
			open := 0
			for _, p := range w.server.Pulls(fullName) {
				if p.Open {
					open++
				}
			}
			if p := w.proposal("hello"); !p.Status.Live() || open != 1 {
				t.Errorf("it is %s, with %d open pull requests", p.Status, open)
			}
			w.settled()
			p := w.pull("hello")
			w.server.As("ada", fullName).Comment(p.Number, "/auxsync drop")
			w.calm()
			if got := w.published("hello"); got != written("hello", "mirror = gnu;") {
				t.Errorf("the branch has\n%s", got)
			}
			w.settled()
		})
	}
}

func TestMergedWithMarkersInsideIsAskedInANewRound(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	first := w.pull("hello")
	bob := w.server.As("bob", fullName)
	bob.MarkReady(first.Number)
	bob.Merge(first.Number, "merge")
	w.moved()
	second := w.pull("hello")
	if second.Number == first.Number || !second.Open || len(w.server.Pulls(fullName)) != 2 || w.proposal("hello").Round != 2 {
		t.Errorf("round %d has #%d, open %t", w.proposal("hello").Round, second.Number, second.Open)
	}
	if got := w.published("hello"); strings.Contains(got, "<<<<<<<") {
		t.Errorf("the branch has markers:\n%s", got)
	}
	w.settled()
	w.server.As("ada", fullName).Comment(second.Number, "/auxsync keep ours")
	w.calm()
	w.settledWith(second.Number, "mirror = aux;")
}

func TestAPausedTrackRestsUntilItIsResumed(t *testing.T) {
	t.Parallel()
	w := newMovingWorld(t, 0)
	w.calm()
	dashboard := w.server.Issues(fullName)[0].Number
	bob := w.server.As("bob", fullName)
	w.server.As("ada", fullName).Comment(dashboard, "/auxsync pause")
	w.calm()
	if w.state().Paused != nil {
		t.Error("who may not push has paused the track")
	}
	bob.Comment(dashboard, "/auxsync pause because of the release")
	w.calm()
	if p := w.state().Paused; p == nil || p.By != "bob" || p.Because != "of the release" {
		t.Fatalf("the pause is %+v", p)
	}
	if body := w.server.Issues(fullName)[0].Body; !strings.Contains(body, "of the release") {
		t.Errorf("the dashboard says\n%s", body)
	}
	w.bump("hello", "gnu")
	if _, err := w.syncer.Sync(w.ctx, w.track, syncer.Options{}); forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("a pass while it is paused: %v", err)
	}
	w.calm()
	if n := len(w.server.Pulls(fullName)); n != 0 {
		t.Errorf("%d pull requests while it is paused", n)
	}
	bob.Comment(dashboard, "/auxsync resume")
	w.calm()
	if p := w.pull("hello"); !p.Open || w.state().Paused != nil {
		t.Errorf("resumed, #%d is open %t", p.Number, p.Open)
	}
	w.settled()
}

func TestAnOutageOfTheForgeHoldsNoPassUp(t *testing.T) {
	t.Parallel()
	w := newMovingWorld(t, 0)
	w.server.SetFaults(func(*http.Request) githubtest.Fault { return githubtest.Fault{Kind: githubtest.UnavailableBefore} })
	w.up.Commit(w, "main", repotest.Grace, "readme", files{"README": "hello\n"})
	w.bump("hello", "gnu")
	for range 3 {
		if _, err := w.tryAttend(); forks.KindOf(err) != forks.Retry {
			t.Errorf("an outage: %v", err)
		}
		w.pass()
	}
	if _, ok := w.fork.File(t, "main", "README"); !ok || len(w.state().Proposals) != 1 {
		t.Errorf("no pass was made: %+v", w.state().Proposals)
	}
	w.server.SetFaults(nil)
	w.calm()
	if p := w.pull("hello"); !p.Open {
		t.Error("the pull request is not open")
	}
	w.settled()
}

func TestARevokedTokenNeedsAPersonAndIsWaitedFor(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.server.Revoke(w.token)
	for range 2 {
		if _, err := w.tryAttend(); forks.KindOf(err) != forks.NeedsPerson || strings.Contains(err.Error(), w.token) {
			t.Errorf("revoked: %v", err)
		}
	}
	w.pass()
	w.token = w.server.Token(bot, githubtest.AllRights())
	w.calm()
	if p := w.pull("hello"); !p.Open {
		t.Error("the pull request is not open")
	}
	w.settled()
}

func TestASuspendedAppIsWaitedForWhilePassesGoOn(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	key := w.server.App(7, 70, "auxsync-app", githubtest.AllRights(), fullName)
	w.app = &github.App{ID: 7, Key: func() (forks.Secret, error) { return forks.NewSecret(string(key)), nil }}
	w.restart()
	w.server.Suspend(70, true)
	if _, err := w.tryAttend(); forks.KindOf(err) != forks.NeedsPerson || !strings.Contains(err.Error(), "suspended") {
		t.Errorf("suspended: %v", err)
	}
	w.fork.Commit(t, "main", repotest.Ada, "mine: add", files{"mine.nix": "1\n"})
	if out := w.pass(); !out.Written {
		t.Errorf("a person's push is not taken in: %+v", out)
	}
	if _, err := w.tryAttend(); forks.KindOf(err) != forks.NeedsPerson {
		t.Errorf("suspended still: %v", err)
	}
	w.server.Suspend(70, false)
	w.calm()
	if p := w.pull("hello"); !p.Open || p.Author != "auxsync-app[bot]" {
		t.Errorf("the pull request is %+v", p)
	}
	w.settled()
}

func TestWithoutTheDatabaseNothingIsSaidTwice(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	w.forget()
	w.calm()
	w.settled()
	number := w.pull("hello").Number
	w.server.As("ada", fullName).Comment(number, "/auxsync keep ours")
	w.attend()
	w.pass()
	w.attend()
	w.forget()
	w.calm()
	w.settledWith(number, "mirror = aux;")
	if n := len(w.server.Pulls(fullName)); n != 1 {
		t.Errorf("there are %d pull requests", n)
	}
}

// forget loses the database.
func (w *forgeWorld) forget() {
	w.Helper()
	w.close()
	if err := os.RemoveAll(w.dir + "/state"); err != nil {
		w.Fatal(err)
	}
	w.start()
	w.pass()
}

func TestWhatPeopleChangedOnThePageStays(t *testing.T) {
	t.Parallel()
	w := newForgeWorld(t, 1)
	w.calm()
	p := w.pull("hello")
	bob := w.server.As("bob", fullName)
	bob.EditTitle(p.Number, "hello: which mirror?")
	bob.Unlabel(p.Number, "auxsync")
	bob.Label(p.Number, "urgent")
	bob.Unassign(p.Number, "ada")
	bob.Assign(p.Number, "bob")
	bob.EditBody(p.Number, "Above.\n\n"+p.Body+"\n\nBelow.")
	bob.MarkReady(p.Number)
	w.moved()
	w.server.As("bob", fullName).EditFile(p.Head, "hello.nix", written("hello", "mirror = both;"))
	w.moved() // the text between the markers is another one
	now := w.pull("hello")
	if now.Title != "hello: which mirror?" || now.Draft || strings.Join(now.Labels, " ") != "good first conflict urgent" || strings.Join(now.Assignees, " ") != "bob" {
		t.Errorf("title %q, draft %t, labels %v, assignees %v", now.Title, now.Draft, now.Labels, now.Assignees)
	}
	if !strings.HasPrefix(now.Body, "Above.") || !strings.HasSuffix(strings.TrimSpace(now.Body), "Below.") || now.Body == "Above.\n\n"+p.Body+"\n\nBelow." {
		t.Errorf("the text is\n%s", now.Body)
	}
	w.settled()
}
