package main

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

var update = flag.Bool("update", false, "rewrite the files in testdata/reports")

// yearWeeks are the weeks of the year whose reports are kept word by word.
var yearWeeks = []struct {
	name string
	week forks.Week
}{
	{"first", forks.Week{Year: 2026, Number: 2}},
	{"quiet", forks.Week{Year: 2026, Number: 13}}, // summer time begins on its Sunday
	{"busy", forks.Week{Year: 2026, Number: 20}},
	{"broken", forks.Week{Year: 2026, Number: 38}},
	{"week53", forks.Week{Year: 2026, Number: 53}},
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
	golden := map[forks.Week]string{}
	for _, w := range yearWeeks {
		golden[w.week] = w.name
	}
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
	for week, name := range golden {
		y.golden(name, week)
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

func (y *year) compare(name, got string) {
	y.Helper()
	got = strings.ReplaceAll(got, y.dir, "/srv")
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
