package forks

import "fmt"

// Text says what a proposal waits for, as people read it; inert. It names no time: see
// [Waits.Until].
func (w Waits) Text() string {
	switch w.Reason {
	case WaitsOpen:
		return fmt.Sprintf("waits for its turn: at most %d are open at the same time", w.Limit)
	case WaitsPerDay:
		return fmt.Sprintf("waits for its turn: at most %d a day", w.Limit)
	case WaitsQuiet:
		return "waits for the end of the quiet hours"
	}
	track, id := Clip(Inert(w.Track), 40), Clip(Inert(string(w.Proposal)), 20)
	if w.Closed {
		return fmt.Sprintf("closed without an answer on track %s: the same conflict as %s", track, id)
	}
	return fmt.Sprintf("waits for the answer on track %s: the same conflict as %s", track, id)
}

// Moves reports whether what the fork's other tracks do can end the wait.
func (w Waits) Moves() bool { return w.Reason == WaitsOpen || w.Reason == WaitsElsewhere }
