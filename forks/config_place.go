package forks

import "strings"

// placedTrack is a track with the lines to name in problems.
type placedTrack struct {
	track      Track
	path       keyPath
	line       int
	branchLine int // of its branch key, or of the track
	stackLine  int // of its stack_from key; 0 for none
}

// checkPlaces tells tracks that would write the same refs: two with one branch,
// two of one name in the same repository, or a branch that git cannot keep beside
// another. Of what patterns stand for, it tells what is certain whatever branches
// upstream has; [Config.Expand] tells the rest.
func (r *configReader) checkPlaces() {
	for i, p := range r.placed {
		for _, q := range r.placed[:i] {
			if p.track.Fork != q.track.Fork && !SameRepository(p.track.URL, q.track.URL) {
				continue
			}
			// Of two tracks the one further down is told.
			first, second := q, p
			if first.line > second.line {
				first, second = second, first
			}
			r.checkPair(first, second)
		}
	}
}

func (r *configReader) checkPair(first, second placedTrack) {
	a, b := first.track, second.track
	key := second.path.child("branch")
	switch {
	case a.Branch == "" || b.Branch == "":
	case a.Branch == b.Branch:
		r.problems.add(second.branchLine, key, "the branch %q belongs to %s already (line %d)", b.Branch, first.path, first.branchLine)
	case strings.HasPrefix(a.Branch, b.Branch+"/"), strings.HasPrefix(b.Branch, a.Branch+"/"):
		r.problems.add(second.branchLine, key, "git cannot keep the branch %q beside %q of %s (line %d)", b.Branch, a.Branch, first.path, first.branchLine)
	case a.Fork != b.Fork && (a.IsPattern() || b.IsPattern()) && globOf(a.Branch).meets(globOf(b.Branch)):
		// Each fork is expanded alone, so this is not left to chance.
		r.problems.add(second.branchLine, key, "%q and %q of %s (line %d) could be the same branch of the same repository", b.Branch, a.Branch, first.path, first.branchLine)
	}
	switch {
	case a.Name == b.Name:
		r.problems.add(second.line, second.path, "%s has the same name in the same repository (line %d); choose another", first.path, first.line)
	case a.Fork != b.Fork && (a.IsPattern() || b.IsPattern()) && a.names().meets(b.names()):
		r.problems.add(second.line, second.path, "its name and that of %s (line %d) could be the same in the same repository; choose another", first.path, first.line)
	}
}

// checkDashboards tells forks that would write one dashboard: there is one in a
// repository.
func (r *configReader) checkDashboards() {
	told := map[string]bool{}
	for _, second := range r.placed {
		b := second.track
		for _, first := range r.placed {
			a := first.track
			if first.line > second.line || a.Fork == b.Fork || told[b.Fork] || !a.GitHub.Dashboard || !b.GitHub.Dashboard || !SameRepository(a.URL, b.URL) {
				continue
			}
			told[b.Fork] = true
			r.problems.add(second.line, keyPath{"forks", b.Fork, "github", "dashboard"},
				"forks.%s has the dashboard of the same repository; set it to false in one of them", a.Fork)
		}
	}
}

// checkStacks tells each stack_from that names no stack.
func (r *configReader) checkStacks() {
	for _, p := range r.placed {
		if p.track.StackFrom == "" {
			continue
		}
		key := p.path.child("stack_from")
		var from Track
		var all []string
		for _, q := range r.placed {
			if q.track.Fork != p.track.Fork {
				continue
			}
			all = append(all, q.track.Name)
			if q.track.Name == p.track.StackFrom {
				from = q.track
			}
		}
		switch {
		case from.Name == "":
			r.problems.add(p.stackLine, key, "%q is no track of this fork; it has %s", p.track.StackFrom, strings.Join(all, ", "))
		case from.Name == p.track.Name:
			r.problems.add(p.stackLine, key, "%q is this track itself; leave it out for a stack of its own", from.Name)
		case from.IsPattern():
			r.problems.add(p.stackLine, key, "%q is a pattern; name a track of one branch", from.Name)
		case from.StackFrom != "":
			r.problems.add(p.stackLine, key, "%q takes its stack from %q; name a track that has a stack of its own", from.Name, from.StackFrom)
		}
	}
}
