package weekly

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Widths of texts from others, in characters.
const (
	htmlLongest = 400
	htmlName    = 80
	htmlCommand = 2000 // whoever copies a command needs all of it
)

// htmlOwnerAndName matches the path of a repository on the hosts of [htmlWords.commitPage].
var htmlOwnerAndName = regexp.MustCompile(`^/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

// htmlCommit is a commit that people may want to look at.
type htmlCommit struct{ Short, Link string }

// commit names an upstream commit; nil if there is none. It is a link on hosts that are
// known to have a page for it.
func (w *htmlWords) commit(h forks.Hash) *htmlCommit {
	if h.IsZero() {
		return nil
	}
	c := &htmlCommit{Short: h.Short()}
	u, err := url.Parse(linkable(w.report.Links.Upstream))
	if err != nil || u.Host != "github.com" && u.Host != "codeberg.org" {
		return c
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")
	if htmlOwnerAndName.MatchString(path) && !strings.Contains(path, "/.") {
		c.Link = "https://" + u.Host + path + "/commit/" + h.String()
	}
	return c
}

// htmlFirst is the beginning of a list, as long as lists of a report are.
func htmlFirst(list any) any {
	switch l := list.(type) {
	case []PatchNote:
		return l[:min(len(l), MaxListed)]
	case []SIGShare:
		return l[:min(len(l), MaxListed)]
	}
	return list
}

// htmlMore says how many are not shown, after the words before it; "" for none.
func htmlMore(all, shown int) string {
	if all <= shown {
		return ""
	}
	return "and " + numeral(all-shown) + " more"
}

// htmlTone is the class of a condition.
func htmlTone(c forks.Condition) string {
	switch c {
	case forks.TrackFollowing:
		return "good"
	case forks.TrackHolding, forks.TrackPaused, forks.TrackFailing:
		return "warn"
	case forks.TrackStopped:
		return "bad"
	}
	return "plain"
}

// htmlTarget is the class of a goal.
func htmlTarget(g Goal) string {
	switch {
	case g.Met == nil:
		return "plain"
	case *g.Met:
		return "good"
	}
	return "warn"
}

// htmlKind says what kind of a decision is needed.
func htmlKind(k NeedKind) string {
	switch k {
	case NeedConflict:
		return "Conflict"
	case NeedQuestion:
		return "Question"
	case NeedStopped:
		return "Stopped"
	case NeedPaused:
		return "Paused"
	case NeedDeclined:
		return "Closed without an answer"
	}
	return brief(string(k), htmlName)
}

// htmlOutcomes counts patches by outcome, in the order in which people are shown them.
func htmlOutcomes(counts map[forks.Outcome]int) string {
	var list []string
	for _, o := range forks.Outcomes() {
		if n := counts[o]; n > 0 {
			list = append(list, numeral(n)+" "+string(o))
		}
	}
	return strings.Join(list, ", ")
}

// htmlAbout explains the words of a section.
func htmlAbout(section string) string {
	text := map[string]string{"tracks": aboutTracks + " " + aboutStack, "conflicts": aboutConflicts}[section]
	return strings.ReplaceAll(text, "*", "")
}

// meanings explains the outcomes that the stacks of the report have; "" for none.
func (w *htmlWords) meanings() string {
	var list []string
	for _, o := range forks.Outcomes() {
		has := slices.ContainsFunc(w.report.Tracks, func(t Track) bool { return t.Stack.Outcomes[o] > 0 })
		if means := outcomeMeans(o); has && means != "" {
			list = append(list, string(o)+": "+means)
		}
	}
	return strings.Join(list, "; ")
}

// htmlRow is a line of a difference, with the class that colours it.
type htmlRow struct{ Class, Text string }

// htmlDiff cuts a range-diff into lines. The signs stay, so that colours say nothing that
// text does not.
func htmlDiff(text string) (rows []htmlRow) {
	text = strings.TrimRight(strings.ReplaceAll(text, "\t", "    "), "\n")
	lines := strings.Split(text, "\n")
	indented := true // as git prints it below the line of the pair
	for _, line := range lines {
		indented = indented && (line == "" || strings.HasPrefix(line, "    "))
	}
	for _, line := range lines {
		if indented {
			line = strings.TrimPrefix(line, "    ")
		}
		class := "same"
		switch head := strings.TrimLeft(line, " "); {
		case strings.HasPrefix(head, "@@"), strings.HasPrefix(head, "##"):
			class = "head"
		case strings.HasPrefix(line, "+"):
			class = "add"
		case strings.HasPrefix(line, "-"):
			class = "del"
		}
		rows = append(rows, htmlRow{class, forks.Inert(line)})
	}
	return rows
}
