package main

import (
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

var update = flag.Bool("update", false, "rewrite the files in testdata/reports")

// yearWeeks are the weeks of the year whose reports are kept word by word.
var yearWeeks = []struct {
	name string
	week forks.Week
	told facts
}{
	{"first", forks.Week{Year: 2026, Number: 2}, facts{taken: 4, moves: 2, patches: 6, passes: 20, starts: 1}},
	{"quiet", forks.Week{Year: 2026, Number: 13}, facts{patches: 6, passes: 20}}, // summer time begins on its Sunday
	{"busy", forks.Week{Year: 2026, Number: 20}, facts{taken: 11, moves: 3, patches: 5, passes: 18, opened: 3, answered: 2, open: 1,
		behind: 87 * time.Hour, waiting: 1, fixes: 1}},
	{"broken", forks.Week{Year: 2026, Number: 38}, facts{taken: 1, moves: 1, patches: 5, passes: 26, failed: 12, stopped: 6, starts: 2, cutOff: 1, undelivered: 1}},
	{"week53", forks.Week{Year: 2026, Number: 53}, facts{taken: 2, moves: 2, patches: 4, passes: 9, opened: 1, answered: 1, fixes: 1}},
}

// facts are what the script did in a week, counted by hand.
type facts struct {
	taken, moves, patches       int
	passes, failed, stopped     int
	opened, answered, open      int
	behind                      time.Duration
	waiting, fixes              int // upstream's commits about security
	starts, cutOff, undelivered int
}

// counts holds the report of a week against what the script did in it, and against git.
func (y *year) counts(week forks.Week, want facts) {
	y.Helper()
	r, err := y.s.reportOf(y.Context(), yearFork, week)
	if err != nil {
		y.Fatal(err)
	}
	t := r.Tracks[0]
	got := facts{taken: t.Taken, moves: t.Moves, patches: t.Stack.Patches, passes: t.Passes.All, failed: t.Passes.Failed, stopped: t.Passes.Stopped,
		opened: r.Conflicts.Opened, answered: r.Conflicts.ByPeople, open: r.Conflicts.AllOpen, behind: t.Lag.Now.Duration().Truncate(time.Minute),
		waiting: r.Security.AllWaiting, fixes: r.Security.AllTaken, starts: r.Service.Starts, cutOff: r.Service.CutOff, undelivered: len(r.Service.Undelivered)}
	if got != want {
		y.Errorf("%s tells %+v, the script did %+v", week, got, want)
	}
	between := t.OldBase.String() + ".." + t.NewBase.String()
	authors := map[string]bool{}
	for line := range strings.Lines(y.upstream.Git(y, "log", "--format=%ae", between)) {
		authors[line] = true
	}
	if commits := strings.TrimSpace(y.upstream.Git(y, "rev-list", "--count", between)); commits != strconv.Itoa(t.Taken) {
		y.Errorf("%s tells of %d commits, git of %s", week, t.Taken, commits)
	}
	for _, u := range r.Upstream {
		if u.Authors != len(authors) {
			y.Errorf("%s tells of %d authors, git of %d", week, u.Authors, len(authors))
		}
	}
}

// TestReportsOfAYearReadAsIntended runs the real program through a year of two
// repositories, and holds every word of five of its reports. It is too long for the race
// detector.
func TestReportsOfAYearReadAsIntended(t *testing.T) {
	t.Parallel()
	if raced {
		t.Skip("it is run without the race detector")
	}
	y := newYear(t, "2025-12-01 12:00")
	y.founds()
	y.starts()
	defer func() { y.ends(false) }()
	for week := yearWeeks[0].week; !yearWeeks[len(yearWeeks)-1].week.Before(week); week = week.Add(1) {
		switch week.Number {
		case 2:
			y.firstWeek()
		case 13:
			y.quietWeek()
		case 20:
			y.busyWeek()
		case 21:
			y.afterBusyWeek()
		case 38:
			y.brokenWeek()
		case 39:
			y.afterBrokenWeek()
		case 53:
			y.lastWeek()
		default:
			y.ordinaryWeek(week)
		}
		y.monday(week)
	}
	for _, w := range yearWeeks {
		y.golden(w.name, w.week)
		y.counts(w.week, w.told)
	}
	feed, err := os.ReadFile(filepath.Join(y.path("reports"), yearFork, "feed.xml"))
	if err != nil {
		t.Fatal(err)
	}
	y.compare("feed.xml", string(feed))
}

// golden compares the report of a week, as the publisher wrote it, with testdata.
func (y *year) golden(name string, week forks.Week) {
	y.Helper()
	for _, format := range []string{formatMarkdown, formatHTML, formatJSON} {
		text, err := os.ReadFile(filepath.Join(y.path("reports"), yearFork, "2026", week.String()+"."+format))
		if err != nil {
			y.Fatal(err)
		}
		if printed := y.printed(week, format); printed != string(text) {
			y.Errorf("auxsync report --format %s prints something else of %s than what was brought", format, week)
		}
		y.compare(name+"."+format, string(text))
	}
}

// compare compares a text with testdata, the repositories in /srv and without the version
// of the program. Everything else of it is the same each time, ids of commits too.
func (y *year) compare(name, got string) {
	y.Helper()
	got = strings.NewReplacer(y.dir, "/srv", buildVersion(), "(devel)").Replace(got)
	path := filepath.Join("testdata", "reports", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			y.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		y.Fatal(err)
	}
	if got != string(want) {
		y.Errorf("it differs from %s; -update rewrites it. Got:\n%s", path, got)
	}
}
