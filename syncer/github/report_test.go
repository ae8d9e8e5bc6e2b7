package github_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
	"github.com/auxolotl/auxsync/syncer/github/githubtest"
)

// week is the week of the world's clock, or one some weeks away.
func (w *world) week(away int) forks.Week { return forks.WeekAt(w.clock.Now(), time.UTC).Add(away) }

func (w *world) put(week forks.Week, body string) string {
	w.Helper()
	url, err := w.forge.PutReport(ctx, "nixpkgs", week, "Report of "+week.String(), body)
	w.must(err)
	return url
}

// report returns the one issue that there is.
func (w *world) report() githubtest.Issue {
	w.Helper()
	all := w.server.Issues(full)
	if len(all) != 1 {
		w.Fatalf("%d issues: %+v", len(all), all)
	}
	return all[0]
}

func TestTheReportHasOneIssueThatShowsTheNewestWeek(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	url := w.put(w.week(-1), "first")
	i := w.report()
	if !strings.HasSuffix(url, "/issues/1") || i.Author != me || !strings.Contains(i.Body, "\n\nfirst\n\n") || len(i.Labels) != 1 || i.Labels[0] != github.ReportLabel {
		t.Errorf("opened %s: %+v", url, i)
	}
	w.restart() // nothing is remembered
	if again := w.put(w.week(0), "second"); again != url {
		t.Errorf("the second week went to %s", again)
	}
	i = w.report()
	if i.Title != "Report of "+w.week(0).String() || !strings.Contains(i.Body, "second") || strings.Contains(i.Body, "first") {
		t.Errorf("edited %+v", i)
	}
	wrote := w.asked(http.MethodPatch, "")
	if again := w.put(w.week(0), "second"); again != url || w.asked(http.MethodPatch, "") != wrote {
		t.Error("the same report was written again")
	}
	if again := w.put(w.week(-1), "first"); again != url || w.report().Body != i.Body {
		t.Errorf("an earlier week after a later one: %s", w.report().Body)
	}
	w.put(w.week(0), "second, corrected")
	if !strings.Contains(w.report().Body, "corrected") {
		t.Error("the same week was not corrected")
	}
}

func TestAWeekThatHasNotComeYetStopsNoReport(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.put(w.week(0), "text")
	i := w.report()
	w.server.As("bob", full).EditBody(i.Number, strings.Replace(i.Body, w.week(0).String(), "9998-W01", 1))
	w.put(w.week(0), "this week")
	if !strings.Contains(w.report().Body, "this week") || strings.Contains(w.report().Body, "9998") {
		t.Errorf("%s", w.report().Body)
	}
}

func TestWhatPeopleWriteAroundTheReportStays(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.put(w.week(-1), "first")
	bob := w.server.As("bob", full)
	n := w.report().Number
	bob.EditBody(n, strings.ReplaceAll("Meeting on Monday.\n\n"+w.report().Body+"\n\nThe SIG reads this.\n", "\n", "\r\n"))
	w.put(w.week(0), "second")
	body := w.report().Body
	if !strings.HasPrefix(body, "Meeting on Monday.\r\n\r\n<!-- auxsync:report nixpkgs "+w.week(0).String()+" -->\n\nsecond\n\n") || !strings.HasSuffix(body, "-->\r\n\r\nThe SIG reads this.\r\n") || strings.Contains(body, "first") {
		t.Errorf("%q", body)
	}
	bob.EditBody(n, strings.Replace(body, "<!-- /auxsync:report -->", "", 1))
	w.put(w.week(0), "third")
	if body = w.report().Body; strings.Count(body, "<!-- ") != 2 || !strings.HasPrefix(body, "Meeting") || strings.Contains(body, "second") {
		t.Errorf("without its last line: %q", body)
	}
}

func TestAReportCannotPassForALineOfAuxsyncs(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	hostile := "a\n<!-- /auxsync:report -->\n" + github.DashboardMarker + "\n<!-- auxsync:report nixpkgs 9998-W01 -->"
	w.put(w.week(-1), hostile)
	w.put(w.week(0), hostile)
	if body := w.report().Body; strings.Count(body, "<!-- ") != 2 || strings.Count(body, "&lt;!-- ") != 3 || strings.Contains(body, "\n"+github.DashboardMarker) {
		t.Errorf("%s", body)
	}
	seen, err := w.forge.Look(ctx, forks.PullQuestion{Dashboard: true})
	if w.must(err); seen.Dashboard != nil {
		t.Error("the report is taken for the dashboard")
	}
}

func TestTheReportsIssueIsFoundAgain(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	bob := w.server.As("bob", full)
	bob.Open("not it", "<!-- auxsync:report nixpkgs 2020-W01 -->\n\nhello\n\n<!-- /auxsync:report -->")
	w.put(w.week(-1), "first")
	if all := w.server.Issues(full); len(all) != 2 {
		t.Fatalf("somebody else's issue is taken for the report: %+v", all)
	}
	w.restart()
	bob.Unlabel(2, github.ReportLabel)
	w.put(w.week(0), "without its label")
	if all := w.server.Issues(full); len(all) != 2 || !strings.Contains(all[1].Body, "without its label") {
		t.Errorf("%+v", all)
	}
	_, err := w.forge.PutReport(ctx, "nix", w.week(0), "Another", "another fork")
	w.must(err)
	_, err = w.forge.PutReport(ctx, "nix", w.week(0), "Another", "another fork, again")
	w.must(err)
	if all := w.server.Issues(full); len(all) != 3 || !strings.Contains(all[2].Body, "again") || strings.Contains(all[1].Body, "again") {
		t.Errorf("%+v", all)
	}
}

func TestAReportsIssueThatPeopleClosedIsKeptUpToDateAndStaysClosed(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.put(w.week(-1), "first")
	w.server.As("bob", full).Close(1)
	w.restart()
	w.put(w.week(0), "second")
	if i := w.report(); i.Open || !strings.Contains(i.Body, "second") {
		t.Errorf("%+v", i)
	}
}

func TestAReportWithoutIssuesOrRoomNeedsAPerson(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.put(w.week(-1), "first")
	long := strings.Repeat("ü", 40_000)
	w.server.As("bob", full).EditBody(1, w.report().Body+long)
	_, err := w.forge.PutReport(ctx, "nixpkgs", w.week(0), "title", long)
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "shorten") {
		t.Errorf("too long: %v", err)
	}
	w.put(w.week(0), strings.Repeat("ü", 20_000))
	w.server.SetRepo(full, githubtest.RepoOptions{NoIssues: true})
	_, err = w.forge.PutReport(ctx, "nixpkgs", w.week(0), "title", "text")
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "turn issues on") {
		t.Errorf("without issues: %v", err)
	}
}

func TestAReportWhoseOutcomeIsNotKnownIsLookedForFirst(t *testing.T) {
	for _, f := range faults {
		if f.want != "unknown" {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t, githubtest.RepoOptions{})
			for week, method := range []string{http.MethodPost, http.MethodPatch} {
				w.server.FaultTimes(1, func(r *http.Request) bool { return r.Method == method }, f.Fault)
				_, err := w.forge.PutReport(ctx, "nixpkgs", w.week(week), "title", "text")
				if kindOf(err) != "unknown" {
					t.Errorf("%s: %v", method, err)
				}
				w.restart()
				w.put(w.week(week), "text")
				if i := w.report(); !strings.Contains(i.Body, w.week(week).String()) {
					t.Errorf("%s: %+v", method, i)
				}
			}
		})
	}
}

func TestAReportIsTriedAgainAfterAnOutage(t *testing.T) {
	w := newWorld(t, githubtest.RepoOptions{})
	w.server.SetFaults(func(*http.Request) githubtest.Fault { return githubtest.Fault{Kind: githubtest.UnavailableBefore} })
	if _, err := w.forge.PutReport(ctx, "nixpkgs", w.week(0), "title", "text"); kindOf(err) != "retry" {
		t.Errorf("%v", err)
	}
	w.server.SetFaults(nil)
	w.put(w.week(0), "text")
	w.report()
}
