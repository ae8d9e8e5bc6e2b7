package syncer

import (
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

// alsoFor lists the fork's tracks that wait for the answer to a conflict of another one.
func (a *attendance) alsoFor(track string, p forks.Proposal) []string {
	if !p.Status.Live() {
		return nil
	}
	states := map[string]forks.State{}
	for _, t := range a.about {
		if t.track.Name != track {
			states[t.track.Name] = t.state
		}
	}
	return waitingFor(states, track, p.ID, p.Conflict)
}

// waitingOf is a conflict that is not asked about yet, as the dashboard shows it.
func (a *attendance) waitingOf(t aboutTrack, p forks.Proposal) pulls.DashboardWaiting {
	w := pulls.DashboardWaiting{ID: p.ID, Title: pulls.Title(a.caseOf(t, p)), Why: p.Reason}
	if p.Waits != nil {
		w.Since, w.Until = p.Waits.Since, p.Waits.Until
		if r := a.records[p.Waits.Proposal]; r.Number > 0 {
			w.Number, w.URL = r.Number, r.URL
		}
	}
	return w
}
