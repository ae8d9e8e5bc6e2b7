package maintainers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Question is a conflict about which somebody is to be asked.
type Question struct {
	Patch   forks.PatchID
	Author  forks.Person // of the patch; hostile
	Message string       // of the patch; hostile
	Files   []Place      // that are in conflict
	// Changed is how many files the patch changes. Where it is not known, or smaller,
	// Files counts.
	Changed int
	// Several is how many patches are asked about at once because one change of upstream
	// meets all of them; 0 for one patch. The default SIG is asked, if there is one.
	Several int
	Trees   Trees
	Roster  forks.Roster
	// UpstreamList has upstream's lists of people and teams, and its files of owners:
	// upstream at the new base. Nil is Trees.Upstream, which may carry changes of the
	// fork's.
	UpstreamList Tree
	// Committers are who changed these paths in the fork lately.
	Committers []Committer
}

// Committer is somebody who changed the paths of a conflict in the fork. The text is
// hostile.
type Committer struct {
	forks.Person
	Commits int
}

// Found is everybody who could be asked, and how they were found.
type Found struct {
	// Candidates are in the order of their sources, and of one source by the conflicted
	// files that lead to them, most first, then by name. Each is there once, at the
	// first source that names them. Whether they may and want to be asked is not judged.
	Candidates []Candidate
	// Trace has every name that was met. A step without a name tells of a place that
	// names nobody, and why.
	Trace []Step
	// Treewide says that the patch changes so many files that only the default SIG is
	// asked.
	Treewide bool
}

const (
	// mostOfATeam is how many people a team may have of which each is a candidate.
	mostOfATeam = 15
	// Bounds of an answer: what files name is in the hands of others.
	mostCandidates = 200
	mostTraced     = 1000
)

// noLogin is why a name leads to nobody: it is shown to people as it is.
const noLogin = "no login is known for it"

// Find looks at all sources, in their order, for people who could be asked about a
// conflict. The same question has the same answer. An error is a tree's own; what trees
// hold is never an error.
func (c *Cache) Find(q Question) (Found, error) {
	s := &search{Cache: c, Question: q, byID: map[int64]*met{}, byName: map[string]*met{}, told: map[Step]bool{}}
	s.paths = pathsOf(q.Files)
	if files := max(q.Changed, len(s.paths)); q.Roster.Limits.Treewide > 0 && files > q.Roster.Limits.Treewide {
		s.note(FromDuty, "", fmt.Sprintf("the patch changes %d files, more than %d: only the default SIG is asked", files, q.Roster.Limits.Treewide))
		s.duty("is asked about patches that change many files")
		return s.answer(true), nil
	}
	if q.Several > 0 && q.Roster.DefaultSIG != "" {
		s.note(FromDuty, "", fmt.Sprintf("one change of upstream meets %d patches: only the default SIG is asked", q.Several))
		s.duty("is asked about changes of upstream that meet many patches")
		return s.answer(true), nil
	}
	if err := s.lists(); err != nil {
		return Found{}, err
	}
	s.policy()
	s.trailers()
	s.author()
	if err := s.packages(); err != nil {
		return Found{}, err
	}
	if err := s.haskell(); err != nil {
		return Found{}, err
	}
	if err := s.owners(); err != nil {
		return Found{}, err
	}
	s.teamMap()
	s.committers()
	s.duty("is asked where nobody else is known")
	return s.answer(false), nil
}

// search is a question on its way to an answer.
type search struct {
	*Cache
	Question
	paths []string // of Files, each once

	people []*List     // the fork's, then upstream's
	teams  []*TeamList // the same
	said   []said      // by packages; filled by packages

	met    []*met
	byID   map[int64]*met
	byName map[string]*met // login or org/slug, lower case

	trace []Step
	told  map[Step]bool
}

// met is a candidate with what leads to them.
type met struct {
	Candidate
	paths   []string // conflicted files, each once
	commits int
}

func pathsOf(files []Place) (paths []string) {
	for _, f := range files {
		if !slices.Contains(paths, f.Path) {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

// lists reads the lists of people and teams of both sides.
func (s *search) lists() error {
	if s.UpstreamList == nil {
		s.UpstreamList = s.Trees.Upstream
	}
	for _, t := range []Tree{s.Trees.Fork, s.UpstreamList} {
		var people *List
		var teams *TeamList
		if t != nil {
			var err error
			if people, err = s.Maintainers(t); err != nil {
				return err
			}
			if teams, err = s.Teams(t); err != nil {
				return err
			}
		}
		s.people, s.teams = append(s.people, people), append(s.teams, teams)
	}
	return nil
}

// answer sorts what was found.
func (s *search) answer(treewide bool) Found {
	rank := map[Source]int{} // candidates of one source were met one after the other
	for _, m := range s.met {
		if _, known := rank[m.Source]; !known {
			rank[m.Source] = len(rank)
		}
		m.Hits = len(m.paths)
	}
	slices.SortStableFunc(s.met, func(a, b *met) int {
		return cmp.Or(cmp.Compare(rank[a.Source], rank[b.Source]), cmp.Compare(b.Hits, a.Hits),
			cmp.Compare(b.commits, a.commits), cmp.Compare(strings.ToLower(a.Name()), strings.ToLower(b.Name())))
	})
	f := Found{Candidates: make([]Candidate, 0, len(s.met)), Trace: s.trace, Treewide: treewide}
	for _, m := range s.met {
		f.Candidates = append(f.Candidates, m.Candidate)
	}
	return f
}
