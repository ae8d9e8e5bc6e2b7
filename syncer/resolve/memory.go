package resolve

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Memory has what people decided about conflicts, in all tracks of a fork. It is made for
// one pass.
type Memory struct {
	byKey map[string][]forks.Resolution
	read  func(blob forks.Hash) ([]byte, error)
}

// NewMemory makes a memory of what the tracks have on record. The same resolution may be
// in several: it was revoked if it was in one, and is refused for each patch that any of
// them names. Read returns a result.
func NewMemory(list []forks.Resolution, read func(blob forks.Hash) ([]byte, error)) *Memory {
	m := &Memory{byKey: map[string][]forks.Resolution{}, read: read}
	at := map[forks.ResolutionID]int{}
	var all []forks.Resolution
	for _, k := range list {
		i, again := at[k.ID]
		if !again {
			at[k.ID] = len(all)
			k.Refused = slices.Clone(k.Refused)
			all = append(all, k)
			continue
		}
		all[i].Refused = append(all[i].Refused, k.Refused...)
		if all[i].Revoked == nil {
			all[i].Revoked = k.Revoked
		}
	}
	// The oldest first: it is who decided.
	slices.SortStableFunc(all, func(a, b forks.Resolution) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(string(a.ID), string(b.ID))
	})
	for _, k := range all {
		if k.Revoked == nil {
			m.byKey[k.Key] = append(m.byKey[k.Key], k)
		}
	}
	return m
}

// Empty reports whether nothing is known.
func (m *Memory) Empty() bool { return m == nil || len(m.byKey) == 0 }

// Hit is what is known about a key.
type Hit struct {
	Found  bool
	Known  forks.Resolution
	Result Entry
	// Why says why it is not used; Declined are those that people did not want here.
	Why      string
	Declined []forks.Resolution
}

// Lookup finds what is known about a key.
type Lookup func(key string) (Hit, error)

// For returns what may be used for a patch.
func (m *Memory) For(patch forks.PatchID) Lookup {
	return func(key string) (Hit, error) {
		known := m.byKey[key]
		if len(known) == 0 {
			return Hit{}, nil
		}
		first := known[0]
		for _, k := range known {
			if slices.Contains(k.Refused, patch) {
				return Hit{Why: "people did not want here what " + who(k) + " decided before", Declined: []forks.Resolution{k}}, nil
			}
			if k.Result != first.Result || k.Mode != first.Mode {
				return Hit{Why: fmt.Sprintf("it was decided in two ways before (%s, %s)", first.ID, k.ID)}, nil
			}
		}
		hit := Hit{Found: true, Known: first, Result: Entry{Mode: first.Mode}}
		if first.Result.IsZero() {
			return hit, nil
		}
		content, err := m.read(first.Result)
		if err != nil {
			return Hit{}, fmt.Errorf("read resolution %s: %w", first.ID, err)
		}
		hit.Result.Content = content
		return hit, nil
	}
}

// who names the person behind a resolution.
func who(k forks.Resolution) string {
	if k.By == "" {
		return "somebody"
	}
	return forks.Clip(forks.Inert(k.By), 80)
}

// Told says in a clause who decided what is used again, when and where: "as Ada decided on
// 2026-01-02 in c0123456789 on track aux".
func Told(k forks.Resolution) string {
	text := "as " + who(k) + " decided on " + k.At.UTC().Format("2006-01-02")
	switch {
	case !k.Learned.IsZero():
		text += " in the merge " + k.Learned.Short()
	case k.URL != "":
		text += " in " + forks.Clip(forks.Inert(k.URL), 200)
	case k.Proposal != "":
		text += " in " + forks.Inert(string(k.Proposal))
	}
	if k.Track != "" {
		text += " on track " + k.Track
	}
	return text
}
