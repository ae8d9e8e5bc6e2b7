package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// ConflictsSchema names the JSON form of [ConflictList].
const ConflictsSchema = "auxsync.conflicts/1"

// ConflictList is what several tracks ask people.
type ConflictList struct {
	At        time.Time       `json:"at"`
	Conflicts []OpenConflict  `json:"conflicts"`
	Decisions []AskedDecision `json:"decisions"`
}

// OpenConflict is one conflict that people are or were asked about.
type OpenConflict struct {
	Fork    string       `json:"fork"`
	Track   string       `json:"track"`
	Subject string       `json:"subject"` // of the patch
	Author  forks.Person `json:"author"`
	// Patches are those that are asked about at once, Subject and Author being of the
	// first; empty for one patch.
	Patches []AskedPatch `json:"patches"`
	OntoRef forks.Ref    `json:"onto_ref"`
	FixRef  forks.Ref    `json:"fix_ref"`
	// Parked is set while the branch goes on without the patch.
	Parked *forks.Out `json:"parked,omitempty"`
	forks.Proposal

	alsoFor string // the tracks that wait for its answer, as a page shows them
}

// AskedDecision is a decision to make, with the track that asks for it.
type AskedDecision struct {
	Fork  string `json:"fork"`
	Track string `json:"track"`
	forks.Decision
}

// ConflictsOf takes the conflicts of a state that are open, wait to be asked about, or
// were closed without an answer, in the order in which they were recorded.
func ConflictsOf(fork string, s forks.State) []OpenConflict {
	list := []OpenConflict{}
	for _, c := range s.Proposals {
		if c.Status.Pending() || c.Status == forks.Declined {
			list = append(list, openConflict(fork, s, c))
		}
	}
	return list
}

func openConflict(fork string, s forks.State, c forks.Proposal) OpenConflict {
	o := OpenConflict{
		Fork: fork, Track: s.Track, Proposal: c,
		OntoRef: forks.OntoRef(s.Track, c.ID), FixRef: forks.FixRef(s.Track, c.ID),
	}
	if p := findPatch(s, c.Patch); p != nil {
		o.Subject, o.Author = p.Subject, p.Author
		if p.Out != nil && p.Out.Outcome == forks.Parked {
			o.Parked = p.Out
		}
	}
	o.Patches, o.Members = patchesOf(s, c), notNull(c.Members)
	o.Conflict.Files, o.NotFor = notNull(c.Conflict.Files), notNull(c.NotFor)
	return o
}

// Add takes the conflicts and decisions of one more track.
func (l *ConflictList) Add(fork string, s forks.State) {
	l.Conflicts = append(l.Conflicts, ConflictsOf(fork, s)...)
	for _, d := range s.Decisions {
		l.Decisions = append(l.Decisions, AskedDecision{Fork: fork, Track: s.Track, Decision: d})
	}
}

// MarshalJSON writes the list with its schema.
func (l ConflictList) MarshalJSON() ([]byte, error) {
	type plain ConflictList // without this method
	w := struct {
		Schema string `json:"schema"`
		plain
	}{ConflictsSchema, plain(l)}
	w.Conflicts, w.Decisions = notNull(w.Conflicts), notNull(w.Decisions)
	return json.Marshal(w)
}

// Conflicts writes each conflict with its cause, its files and where to settle it.
func Conflicts(w io.Writer, l ConflictList, style Style) error {
	p := &page{style: style}
	if len(l.Conflicts)+len(l.Decisions) == 0 {
		p.text(0, "No conflicts, and no decision is asked of anybody.")
	}
	for _, c := range l.Conflicts {
		c.alsoFor = alsoFor(l.Conflicts, c)
		p.conflict(c, l.At)
	}
	if slices.ContainsFunc(l.Conflicts, func(c OpenConflict) bool { return c.Status != forks.Queued }) {
		settle := "To settle one, fetch its fix branch: the file AUXSYNC-CONFLICT.md there says how. Merge the result into its onto branch."
		if slices.ContainsFunc(l.Conflicts, func(c OpenConflict) bool { return c.Number > 0 }) {
			settle = "To settle one, open its pull request, which says how; without one fetch its fix branch, and merge the result into its onto branch."
		}
		p.b.WriteByte('\n')
		p.text(0, "%s", "The cause is the upstream commit that a conflict is asked about. "+settle)
	}
	if len(l.Decisions) > 0 {
		p.heading("%s that only a person can make", count(len(l.Decisions), "decision", "decisions"))
		for _, d := range l.Decisions {
			p.fields(field{forks.Inert(d.Track) + " " + inert(string(d.Patch), 16), forks.Inert(d.Question)})
		}
	}
	return p.writeTo(w)
}

// conflict writes one conflict.
func (p *page) conflict(c OpenConflict, now time.Time) {
	state := answer(c.Status)
	title := joined(", ", forks.Inert(c.Track), "conflict "+inert(string(c.ID), 16), state.text)
	if c.Round > 1 {
		title += fmt.Sprintf(", round %d", c.Round)
	}
	fix, onto := "", ""
	if c.Status.Live() {
		fix, onto = branchOf(c.FixRef), branchOf(c.OntoRef)
	}
	p.heading("%s", title)
	p.fields(
		c.patchField(),
		field{"cause", Cause(c.Conflict)},
		field{"asked on", askedOn(c.Conflict)},
		field{"clean until", cleanUntil(c.Conflict)},
		field{"upstream had it", shortOrNone(c.Conflict.SuggestDrop)},
		field{"asked", joined(", ", stamp(c.Opened), Ago(now, c.Opened))},
		field{"branch", c.branch()},
		field{"waits since", c.waitsSince(now)},
		field{"not before", c.notBefore()},
		field{"note", inert(c.Reason, maxReason)},
		field{"also for", c.alsoFor},
		field{"ways out", c.waysOut()},
		field{"files", files(c.Conflict.Files)},
		field{"earlier work", earlierWork(c.Carry)},
		field{"pull request", c.pullRequest()},
		field{"taken on by", inert(c.Claimed, maxName)},
		field{"not for", inert(strings.Join(c.NotFor, ", "), maxReason)},
		field{"fix branch", fix},
		field{"onto branch", onto},
	)
}

// branch says how long the branch waits for an answer, or that it went on; "" where it
// does neither. The text is inert.
func (c OpenConflict) branch() string {
	stopped := ""
	if !c.Held.IsZero() {
		stopped = "the label " + forks.HoldLabel + " stops its time since " + stamp(c.Held)
	}
	switch {
	case c.Parked != nil:
		return "goes on without this patch, parked since " + stamp(c.Parked.At) + "; the patch comes back in its place once this is decided"
	case !c.Deadline.IsZero():
		return joined("; ", "waits until "+stamp(c.Deadline)+"; then the branch goes on without this patch ("+inert(string(c.Rule), maxName)+")", stopped)
	}
	return stopped
}

// glance is [OpenConflict.branch] in few words.
func (c OpenConflict) glance() string {
	switch {
	case c.Parked != nil:
		return "parked: the branch goes on without this patch"
	case !c.Deadline.IsZero():
		return "the branch waits until " + stamp(c.Deadline) + "; then it goes on without this patch"
	}
	return ""
}

// waysOut names the commands for what was merged and could not be taken in; "" of others.
func (c OpenConflict) waysOut() string {
	if c.Status != forks.Unresolved {
		return ""
	}
	id := inert(string(c.ID), 16)
	return "put the onto branch right, or: auxsync latest " + id + " (asked again with what was done), auxsync keep-ours, take-upstream or drop " + id
}

// earlierWork says what became of people's commits in the round before. The text is inert.
func earlierWork(c *forks.Carry) string {
	switch {
	case c == nil:
		return ""
	case c.Because != "":
		return short(c.Work) + " of " + inert(string(c.From), 16) + " is not carried over: " + inert(c.Because, maxReason)
	}
	return count(c.Commits, "commit", "commits") + " of " + inert(string(c.From), 16) + ", carried over to fix"
}

// pullRequest names the pull request of a conflict; "" for none. The text is inert.
func (c OpenConflict) pullRequest() string {
	if c.Number == 0 {
		return ""
	}
	return joined(" ", fmt.Sprintf("#%d", c.Number), forks.Inert(c.URL))
}

func by(who forks.Person) string {
	if who.Name == "" {
		return ""
	}
	return ", by " + inert(who.Name, maxName)
}

// Cause names the upstream commit that a conflict is asked about, and how it came
// to be in the way. The text is inert.
func Cause(c forks.Conflict) string {
	commit := c.Cause
	if !c.Inner.IsZero() {
		commit = c.Inner
	}
	text := commitLine(commit, c.CauseSubject, c.CauseAuthor.Name)
	if !c.Inner.IsZero() {
		text += ", merged by " + short(c.Cause)
	}
	if c.CausePatch != "" {
		text += "; there the earlier patch " + inert(string(c.CausePatch), 16) + " takes a new form, which is in the way"
	}
	return text
}

// askedOn names a newer commit than the cause; "" where there is none.
func askedOn(c forks.Conflict) string {
	if c.Pin.IsZero() {
		return ""
	}
	return short(c.Pin) + ", upstream's newest commit when somebody wanted it asked there"
}

func cleanUntil(c forks.Conflict) string {
	if c.Clean.IsZero() {
		return ""
	}
	return short(c.Clean) + ", the newest upstream commit on which the patch applies"
}

func shortOrNone(h forks.Hash) string {
	if h.IsZero() {
		return ""
	}
	return "at " + short(h) + ": dropping the patch may be all that is needed"
}

// maxFiles limits how many files of a conflict are listed.
const maxFiles = 10

func files(list []forks.ConflictFile) string {
	var names []string
	for i, f := range list {
		if i == maxFiles {
			names = append(names, fmt.Sprintf("and %d more", len(list)-i))
			break
		}
		names = append(names, inert(string(f.Path), 2*maxSubject)+" ("+inert(string(f.Kind), maxName)+")")
	}
	return strings.Join(names, ", ")
}

func branchOf(r forks.Ref) string { return forks.Inert(strings.TrimPrefix(string(r), "refs/heads/")) }

func findPatch(s forks.State, id forks.PatchID) *forks.Patch {
	for _, list := range [][]forks.Patch{s.Patches, s.Ended} {
		for i := range list {
			if list[i].ID == id {
				return &list[i]
			}
		}
	}
	return nil
}
