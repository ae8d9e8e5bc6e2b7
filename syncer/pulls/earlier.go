package pulls

import (
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// maxEarlier is how many earlier conflicts of a patch are named.
const maxEarlier = 3

// EarlierOf lists the conflicts about the same patch that people were asked before p,
// the newest first: who is asked again should know what was decided then.
func EarlierOf(list []forks.Proposal, p forks.Proposal) (earlier []forks.Proposal) {
	for _, q := range slices.Backward(list) {
		if q.ID == p.ID || !q.About(p.Patch) || q.Status.Pending() || q.Opened.IsZero() || q.Opened.After(p.Opened) {
			continue
		}
		if earlier = append(earlier, q); len(earlier) == maxEarlier {
			break
		}
	}
	return earlier
}

// theEarlier names the earlier conflicts of the patch, and what came of each; link shows
// where one was asked.
func (n Note) theEarlier(b *strings.Builder, link func(forks.Proposal) string) {
	if len(n.Earlier) == 0 {
		return
	}
	b.WriteString("\n## Asked before\n\nThis patch was in conflict before:\n\n")
	for _, q := range n.Earlier {
		fmt.Fprintf(b, "- %s, asked %s: %s\n", link(q), at(q.Opened), earlierEnd(q))
	}
}

// earlierEnd says how an earlier conflict ended, who decided, and when.
func earlierEnd(q forks.Proposal) string {
	what := told(q.Reason, maxSubject)
	switch {
	case q.Status == forks.Declined:
		what = "closed without an answer"
	case q.Reason == "":
		what = "over"
	}
	if who := strings.TrimSpace(q.ClosedBy); who != "" {
		what += ", decided by " + told(who, maxGlance)
	}
	if !q.Closed.IsZero() {
		what += ", " + at(q.Closed)
	}
	return what
}

// linkPlain names an earlier conflict where there are no pages.
func linkPlain(q forks.Proposal) string { return "conflict " + string(q.ID) }

// linkPage links the page of an earlier conflict, if it had one.
func linkPage(q forks.Proposal) string {
	switch {
	case q.Number > 0 && pagesPattern.MatchString(q.URL):
		return fmt.Sprintf("[#%d](%s)", q.Number, q.URL)
	case q.Number > 0:
		return fmt.Sprintf("#%d", q.Number)
	}
	return linkPlain(q)
}

// alsoFor names the tracks that wait for the answer to this conflict, too.
func (n Note) alsoFor(b *strings.Builder) {
	if len(n.AlsoFor) == 0 {
		return
	}
	var names []string
	for i, name := range n.AlsoFor {
		if i == maxTracks {
			names = append(names, fmt.Sprintf("and %d more", len(n.AlsoFor)-i))
			break
		}
		names = append(names, span(name, maxBranch))
	}
	fmt.Fprintf(b, "\nThe same conflict waits for this answer on other tracks: %s.\n", strings.Join(names, ", "))
}
