package forks

import (
	"fmt"
	"slices"
	"strings"
)

// keySet names the keys that one kind of table may have.
type keySet struct {
	table string   // how people are shown the table
	now   []string // keys that take effect
	later []string // keys of the design that this version does not know yet
}

// inheritedLater are the later keys that every level may set for those below.
func inheritedLater(more ...string) []string {
	return append(more, "hold_for", "max_lag", "security_hold_for", "publish_every", "cross_check", "publish")
}

func topKeys() keySet {
	return keySet{"the top of the file",
		[]string{"state_dir", "cache_dir", "history", "log", "forks"},
		inheritedLater("listen", "workers", "interval", "jitter", "timezone", "limits")}
}

func logKeys() keySet {
	return keySet{"[log]", []string{"level", "format"}, nil}
}

func forkKeys() keySet {
	return keySet{"[forks.NAME]",
		[]string{"upstream", "url", "credential", "forge", "allow_transports", "history", "tracks"},
		inheritedLater()}
}

func trackKeys() keySet {
	return keySet{"[forks.NAME.tracks.NAME]", []string{"follow", "branch", "history"}, inheritedLater()}
}

// check tells the keys of t that must not be there.
func (s keySet) check(t *tomlTable, path keyPath, problems *problemList) {
	for _, key := range t.keys {
		line, at := t.values[key].line, path.child(key)
		switch {
		case slices.Contains(s.now, key):
		case slices.Contains(s.later, key):
			problems.add(line, at, "is not supported yet; remove it")
		default:
			problems.add(line, at, "unknown key; %s", s.instead(key))
		}
	}
}

// instead suggests what may have been meant by an unknown key.
func (s keySet) instead(key string) string {
	for _, other := range []keySet{topKeys(), logKeys(), forkKeys(), trackKeys()} {
		if slices.Contains(other.now, key) {
			return "it belongs in " + other.table
		}
	}
	if near := nearest(key, append(slices.Clone(s.now), s.later...)); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return fmt.Sprintf("%s has %s", s.table, strings.Join(s.now, ", "))
}

// nearest returns the word that needs the fewest typing mistakes to become text,
// or "" if that would be more than one mistake in three letters.
func nearest(text string, words []string) string {
	best, bestDistance := "", max(1, len(text)/3)+1
	for _, word := range words {
		if d := typos(text, word); d < bestDistance {
			best, bestDistance = word, d
		}
	}
	return best
}

// typos counts the bytes inserted, left out, replaced, or swapped with their
// neighbour that lead from a to b.
func typos(a, b string) int {
	var before []int // the row of the byte before the last
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row := make([]int, len(b)+1)
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
