package syncer

import (
	"fmt"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/rebase"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// sourceSpecs lists what is fetched of the track whose stack this one carries, beside
// its state: each tip that it published, which together have every commit that the
// state names.
func (v *visit) sourceSpecs() []repo.FetchSpec {
	from := v.track.StackFrom
	if from == "" {
		return nil
	}
	return []repo.FetchSpec{{From: string(forks.ArchivePrefix(from)) + "*", To: v.at("archive/" + from + "/*")}}
}

// source reads the state of the track whose stack this one carries, as that track's
// last pass left it on the fork; nil if the track has a stack of its own.
func (v *visit) source(q Quarantine) (*rebase.Source, error) {
	from := v.track.StackFrom
	if from == "" {
		return nil, nil
	}
	r, err := readState(q, v.found.source)
	if err != nil {
		return nil, fmt.Errorf("%s of fork %s: %w", forks.StateRef(from), v.track.Fork, err)
	}
	if r == nil {
		return nil, forks.AskPerson("run `auxsync adopt "+from+"` first",
			"track %s carries the stack of track %s, which was not adopted yet", v.track.Name, from)
	}
	return &rebase.Source{Track: from, State: r.state, Forms: r.forms}, nil
}
