package syncer

import "github.com/auxolotl/auxsync/forks"

// replaying is what is said while a plan is made.
const replaying = "replaying the patches"

// confirming is what is said while the other engine repeats merges.
const confirming = "confirming the merges"

// sayPicks says how many patches have been replayed.
func (o Options) sayPicks(done, of int) {
	if o.Say != nil {
		o.Say(forks.Progress{Doing: replaying, Done: done, Of: of})
	}
}

// sayConfirmed says how many merges have been confirmed.
func (o Options) sayConfirmed(done, of int) {
	if o.Say != nil {
		o.Say(forks.Progress{Doing: confirming, Done: done, Of: of})
	}
}
