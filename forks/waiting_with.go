package forks

import (
	"slices"
	"strings"
	"time"
)

// WaitingWith is a conflict that is open on a forge, and whom it waits with.
type WaitingWith struct {
	Fork, Track string
	Proposal    ProposalID
	Patch       PatchID // "" where no pass has written it down here
	Subject     string  // of the patch; hostile
	Number      int     // of its pull request
	URL         string
	// Assignees and Reviewers are who was asked and has not said that it is not theirs:
	// logins, and teams as org/slug.
	Assignees, Reviewers []string
	// Claimed is who said that it is theirs; "" for nobody.
	Claimed string
	// Since is when it was asked about first; zero where that is not known.
	Since time.Time
}

// With lists whom the conflict waits with, each once: who claimed it, or else everybody
// who was asked.
func (w WaitingWith) With() []string {
	if w.Claimed != "" {
		return []string{w.Claimed}
	}
	var all []string
	for _, name := range slices.Concat(w.Assignees, w.Reviewers) {
		if !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, name) }) {
			all = append(all, name)
		}
	}
	return all
}

// LoadOf counts the conflicts that wait with each person or team, by the name in lower case.
func LoadOf(waiting []WaitingWith) map[string]int {
	load := map[string]int{}
	for _, w := range waiting {
		for _, name := range w.With() {
			load[strings.ToLower(name)]++
		}
	}
	return load
}
