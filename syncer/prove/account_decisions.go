package prove

import (
	"regexp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// What a commit that people settled says of it.
const (
	resolvedBy = "Auxsync-Resolved-By"
	resolvedIn = "Auxsync-Resolved-In"
)

// byMemory begins what a row is owed to that an earlier answer resolved.
const byMemory = "memory "

// decisions: every patch that is not simply in the branch has a decision behind it that
// can be looked up.
func (p *passAccount) decisions() {
	for _, r := range p.now.Ledger {
		switch r.Published {
		case forks.Upstreamed:
			p.upstreamed(r)
		case forks.Dropped:
			p.dropped(r)
		case forks.Resolved:
			p.resolved(r)
		case forks.Emptied:
			p.reasoned(r)
		case forks.Parked:
			p.parked(r)
		case forks.Conflicted:
			p.conflicted(r)
		case forks.Blocked:
			p.blocked(r)
		}
		p.agrees(r)
	}
}

// agrees: the record of a patch says the same as its row, and the row begins where the
// pass before left the patch.
func (p *passAccount) agrees(r forks.Row) {
	for _, q := range p.now.Patches {
		if q.ID == r.Patch && r.Old != p.formBefore(q) {
			p.breach(patch(r.Patch), show(r.Old), []forks.Hash{r.Old}, "has another form before this pass than the pass before left")
		}
		if q.ID == r.Patch && (q.Subject != r.Subject || q.Author != r.Author) {
			p.breach(patch(r.Patch), "", nil, "has another subject or author in the ledger than on record")
		}
		if q.ID == r.Patch && q.Out != nil && q.Out.By != r.By && r.Published != forks.Conflicted {
			p.breach(patch(r.Patch), "", nil, "is %s by %q in the ledger and by %q on record", shown(r.Published), forks.Inert(r.By), forks.Inert(q.Out.By))
		}
	}
	for _, q := range p.now.Ended {
		if q.ID == r.Patch && q.End != nil && q.End.Pass == p.now.Pass && (q.End.By != r.By || q.End.Reason != r.Reason) {
			p.breach(patch(r.Patch), "", nil, "is %s by %q in the ledger and by %q on record", shown(r.Published), forks.Inert(r.By), forks.Inert(q.End.By))
		}
	}
}

// formBefore is a patch's commit in the stack before the pass, else where it was first
// seen.
func (p *passAccount) formBefore(q forks.Patch) forks.Hash {
	for _, was := range p.before.Patches {
		if was.ID == q.ID {
			return was.Commit
		}
	}
	return q.First
}

func (p *passAccount) reasoned(r forks.Row) {
	if strings.TrimSpace(r.Reason) == "" {
		p.breach(patch(r.Patch), "", nil, "is %s, and nothing says why", shown(r.Published))
	}
}

// upstreamed names a commit that upstream has.
func (p *passAccount) upstreamed(r forks.Row) {
	if slices.ContainsFunc(p.before.Ended, func(q forks.Patch) bool { return q.ID == r.Patch }) {
		return
	}
	id, err := forks.ParseHash(r.By)
	if err == nil {
		var in bool
		if in, err = p.evidence.InUpstream(p.ctx, p.now.Follow, id); err == nil && in {
			return
		}
	}
	p.breach(patch(r.Patch), "git branch --remotes --contains "+forks.ShellWord(forks.Inert(r.By)), nil,
		"is said to be upstream's by %q, which upstream does not have", forks.Inert(r.By))
}

// revertedIn is what the ledger says of a patch that a person's revert ended.
var revertedIn = regexp.MustCompile(`^reverted in ([0-9a-f]{10})$`)

// dropped names who; where a commit or a conflict is named, it agrees.
func (p *passAccount) dropped(r forks.Row) {
	p.reasoned(r)
	if m := revertedIn.FindStringSubmatch(r.Reason); m != nil {
		p.reverted(r, m[1])
	}
	for _, id := range conflictID.FindAllString(r.Reason, 1) {
		i := slices.IndexFunc(p.now.Proposals, func(q forks.Proposal) bool { return string(q.ID) == id })
		if i < 0 || !p.now.Proposals[i].About(r.Patch) {
			p.breach(patch(r.Patch), "", nil, "was dropped in conflict %s, which is not on record for it", id)
		}
	}
}

var conflictID = regexp.MustCompile(`\bc[0-9a-f]{10}\b`)

// reverted: the revert stands in the ledger too, and its author is who dropped the patch.
func (p *passAccount) reverted(r forks.Row, short string) {
	for _, other := range p.now.Ledger {
		if other.Old.Short() != short {
			continue
		}
		c, ok, err := p.evidence.Commit(other.Old)
		if err == nil && ok && authorName(c.Author) == r.By {
			return
		}
		p.breach(patch(r.Patch), show(other.Old), []forks.Hash{other.Old}, "was dropped by %q, and the revert is by another", forks.Inert(r.By))
		return
	}
	p.breach(patch(r.Patch), "", nil, "was reverted in %s, which the ledger does not have", short)
}

// authorName is the name in an author line, on one line.
func authorName(line string) string {
	name, _, _ := strings.Cut(line, "<")
	return strings.Join(strings.FieldsFunc(strings.TrimSpace(name), func(r rune) bool { return r < ' ' || r == 0x7f }), " ")
}

// resolved: the answer is a version of the patch, whose commit says who gave it and
// where, and so does what stands in the branch.
func (p *passAccount) resolved(r forks.Row) {
	i := slices.IndexFunc(p.now.Patches, func(q forks.Patch) bool { return q.ID == r.Patch })
	if i < 0 {
		return // the ledger law says so
	}
	in := p.now.Patches[i].Commit
	if c, ok, err := p.evidence.Commit(in); p.kept && err == nil && (!ok || trailer(c.Message, resolvedIn) == "") {
		p.breach(patch(r.Patch), show(in), []forks.Hash{in}, "is resolved, and its commit does not say in which conflict")
	}
	if strings.HasPrefix(r.By, byMemory) {
		return // the trailer names the earlier answer
	}
	for _, v := range p.now.Patches[i].Versions {
		if string(v.Proposal) != r.By || v.Proposal == "" {
			continue
		}
		c, ok, err := p.evidence.Commit(v.Commit)
		who := trailer(c.Message, resolvedBy)
		switch {
		case err != nil:
		case !ok:
			p.breach(patch(r.Patch), show(v.Commit), []forks.Hash{v.Commit}, "was resolved in %s by %s, which is no commit that the fork has", conflict(v.Proposal), v.Commit.Short())
		case who != v.By && !strings.HasPrefix(who, v.By+" <"):
			p.breach(patch(r.Patch), show(v.Commit), []forks.Hash{v.Commit}, "is said to be resolved by %q, and the commit says by %q", forks.Inert(v.By), forks.Inert(who))
		case !strings.HasPrefix(trailer(c.Message, resolvedIn), r.By):
			p.breach(patch(r.Patch), show(v.Commit), []forks.Hash{v.Commit}, "is said to be resolved in %q, and the commit names another conflict", forks.Inert(r.By))
		}
		return
	}
	p.breach(patch(r.Patch), "", nil, "is said to be resolved in %q, and has no version from there", forks.Inert(r.By))
}

// trailer is the last value of a trailer in a message, "" if it has none.
func trailer(message, name string) (value string) {
	for line := range strings.Lines(message) {
		if v, ok := strings.CutPrefix(line, name+": "); ok {
			value = strings.TrimSpace(v)
		}
	}
	return value
}

// parked names a rule of the design's or a person.
func (p *passAccount) parked(r forks.Row) {
	for _, q := range p.now.Patches {
		if q.ID != r.Patch || q.Out == nil {
			continue
		}
		switch q.Out.Rule {
		case "", forks.RuleHold, forks.RuleLag, forks.RuleSecurity, forks.RuleRollback:
		default:
			p.breach(patch(r.Patch), "", nil, "is parked by a rule that there is not: %q", forks.Inert(string(q.Out.Rule)))
		}
		if q.Out.Rule == "" {
			p.reasoned(r)
		}
	}
}

// conflicted: somebody is asked, was asked, or will be.
func (p *passAccount) conflicted(r forks.Row) {
	if p.before.Base.IsZero() {
		return // an adoption only looks: the first pass after it asks
	}
	asked := slices.ContainsFunc(p.now.Proposals, func(q forks.Proposal) bool {
		return q.About(r.Patch) && (q.Status.Pending() || q.Status == forks.Declined)
	})
	if !asked && !slices.ContainsFunc(p.now.Decisions, func(d forks.Decision) bool { return d.Patch == r.Patch }) {
		p.breach(patch(r.Patch), "", nil, "is left out for a conflict that nobody is asked about")
	}
}

// blocked names an earlier patch that does not stand in the branch.
func (p *passAccount) blocked(r forks.Row) {
	for _, q := range p.now.Patches {
		switch {
		case q.ID == r.Patch:
			if !slices.ContainsFunc(p.now.Ended, func(e forks.Patch) bool { return string(e.ID) == r.By }) {
				p.breach(patch(r.Patch), "", nil, "is blocked by %q, which is no earlier patch", forks.Inert(r.By))
			}
			return
		case string(q.ID) == r.By:
			if q.Out == nil {
				p.breach(patch(r.Patch), "", nil, "is blocked by %s, which stands in the branch", forks.Inert(r.By))
			}
			return
		}
	}
}
