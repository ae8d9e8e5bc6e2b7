package forks

import (
	"slices"
	"strings"
)

// glob is a text with at most one '*', which stands for one or more characters
// other than '/'.
type glob struct {
	before, after string
	star          bool
}

func globOf(s string) glob {
	before, after, star := strings.Cut(s, "*")
	return glob{before, after, star}
}

// match returns what the '*' stands for in s.
func (g glob) match(s string) (star string, ok bool) {
	if !g.star || len(s) <= len(g.before)+len(g.after) || !strings.HasPrefix(s, g.before) || !strings.HasSuffix(s, g.after) {
		return "", false
	}
	star = s[len(g.before) : len(s)-len(g.after)]
	return star, !strings.Contains(star, "/")
}

func (g glob) fill(star string) string {
	if !g.star {
		return g.before
	}
	return g.before + star + g.after
}

// letters is how much a text must have to match: the more, the narrower.
func (g glob) letters() int { return len(g.before) + len(g.after) }

// meets reports whether some text could match both; it is false only if none can.
func (g glob) meets(h glob) bool {
	switch {
	case !g.star && !h.star:
		return g.before == h.before
	case !g.star:
		_, ok := h.match(g.before)
		return ok
	case !h.star:
		return h.meets(g)
	}
	return either(strings.HasPrefix, g.before, h.before) && either(strings.HasSuffix, g.after, h.after) && g.slashes() == h.slashes()
}

func either(has func(s, part string) bool, a, b string) bool { return has(a, b) || has(b, a) }

// slashes is how many each text that matches has.
func (g glob) slashes() int { return strings.Count(g.before, "/") + strings.Count(g.after, "/") }

// IsPattern reports whether t stands for one track of each upstream branch that
// matches Follow, which has a '*', as Branch has. The '*' stands for one or more
// characters other than '/'. [Config.Expand] gives the tracks.
func (t Track) IsPattern() bool {
	_, tags := t.FollowsTags()
	return !tags && strings.Contains(t.Follow, "*")
}

// names is what the names of the tracks look like that t stands for.
func (t Track) names() glob {
	if t.IsPattern() {
		return glob{before: t.Name + "-", star: true}
	}
	return glob{before: t.Name}
}

// Instance returns the track that the pattern t stands for where upstream has this
// branch; ok is false if the branch does not match. Its name is the pattern's, '-',
// and what the '*' stands for in small letters, with '-' in the place of all that a
// name cannot have: "release" and "release-24.05" give "release-24-05". Whether
// name and branch are valid and free is for [Config.Expand] to tell.
func (t Track) Instance(branch string) (track Track, ok bool) {
	star, ok := globOf(t.Follow).match(branch)
	if !ok || !t.IsPattern() {
		return Track{}, false
	}
	name := strings.Map(func(r rune) rune {
		if r == '-' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' {
			return r
		}
		return '-'
	}, strings.ToLower(star))
	track = t
	track.Pattern, track.Name = t.Name, t.Name+"-"+name
	track.Follow, track.Branch = branch, globOf(t.Branch).fill(star)
	track.AllowTransports, track.GitHub.Ask = slices.Clone(t.AllowTransports), slices.Clone(t.GitHub.Ask)
	return track, true
}
