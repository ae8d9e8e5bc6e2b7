package weekly_test

import (
	"regexp"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

func TestTitleTellsForkWeekLagAndDecisions(t *testing.T) {
	t.Parallel()
	month := weeklytest.Busy()
	month.Week, month.Needed, month.MoreNeeded = forks.Week{Year: 2026, Number: 49}, month.Needed[:1], 0
	month.Tracks[0].Lag.Now = 0
	for _, c := range []struct {
		report weekly.Report
		want   string
	}{
		{weeklytest.Busy(), "nixpkgs, week 47 of 2026 (16–22 November): 6 h behind, 4 decisions needed"},
		{weeklytest.Quiet(), "nixpkgs, week 53 of 2026 (28 December 2026 – 3 January 2027): 3 h behind, no decision needed"},
		{weeklytest.Broken(), "nixpkgs, week 47 of 2026 (16–22 November): 22 days behind, 6 decisions needed"},
		{weeklytest.First(), "lix, week 47 of 2026 (16–22 November): lag not known, no decision needed"},
		{month, "nixpkgs, week 49 of 2026 (30 November – 6 December): level with upstream, 1 decision needed"},
	} {
		if got := weekly.Title(c.report); got != c.want {
			t.Errorf("the title is %q, want %q", got, c.want)
		}
	}
}

func TestTitleOfAnyReportIsInertAndOfALengthThatForumsTake(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9_ -]*, week \d+ of \d+ \([0-9A-Za-z –-]+\): [0-9a-z, ]+…?$`)
	rapid.Check(t, func(t *rapid.T) {
		r := mutated().Draw(t, "report")
		r.MoreNeeded = rapid.IntMin(0).Draw(t, "more") / 2
		got := weekly.Title(r)
		if n := utf8.RuneCountInString(got); n < 15 || n > 120 || forks.Inert(got) != got || !plain.MatchString(got) {
			t.Fatalf("the title is %q, of %d characters", got, n)
		}
	})
}
