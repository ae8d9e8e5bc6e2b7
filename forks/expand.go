package forks

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Patterns returns the tracks that stand for one track of each upstream branch that
// matches, in the order of [Config.Tracks].
func (c *Config) Patterns() []Track { return slices.Clone(c.patterns) }

// PatternsOf returns the patterns that a track of this name, or fork/name, could
// belong to, the longest names first. Only upstream's branches tell whether there is
// such a track: see [Config.Expand].
func (c *Config) PatternsOf(name string) []Track {
	fork, short, whole := strings.Cut(name, "/")
	if !whole {
		short = name
	}
	var found []Track
	for _, p := range c.patterns {
		if _, ok := p.names().match(short); ok && ValidTrackName(short) && (!whole || p.Fork == fork) {
			found = append(found, p)
		}
	}
	slices.SortStableFunc(found, func(a, b Track) int { return cmp.Compare(len(b.Name), len(a.Name)) })
	return found
}

// Expand returns the tracks that one of c's patterns stands for where upstream has
// these branches, without refs/heads/, in any order. They are sorted by name.
//
// An upstream branch that a track in config follows is left out, and one that a
// narrower pattern of the same fork matches: "nixos-*" leaves "nixos-24.05-small" to
// "nixos-*-small". The narrower pattern is the one with more characters besides the
// '*'. Branches whose track could have no valid name, or whose name or branch is
// taken, are told as problems that need a person; of two that would take the same,
// the upstream branch that sorts first has it.
func (c *Config) Expand(pattern Track, upstream []string) (tracks []Track, problems []error) {
	places, followed := places{}, map[string]bool{}
	for _, t := range c.tracks {
		if t.Fork == pattern.Fork {
			places.take(t)
			followed[t.Follow] = true
		}
	}
	for _, branch := range slices.Compact(slices.Sorted(slices.Values(upstream))) {
		if followed[branch] {
			continue
		}
		for _, t := range c.instances(pattern.Fork, branch) {
			err := places.refuse(t)
			if err == nil {
				places.take(t)
			}
			switch {
			case t.Pattern != pattern.Name:
			case err != nil:
				problems = append(problems, err)
			default:
				tracks = append(tracks, t)
			}
		}
	}
	slices.SortFunc(tracks, func(a, b Track) int { return cmp.Compare(a.Name, b.Name) })
	return tracks, problems
}

// instances returns the tracks of an upstream branch by the narrowest patterns of a
// fork that match it.
func (c *Config) instances(fork, branch string) []Track {
	var found []Track
	narrowest := 0
	for _, p := range c.patterns {
		t, ok := p.Instance(branch)
		letters := globOf(p.Follow).letters()
		if !ok || p.Fork != fork || letters < narrowest {
			continue
		}
		if letters > narrowest {
			found, narrowest = nil, letters
		}
		found = append(found, t)
	}
	return found
}

// places are the names and branches that tracks of one fork have, and the folders
// that the branches stand in. Each belongs to the track given.
type places struct {
	names, branches, folders map[string]Track
}

func (p *places) take(t Track) {
	if p.names == nil {
		p.names, p.branches, p.folders = map[string]Track{}, map[string]Track{}, map[string]Track{}
	}
	p.names[t.Name], p.branches[t.Branch] = t, t
	for folder := range folders(t.Branch) {
		p.folders[folder] = t
	}
}

// refuse returns why a pattern's track t cannot be, or nil.
func (p *places) refuse(t Track) error {
	ask := func(format string, args ...any) error {
		return AskPerson("give upstream's branch a track of its own, or the pattern a narrower follow",
			"pattern %s/%s, upstream's branch %q: "+format, append([]any{t.Fork, t.Pattern, t.Follow}, args...)...)
	}
	if err := CheckBranchName(t.Follow); err != nil {
		return ask("%w", err)
	}
	if err := CheckBranchName(t.Branch); err != nil {
		return ask("the fork's %w", err)
	}
	if ReservedBranch(t.Branch) {
		return ask("the fork's branch %q is one of auxsync's own", t.Branch)
	}
	if !ValidTrackName(t.Name) {
		return ask("the track's name %q is longer than 40 characters", t.Name)
	}
	if other, ok := p.names[t.Name]; ok {
		return ask("the track's name %q is that of the track that follows %q", t.Name, other.Follow)
	}
	if other, ok := p.branches[t.Branch]; ok {
		return ask("the fork's branch %q belongs to track %s", t.Branch, other.Name)
	}
	beside, ok := p.folders[t.Branch]
	for folder := range folders(t.Branch) {
		if other, taken := p.branches[folder]; taken {
			beside, ok = other, true
		}
	}
	if ok {
		return ask("git cannot keep the fork's branch %q beside %q of track %s", t.Branch, beside.Branch, beside.Name)
	}
	return nil
}

// folders yields the folders that a branch stands in: "a/b" and "a" of "a/b/c".
func folders(branch string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for i := strings.LastIndexByte(branch, '/'); i >= 0; i = strings.LastIndexByte(branch[:i], '/') {
			if !yield(branch[:i]) {
				return
			}
		}
	}
}
