package forks

import "time"

// Run is the life of one process of the service. The zero value stands for none.
type Run struct {
	ID      int64
	Version string // of auxsync
	PID     int
	Started time.Time
	Ended   time.Time // zero while it goes on, and for one that was cut off
	How     string    // what ended it, for people
}
