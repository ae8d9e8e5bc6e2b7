package forks

import "time"

// Writer is who wrote a state: one state directory on one machine. Two of them must
// not write the same track.
type Writer struct {
	ID   string `json:"id"`   // of the state directory's database, random
	Host string `json:"host"` // the machine's name, for people
}

// Retarget records that a person moved a track to another upstream. It stands in
// the state until a base of the new upstream is published.
type Retarget struct {
	Upstream string    `json:"upstream"` // the new one
	Follow   string    `json:"follow"`
	By       string    `json:"by"`
	At       time.Time `json:"at"`
}
