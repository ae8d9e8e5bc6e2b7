package forks

import (
	"fmt"
	"time"
)

// Health is what is known about how a track's passes go: four times, from which
// people are told in words. A zero time means never.
type Health struct {
	FirstGood time.Time `json:"first_good"` // of the good passes in a row that were the last good ones
	LastGood  time.Time `json:"last_good"`
	FirstBad  time.Time `json:"first_bad"` // of the failures in a row that were the last failures
	LastBad   time.Time `json:"last_bad"`
	// Trouble is the last failure in words; empty once a pass was good.
	Trouble string `json:"trouble"`
	// Condition is where the track stood after the last pass.
	Condition Condition `json:"condition"`
	// Before is the last condition that was neither stopped nor failing: where the
	// track stands again once the trouble has passed.
	Before Condition `json:"before"`
}

// Condition is where a track stands. A change of it is an event.
type Condition string

// The conditions of a track (section 5 of the design).
const (
	TrackFound     Condition = "found"     // in config, or a new branch of upstream, not adopted yet
	TrackFollowing Condition = "following" // on upstream's tip, or waiting for the next publication
	TrackHolding   Condition = "holding"   // waits at an older upstream commit for decisions
	TrackPaused    Condition = "paused"    // does nothing until somebody resumes it
	TrackStopped   Condition = "stopped"   // needs a person
	TrackFailing   Condition = "failing"   // the last pass failed, and is tried again
)

// Good returns h after a pass without trouble that ended at now.
func (h Health) Good(now time.Time) Health {
	h = h.notAfter(now)
	if h.LastGood.IsZero() || h.Failing() {
		h.FirstGood = now
	}
	h.LastGood, h.Trouble = now, ""
	return h
}

// Bad returns h after a pass that failed at now; trouble says how, and is not empty.
func (h Health) Bad(now time.Time, trouble string) Health {
	h = h.notAfter(now)
	if !h.Failing() {
		h.FirstBad = now
	}
	h.LastBad, h.Trouble = now, trouble
	return h
}

// Failing reports whether the newest pass failed. The times alone do not tell where
// a clock was put back, or where two passes ended in the same instant.
func (h Health) Failing() bool { return h.Trouble != "" || h.LastBad.After(h.LastGood) }

// notAfter takes back the times that a clock set too far ahead has left: a pass of
// the future would hide that there is none today.
func (h Health) notAfter(now time.Time) Health {
	for _, t := range []*time.Time{&h.FirstGood, &h.LastGood, &h.FirstBad, &h.LastBad} {
		if t.After(now) {
			*t = now
		}
	}
	return h
}

// recent is how long a failure is worth a word once passes are good again.
const recent = 24 * time.Hour

// Words says how a track's passes go, at now, if one is due every interval: "ok",
// "ok, last failure 5 min ago", "failing since …", "no activity since …", "failing
// since …, no activity since …", "no pass yet". Silence is a fault: without any pass
// in three intervals there was no activity, whatever came before. A track that waits
// longer after a failure has the longer interval.
func (h Health) Words(now time.Time, interval time.Duration) string {
	last := h.LastGood
	if h.LastBad.After(last) {
		last = h.LastBad
	}
	const minute = "2006-01-02 15:04 MST"
	silent := interval > 0 && now.Sub(last) > 3*interval
	switch {
	case last.IsZero():
		return "no pass yet"
	case h.Failing() && silent:
		return "failing since " + h.FirstBad.UTC().Format(minute) + ", no activity since " + last.UTC().Format(minute)
	case h.Failing():
		return "failing since " + h.FirstBad.UTC().Format(minute)
	case silent:
		return "no activity since " + last.UTC().Format(minute)
	case !h.LastBad.IsZero() && now.Sub(h.LastBad) < recent:
		return "ok, last failure " + Ago(now.Sub(h.LastBad)) + " ago"
	}
	return "ok"
}

// Ago gives a length of time in one unit: "5 min", "3 h", "2 days".
func Ago(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", max(0, int(d.Seconds())))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
