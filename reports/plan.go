package reports

import (
	"fmt"
	"io"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Plan writes what a pass would do, or did: where the base goes, what becomes of
// each patch, who is asked about what, and which refs move.
func Plan(w io.Writer, plan forks.Plan, style Style) error {
	p := &page{style: style}
	p.heading("Pass %d of %s", plan.Pass, forks.Inert(plan.Track))
	p.where(plan)
	if plan.Stopped == nil && plan.Paused == nil || len(plan.Outcomes) > 0 {
		p.ledger(plan)
	}
	p.pings(plan.Pings)
	p.questions(plan)
	p.pushes(plan)
	return p.writeTo(w)
}

// Ledger writes only the account of what became of every patch.
func Ledger(w io.Writer, plan forks.Plan, style Style) error {
	p := &page{style: style}
	p.ledger(plan)
	return p.writeTo(w)
}

// where tells about base, upstream and branch.
func (p *page) where(plan forks.Plan) {
	base := short(plan.Base.New)
	switch {
	case plan.Base.Old.IsZero():
	case plan.Base.Old == plan.Base.New:
		base += ", unchanged"
	default:
		base = short(plan.Base.Old) + " → " + base
	}
	base += " (the upstream commit that the fork's patches stand on)"
	upstream := short(plan.UpstreamTip)
	if plan.Behind > 0 {
		upstream += ", " + count(plan.Behind, "commit", "commits") + " newer than the base"
	}
	tip := short(plan.ForkTip)
	if plan.Publishes() {
		tip += " → " + short(plan.CandidateTip)
	} else {
		tip += ", stays"
	}
	hold := ""
	if plan.Hold != nil {
		hold = "at " + short(plan.Hold.Commit) + ": " + inert(plan.Hold.Reason, maxReason)
	}
	stopped, next := "", ""
	if plan.Stopped != nil {
		stopped, next = inert(plan.Stopped.Reason, maxReason), forks.Inert(plan.Stopped.Next)
	}
	if plan.Paused != nil {
		next = "nothing moves before: " + plan.Paused.End(plan.Track, "")
	}
	p.fields(
		field{"base", base}, field{"upstream", upstream}, field{"branch", tip}, field{"waits", hold},
		field{"paused", pausedBy(plan.Paused)}, field{"stopped", stopped}, field{nextStep, next},
	)
}

// ledger writes one line for each row, and explains the outcomes that occur.
func (p *page) ledger(plan forks.Plan) {
	if len(plan.Outcomes) == 0 {
		p.heading("The ledger is empty: this fork carries no patch")
		return
	}
	p.heading("What becomes of each patch (a patch is one change that the fork carries)")
	shown := map[forks.Outcome]bool{}
	var rows []row
	for _, r := range plan.Outcomes {
		shown[r.Ahead], shown[r.Published] = true, true
		rows = append(rows, row{
			cells: []cell{
				{inert(string(r.Patch), 16), plain}, {short(r.New), plain},
				outcomeCell(r.Ahead), outcomeCell(r.Published), {forks.Inert(r.Subject), plain},
			},
			note: Because(r.By, r.Reason),
		})
	}
	p.table([]string{"patch", "new commit", "at the tip", "published", "change"}, rows)
	p.text(2, "%s", summary(plan.Outcomes))
	p.legend(shown)
	p.b.WriteByte('\n')
	p.text(2, "\"At the tip\" is on upstream's newest commit, \"published\" on the base that the branch gets.")
}

// pings warns of patches whose messages would notify people.
func (p *page) pings(list []forks.Ping) {
	if len(list) == 0 {
		return
	}
	p.heading("Messages that would notify people or write links on other pages: %s", count(len(list), "patch", "patches"))
	var rows []row
	for _, ping := range list {
		rows = append(rows, row{cells: []cell{
			{short(ping.Commit), plain}, {inert(strings.Join(ping.Texts, ", "), maxSubject), plain}, {forks.Inert(ping.Subject), plain},
		}})
	}
	p.table([]string{"commit", "has", "change"}, rows)
	p.text(2, "Each publication would do so again. Say what should become of them before the track is adopted: "+
		"references = \"keep\" leaves them, references = \"defuse\" breaks them in what auxsync writes anew.")
}

// Because tells who decided and why, or nothing. The text is inert.
func Because(by, reason string) string {
	by, reason = who(by), inert(reason, maxReason)
	if by != "" {
		by = "by " + by
	}
	return joined(": ", by, reason)
}

// summary counts the rows by published outcome.
func summary(rows []forks.Row) string {
	n := map[forks.Outcome]int{}
	published := 0
	for _, r := range rows {
		n[r.Published]++
		if r.Published.InStack() {
			published++
		}
	}
	text := count(len(rows), "row", "rows") + ", " + count(published, "patch", "patches") + " published"
	for _, o := range forks.Outcomes() {
		if n[o] > 0 {
			text += fmt.Sprintf(" · %d %s", n[o], o)
		}
	}
	return text
}

// questions writes the conflicts and what happens to them, and the decisions.
func (p *page) questions(plan forks.Plan) {
	if len(plan.Conflicts) > 0 {
		p.heading("%s at upstream's tip (each has one cause: the upstream commit it is asked about)", count(len(plan.Conflicts), "conflict", "conflicts"))
		var rows []row
		for _, c := range plan.Conflicts {
			rows = append(rows, row{cells: []cell{
				{inert(string(c.Patch), 16), plain}, {short(c.Cause), plain}, {count(len(c.Files), "file", "files"), plain},
				{joined(", by ", forks.Inert(c.CauseSubject), inert(c.CauseAuthor.Name, maxName)), plain},
			}})
		}
		p.table([]string{"patch", "cause", "where", "what upstream did"}, rows)
	}
	if len(plan.Proposals) > 0 {
		p.heading("What people are asked")
		var rows []row
		for _, a := range plan.Proposals {
			rows = append(rows, row{cells: []cell{
				{inert(string(a.ID), 16), plain}, {inert(string(a.Patch), 16), plain}, {deed(a.Action), plain}, {forks.Inert(a.Reason), plain},
			}})
		}
		p.table([]string{"conflict", "patch", "it", "because"}, rows)
	}
	p.decisions(plan.State.Decisions)
}

// decisions writes the questions that are no open conflict.
func (p *page) decisions(list []forks.Decision) {
	if len(list) == 0 {
		return
	}
	p.heading("%s that only a person can make", count(len(list), "decision", "decisions"))
	for _, d := range list {
		p.fields(field{inert(string(d.Patch), 16), forks.Inert(d.Question)})
	}
}

// pushes writes the refs that move.
func (p *page) pushes(plan forks.Plan) {
	if len(plan.WouldPush)+len(plan.Cleanup) == 0 {
		p.heading("Nothing to push")
		return
	}
	p.heading("What is pushed to the fork, all or nothing")
	p.refTable(plan.WouldPush)
	if len(plan.Cleanup) > 0 {
		p.heading("What is deleted after that")
		p.refTable(plan.Cleanup)
	}
}

func (p *page) refTable(updates []forks.RefUpdate) {
	var rows []row
	for _, u := range updates {
		from, to := short(u.Old), short(u.New)
		if u.Old.IsZero() {
			from = "new"
		}
		if u.New.IsZero() {
			to = "deleted"
		}
		rows = append(rows, row{cells: []cell{{from, plain}, {to, plain}, {forks.Inert(string(u.Ref)), plain}}})
	}
	p.table([]string{"from", "to", "ref"}, rows)
}
