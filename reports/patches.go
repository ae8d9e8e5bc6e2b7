package reports

import (
	"encoding/json"
	"io"

	"github.com/auxolotl/auxsync/forks"
)

// PatchesSchema names the JSON form of [PatchList].
const PatchesSchema = "auxsync.patches/1"

// PatchList is the stack of one track, in its order, and what left it.
type PatchList struct {
	Fork    string        `json:"fork"`
	Track   string        `json:"track"`
	Base    forks.Hash    `json:"base"`
	Tip     forks.Hash    `json:"tip"`
	Patches []forks.Patch `json:"patches"`
	Ended   []forks.Patch `json:"ended"`
}

// PatchesOf takes the stack of a state.
func PatchesOf(fork string, s forks.State) PatchList {
	return PatchList{Fork: fork, Track: s.Track, Base: s.Base, Tip: s.Tip, Patches: s.Patches, Ended: s.Ended}
}

// MarshalJSON writes the list with its schema.
func (l PatchList) MarshalJSON() ([]byte, error) {
	type plain PatchList // without this method
	w := struct {
		Schema string `json:"schema"`
		plain
	}{PatchesSchema, plain(l)}
	w.Patches, w.Ended = filled(l.Patches), filled(l.Ended)
	return json.Marshal(w)
}

// filled copies patches, with lists that are never null.
func filled(patches []forks.Patch) []forks.Patch {
	list := append([]forks.Patch{}, patches...)
	for i := range list {
		list[i].Versions, list[i].Folded = notNull(list[i].Versions), notNull(list[i].Folded)
	}
	return list
}

// Patches writes one line for each patch, and why where it is not simply
// published.
func Patches(w io.Writer, l PatchList, style Style) error {
	p := &page{style: style}
	track := forks.Inert(l.Track)
	if len(l.Patches) == 0 {
		p.heading("%s carries no patch: the branch is upstream's commit %s", track, short(l.Base))
	} else {
		p.heading("%s of %s, oldest first, on upstream's commit %s (a patch is one change that the fork carries)",
			count(len(l.Patches), "patch", "patches"), track, short(l.Base))
		shown := map[forks.Outcome]bool{}
		var rows []row
		for _, patch := range l.Patches {
			shown[Standing(patch)] = true
			rows = append(rows, patchRow(patch))
		}
		p.table([]string{"patch", "commit", "published", "author", "change"}, rows)
		p.legend(shown)
	}
	if len(l.Ended) > 0 {
		p.heading("Ended (no longer in the stack, kept on record for 180 days at least)")
		var rows []row
		for _, patch := range l.Ended {
			rows = append(rows, patchRow(patch))
		}
		p.table([]string{"patch", "commit", "ended as", "author", "change"}, rows)
	}
	return p.writeTo(w)
}

// Standing is the outcome that says where a patch is now.
func Standing(p forks.Patch) forks.Outcome {
	switch {
	case p.End != nil:
		return p.End.Outcome
	case p.Out != nil:
		return p.Out.Outcome
	case p.Published == "":
		return forks.Kept // not replayed yet
	}
	return p.Published
}

func patchRow(p forks.Patch) row {
	r := row{cells: []cell{
		{inert(string(p.ID), 16), plain}, {short(p.Commit), plain}, outcomeCell(Standing(p)),
		{inert(p.Author.Name, maxName), plain}, {forks.Inert(p.Subject), plain},
	}}
	switch {
	case p.End != nil:
		r.note = Because(p.End.By, p.End.Reason)
	case p.Out != nil:
		r.note = Because(p.Out.By, p.Out.Reason)
	case p.Ahead != "" && p.Ahead != p.Published:
		r.note = "at upstream's tip: " + inert(string(p.Ahead), 12)
	}
	return r
}
