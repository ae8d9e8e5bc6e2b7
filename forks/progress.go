package forks

// Progress says how far a pass has come, for people who wait for it.
type Progress struct {
	// Doing is what is going on, in a few words: "fetching upstream …", "replaying".
	Doing string `json:"doing"`
	// Done of Of steps; Of is 0 where that is not known.
	Done int `json:"done"`
	Of   int `json:"of"`
	// Detail is the newest line of git's own progress, redacted; may be empty.
	Detail string `json:"detail"`
}
