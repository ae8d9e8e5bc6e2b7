package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func noEnvironment(string) string { return "" }

func TestDemoRefusesAForgeThatItDoesNotHave(t *testing.T) {
	t.Parallel()
	var errs bytes.Buffer
	code := run([]string{"demo", "--forge", "gitlab"}, strings.NewReader(""), &bytes.Buffer{}, &errs, noEnvironment)
	if code != exitUsage || !strings.Contains(errs.String(), `--forge is "git" or "github"`) {
		t.Errorf("exit %d: %s", code, errs.String())
	}
}

// The report is of one week, so the story is told in one.
func TestDemoBeginsAndEndsInTheSameWeek(t *testing.T) {
	t.Parallel()
	monday := time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)
	for _, began := range []time.Time{monday, monday.Add(12 * time.Hour), monday.Add(-time.Second), monday.Add(-59 * time.Minute), monday.Add(-61 * time.Minute)} {
		zone, err := time.LoadLocation(oneWeek(began))
		if err != nil {
			t.Fatal(err)
		}
		if first, last := forks.WeekAt(began, zone), forks.WeekAt(began.Add(time.Hour), zone); first != last {
			t.Errorf("begun at %s it goes from %s to %s in %s", began, first, last, zone)
		}
	}
}
