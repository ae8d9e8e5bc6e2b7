package syncer

import (
	"context"
	"fmt"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// An archive is kept while it is among the newest 50 or younger than 90 days.
const (
	archivesKept = 50
	archiveAge   = 90 * 24 * time.Hour
)

// oldArchives lists the archive refs that may go: beyond the newest 50, older than
// 90 days, and holding nothing that is not reachable otherwise. Once one has to
// stay, the older ones are asked about all the same: each by itself.
func (v *visit) oldArchives(ctx context.Context, q Quarantine, p forks.Plan) ([]forks.RefUpdate, error) {
	list := p.State.Archives
	if len(list) <= archivesKept {
		return nil, nil
	}
	now := v.Clock.Now()
	var out []forks.RefUpdate
	for i, a := range list[:len(list)-archivesKept] {
		ref := forks.ArchiveRef(v.track.Name, a.Pass)
		if now.Sub(a.At) <= archiveAge || v.found.archives[ref] != a.Tip {
			continue
		}
		keep := []forks.Hash{v.found.branch, v.found.state, v.found.upstream}
		for _, younger := range list[i+1:] {
			if v.found.archives[forks.ArchiveRef(v.track.Name, younger.Pass)] == younger.Tip {
				keep = append(keep, younger.Tip)
			}
		}
		only, err := q.NewCommits(ctx, a.Tip, keep...)
		if err != nil {
			return nil, fmt.Errorf("look whether archive %d is still needed: %w", a.Pass, err)
		}
		if v.replaceable(q, p.State, only) {
			out = append(out, forks.RefUpdate{Ref: ref, Old: a.Tip})
		}
	}
	return out, nil
}

// replaceable reports whether commits are nothing but copies that the daemon made
// of patches whose present form is reachable otherwise.
func (v *visit) replaceable(q Quarantine, s forks.State, commits []forks.CommitInfo) bool {
	forms, err := readState(q, v.found.state)
	if err != nil || forms == nil {
		return false
	}
	alive := map[forks.PatchID]bool{}
	first := map[forks.Hash]bool{}
	for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
		for _, patch := range list {
			alive[patch.ID] = true
			first[patch.First] = true
		}
	}
	for _, c := range commits {
		if first[c.ID] || !alive[forms.forms[c.ID]] {
			return false
		}
	}
	return true
}
