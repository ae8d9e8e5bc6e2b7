package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// NotAsked takes the conflicts of a list that are not asked about yet.
func NotAsked(list []OpenConflict) (queued []OpenConflict) {
	for _, c := range list {
		if c.Status == forks.Queued {
			queued = append(queued, c)
		}
	}
	return queued
}

// waitsSince says since when a conflict was to be asked about; "" once it was.
func (c OpenConflict) waitsSince(now time.Time) string {
	if c.Waits == nil {
		return ""
	}
	return joined(", ", stamp(c.Waits.Since), Ago(now, c.Waits.Since))
}

// notBefore says when a conflict may be asked about; "" if that is not known.
func (c OpenConflict) notBefore() string {
	if c.Waits == nil {
		return ""
	}
	return stamp(c.Waits.Until)
}

// WaitsText says in words what a conflict waits for that is not asked about yet, and
// until when; "" for one that was. The text is inert.
func (c OpenConflict) WaitsText() string {
	if c.Waits == nil {
		return ""
	}
	text := c.Waits.Text()
	if at := c.notBefore(); at != "" {
		text += ", not before " + at
	}
	return text
}

// alsoFor names the tracks on which the same conflict waits for the answer to one.
func alsoFor(list []OpenConflict, c OpenConflict) string {
	var tracks []string
	for _, o := range list {
		if w := o.Waits; w != nil && o.Fork == c.Fork && w.Track == c.Track && w.Proposal == c.ID {
			tracks = append(tracks, fmt.Sprintf("%s (%s)", inert(o.Track, maxName), inert(string(o.ID), 16)))
		}
	}
	return strings.Join(tracks, ", ")
}

// notAsked lists what is not asked about yet.
func (p *page) notAsked(list []OpenConflict, now time.Time) {
	if len(list) == 0 {
		return
	}
	p.b.WriteByte('\n')
	p.text(2, "%s to be asked about, so nobody's time has begun:", count(len(list), "conflict waits", "conflicts wait"))
	var rows []row
	for _, c := range list {
		rows = append(rows, row{note: c.WaitsText(), cells: []cell{
			{inert(string(c.ID), 16), plain}, {Ago(now, c.Waits.Since), plain}, {forks.Inert(c.Subject), plain},
		}})
	}
	p.table([]string{"conflict", "waits since", "patch"}, rows)
}
