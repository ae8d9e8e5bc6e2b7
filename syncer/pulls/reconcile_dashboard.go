package pulls

import "github.com/auxolotl/auxsync/forks"

// dashboard opens the fork's dashboard once and keeps its text. One that a person
// closed stays closed; who writes there is answered all the same.
func (p *page) dashboard() (opens, after []Effect) {
	if p.in.Seen.Dashboard != nil {
		p.seen = *p.in.Seen.Dashboard
	}
	if p.elsewhere() {
		p.rec = forks.PullRecord{}
	}
	if p.in.Seen.Dashboard == nil {
		if p.rec.Number == 0 {
			p.open(forks.Opening{Title: p.in.DashboardTitle, Labels: []string{DashboardLabel}})
		}
		return p.effects, nil
	}
	p.observe()
	if p.seen.State == forks.PullOpen {
		p.text(p.in.DashboardTitle)
	}
	p.hear()
	p.results()
	return nil, p.effects
}
