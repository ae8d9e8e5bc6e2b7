package syncer

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// agree checks that the state ref is the newest that there was. One that was moved
// back or deleted would forget decisions, and a pass from it would begin again
// where others have been.
func (v *visit) agree(ctx context.Context, q Quarantine, old *recorded) error {
	var newest forks.Hash
	if v.Store != nil {
		var err error
		if newest, err = v.Store.Newest(ctx, v.track.Fork, v.track.Name); err != nil {
			return err
		}
	}
	archived, has := v.newestArchive(), "is gone"
	if old != nil {
		has = fmt.Sprintf("is at pass %d", old.state.Pass)
		switch {
		case archived > old.state.Pass:
		case newest.IsZero() || newest == old.commit:
			return nil
		case v.contains(ctx, q, old.commit, newest):
			return v.sameWriter(old.state)
		default:
			return forks.AskPerson("to keep what is there, move the database away (a new one is made from the fork); else "+v.restore(q, newest), "%s of the fork %s (%s), which does not follow %s, the newest that is known here",
				v.track.StateRef(), has, old.commit.Short(), newest.Short())
		}
	} else if archived == 0 {
		return nil
	}
	return forks.AskPerson(v.restore(q, newest), "%s of the fork %s, and pass %d was published", v.track.StateRef(), has, archived)
}

// newestArchive is the number of the newest pass that the fork has an archive of.
func (v *visit) newestArchive() int {
	newest := 0
	for ref := range v.found.archives {
		n, err := strconv.Atoi(strings.TrimPrefix(string(ref), string(forks.ArchivePrefix(v.track.Name))))
		if err == nil {
			newest = max(newest, n)
		}
	}
	return newest
}

// restore says how to put the state ref back.
func (v *visit) restore(q Quarantine, newest forks.Hash) string {
	if _, _, err := q.Object(newest); newest.IsZero() || err != nil {
		return "restore it from where its newest commit still is: a backup, a mirror, or the forge's log of pushes"
	}
	ref, found := string(v.track.StateRef()), ""
	if !v.found.state.IsZero() {
		found = v.found.state.String()
	}
	return "restore it: git --git-dir=" + forks.ShellWord(v.local.Dir()) + " push --force-with-lease=" + ref + ":" + found + " " +
		forks.ShellWord(v.track.URL) + " " + newest.String() + ":" + ref
}

// sameWriter checks that a state which followed the newest one that is known here
// was written here: after a crash that is so. Else another state directory keeps
// the same track, and the two would take turns. A state directory that knows nothing
// of the track yet goes on from whatever it finds.
func (v *visit) sameWriter(s forks.State) error {
	by := s.Writer
	if v.opts.TakeOver || by.ID == v.Writer.ID || by.ID == "" || v.Writer.ID == "" {
		return nil
	}
	return forks.AskPerson("stop that one, or remove the track from its config, then go on here with: auxsync sync --take-over "+forks.ShellWord(v.track.Name),
		"pass %d of %s was written by another auxsync, on %s, at %s; one track must not be kept from two state directories",
		s.Pass, v.track.Name, forks.Inert(by.Host), s.At.Format(time.RFC3339))
}
