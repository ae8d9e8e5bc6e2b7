package rebase

import (
	"slices"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

const (
	// unusedFor is how long a resolution that was never used stays on record.
	unusedFor = 2 * 365 * 24 * time.Hour
	// mostResolutions is how many a track has on record.
	mostResolutions = 2000
)

// resolutions is what the track has on record after the pass about people's decisions:
// what it had, what was decided and learned now, and what its patches use from elsewhere.
// The patches are those that it has then.
func (r *Result) resolutions(patches []forks.Patch) []forks.Resolution {
	var list []forks.Resolution
	if r.in.State != nil {
		list = slices.Clone(r.in.State.Resolutions)
	}
	for i := range list {
		list[i].Refused = slices.Clone(list[i].Refused)
	}
	for _, v := range r.Verdicts {
		for _, d := range v.Decided {
			list = refuseOthers(list, d)
			list = record(list, d)
		}
	}
	for _, learned := range r.in.Learned {
		list = record(list, learned)
	}
	for _, used := range r.copied {
		list = record(list, fresh(used))
	}
	for _, no := range r.refusals {
		list = record(list, fresh(no.resolution))
		i := slices.IndexFunc(list, func(o forks.Resolution) bool { return o.ID == no.resolution.ID })
		if i >= 0 && !slices.Contains(list[i].Refused, no.patch) {
			list[i].Refused = append(list[i].Refused, no.patch)
		}
	}
	for _, id := range r.revokedIDs() {
		for i := range list {
			if list[i].ID == id.id && list[i].Revoked == nil {
				list[i].Revoked = &forks.Revoked{By: id.by, Because: id.because, At: r.in.Now}
			}
		}
	}
	for i := range list {
		list[i].Used = max(list[i].Used, usesOf(patches, list[i].ID))
	}
	return r.withinBounds(list)
}

// record adds a resolution unless it, or an equal one that holds, is there.
func record(list []forks.Resolution, d forks.Resolution) []forks.Resolution {
	for i, o := range list {
		switch {
		case o.ID == d.ID && o.Revoked == nil && (o.Result != d.Result || o.Mode != d.Mode):
			d.Refused, d.Used = o.Refused, o.Used
			list[i] = d
			return list
		case o.ID == d.ID:
			return list
		case o.Key == d.Key && o.Result == d.Result && o.Mode == d.Mode && o.Revoked == nil && o.Track == d.Track:
			return list
		}
	}
	return append(list, d)
}

// refuseOthers marks what was decided otherwise about the same conflict as not wanted for
// the patch that a new decision is about.
func refuseOthers(list []forks.Resolution, d forks.Resolution) []forks.Resolution {
	for i, o := range list {
		if o.Key == d.Key && (o.Result != d.Result || o.Mode != d.Mode) && o.ID != d.ID && !slices.Contains(o.Refused, d.Patch) {
			list[i].Refused = append(list[i].Refused, d.Patch)
		}
	}
	return list
}

// fresh is a resolution of another track as this one begins to have it on record.
func fresh(k forks.Resolution) forks.Resolution {
	k.Used, k.Refused, k.Revoked = 0, []forks.PatchID{}, nil
	return k
}

// usesOf counts the patches that have a version made of a resolution.
func usesOf(patches []forks.Patch, id forks.ResolutionID) int {
	n := 0
	for _, p := range patches {
		if slices.ContainsFunc(p.Versions, func(v forks.Version) bool { return slices.Contains(v.Resolutions, id) }) {
			n++
		}
	}
	return n
}

// withinBounds forgets what nobody used for long, and what is too much: the oldest that
// was not used goes first. What was learned is old from the start.
func (r *Result) withinBounds(list []forks.Resolution) []forks.Resolution {
	list = slices.DeleteFunc(list, func(k forks.Resolution) bool {
		return k.Used == 0 && k.Learned.IsZero() && r.in.Now.Sub(k.At) > unusedFor
	})
	for unused := true; len(list) > mostResolutions; {
		i := -1
		if unused {
			i = slices.IndexFunc(list, func(k forks.Resolution) bool { return k.Used == 0 })
		}
		if i < 0 {
			unused, i = false, 0
		}
		list = slices.Delete(list, i, i+1)
	}
	return list
}

// refusal is a resolution that people do not want for a patch.
type refusal struct {
	resolution forks.Resolution
	patch      forks.PatchID
}

// refuse notes that a resolution is not to be used for a patch again.
func (r *Result) refuse(k forks.Resolution, patch forks.PatchID) {
	r.refusals = append(r.refusals, refusal{k, patch})
}
