package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// share is how many of some cases agree.
type share struct {
	Equal int `json:"equal"`
	Of    int `json:"of"`
}

func (s *share) count(equal bool) {
	s.Of++
	if equal {
		s.Equal++
	}
}

func (s share) String() string {
	if s.Of == 0 {
		return "none"
	}
	return fmt.Sprintf("%d of %d (%s %%)", s.Equal, s.Of, percent(s))
}

// percent never rounds up to a hundred.
func percent(s share) string {
	if s.Equal == s.Of {
		return "100"
	}
	return fmt.Sprintf("%.2f", min(99.99, 100*float64(s.Equal)/float64(s.Of)))
}

// took is what one side needed, in milliseconds.
type took struct {
	Total   float64 `json:"total_ms"`
	Mean    float64 `json:"mean_ms"`
	Longest float64 `json:"longest_ms"`
}

func (t *took) add(d time.Duration, n int) {
	ms := float64(d) / float64(time.Millisecond)
	t.Total += ms
	t.Mean = t.Total / float64(n)
	t.Longest = max(t.Longest, ms)
}

// corpusTally adds comparisons up.
type corpusTally struct {
	Schema   string `json:"schema"`
	Repo     string `json:"repo"`
	Git      string `json:"git"` // its version
	Seed     uint64 `json:"seed"`
	Cases    int    `json:"cases"` // that were drawn
	Done     int    `json:"done"`  // fewer if it was interrupted
	Picks    int    `json:"picks"` // of those that are done
	Merges   int    `json:"merges"`
	Compared int    `json:"compared"`
	// NotComparable counts reasons: mostly an object that the repository lacks.
	NotComparable  map[string]int   `json:"not_comparable"`
	GitGaveUp      int              `json:"git_gave_up"`
	EngineFailed   int              `json:"engine_failed"`
	Clean          int              `json:"clean_both"`
	Conflict       int              `json:"conflict_both"`
	OnlyGitClean   int              `json:"only_git_clean"`
	OnlyOwnClean   int              `json:"only_engine_clean"`
	Verdicts       share            `json:"verdicts"`
	CleanTrees     share            `json:"clean_trees"`
	Paths          share            `json:"conflict_paths"`
	Stages         share            `json:"stages"`
	Markers        share            `json:"trees_with_markers"`
	Messages       share            `json:"messages"`
	Everything     share            `json:"everything"`
	Kinds          map[string]share `json:"kinds"` // by git's name of a conflict: cases with it, and equal in all
	GitTook        took             `json:"git_took"`
	EngineTook     took             `json:"engine_took"`
	Seconds        float64          `json:"seconds"`
	CasesPerSecond float64          `json:"cases_per_second"`
}

// add counts one case.
func (t *corpusTally) add(c comparison) {
	t.Done++
	if c.merge {
		t.Merges++
	} else {
		t.Picks++
	}
	switch {
	case c.skipped != "":
		t.NotComparable[c.skipped]++
		return
	case c.gaveUp:
		t.GitGaveUp++
		return
	}
	t.Compared++
	t.GitTook.add(c.gitTook, t.Compared)
	t.EngineTook.add(c.engineTook, t.Compared)
	same := func(aspect string) bool { return c.failed == "" && !slices.Contains(c.differs, aspect) }
	t.Verdicts.count(same(aspectVerdict))
	t.Messages.count(same(aspectMessages))
	all := c.failed == "" && len(c.differs) == 0
	t.Everything.count(all)
	for _, kind := range c.kinds {
		s := t.Kinds[kind]
		s.count(all)
		t.Kinds[kind] = s
	}
	switch {
	case c.failed != "":
		t.EngineFailed++
	case c.gitClean && c.clean:
		t.Clean++
		t.CleanTrees.count(same(aspectTree))
	case c.gitClean:
		t.OnlyGitClean++
	case c.clean:
		t.OnlyOwnClean++
	default:
		t.Conflict++
		t.Paths.count(same(aspectPaths))
		t.Stages.count(same(aspectStages))
		t.Markers.count(same(aspectMarkers))
	}
}

// agrees reports whether all verdicts and clean trees are equal.
func (t *corpusTally) agrees() bool {
	return t.Verdicts.Equal == t.Verdicts.Of && t.CleanTrees.Equal == t.CleanTrees.Of
}

// ended notes how long all took.
func (t *corpusTally) ended(d time.Duration) {
	if t.Seconds = d.Seconds(); t.Seconds > 0 {
		t.CasesPerSecond = float64(t.Done) / t.Seconds
	}
}

// text is the tally for people.
func (t *corpusTally) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, seed %d: %d of %d cases, %d picks and %d merges\n", forks.Inert(t.Repo), t.Seed, t.Done, t.Cases, t.Picks, t.Merges)
	row := func(name string, value any) { fmt.Fprintf(&b, "  %-30s %v\n", name, value) }
	row("compared with git "+forks.Inert(t.Git), t.Compared)
	for _, reason := range slices.Sorted(maps.Keys(t.NotComparable)) {
		row("not comparable", fmt.Sprintf("%d: %s", t.NotComparable[reason], reason))
	}
	row("git gave up", t.GitGaveUp)
	row("verdicts equal", t.Verdicts)
	row("  clean both", t.Clean)
	row("  in conflict both", t.Conflict)
	row("  only git clean", t.OnlyGitClean)
	row("  only the engine clean", t.OnlyOwnClean)
	row("  the engine failed", t.EngineFailed)
	row("clean trees equal", t.CleanTrees)
	row("conflict path sets equal", t.Paths)
	row("stages equal", t.Stages)
	row("trees with markers equal", t.Markers)
	row("messages equal", t.Messages)
	row("everything equal", t.Everything)
	for _, kind := range slices.Sorted(maps.Keys(t.Kinds)) {
		row("  with "+forks.Inert(kind), t.Kinds[kind])
	}
	row("git took, a case", fmt.Sprintf("%.1f ms, at most %.0f ms", t.GitTook.Mean, t.GitTook.Longest))
	row("the engine took, a case", fmt.Sprintf("%.1f ms, at most %.0f ms", t.EngineTook.Mean, t.EngineTook.Longest))
	row("in all", fmt.Sprintf("%.1f s, %.1f cases a second", t.Seconds, t.CasesPerSecond))
	return b.String()
}
