package model_test

import (
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// files is a tree: path to content.
type files = map[string]string

// changes lists what turns one tree into another, in repotest's notation.
func changes(from, to files) files {
	out := files{}
	for path, text := range to {
		if was, there := from[path]; !there || was != text {
			out[path] = text
		}
	}
	for path := range from {
		if _, there := to[path]; !there {
			out[path] = repotest.Delete
		}
	}
	return out
}

// words lists the words of files that no two edits share: "own-7" is of the fork, "up-3"
// of upstream.
func words(all files) map[string]bool {
	found := map[string]bool{}
	for _, text := range all {
		for w := range strings.FieldsSeq(text) {
			if w = strings.TrimSuffix(w, ";"); strings.HasPrefix(w, "up-") || strings.HasPrefix(w, "own-") {
				found[w] = true
			}
		}
	}
	return found
}

// byHand is a three-way merge without any thought of moves: path by path and line by
// line. Where both sides changed the same, settle decides, and the path is listed.
func byHand(base, ours, theirs files, settle func(ours, theirs []string) []string) (merged files, conflicted []string) {
	merged = files{}
	paths := maps.Clone(base)
	maps.Copy(paths, ours)
	maps.Copy(paths, theirs)
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		b, inBase := base[path]
		o, inOurs := ours[path]
		t, inTheirs := theirs[path]
		switch {
		case inOurs == inTheirs && o == t:
			if inOurs {
				merged[path] = o
			}
		case inBase == inTheirs && b == t:
			if inOurs {
				merged[path] = o
			}
		case inBase == inOurs && b == o:
			if inTheirs {
				merged[path] = t
			}
		case inBase && inOurs && inTheirs:
			text, clean := mergeLines(lines(b), lines(o), lines(t), settle)
			if merged[path] = text; !clean {
				conflicted = append(conflicted, path)
			}
		default:
			conflicted = append(conflicted, path)
			if text := strings.Join(settle(lines(o), lines(t)), ""); text != "" {
				merged[path] = text
			}
		}
	}
	return merged, conflicted
}

func lines(text string) []string { return slices.Collect(strings.Lines(text)) }

// mergeLines merges three texts: between lines that all have, what one side left alone is
// the other's.
func mergeLines(base, ours, theirs []string, settle func(ours, theirs []string) []string) (string, bool) {
	inOurs, inTheirs := common(base, ours), common(base, theirs)
	var out []string
	clean, b, o, t := true, 0, 0, 0
	for i := 0; i <= len(base); i++ {
		oAt, tAt := len(ours), len(theirs)
		if i < len(base) {
			var both bool
			if oAt, both = inOurs[i]; !both {
				continue
			}
			if tAt, both = inTheirs[i]; !both {
				continue
			}
		}
		was, one, two := base[b:i], ours[o:oAt], theirs[t:tAt]
		switch {
		case slices.Equal(one, two), slices.Equal(was, two):
			out = append(out, one...)
		case slices.Equal(was, one):
			out = append(out, two...)
		default:
			clean = false
			out = append(out, settle(one, two)...)
		}
		if i < len(base) {
			out = append(out, base[i])
		}
		b, o, t = i+1, oAt+1, tAt+1
	}
	return strings.Join(out, ""), clean
}

// common pairs the lines of a longest common subsequence: index in a to index in b.
func common(a, b []string) map[int]int {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	pairs := map[int]int{}
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			pairs[i] = j
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return pairs
}

// ways are how a person settles what stands against each other.
func ways() []string { return []string{"ours", "theirs", "both", "rewrite"} }

// settled says what stands in place of a conflict.
func settled(way, word string) func(ours, theirs []string) []string {
	return func(ours, theirs []string) []string {
		switch way {
		case "ours":
			return ours
		case "theirs":
			return theirs
		case "both":
			return slices.Concat(ours, theirs)
		}
		return []string{"  " + word + ";\n"}
	}
}

// withoutMarkers settles every conflict that a text shows with markers.
func withoutMarkers(text string, settle func(ours, theirs []string) []string) string {
	var out, ours, theirs []string
	in := ""
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "<<<<<<<"):
			in, ours, theirs = "ours", nil, nil
		case strings.HasPrefix(line, "|||||||"):
			in = "base"
		case strings.HasPrefix(line, "=======") && in != "":
			in = "theirs"
		case strings.HasPrefix(line, ">>>>>>>"):
			in = ""
			out = append(out, settle(ours, theirs)...)
		case in == "ours":
			ours = append(ours, line)
		case in == "theirs":
			theirs = append(theirs, line)
		case in == "":
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}
