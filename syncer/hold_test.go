package syncer

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

func holdNow() time.Time { return time.Date(2024, 6, 3, 12, 0, 0, 0, time.UTC) }

// holding is a track on which the patches of some open conflicts hold the branch back.
func holding(proposals ...forks.Proposal) holdInput {
	return holdInput{
		now: holdNow(), track: forks.Track{HoldFor: 72 * time.Hour, MaxLag: 96 * time.Hour}, proposals: proposals,
		holds:    func(forks.PatchID) bool { return true },
		says:     func(forks.PatchID) (time.Duration, bool) { return 0, false },
		given:    func(forks.Proposal) time.Time { return holdNow() },
		labelled: func(forks.ProposalID) bool { return false },
	}
}

func openFor(id forks.PatchID) forks.Proposal {
	return forks.Proposal{ID: forks.ProposalID("c" + id), Patch: id, Status: forks.Open, Opened: holdNow()}
}

func TestDeadlineCountsFromBeingGiven(t *testing.T) {
	t.Parallel()
	in := holding(openFor("p1"))
	in.given = func(forks.Proposal) time.Time { return time.Time{} }
	up := holdUp(in)
	if p := up.proposals[0]; !p.Given.IsZero() || !p.Deadline.IsZero() {
		t.Errorf("with nobody: given %s, deadline %s", p.Given, p.Deadline)
	}
	if want := holdNow().Add(96 * time.Hour); !up.next.Equal(want) {
		t.Errorf("with nobody: next at %s, want max_lag after it was found, %s", up.next, want)
	}
	in.proposals, in.lagging = up.proposals, up.lagging
	in.now = in.now.Add(5 * time.Hour)
	given := in.now.Add(-time.Hour)
	in.given = func(forks.Proposal) time.Time { return given }
	up = holdUp(in)
	if p := up.proposals[0]; !p.Given.Equal(given) || !p.Deadline.Equal(given.Add(72*time.Hour)) || p.Rule != forks.RuleHold {
		t.Errorf("given %s, deadline %s by %s", p.Given, p.Deadline, p.Rule)
	}
	if !up.lagging.Equal(given) || !up.next.Equal(given.Add(36*time.Hour)) {
		t.Errorf("lagging since %s, next at %s", up.lagging, up.next)
	}
}

func TestTheNearestRuleSetsTheDeadline(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	security := forks.Hash{1}
	for _, c := range []struct {
		name                 string
		hold, lag, fix, says time.Duration // says below 0: nothing
		security             forks.Hash
		want                 time.Duration // below 0: never
		rule                 forks.Rule
	}{
		{"hold_for", 72 * hour, 96 * hour, 0, -1, forks.Hash{}, 72 * hour, forks.RuleHold},
		{"0s", 0, 96 * hour, 0, -1, forks.Hash{}, 0, forks.RuleHold},
		{"max_lag is sooner", 72 * hour, 24 * hour, 0, -1, forks.Hash{}, 24 * hour, forks.RuleLag},
		{"the patch says longer", 1 * hour, forks.Never, 0, 9 * hour, forks.Hash{}, 9 * hour, forks.RuleHold},
		{"the patch says never", 1 * hour, 96 * hour, 0, forks.Never, forks.Hash{}, 96 * hour, forks.RuleLag},
		{"never at all", forks.Never, forks.Never, 0, -1, forks.Hash{}, -1, ""},
		{"security", 72 * hour, 96 * hour, 2 * hour, -1, security, 2 * hour, forks.RuleSecurity},
		{"security, but the patch says never", 72 * hour, 96 * hour, 0, forks.Never, security, 96 * hour, forks.RuleLag},
		{"security, but the patch says less", 72 * hour, 96 * hour, 2 * hour, hour, security, hour, forks.RuleHold},
		{"security never hurries", 72 * hour, 96 * hour, forks.Never, -1, security, 72 * hour, forks.RuleHold},
	} {
		in := holding(openFor("p1"))
		in.track.HoldFor, in.track.MaxLag, in.track.SecurityHoldFor, in.security = c.hold, c.lag, c.fix, c.security
		in.says = func(forks.PatchID) (time.Duration, bool) { return c.says, c.says >= 0 }
		p := holdUp(in).proposals[0]
		want := time.Time{}
		if c.want >= 0 {
			want = holdNow().Add(c.want)
		}
		if !p.Deadline.Equal(want) || p.Rule != c.rule {
			t.Errorf("%s: deadline %s by %q, want %s by %q", c.name, p.Deadline, p.Rule, want, c.rule)
		}
	}
}

func TestTheLabelStopsTheDeadlineAndMaxLagDoesNotHeedIt(t *testing.T) {
	t.Parallel()
	in := holding(openFor("p1"))
	step := func(later time.Duration, held bool) forks.Proposal {
		in.now = in.now.Add(later)
		in.labelled = func(forks.ProposalID) bool { return held }
		up := holdUp(in)
		in.proposals, in.lagging = up.proposals, up.lagging
		return up.proposals[0]
	}
	step(0, false)
	if p := step(10*time.Hour, true); p.Rule != forks.RuleLag || !p.Deadline.Equal(holdNow().Add(96*time.Hour)) {
		t.Errorf("held: deadline %s by %s", p.Deadline, p.Rule)
	}
	if p := step(20*time.Hour, false); p.Rule != forks.RuleHold || !p.Deadline.Equal(holdNow().Add(92*time.Hour)) {
		t.Errorf("after 20 hours of rest: deadline %s by %s", p.Deadline, p.Rule)
	}
}

func TestNobodyIsRemindedInQuietHoursAndNoDeadlineFallsIntoThem(t *testing.T) {
	t.Parallel()
	in := holding(openFor("p1")) // at noon
	in.track.HoldFor = 24*time.Hour + 11*time.Hour
	in.track.Quiet = forks.QuietHours{Ranges: []forks.QuietRange{{First: 22 * 60, Last: 7 * 60}, {First: 5, Last: 6}}}
	up := holdUp(in)
	morning := time.Date(2024, 6, 5, 7, 0, 0, 0, time.UTC) // 35 hours later it is 23:00
	if p := up.proposals[0]; !p.Deadline.Equal(morning) {
		t.Errorf("deadline %s, want the end of the quiet hours", p.Deadline)
	}
	half := time.Date(2024, 6, 4, 9, 30, 0, 0, time.UTC)
	if !up.next.Equal(half) {
		t.Errorf("next at %s, want half of the time, %s", up.next, half)
	}
	in.proposals, in.lagging = up.proposals, up.lagging
	in.now = time.Date(2024, 6, 4, 23, 0, 0, 0, time.UTC) // the daemon was away
	if up = holdUp(in); up.proposals[0].Reminded || !up.next.Equal(morning) {
		t.Errorf("at night: reminded %v, next at %s", up.proposals[0].Reminded, up.next)
	}
	in.now = half
	if up = holdUp(in); !up.proposals[0].Reminded || !up.next.Equal(morning) {
		t.Errorf("at half of the time: reminded %v, next at %s", up.proposals[0].Reminded, up.next)
	}
}

func TestWhatIsParkedIsNoReasonToLag(t *testing.T) {
	t.Parallel()
	in := holding(openFor("p1"))
	in.lagging = holdNow().Add(-90 * time.Hour)
	in.parked = map[forks.PatchID]forks.Out{"p1": {Outcome: forks.Parked, Rule: forks.RuleHold}}
	if up := holdUp(in); !up.lagging.IsZero() {
		t.Errorf("lagging since %s though all that holds is parked", up.lagging)
	}
}

// TestHoldingEnds holds conflicts against the promises of holding while time goes by,
// conflicts come and go, and a label is set and taken off: what is over is parked by the
// next pass and not before, no deadline is put off, and nothing is held for longer than
// max_lag.
func TestHoldingEnds(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		span := rapid.SampledFrom([]time.Duration{0, time.Hour, 30 * time.Hour, 72 * time.Hour, forks.Never})
		in := holding()
		in.track.HoldFor, in.track.SecurityHoldFor = span.Draw(t, "hold_for"), span.Draw(t, "security_hold_for")
		in.track.MaxLag = rapid.SampledFrom([]time.Duration{0, 10 * time.Hour, 96 * time.Hour}).Draw(t, "max_lag")
		if rapid.Bool().Draw(t, "quiet") {
			in.track.Quiet = forks.QuietHours{Ranges: []forks.QuietRange{{First: 22 * 60, Last: 7 * 60}}}
		}
		in.parked = map[forks.PatchID]forks.Out{}
		labelled := map[forks.ProposalID]bool{}
		in.labelled = func(id forks.ProposalID) bool { return labelled[id] }
		for step := range rapid.IntRange(1, 25).Draw(t, "steps") {
			in.now = in.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "hours")) * time.Hour)
			now := in.now
			in.given = func(forks.Proposal) time.Time { return now }
			// What the beginning of a pass finds to be over is parked.
			for _, p := range holdUp(in).over {
				if _, parked := in.parked[p.Patch]; parked {
					continue
				}
				soonest := p.Given.Add(min(in.track.HoldFor, in.track.MaxLag))
				if p.Rule == forks.RuleHold && in.now.Before(soonest) {
					t.Fatalf("%s is parked at %s, before %s", p.Patch, in.now, soonest)
				}
				in.parked[p.Patch] = forks.Out{Outcome: forks.Parked, Rule: p.Rule}
			}
			if rapid.Bool().Draw(t, "another") {
				p := openFor(forks.PatchID("p" + string(rune('a'+step))))
				p.Opened = in.now
				in.proposals = append(in.proposals, p)
			}
			if len(in.proposals) > 0 && rapid.Bool().Draw(t, "label") {
				id := in.proposals[rapid.IntRange(0, len(in.proposals)-1).Draw(t, "of")].ID
				labelled[id] = !labelled[id]
			}
			if rapid.IntRange(0, 9).Draw(t, "security") == 0 {
				in.security = forks.Hash{byte(step + 1)}
			}
			up := holdUp(in)
			for i, p := range up.proposals {
				if i >= len(in.proposals) {
					break
				}
				was := in.proposals[i]
				rested := p.Rested != was.Rested || !was.Held.IsZero() || !p.Held.IsZero()
				_, parked := in.parked[p.Patch]
				if !was.Deadline.IsZero() && !parked && !rested && (p.Deadline.IsZero() || p.Deadline.After(was.Deadline)) {
					t.Fatalf("the deadline of %s is put off from %s to %s", p.Patch, was.Deadline, p.Deadline)
				}
				if !parked && (p.Deadline.IsZero() || p.Deadline.After(up.lagging.Add(in.track.MaxLag))) {
					t.Fatalf("%s is held until %s, lagging since %s", p.Patch, p.Deadline, up.lagging)
				}
			}
			if up.next.Before(in.now) && !up.next.IsZero() {
				t.Fatalf("the next pass is due at %s, which is over at %s", up.next, in.now)
			}
			waits := len(in.parked) < len(up.proposals)
			if waits && up.next.IsZero() {
				t.Fatalf("something holds the branch back, and no pass is due")
			}
			if waits && up.lagging.After(in.now) {
				t.Fatalf("lagging since %s, which is to come", up.lagging)
			}
			in.proposals, in.lagging = up.proposals, up.lagging
			// A pass at the latest deadline parks everything.
			last := in
			last.now = up.lagging.Add(in.track.MaxLag)
			if waits && !last.now.Before(in.now) {
				open := len(up.proposals)
				if over := len(holdUp(last).over); over < open-len(in.parked) {
					t.Fatalf("max_lag is over, and %d of %d are parked", over, open)
				}
			}
		}
	})
}
