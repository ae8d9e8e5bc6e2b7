package main

import (
	"math"
	"math/rand/v2"

	"github.com/auxolotl/auxsync/forks"
)

// Cases are drawn from a history in two ways.
//
// Merges are what people merged: two parents over their own merge bases. They are an
// easy test, for most of what people merge fits together.
//
// Picks are a commit of one time replayed on a commit of another, which nobody has ever
// tried. Half of them go to a commit from anywhere in the history, half to one that is
// near, where near is as likely to be 10 commits as 1,000: far apart nearly everything
// has been moved or deleted, and close together nearly everything is clean.

// corpusCase is one merge to be made twice.
type corpusCase struct {
	n      int
	merge  bool
	commit forks.Hash // that is picked, or the merge commit
	onto   forks.Hash // the commit that is picked onto
	// Base, ours and theirs are trees. Of a merge ours and theirs are commits, and there
	// is no base.
	base, ours, theirs forks.Hash
}

// nearest is how many commits lie at least between the two of a pick, if there are as
// many: a commit that is picked onto its own parent shows nothing.
const nearest = 8

// drawPicks draws pairs of places in a list of n commits that is sorted by age. The same
// numbers give the same pairs.
func drawPicks(rng *rand.Rand, n, picks int) [][2]int {
	if n < 2 {
		return nil
	}
	pairs := make([][2]int, 0, picks)
	least := min(nearest, n-1)
	for len(pairs) < picks {
		commit, onto := rng.IntN(n), 0
		if len(pairs)%2 == 0 {
			onto = rng.IntN(n)
		} else {
			apart := int(float64(least) * math.Pow(float64(n)/float64(least), rng.Float64()))
			if rng.IntN(2) == 0 {
				apart = -apart
			}
			onto = commit + apart
		}
		if onto < 0 || onto >= n || onto == commit {
			continue
		}
		pairs = append(pairs, [2]int{commit, onto})
	}
	return pairs
}

// drawMerges draws places in a list of n merges, each once.
func drawMerges(rng *rand.Rand, n, merges int) []int {
	return rng.Perm(n)[:min(n, merges)]
}

// drawCases draws the cases of a history, in an order in which the first ones stand for
// all.
func drawCases(seed uint64, singles, merged []forks.Hash, picks, merges int) []corpusCase {
	rng := rand.New(rand.NewPCG(seed, 0))
	var cases []corpusCase
	for _, pair := range drawPicks(rng, len(singles), picks) {
		cases = append(cases, corpusCase{commit: singles[pair[0]], onto: singles[pair[1]]})
	}
	for _, i := range drawMerges(rng, len(merged), merges) {
		cases = append(cases, corpusCase{merge: true, commit: merged[i]})
	}
	rng.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
	for i := range cases {
		cases[i].n = i
	}
	return cases
}

// named lists the commits whose trees and parents make up cases.
func named(cases []corpusCase) []forks.Hash {
	seen := map[forks.Hash]bool{}
	var list []forks.Hash
	for _, c := range cases {
		for _, id := range []forks.Hash{c.commit, c.onto} {
			if !id.IsZero() && !seen[id] {
				seen[id] = true
				list = append(list, id)
			}
		}
	}
	return list
}
