package pulls_test

import (
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// TestADashboardThatIsRefusedIsTriedOnceAWeek: its text changes every hour, and yet where
// the fork takes no issues the same would be refused again.
func TestADashboardThatIsRefusedIsTriedOnceAWeek(t *testing.T) {
	t.Parallel()
	in := pulls.ReconcileInput{Traits: forks.ForgeTraits{Pages: true}, Dashboard: "1 h behind", DashboardTitle: "dashboard", Now: now}
	out := pulls.Reconcile(in)
	if len(out.Effects) != 1 || out.Effects[0].Kind != pulls.DoOpen {
		t.Fatalf("effects: %+v", out.Effects)
	}
	in.DashboardRecord = pulls.RecordRefused(out.DashboardRecord, out.Effects[0])
	in.Dashboard, in.Now = "2 h behind", now.Add(time.Hour)
	if out := pulls.Reconcile(in); len(out.Effects) > 0 {
		t.Errorf("it is tried again: %+v", out.Effects)
	}
	in.Now = now.AddDate(0, 0, 7)
	if out := pulls.Reconcile(in); len(out.Effects) != 1 {
		t.Errorf("after a week nothing is tried: %+v", out.Effects)
	}
}

func TestTheDashboard(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		rec  forks.PullRecord
		seen *forks.Pull
		want string
	}{
		{"is opened", forks.PullRecord{}, nil, "open dashboard"},
		{"is not opened twice", forks.PullRecord{Number: 3}, nil, ""},
		{"is not opened again after a person closed it", forks.PullRecord{Number: 3, State: forks.PullClosed}, &forks.Pull{Number: 3, State: forks.PullClosed}, ""},
		{"nor where that is not remembered", forks.PullRecord{}, &forks.Pull{Number: 3, State: forks.PullClosed}, ""},
		{"is found again", forks.PullRecord{}, &forks.Pull{Number: 3, State: forks.PullOpen, Title: "dashboard", Body: board("lag")}, ""},
		{"keeps people's text", forks.PullRecord{Number: 3, Title: pulls.Digest("dashboard"), Body: pulls.Digest(board("old"))},
			&forks.Pull{Number: 3, State: forks.PullOpen, Title: "ours", Body: "hello\n" + board("old")}, edited("", "hello\n"+board("lag"))},
	} {
		in := pulls.ReconcileInput{Traits: forks.ForgeTraits{Pages: true}, Dashboard: "lag", DashboardTitle: "dashboard", DashboardRecord: c.rec, Now: now}
		in.Seen.Dashboard = c.seen
		out := pulls.Reconcile(in)
		if got := tellAll(out); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
		for _, e := range out.Effects {
			if e.Kind == pulls.DoOpen {
				rec := pulls.Record(out.DashboardRecord, e, pulls.Done{Pull: forks.Pull{Number: 3}})
				if e.Opening.ID != "" || !slices.Equal(e.Opening.Labels, []string{"auxsync-dashboard"}) || rec.Number != 3 || rec.Title == "" || rec.Body == "" {
					t.Errorf("%s: %+v, %+v", c.name, e, rec)
				}
			}
		}
		in.Dashboard = ""
		if got := tellAll(pulls.Reconcile(in)); got != "" {
			t.Errorf("%s, and none is wished: %s", c.name, got)
		}
	}
}
