package reports

import (
	"fmt"
	"io"

	"github.com/auxolotl/auxsync/forks"
)

// Census writes what would become of each patch of a plan's track if it stood on a
// ref of another repository.
func Census(w io.Writer, plan forks.Plan, url, ref string, style Style) error {
	p := &page{style: style}
	p.heading("If %s stood on %s of %s", forks.Inert(plan.Track), forks.Inert(ref), forks.Inert(url))
	p.fields(
		field{"there", short(plan.UpstreamTip)},
		field{"now", short(plan.Base.New) + " (the upstream commit that the fork's patches stand on)"},
	)
	shown := map[forks.Outcome]bool{}
	n := map[forks.Outcome]int{}
	var rows []row
	for _, r := range plan.Outcomes {
		shown[r.Ahead] = true
		n[r.Ahead]++
		rows = append(rows, row{
			cells: []cell{{inert(string(r.Patch), 16), plain}, outcomeCell(r.Ahead), {forks.Inert(r.Subject), plain}},
			note:  Because(r.By, r.Reason),
		})
	}
	if len(rows) == 0 {
		p.heading("This fork carries no patch")
		return p.writeTo(w)
	}
	p.heading("What would become of each patch (a patch is one change that the fork carries)")
	p.table([]string{"patch", "there", "change"}, rows)
	text := count(len(rows), "patch", "patches")
	for _, o := range forks.Outcomes() {
		if n[o] > 0 {
			text += fmt.Sprintf(" · %d %s", n[o], o)
		}
	}
	p.text(2, "%s", text)
	p.legend(shown)
	p.files(plan.Conflicts)
	p.b.WriteByte('\n')
	p.text(2, "Nothing was written anywhere.")
	return p.writeTo(w)
}

// files lists the files in which patches conflict.
func (p *page) files(conflicts []forks.Conflict) {
	if len(conflicts) == 0 {
		return
	}
	p.heading("Where they conflict")
	var rows []row
	for _, c := range conflicts {
		for _, f := range c.Files {
			rows = append(rows, row{cells: []cell{
				{inert(string(c.Patch), 16), plain}, {inert(string(f.Kind), maxName), plain}, {forks.Inert(string(f.Path)), plain},
			}})
		}
	}
	p.table([]string{"patch", "kind", "file"}, rows)
}
