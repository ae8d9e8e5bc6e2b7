package forks

import "time"

// PolicyRecord is what is remembered about a fork's policy: the last version that
// was good and is in effect, and the one that was refused, if one was. The zero
// value stands for no policy yet.
type PolicyRecord struct {
	Source string // of the good version: the commit in hex, or the file's name
	Text   []byte // the good version itself
	Taken  time.Time

	RefusedSource string // "" if the newest version is the good one
	Problems      string // all problems of the refused version; may quote others
	Refused       time.Time
}
