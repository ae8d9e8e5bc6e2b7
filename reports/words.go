package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// Widths of texts from others inside sentences.
const (
	maxName    = 24
	maxSubject = 70
	maxReason  = 300
	maxTrouble = 800 // what a remote said, and at its end the next step
)

// Meaning explains an outcome.
func Meaning(o forks.Outcome) string {
	switch o {
	case forks.Kept:
		return "the same change as before"
	case forks.Adapted:
		return "applies, and its change reads a little differently now"
	case forks.Resolved:
		return "a person's resolution of a conflict is in its place"
	case forks.Upstreamed:
		return "upstream has this change now"
	case forks.Emptied:
		return "nothing of it is left, and no upstream commit is known for it"
	case forks.Conflicted:
		return "does not apply there until somebody decides how"
	case forks.Blocked:
		return "needs an earlier patch that is missing"
	case forks.Parked:
		return "left out for now, by policy or by a person"
	case forks.Dropped:
		return "ended by a person"
	case forks.Folded:
		return "lives on inside another patch"
	case forks.Expanded:
		return "a merge; its commits stand in the stack one by one"
	case forks.Duplicate:
		return "the same as another patch"
	}
	return "unknown to this auxsync"
}

// mood is the colour of an outcome.
func mood(o forks.Outcome) tone {
	switch {
	case o.InStack():
		return good
	case o.Ends():
		return faint
	}
	return warn
}

func outcomeCell(o forks.Outcome) cell { return cell{inert(string(o), 12), mood(o)} }

// legend explains the outcomes that were shown, in their order.
func (p *page) legend(shown map[forks.Outcome]bool) {
	var list []field
	for _, o := range forks.Outcomes() {
		if shown[o] {
			list = append(list, field{string(o), Meaning(o)})
		}
	}
	if len(list) > 0 {
		p.b.WriteByte('\n')
		p.fields(list...)
	}
}

// who shows what a row's By names: a person, a patch, a conflict or a commit.
func who(by string) string {
	if id, err := forks.ParseHash(by); err == nil {
		return id.Short()
	}
	return inert(by, maxSubject)
}

func short(h forks.Hash) string {
	if h.IsZero() {
		return "-"
	}
	return h.Short()
}

// count writes a number with its noun: "1 patch", "2 patches".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04 UTC")
}

// Ago says how long before now t was, in the largest fitting unit.
func Ago(now, t time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero() || now.IsZero():
		return ""
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return count(int(d/time.Minute), "minute", "minutes") + " ago"
	case d < 48*time.Hour:
		return count(int(d/time.Hour), "hour", "hours") + " ago"
	}
	return count(int(d/(24*time.Hour)), "day", "days") + " ago"
}

// joined puts the texts that are not empty together.
func joined(separator string, texts ...string) string {
	var list []string
	for _, t := range texts {
		if t != "" {
			list = append(list, t)
		}
	}
	return strings.Join(list, separator)
}

// commitLine names a commit by id, subject and author.
func commitLine(id forks.Hash, subject, author string) string {
	text := short(id)
	if subject != "" {
		text += " " + inert(subject, maxSubject)
	}
	if author != "" {
		text += ", by " + inert(author, maxName)
	}
	return text
}

// Answer is the word people read for where a conflict stands.
func Answer(s forks.ProposalStatus) string { return answer(s).text }

// answer is [Answer] with its colour.
func answer(s forks.ProposalStatus) cell {
	switch s {
	case forks.Queued:
		return cell{"waits", faint}
	case forks.Open:
		return cell{"open", warn}
	case forks.Ready:
		return cell{"ready to merge", good}
	case forks.Unresolved:
		return cell{"needs a look", bad}
	case forks.Harvested:
		return cell{"resolved", faint}
	case forks.Withdrawn:
		return cell{"went away", faint}
	case forks.Declined:
		return cell{"closed", warn}
	case forks.Cleaned:
		return cell{"over", faint}
	}
	return cell{inert(string(s), 16), warn}
}

// deed is the word people read for what a pass does with a conflict.
func deed(a forks.ActionKind) string {
	switch a {
	case forks.ActOpen:
		return "is asked about"
	case forks.ActWait:
		return "is not asked about yet"
	case forks.ActKeep:
		return "waits for an answer"
	case forks.ActReady:
		return "is ready to merge"
	case forks.ActAsk:
		return "needs a look"
	case forks.ActHarvest:
		return "is resolved"
	case forks.ActNewRound:
		return "is asked again"
	case forks.ActWithdraw:
		return "went away"
	case forks.ActDecline:
		return "stays closed"
	case forks.ActClean:
		return "is cleaned up"
	}
	return inert(string(a), 24)
}

// pausedBy says who paused a track, when and why; "" if nobody did. The text is inert.
func pausedBy(p *forks.Pause) string {
	if p == nil {
		return ""
	}
	who := inert(p.Name(), maxName+len(" with ")+len(p.Ref))
	if who == "" {
		who = "somebody"
	}
	return joined(": ", joined(", since ", "by "+who, stamp(p.At)), inert(p.Because, maxReason))
}
