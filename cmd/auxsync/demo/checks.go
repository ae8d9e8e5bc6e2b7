package demo

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// check counts an expectation, and remembers it if it does not hold.
func (s *story) check(ok bool, format string, args ...any) {
	if ok {
		s.held++
		return
	}
	s.broken = append(s.broken, fmt.Errorf(format, args...))
}

// inFork runs git in the fork's repository.
func (s *story) inFork(args ...string) (string, error) {
	return s.w.onServer(s.w.ForkDir).run(s.ctx, args...)
}

func (s *story) branchTip(branch string) (forks.Hash, error) {
	return s.w.onServer(s.w.ForkDir).resolve(s.ctx, "refs/heads/"+branch)
}

func (s *story) refs() (string, error) { return s.inFork("for-each-ref") }

func (s *story) isAncestor(old, tip forks.Hash) bool {
	_, err := s.inFork("merge-base", "--is-ancestor", old.String(), tip.String())
	return err == nil
}

// checkBranch expects the fork's branch at a commit.
func (s *story) checkBranch(want forks.Hash) error {
	tip, err := s.branchTip(s.w.Branch)
	s.check(tip == want, "%s is at %s, want %s", s.w.Branch, tip.Short(), want.Short())
	return err
}

// patchOf finds a patch in the state by its subject, ended or not.
func patchOf(state forks.State, subject string) (forks.Patch, bool) {
	for _, list := range [][]forks.Patch{state.Patches, state.Ended} {
		for _, p := range list {
			if p.Subject == subject {
				return p, true
			}
		}
	}
	return forks.Patch{}, false
}

// subjectOf is the subject of a patch in the stack.
func subjectOf(state forks.State, id forks.PatchID) string {
	i := slices.IndexFunc(state.Patches, func(p forks.Patch) bool { return p.ID == id })
	if i < 0 {
		return ""
	}
	return state.Patches[i].Subject
}

// rowOf finds a row of the ledger by its subject.
func rowOf(plan forks.Plan, subject string) (forks.Row, bool) {
	i := slices.IndexFunc(plan.Outcomes, func(r forks.Row) bool { return r.Subject == subject })
	if i < 0 {
		return forks.Row{}, false
	}
	return plan.Outcomes[i], true
}

// outcomes are those that a row may have.
type outcomes struct{ ahead, published []forks.Outcome }

// both allows the same outcomes in both columns.
func both(list ...forks.Outcome) outcomes { return outcomes{list, list} }

func (s *story) checkOutcome(plan forks.Plan, subject string, want outcomes) {
	row, ok := rowOf(plan, subject)
	s.check(ok && slices.Contains(want.ahead, row.Ahead), "%q is %q ahead, want %v", subject, row.Ahead, want.ahead)
	s.check(ok && slices.Contains(want.published, row.Published), "%q is %q as published, want %v", subject, row.Published, want.published)
}

// checkAdopted expects the stack that the fork was made with.
func (s *story) checkAdopted(plan forks.Plan) {
	state := plan.State
	s.check(state.Base == s.w.Base(), "the stack stands on %s, want %s", state.Base.Short(), s.w.Base().Short())
	var have, want []string
	for _, p := range state.Patches {
		have = append(have, p.Subject)
	}
	for _, e := range s.w.Expect(Merged) {
		if e.InStack() {
			want = append(want, e.Subject)
			continue
		}
		s.checkOutcome(plan, e.Subject, both(e.Ahead))
		if e.Ahead != forks.Folded {
			continue
		}
		into, _ := patchOf(state, e.Into)
		s.check(slices.ContainsFunc(into.Folded, func(f forks.FoldedCommit) bool { return f.Commit == e.Commit }),
			"%q does not say that %q folded into it", e.Into, e.Subject)
	}
	slices.Sort(have)
	slices.Sort(want)
	s.check(slices.Equal(have, want), "the stack has %q, want %q", have, want)
}

// checkRows expects of each patch what a first pass must find.
func (s *story) checkRows(plan forks.Plan, expected []Expectation) {
	for _, e := range expected {
		if !e.InStack() {
			continue
		}
		s.checkOutcome(plan, e.Subject, outcomes{[]forks.Outcome{e.Ahead}, []forks.Outcome{e.Published}})
		row, _ := rowOf(plan, e.Subject)
		switch e.Ahead {
		case forks.Upstreamed:
			s.check(row.By != "" && strings.HasPrefix(e.TakenBy.String(), row.By), "%q was taken by %q, want %s", e.Subject, row.By, e.TakenBy)
		case forks.Blocked:
			blocker, _ := patchOf(plan.State, e.BlockedBy)
			s.check(row.By == string(blocker.ID), "%q is blocked by %q, want %s", e.Subject, row.By, blocker.ID)
		case forks.Conflicted:
			s.checkConflict(plan, e)
		}
	}
}

func (s *story) checkConflict(plan forks.Plan, e Expectation) {
	patch, _ := patchOf(plan.State, e.Subject)
	for _, c := range plan.Conflicts {
		if c.Patch != patch.ID {
			continue
		}
		files := map[forks.Path]forks.ConflictKind{}
		for _, f := range c.Files {
			files[f.Path] = f.Kind
		}
		s.check(c.Cause == e.Cause, "the cause of %q is %s, want %s", e.Subject, c.Cause.Short(), e.Cause.Short())
		s.check(c.Inner == e.Inner, "the cause of %q was merged from %s, want %s", e.Subject, c.Inner.Short(), e.Inner.Short())
		s.check(c.Clean == e.LastClean, "%q is last clean on %s, want %s", e.Subject, c.Clean.Short(), e.LastClean.Short())
		s.check(maps.Equal(files, e.Files), "%q conflicts in %v, want %v", e.Subject, files, e.Files)
		return
	}
	s.check(false, "no conflict is listed for %q", e.Subject)
}

// checkAsked expects exactly these patches to be asked about, each with its two
// branches. A question that was open before is still the same one.
func (s *story) checkAsked(plan forks.Plan, subjects ...string) error {
	open := map[string]forks.ProposalID{}
	for _, p := range plan.State.Proposals {
		if !p.Status.Live() {
			continue
		}
		if subject := subjectOf(plan.State, p.Patch); subject != "" {
			open[subject] = p.ID
		}
		s.check(p.Status == forks.Open, "conflict %s is %s, want open", p.ID, p.Status)
		onto, err := s.branchTip(s.branchOf("onto", p.ID))
		if err != nil {
			return err
		}
		fix, err := s.branchTip(s.branchOf("fix", p.ID))
		if err != nil {
			return err
		}
		s.check(onto == p.Onto && fix == p.Fix, "the branches of conflict %s are not as opened", p.ID)
		s.check(s.isAncestor(p.Conflict.Cause, onto), "conflict %s does not stand on its cause", p.ID)
		_, err = s.inFork("cat-file", "-e", fix.String()+":"+Request)
		want := !slices.Contains(s.tappable, subjectOf(plan.State, p.Patch))
		s.check((err == nil) == want, "conflict %s has %s: %t, want %t", p.ID, Request, err == nil, want)
	}
	have, want := slices.Sorted(maps.Keys(open)), slices.Sorted(slices.Values(subjects))
	s.check(slices.Equal(have, want), "asked about %q, want %q", have, want)
	for subject, id := range open {
		if was, ok := s.asked[subject]; ok {
			s.check(was == id, "%q was asked as %s, and is asked again as %s", subject, was, id)
		}
	}
	s.asked = open
	return nil
}

func (s *story) branchOf(side string, id forks.ProposalID) string {
	return "auxsync/" + s.w.Track + "/" + side + "/" + string(id)
}

// checkPublished expects the branch to stand on base, to be a fast-forward of
// what it was, and to carry exactly the changes of the patches given.
func (s *story) checkPublished(plan forks.Plan, base forks.Hash, patches []Expectation) error {
	s.check(plan.Base.New == base, "the branch stands on %s, want %s", plan.Base.New.Short(), base.Short())
	if base == s.w.UpstreamTip(s.w.stage) {
		s.check(plan.Hold == nil, "the branch is held, though all is clean")
	} else {
		s.check(plan.Hold != nil && plan.Hold.Commit == base, "the plan does not say that the branch waits at %s", base.Short())
	}
	tip, err := s.branchTip(s.w.Branch)
	if err != nil {
		return err
	}
	s.check(tip == plan.CandidateTip, "%s is at %s, and the plan said %s", s.w.Branch, tip.Short(), plan.CandidateTip.Short())
	s.check(s.isAncestor(base, tip), "%s does not contain upstream %s", s.w.Branch, base.Short())
	s.check(s.isAncestor(s.tip, tip), "%s was not fast-forwarded: clones cannot pull it", s.w.Branch)
	s.tip = tip
	names, err := s.inFork("diff", "--name-only", "--no-renames", base.String(), tip.String())
	if err != nil {
		return err
	}
	change, err := s.inFork("diff", "--no-renames", base.String(), tip.String())
	if err != nil {
		return err
	}
	want := map[string]bool{}
	for _, e := range patches {
		if !e.InStack() {
			continue
		}
		for _, path := range e.Paths {
			want[string(path)] = true
		}
		s.check(strings.Contains(change, e.Text), "the branch lacks %q", e.Subject)
	}
	have := strings.Fields(names)
	slices.Sort(have)
	s.check(slices.Equal(have, slices.Sorted(maps.Keys(want))), "the branch differs from upstream in %q, want %q", have, slices.Sorted(maps.Keys(want)))
	return nil
}

// without leaves some patches out of a list.
func without(list []Expectation, subjects ...string) []Expectation {
	return slices.DeleteFunc(list, func(e Expectation) bool { return slices.Contains(subjects, e.Subject) })
}

// answer lets a person resolve the open conflict of a patch.
func (s *story) answer(subject string, a Answer) (Pushed, error) {
	id, ok := s.asked[subject]
	if !ok {
		return Pushed{}, fmt.Errorf("nobody asks about %q", subject)
	}
	return s.w.Resolve(s.ctx, id, a)
}

// because says in a few words why a patch has its outcome.
func (s *story) because(e Expectation) string {
	switch e.Ahead {
	case forks.Adapted:
		return "\n                 the package moved to by-name, and the patch went along"
	case forks.Upstreamed:
		return fmt.Sprintf("\n                 upstream has the same change in %s, under another name", e.TakenBy.Short())
	case forks.Emptied:
		return "\n                 upstream went there by another way, nothing of it is left"
	case forks.Blocked:
		return fmt.Sprintf("\n                 needs %q", e.BlockedBy)
	case forks.Conflicted:
		var list []string
		for path, kind := range e.Files {
			list = append(list, fmt.Sprintf("%s in %s", kind, path))
		}
		return "\n                 " + strings.Join(list, ", ")
	}
	return ""
}
