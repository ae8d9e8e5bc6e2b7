package forks

import (
	"fmt"
	"slices"
	"strings"
)

// keySet names the keys that one kind of table may have.
type keySet struct {
	table string          // how people are shown the table
	now   []string        // keys that take effect
	later []string        // keys of the design that this version does not know yet
	host  []string        // keys of config.toml that a policy must not have
	other func() []keySet // all kinds of tables that know a key
}

// inheritedKeys are the keys that every level may set for those below.
func inheritedKeys(more ...string) []string {
	return append(more, "history", "interval", "jitter", "publish_every", "hold_for", "max_lag", "security_hold_for", "security_pattern", "merger", "cross_check")
}

// inheritedLater are the later keys that every level may set for those below.
func inheritedLater(more ...string) []string {
	return append(more, "publish")
}

func topKeys() keySet {
	return keySet{
		table: "the top of the file",
		now:   inheritedKeys("state_dir", "cache_dir", "workers", "listen", "timezone", "limits", "log", "reports", "forks"),
		later: inheritedLater(),
		other: configSets,
	}
}

func limitsKeys() keySet {
	return keySet{table: "[limits]", now: []string{"open", "per_day", "quiet_hours"}, other: configSets}
}

func logKeys() keySet {
	return keySet{table: "[log]", now: []string{"level", "format"}, other: configSets}
}

func forkKeys() keySet {
	return keySet{
		table: "[forks.NAME]",
		now:   inheritedKeys("upstream", "url", "credential", "forge", "references", "github", "allow_transports", "policy", "reports", "tracks"),
		later: inheritedLater(),
		other: configSets,
	}
}

func githubKeys() keySet {
	return keySet{
		table: "[forks.NAME.github]",
		now:   []string{"api", "app_id", "installation_id", "approve_merges", "dashboard", "poll", "ask", "webhook_secret"},
		other: configSets,
	}
}

func trackKeys() keySet {
	return keySet{
		table: "[forks.NAME.tracks.NAME]",
		now:   inheritedKeys("follow", "branch", "stack_from"),
		later: inheritedLater(),
		other: configSets,
	}
}

// configSets are all kinds of tables of a config file.
func configSets() []keySet {
	return []keySet{topKeys(), limitsKeys(), logKeys(), forkKeys(), githubKeys(), trackKeys(),
		reportsKeys(), forkReportsKeys(), discourseKeys(), mailKeys()}
}

// check tells the keys of t that must not be there.
func (s keySet) check(t *tomlTable, path keyPath, problems *problemList) {
	for _, key := range t.keys {
		line, at := t.values[key].line, path.child(key)
		switch {
		case slices.Contains(s.now, key):
		case slices.Contains(s.host, key):
			problems.add(line, at, "belongs in config.toml on the host: a policy cannot name addresses, commands or secrets")
		case slices.Contains(s.later, key):
			problems.add(line, at, "is not supported yet; remove it")
		default:
			problems.add(line, at, "unknown key; %s", s.instead(key))
		}
	}
}

// instead suggests what may have been meant by an unknown key.
func (s keySet) instead(key string) string {
	for _, other := range s.other() {
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
		if max(len(word)-len(text), len(text)-len(word)) >= bestDistance {
			continue
		}
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
