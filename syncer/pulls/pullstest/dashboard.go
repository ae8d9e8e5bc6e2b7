package pullstest

import "github.com/auxolotl/auxsync/forks"

// openDashboard opens the fork's dashboard.
func (b *bench) openDashboard() (forks.Pull, error) {
	o := forks.Opening{Title: "auxsync: pkgs"}
	if b.Pages != nil {
		o = b.Pages.Dashboard
	}
	return b.Forge.Open(b.ctx, b.next(), o)
}

// dashboard looks for the dashboard, by its number if that is not 0.
func (b *bench) dashboard(number int) *forks.Pull {
	b.t.Helper()
	seen, err := b.Forge.Look(b.ctx, forks.PullQuestion{Dashboard: true, DashboardNumber: number})
	b.do("look for the dashboard", err)
	want(b.t, "pull requests", len(seen.Pulls), 0)
	return seen.Dashboard
}

// dashboardFound fails unless both ways find the dashboard.
func (b *bench) dashboardFound(number int) forks.Pull {
	b.t.Helper()
	var found *forks.Pull
	for _, by := range []int{0, number} {
		found = b.dashboard(by)
		if found == nil {
			b.t.Fatalf("no dashboard by number %d", by)
		}
		want(b.t, "number", found.Number, number)
	}
	return *found
}

// dashboard are the cases about the fork's one issue.
func dashboard() map[string]check {
	return map[string]check{
		"The dashboard is opened once and found again": func(b *bench) {
			b.opened(one)
			if d := b.dashboard(0); d != nil {
				b.t.Fatalf("found %+v", d)
			}
			d, err := b.openDashboard()
			b.do("open", err)
			again, err := b.openDashboard()
			b.do("open again", err)
			want(b.t, "number", again.Number, d.Number)
			seen := b.dashboardFound(d.Number)
			want(b.t, "state", seen.State, forks.PullOpen)
			want(b.t, "title", seen.Title, b.Pages.Dashboard.Title)
			want(b.t, "body", seen.Body, b.Pages.Dashboard.Body)
			wantNames(b.t, "labels", seen.Labels, b.Pages.Dashboard.Labels...)
			want(b.t, "count", b.Pages.Count(), Count{Pulls: 1, Issues: 1})
		},
		"The dashboard is edited in place": func(b *bench) {
			d, err := b.openDashboard()
			b.do("open", err)
			text := b.Pages.Dashboard.Body + "| aux-main | 2 h |\n"
			b.do("edit", b.edit(d, "", text))
			seen := b.dashboardFound(d.Number)
			want(b.t, "title", seen.Title, b.Pages.Dashboard.Title)
			want(b.t, "body", seen.Body, text)
			want(b.t, "count", b.Pages.Count(), Count{Issues: 1})
		},
		"People talk on the dashboard, and are answered there": func(b *bench) {
			d, err := b.openDashboard()
			b.do("open", err)
			id := b.Pages.Comment(b.Pages.Maintainer, d, "/auxsync pause because of the weekend")
			b.do("react", b.Forge.React(b.ctx, b.next(), id, forks.Accepted))
			own, err := b.Forge.Comment(b.ctx, b.next(), d, 0, "paused")
			b.do("comment", err)
			seen := b.dashboardFound(d.Number)
			want(b.t, "comments", len(seen.Comments), 2)
			want(b.t, "id", seen.Comments[0].ID, id)
			want(b.t, "acknowledged", seen.Comments[0].Acknowledged, true)
			want(b.t, "mine", seen.Comments[0].Mine, false)
			want(b.t, "own id", seen.Comments[1].ID, own)
			want(b.t, "own mine", seen.Comments[1].Mine, true)
		},
		"A pull request is not taken for the dashboard": func(b *bench) {
			p := b.opened(one)
			b.label(p, b.Pages.Dashboard.Labels, nil)
			b.do("edit", b.edit(p, "", p.Body+b.Pages.Dashboard.Body))
			for _, number := range []int{0, p.Number, 99} {
				if d := b.dashboard(number); d != nil {
					b.t.Errorf("by number %d: %+v", number, d)
				}
			}
		},
	}
}
