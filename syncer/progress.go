package syncer

import "github.com/auxolotl/auxsync/forks"

// replaying is what is said while a plan is made.
const replaying = "replaying the patches"

// sayPicks says how many patches have been replayed.
func (o Options) sayPicks(done, of int) {
	if o.Say != nil {
		o.Say(forks.Progress{Doing: replaying, Done: done, Of: of})
	}
}
