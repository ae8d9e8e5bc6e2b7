package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// ExplainSchema names the JSON form of [Explanation].
const ExplainSchema = "auxsync.explain/1"

// ErrUnknownID says that a state knows no such patch or conflict.
var ErrUnknownID = errors.New("no patch or conflict of this track has that id")

// minPrefix is how many characters of an id are needed, its letter included.
const minPrefix = 4

// Explanation is everything that a state knows about one patch.
type Explanation struct {
	Fork  string      `json:"fork"`
	Track string      `json:"track"`
	Patch forks.Patch `json:"patch"`
	Row   *forks.Row  `json:"row"` // in the ledger of the last pass
	// Conflicts has all conflicts that were asked about it, oldest first.
	Conflicts []OpenConflict   `json:"conflicts"`
	Decisions []forks.Decision `json:"decisions"`
	// Conflict is the one that was asked for, if it was one.
	Conflict forks.ProposalID `json:"conflict"`
}

// Find looks a patch or a conflict up by its id, or by at least four characters
// of its beginning. The error is [ErrUnknownID], or says that several ids begin
// so.
func Find(fork string, s forks.State, id string) (Explanation, error) {
	patch, conflict, err := lookUp(s, id)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Fork: fork, Track: s.Track, Conflict: conflict, Conflicts: []OpenConflict{}, Decisions: []forks.Decision{}}
	if p := findPatch(s, patch); p != nil {
		e.Patch = *p
	} else {
		e.Patch.ID = patch
	}
	for i := range s.Ledger {
		if s.Ledger[i].Patch == patch {
			e.Row = &s.Ledger[i]
		}
	}
	for _, c := range s.Proposals {
		if c.About(patch) {
			e.Conflicts = append(e.Conflicts, openConflict(fork, s, c))
		}
	}
	for _, d := range s.Decisions {
		if d.Patch == patch {
			e.Decisions = append(e.Decisions, d)
		}
	}
	return e, nil
}

// lookUp finds the patch that id names, by itself or through a conflict.
func lookUp(s forks.State, id string) (forks.PatchID, forks.ProposalID, error) {
	type match struct {
		patch    forks.PatchID
		conflict forks.ProposalID
	}
	var matches []match
	var names []string
	try := func(name string, m match) bool {
		if len(id) >= minPrefix && strings.HasPrefix(name, id) {
			matches, names = append(matches, m), append(names, name)
		}
		return name == id && id != ""
	}
	for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
		for _, p := range list {
			if try(string(p.ID), match{patch: p.ID}) {
				return p.ID, "", nil
			}
		}
	}
	for _, c := range s.Proposals {
		if try(string(c.ID), match{c.Patch, c.ID}) {
			return c.Patch, c.ID, nil
		}
	}
	switch len(matches) {
	case 0:
		return "", "", ErrUnknownID
	case 1:
		return matches[0].patch, matches[0].conflict, nil
	}
	return "", "", fmt.Errorf("%q begins several ids: %s", forks.Inert(id), forks.Inert(strings.Join(names, ", ")))
}

// MarshalJSON writes the explanation with its schema and what was asked for:
// kind is "patch" or "conflict".
func (e Explanation) MarshalJSON() ([]byte, error) {
	type plain Explanation // without this method
	w := struct {
		Schema string `json:"schema"`
		Kind   string `json:"kind"`
		plain
	}{ExplainSchema, "patch", plain(e)}
	if e.Conflict != "" {
		w.Kind = "conflict"
	}
	w.Patch = filled([]forks.Patch{e.Patch})[0]
	w.Conflicts, w.Decisions = notNull(e.Conflicts), notNull(e.Decisions)
	return json.Marshal(w)
}

// Explain writes the conflict that was asked for first, if it was one, and the
// patch's story.
func Explain(w io.Writer, e Explanation, now time.Time, style Style) error {
	p := &page{style: style}
	for _, c := range e.Conflicts {
		if c.ID == e.Conflict {
			p.conflict(c, now)
			if c.Status.Live() {
				p.howTo(c)
			}
		}
	}
	e.patch(p)
	e.forms(p)
	for _, c := range e.Conflicts {
		if c.ID != e.Conflict {
			p.conflict(c, now)
		}
	}
	p.decisions(e.Decisions)
	return p.writeTo(w)
}

// howTo says where the way to settle a conflict is written.
func (p *page) howTo(c OpenConflict) {
	p.b.WriteByte('\n')
	p.text(2, "To settle it, fetch the fix branch from the fork and read the file AUXSYNC-CONFLICT.md in it: it names each place, "+
		"and the commands that work. Merging into the onto branch changes nothing that people use until the next publication.")
	if c.Status == forks.Ready {
		p.text(2, "The fix branch is settled. What is left is to merge it into the onto branch.")
	}
}

func (e Explanation) patch(p *page) {
	p.heading("%s, patch %s (one change that the fork carries)", forks.Inert(e.Track), inert(string(e.Patch.ID), 16))
	stands, reason := e.stands()
	ahead := ""
	if e.Row != nil && e.Row.Ahead != e.Row.Published {
		ahead = inert(string(e.Row.Ahead), maxName) + ": " + Meaning(e.Row.Ahead)
	}
	if e.Row != nil && reason == "" {
		reason = Because(e.Row.By, e.Row.Reason)
	}
	p.fields(
		field{"change", forks.Inert(e.Patch.Subject)},
		field{"author", joined(", ", inert(e.Patch.Author.Name, maxSubject), stamp(e.Patch.AuthorDate))},
		field{"stands", stands}, field{"at the tip", ahead}, field{"because", reason},
		field{"commit", short(e.Patch.Commit)}, field{"first seen as", short(e.Patch.First)},
	)
}

// stands says where the patch is now, and why if it is not published.
func (e Explanation) stands() (text, reason string) {
	o := Standing(e.Patch)
	text = inert(string(o), maxName) + ": " + Meaning(o)
	switch {
	case e.Patch.End != nil:
		return text + fmt.Sprintf(" (left the stack in pass %d, %s)", e.Patch.End.Pass, stamp(e.Patch.End.At)),
			Because(e.Patch.End.By, e.Patch.End.Reason)
	case e.Patch.Out != nil:
		text += fmt.Sprintf(" (left out of the branch since pass %d, %s)", e.Patch.Out.Pass, stamp(e.Patch.Out.At))
		if !e.Patch.Out.CleanBase.IsZero() {
			text += "; it was last part of it on upstream's " + short(e.Patch.Out.CleanBase)
		}
		return text, Because(e.Patch.Out.By, e.Patch.Out.Reason)
	}
	return "part of the branch, " + text, ""
}

// forms lists a patch's versions and what it folded.
func (e Explanation) forms(p *page) {
	if len(e.Patch.Versions) > 1 {
		p.heading("Its forms, oldest first (each is used from its upstream commit on)")
		var rows []row
		for _, v := range e.Patch.Versions {
			from := "the beginning"
			if !v.Pin.IsZero() {
				from = short(v.Pin)
			}
			who := inert(v.By, maxName)
			if v.Proposal != "" {
				who = joined(", ", who, "in conflict "+inert(string(v.Proposal), 16))
			}
			rows = append(rows, row{cells: []cell{{short(v.Commit), plain}, {from, plain}, {stamp(v.At), plain}, {who, plain}}})
		}
		p.table([]string{"commit", "from", "decided", "by"}, rows)
	}
	if len(e.Patch.Folded) > 0 {
		p.heading("Folded into it (their changes live on in this patch)")
		var rows []row
		for _, f := range e.Patch.Folded {
			rows = append(rows, row{cells: []cell{
				{short(f.Commit), plain}, {inert(f.Author.Name, maxName), plain}, {forks.Inert(f.Subject), plain},
			}})
		}
		p.table([]string{"commit", "author", "change"}, rows)
	}
}
