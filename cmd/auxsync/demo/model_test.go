package demo

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// model is the least program that the story holds with. It is told the causes
// and the hold points that the real one has to find; fault makes it misbehave.
type model struct {
	*replayer
	fault string

	pass      int
	stack     []entry // on the published base, or in its last form
	state     forks.State
	upstream  string                          // upstream's tip in the last pass
	resolved  map[string]bool                 // by subject
	opened    map[string]forks.ProposalID     // by subject
	onto      map[forks.ProposalID]string     // as it was opened
	reachable map[string]bool                 // commits that the state ref must keep
	ended     map[string]forks.Outcome        // by subject
	ids       map[string]forks.PatchID        // by subject
	folded    map[string][]forks.FoldedCommit // by the subject they went into
	outcomes  map[forks.Outcome]int           // of the stack, as published
}

func (m *model) Adopt(context.Context) (forks.Plan, error) {
	m.stack, _ = m.extract()
	m.state = forks.State{Base: m.w.Base(), Tip: m.hash("rev-parse", m.w.Branch)}
	m.resolved, m.opened, m.onto = map[string]bool{}, map[string]forks.ProposalID{}, map[forks.ProposalID]string{}
	m.reachable, m.ended, m.ids = map[string]bool{}, map[string]forks.Outcome{}, map[string]forks.PatchID{}
	m.folded = map[string][]forks.FoldedCommit{}
	plan := forks.Plan{}
	for _, e := range m.w.Expect(Merged) {
		m.ids[e.Subject] = forks.NewPatchID(m.w.Track, e.Commit, "")
		plan.Outcomes = append(plan.Outcomes, forks.Row{Subject: e.Subject, Ahead: e.Ahead, Published: e.Published})
		if e.Ahead == forks.Folded {
			m.folded[e.Into] = append(m.folded[e.Into], forks.FoldedCommit{Commit: e.Commit})
		}
	}
	if m.fault == "loses a patch at adoption" {
		m.stack = m.stack[:len(m.stack)-1]
	}
	m.record(nil)
	plan.State = m.state
	return plan, nil
}

func (m *model) Ledger(w io.Writer, p forks.Plan) error {
	for _, row := range p.Outcomes {
		fmt.Fprintf(w, "%s %s %s\n", row.Ahead, row.Published, row.Subject)
	}
	return nil
}

// Report tells of the week what the model knows of it.
func (m *model) Report(context.Context) (Kept, error) {
	asked := []string{harborPatch, tarnPatch, loomPatch, mistlePatch}
	r := weekly.Report{FirstWeek: true, Summary: "first week, so far: nothing was lost."}
	for _, subject := range asked {
		r.Conflicts.Resolved = append(r.Conflicts.Resolved, weekly.Resolved{Subject: subject})
	}
	r.Conflicts.Opened, r.Conflicts.ByPeople = len(asked), len(asked)
	t := weekly.Track{Track: m.w.Track, Condition: forks.TrackFollowing, OldBase: m.w.Base(), NewBase: m.state.Base, Lag: weekly.Lag{Known: true}}
	fmt.Sscan(m.run("-C", m.w.UpstreamDir, "rev-list", "--count", "--no-merges", m.w.Base().String()+".."+m.w.Follow), &t.Taken)
	t.Stack = weekly.Stack{Patches: len(m.state.Patches), Outcomes: m.outcomes, Upstreamed: []weekly.PatchNote{{Subject: quillPatch}}}
	switch m.fault {
	case "reports an answer less":
		r.Conflicts.ByPeople--
	case "reports a patch less":
		t.Stack.Patches--
	case "reports a security fix":
		r.Security.AllTaken++
	case "reports a loss":
		r.Summary = "a patch was lost."
	}
	r.Tracks = []weekly.Track{t}
	return Kept{Report: r, Files: []string{"report.html"}}, nil
}

func (m *model) Sync(ctx context.Context) (forks.Plan, error) {
	return m.SyncWith(ctx, func() error { return nil })
}

func (m *model) SyncWith(_ context.Context, meanwhile func() error) (forks.Plan, error) {
	m.fetch()
	upstream := m.run("-C", m.w.UpstreamDir, "rev-parse", m.w.Follow)
	tip := m.run("rev-parse", m.w.Branch)
	harvested := m.harvest()
	if m.fault == "writes in a quiet pass" {
		m.pass++
		m.run("update-ref", string(forks.ArchiveRef(m.w.Track, m.pass)), tip)
	}
	if upstream == m.upstream && tip == m.state.Tip.String() && !harvested {
		return forks.Plan{State: m.state}, nil
	}
	m.takeInPeople(tip)
	m.upstream = upstream
	plan := forks.Plan{}
	rows, open := m.ahead(upstream, &plan)
	base := m.w.HoldPoint(open...)
	if m.fault == "does not hold" {
		base = m.w.UpstreamTip(m.w.stage)
	}
	candidate := m.candidate(base, tip, rows)
	if err := meanwhile(); err != nil {
		return plan, err
	}
	if now := m.run("rev-parse", m.w.Branch); now != tip && m.fault != "pushes with force" {
		m.upstream = ""
		if m.fault == "gives the pass up" {
			return plan, forks.RetryLater("", "the branch has moved")
		}
		return m.SyncWith(context.Background(), func() error { return nil })
	}
	m.run("update-ref", "refs/heads/"+m.w.Branch, candidate)
	m.state.Base, m.state.Tip = base, m.hash("rev-parse", candidate)
	if base != m.w.UpstreamTip(m.w.stage) && m.fault != "hides that it waits" {
		plan.Hold = &forks.Hold{Commit: base}
	}
	m.reachable[tip] = true
	m.record(open)
	m.outcomes = map[forks.Outcome]int{}
	for _, e := range m.stack {
		plan.Outcomes = append(plan.Outcomes, *rows[e.subject])
		if published := rows[e.subject].Published; !published.Ends() {
			m.outcomes[published]++
		}
	}
	plan.Base.New, plan.CandidateTip, plan.State = base, m.state.Tip, m.state
	return plan, nil
}

// harvest takes answers in, and deletes the branches of the questions.
func (m *model) harvest() bool {
	any := false
	for subject, id := range maps.Clone(m.opened) {
		branch := "refs/heads/auxsync/" + m.w.Track + "/%s/" + string(id)
		onto := m.run("rev-parse", fmt.Sprintf(branch, "onto"))
		if onto == m.onto[id] {
			continue
		}
		any = true
		delete(m.opened, subject)
		m.reachable[onto] = m.fault != "forgets who answered"
		before, after := m.run("rev-parse", m.onto[id]+"^{tree}"), m.run("rev-parse", onto+"^{tree}")
		if before == after {
			m.ended[subject] = forks.Dropped
		} else {
			m.resolved[subject] = true
			i := slices.IndexFunc(m.stack, func(e entry) bool { return e.subject == subject })
			m.stack[i].before, m.stack[i].after = before, after
		}
		m.run("update-ref", "-d", fmt.Sprintf(branch, "onto"))
		m.run("update-ref", "-d", fmt.Sprintf(branch, "fix"))
	}
	return any
}

// takeInPeople makes patches of what people pushed to the branch.
func (m *model) takeInPeople(tip string) {
	if m.pass == 0 {
		return // the stack is new
	}
	for _, id := range strings.Fields(m.run("rev-list", "--reverse", m.state.Tip.String()+".."+tip)) {
		subject := m.run("log", "-1", "--format=%s", id)
		m.ids[subject] = forks.NewPatchID(m.w.Track, m.hash("rev-parse", id), "")
		m.stack = append(m.stack, entry{subject, m.run("rev-parse", id+"^^{tree}"), m.run("rev-parse", id+"^{tree}")})
	}
}

// ahead replays on upstream's tip, and asks about what conflicts there.
func (m *model) ahead(upstream string, plan *forks.Plan) (map[string]*forks.Row, []string) {
	rows := map[string]*forks.Row{}
	var open []string
	for i, p := range m.replay(upstream, m.stack) {
		row := &forks.Row{Patch: m.ids[p.subject], Subject: p.subject, Ahead: m.outcome(m.stack[i], p)}
		rows[p.subject] = row
		e := m.w.expect(Contact, p.subject)
		switch row.Ahead {
		case forks.Upstreamed:
			row.By = e.TakenBy.String()
		case forks.Blocked:
			row.By = string(m.ids[e.BlockedBy])
		case forks.Conflicted:
			open = append(open, p.subject)
			if _, ok := m.opened[p.subject]; !ok {
				id := forks.NewProposalID(m.w.Track, row.Patch, e.Cause, 1)
				m.opened[p.subject] = id
				m.onto[id], _ = m.ask(id, m.stack[i])
			}
			var files []forks.ConflictFile
			for path, kind := range p.files {
				files = append(files, forks.ConflictFile{Path: path, Kind: kind})
			}
			plan.Conflicts = append(plan.Conflicts, forks.Conflict{Patch: row.Patch, Cause: e.Cause, Inner: e.Inner, Clean: e.LastClean, Files: files})
		}
	}
	return rows, open
}

// outcome names what came of one pick.
func (m *model) outcome(was entry, p picked) forks.Outcome {
	switch e := m.w.expect(Contact, p.subject); {
	case m.ended[p.subject] != "":
		return m.ended[p.subject]
	case p.files != nil && e.BlockedBy != "":
		return forks.Blocked
	case p.files != nil:
		return forks.Conflicted
	case p.tree == p.parent:
		return e.Ahead
	case m.resolved[p.subject]:
		return forks.Resolved
	case m.changedLines(was.before, was.after) == m.changedLines(p.parent, p.tree):
		return forks.Kept
	}
	return forks.Adapted
}

// candidate builds the marker and the stack on it, as merging mode does.
func (m *model) candidate(base forks.Hash, tip string, rows map[string]*forks.Row) string {
	m.pass++
	tree := m.run("rev-parse", base.String()+"^{tree}")
	at := m.run("commit-tree", "-m", "Stand on a newer base", "-p", base.String(), "-p", tip, tree)
	if m.fault == "rewrites the branch" {
		at = base.String()
	}
	for i, e := range m.stack {
		row := rows[e.subject]
		if m.ended[e.subject] != "" {
			row.Published = row.Ahead
			continue
		}
		p := m.pick(tree, e)
		row.Published = m.outcome(e, p)
		if row.Published.Ends() {
			m.ended[e.subject] = row.Published
			continue
		}
		if p.files != nil || m.fault == "drops a patch" && e.subject == tidemarkUnit {
			continue
		}
		m.stack[i] = entry{e.subject, tree, p.tree}
		tree = p.tree
		at = m.run("commit-tree", "-m", e.subject, "-p", at, tree)
	}
	return at
}

// record writes what the state says, and a state commit that keeps the rest.
func (m *model) record(open []string) {
	m.state.Patches, m.state.Ended, m.state.Proposals = nil, nil, nil
	for _, e := range m.stack {
		p := forks.Patch{ID: m.ids[e.subject], Subject: e.subject, Folded: m.folded[e.subject]}
		if outcome := m.ended[e.subject]; outcome != "" {
			p.End = &forks.End{Outcome: outcome}
			m.state.Ended = append(m.state.Ended, p)
			continue
		}
		m.state.Patches = append(m.state.Patches, p)
	}
	for _, subject := range open {
		id := m.opened[subject]
		onto := m.hash("rev-parse", "refs/heads/auxsync/"+m.w.Track+"/onto/"+string(id))
		fix := m.hash("rev-parse", "refs/heads/auxsync/"+m.w.Track+"/fix/"+string(id))
		m.state.Proposals = append(m.state.Proposals, forks.Proposal{
			ID: id, Patch: m.ids[subject], Status: forks.Open, Onto: onto, Fix: fix,
			Conflict: forks.Conflict{Cause: m.w.expect(Contact, subject).Cause},
		})
	}
	args := []string{"commit-tree", "-m", "state", m.run("rev-parse", m.w.Branch+"^{tree}")}
	for _, id := range slices.Sorted(maps.Keys(m.reachable)) {
		if m.reachable[id] {
			args = append(args, "-p", id)
		}
	}
	m.run("update-ref", string(forks.StateRef(m.w.Track)), m.run(args...))
}

func (m *model) hash(args ...string) forks.Hash {
	m.t.Helper()
	h, err := forks.ParseHash(m.run(args...))
	if err != nil {
		m.t.Fatal(err)
	}
	return h
}
