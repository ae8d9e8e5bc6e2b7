package forks

import "time"

// HoldLabel is the label with which people stop the clock of a pull request. auxsync
// heeds it and never sets it.
const HoldLabel = "hold"

// Waiting is how long a conflict has waited with those who were asked, as far as that
// is remembered: what is running is added to it by the clock. It changes only when the
// clock begins, stops or goes on, when the conflict is handed on, and when a stage
// begins.
type Waiting struct {
	// Given says through whose words it came to those who have it, such as "mine ada"
	// and "not mine bob". A new one among them begins the clock anew.
	Given []string `json:"given,omitempty"`
	// Counted is what had passed when the clock ran last.
	Counted time.Duration `json:"counted,omitempty"`
	// Since is when it began to run; zero while it stands still.
	Since time.Time `json:"since,omitzero"`
	// Stage is the last one that began, 0 for none.
	Stage int `json:"stage,omitempty"`
	// Begun is when that was; for stage 0 when it was given to somebody, zero before.
	Begun time.Time `json:"begun,omitzero"`
}

// Running reports whether the clock runs.
func (w Waiting) Running() bool { return !w.Since.IsZero() }
