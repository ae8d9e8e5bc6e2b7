package syncer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// writeResolutions adds to the tree of a state the directory with the results of its
// resolutions, if there are any.
func writeResolutions(q Quarantine, tree *bytes.Buffer, list []forks.Resolution) error {
	results := map[forks.ResolutionID]forks.Hash{}
	for _, r := range list {
		if !r.Result.IsZero() && validResolutionID(r.ID) {
			results[r.ID] = r.Result
		}
	}
	if len(results) == 0 {
		return nil
	}
	var dir bytes.Buffer
	for _, id := range slices.Sorted(maps.Keys(results)) {
		blob := results[id]
		fmt.Fprintf(&dir, "100644 %s\x00%s", id, blob[:])
	}
	id, err := q.Write("tree", dir.Bytes())
	if err != nil {
		return err
	}
	fmt.Fprintf(tree, "40000 %s\x00%s", resolutionsDir, id[:])
	return nil
}

// validResolutionID reports whether an id, which may be from another track's state, can be
// the name of a file.
func validResolutionID(id forks.ResolutionID) bool {
	digits, ok := strings.CutPrefix(string(id), "r")
	return ok && len(digits) == 10 && strings.Trim(digits, "0123456789abcdef") == ""
}

// others reads what the fork's other tracks have on record about people's decisions, in
// the order of their names. A state that cannot be read is that track's trouble.
func (v *visit) othersDecisions(q Quarantine) ([]forks.Resolution, error) {
	var out []forks.Resolution
	for _, track := range slices.Sorted(maps.Keys(v.found.others)) {
		r, err := readState(q, v.found.others[track])
		if err != nil {
			v.Log.Warn("what was decided on another track cannot be read", zap.String("fork", v.track.Fork), zap.String("track", track), zap.Error(err))
			continue
		}
		out = append(out, readable(q, r.state.Resolutions)...)
	}
	return out, nil
}

// readable leaves out resolutions whose results are not there or no files.
func readable(q Quarantine, list []forks.Resolution) []forks.Resolution {
	return slices.DeleteFunc(slices.Clone(list), func(r forks.Resolution) bool {
		if !validResolutionID(r.ID) || r.Result.IsZero() {
			return !validResolutionID(r.ID)
		}
		kind, _, err := q.Object(r.Result)
		return err != nil || kind != "blob"
	})
}
