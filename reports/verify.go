package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Verification writes what a stranger found who held a fork against its upstream: a
// table of the tracks, and each thing that does not hold with a command to see it.
func Verification(w io.Writer, v forks.Verification, style Style) error {
	p := &page{style: style}
	p.heading("%s, held against %s", forks.Inert(v.Fork), forks.Inert(strings.Join(v.Upstreams, " and ")))
	var rows []row
	for _, t := range v.Tracks {
		rows = append(rows, verifiedRow(t))
	}
	p.table([]string{"track", "passes", "tips", "patches", "", "follows"}, rows)
	for _, t := range v.Tracks {
		p.verified(t)
	}
	p.b.WriteByte('\n')
	if v.Holds() {
		p.text(2, "Verified: every published tip that was looked at is upstream and the listed patches, and every patch that is missing "+
			"has a decision on record. Who decided is proved where a commit says so; elsewhere it is the fork's own word.")
		return p.writeTo(w)
	}
	p.text(2, "Not verified. To look for yourself, in any clone:")
	p.b.WriteString("  git fetch " + forks.ShellWord(forks.Inert(v.Fork)) + " 'refs/heads/*:refs/fork/heads/*' 'refs/auxsync/*:refs/fork/auxsync/*'\n")
	return p.writeTo(w)
}

// verifiedRow is a track's line.
func verifiedRow(t forks.VerifiedTrack) row {
	verdict := cell{"verified", good}
	if n := len(t.Breaches) + t.More; n > 0 {
		verdict = cell{count(n, "finding", "findings"), bad}
	}
	return row{cells: []cell{
		{inert(t.Track, 40), plain}, {fmt.Sprint(t.Passes), plain}, {fmt.Sprint(t.Tips), plain},
		{fmt.Sprint(t.Patches), plain}, verdict, {forks.Inert(t.Follow), plain},
	}}
}

// verified writes the rest of what is known of a track.
func (p *page) verified(t forks.VerifiedTrack) {
	p.heading("%s", forks.Inert(t.Track))
	var decided []string
	for _, d := range t.Decisions {
		decided = append(decided, fmt.Sprintf("%d %s", d.Patches, d.Outcome))
	}
	if len(decided) == 0 {
		decided = []string{"none"}
	}
	reach := "back to the adoption"
	if !t.Complete {
		reach = "from " + stamp(t.Since) + " on"
	}
	p.fields(
		field{"newest tip", fmt.Sprintf("%s of %s, on upstream's %s, by pass %d", short(t.Tip), inert(t.Branch, 60), short(t.Base), t.Pass)},
		field{"looked at", fmt.Sprintf("%s, %s", count(t.Passes, "pass", "passes"), reach)},
		field{"decisions", strings.Join(decided, ", ")},
		field{"upstream", forks.Inert(t.Upstream) + ", as the fork says"},
	)
	for _, n := range t.Notes {
		p.text(2, "note: %s", forks.Inert(n))
	}
	for _, b := range t.Breaches {
		at := ""
		if b.Pass > 0 {
			at = fmt.Sprintf("pass %d: ", b.Pass)
		}
		p.text(2, "%s%s %s", at, forks.Inert(b.Subject), forks.Inert(b.Rule))
		if b.Look != "" {
			p.b.WriteString("    " + forks.Inert(b.Look) + "\n")
		}
	}
	if t.More > 0 {
		p.text(2, "and %d more", t.More)
	}
}
