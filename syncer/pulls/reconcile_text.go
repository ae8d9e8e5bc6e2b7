package pulls

import (
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// text writes title and body where our content changed and a person's did not.
func (p *page) text(title string) {
	if p.seen.Foreign {
		return
	}
	newTitle := p.title(title)
	newBody, digest := p.body(p.region())
	if newTitle == "" && digest == "" {
		return
	}
	p.do(Effect{Kind: DoEdit, Text: forks.PullText{Title: newTitle, Body: newBody}, Region: digest})
}

// region is what should stand in the body. Its mark says what auxsync has set once the
// effects before it are done, so that this outlives the record.
func (p *page) region() string {
	if p.wish.Proposal.ID == "" {
		return Framed(Mark{Title: Digest(p.in.DashboardTitle)}, p.in.Dashboard)
	}
	rec, title := p.rec, Digest(p.wish.Title)
	if rec.Number > 0 && rec.Title == "" {
		title = "" // a person's
	}
	for _, e := range p.effects {
		if e.Kind == DoLabel || e.Kind == DoAsk {
			rec = Record(rec, e, Done{})
		}
	}
	return Framed(Mark{
		ID: p.wish.Proposal.ID, Track: p.wish.Track, Title: title,
		Labels: rec.Labels, Assignees: rec.Assignees, Reviewers: rec.Reviewers,
	}, p.wish.Text)
}

// title gives the title to write, "" for none. One that a person changed is theirs for
// good: the record then has none.
func (p *page) title(wished string) string {
	seen := Digest(p.seen.Title)
	switch {
	case wished == "" || p.rec.Title == "":
		return ""
	case seen == Digest(wished): // also where the answer to writing it was lost
		p.rec.Title = seen
		return ""
	case seen != p.rec.Title:
		p.rec.Title = ""
		return ""
	}
	return wished
}

// body gives the whole body as it should be, and the digest of the region in it that
// is new, "" if there is nothing to write.
func (p *page) body(region string) (body, digest string) {
	placed, ok := p.placed(region)
	wished := Digest(region)
	switch {
	case !ok:
		return p.seen.Body, ""
	case Digest(placed) == Digest(p.seen.Body):
		p.rec.Body = wished
		return p.seen.Body, ""
	case p.rec.Body == wished: // a person changed it, and we have nothing new to say
		return p.seen.Body, ""
	}
	return placed, wished
}

// placed puts a region into the body that is seen. An empty one was emptied by a
// person.
func (p *page) placed(region string) (body string, ok bool) {
	if p.seen.Foreign || strings.TrimSpace(p.seen.Body) == "" {
		return "", false
	}
	return PlaceRegion(p.seen.Body, region)
}

// marked reads the mark in the body that is seen.
func (p *page) marked() (m Mark, ok bool) { return markOf(p.seen) }

func markOf(seen forks.Pull) (m Mark, ok bool) {
	if seen.Foreign {
		return m, false
	}
	m, _, _, ok = regionIn(seen.Body)
	return m, ok
}

// AskedOn is whom auxsync has asked on a page, by the mark in its body: for who has no
// record of it.
func AskedOn(seen forks.Pull) forks.People {
	m, _ := markOf(seen)
	return forks.People{Assignees: m.Assignees, Reviewers: m.Reviewers}
}

// stage makes it ready once it is settled, and a draft again if that ends.
func (p *page) stage() {
	madeReady := p.rec.Ready != nil && *p.rec.Ready
	switch status := p.wish.Proposal.Status; {
	case p.settled():
		p.rec.Shown = p.rec.Shown || !p.seen.Draft
		if p.seen.Draft && !madeReady && !p.rec.Shown {
			p.do(Effect{Kind: DoStage, Ready: true})
		}
	case status != forks.Open:
	case p.seen.Draft:
		p.rec.Shown = false
		if madeReady {
			p.rec.Ready = new(false)
		}
	default:
		p.rec.Shown = false
		if madeReady {
			p.do(Effect{Kind: DoStage, Ready: false})
		}
	}
}

// settled reports whether a pass judged the conflict to be settled at the head that is
// seen. A head that is not known is not.
func (p *page) settled() bool {
	was := p.wish.Proposal
	return was.Status == forks.Ready && !was.Settled.IsZero() && was.Settled == p.seen.Head
}

// labels adds each wished label once, and takes back those that auxsync added.
func (p *page) labels() {
	wished, seen := p.wish.Labels, p.seen.Labels
	p.rec.Labels = with(p.rec.Labels, common(wished, seen))
	add := without(without(wished, seen), p.rec.Labels)
	remove := without(common(p.rec.Labels, seen), wished)
	if len(add)+len(remove) > 0 {
		p.do(Effect{Kind: DoLabel, Add: add, Remove: remove})
	}
}

// people asks each wished person once, and takes back those who are not to be asked
// any more. Where a person chose somebody, only who took it on is added, until it has
// waited long enough for others to be asked too.
func (p *page) people() {
	var ask, unask forks.People
	w, rec, seen := p.wish, &p.rec, p.seen
	rec.Assignees = forget(with(rec.Assignees, common(w.People.Assignees, seen.Assignees)), w.NotFor, seen.Assignees)
	rec.Reviewers = forget(with(rec.Reviewers, common(w.People.Reviewers, seen.Reviewers)), w.NotFor, seen.Reviewers)
	unask.Assignees = common(common(rec.Assignees, seen.Assignees), w.NotFor)
	unask.Reviewers = common(common(rec.Reviewers, seen.Reviewers), w.NotFor)

	chosen := len(without(seen.Assignees, rec.Assignees)) > 0 && w.Waiting.Stage < StageOthers
	wanted := func(name string) bool {
		return !w.Hush && !has(w.NotFor, name) && !strings.EqualFold(name, p.in.Seen.Me) &&
			(!chosen || strings.EqualFold(name, w.Proposal.Claimed))
	}
	ask.Assignees = choose(without(without(w.People.Assignees, seen.Assignees), rec.Assignees), wanted)
	ask.Reviewers = choose(without(without(w.People.Reviewers, seen.Reviewers), rec.Reviewers), wanted)
	if !ask.Empty() || !unask.Empty() {
		p.do(Effect{Kind: DoAsk, Ask: ask, Unask: unask})
	}
}

// forget leaves out who said no and does not stand there: they may take it on again.
func forget(asked, notFor, seen []string) []string {
	if gone := without(common(asked, notFor), seen); len(gone) > 0 {
		return without(asked, gone)
	}
	return asked
}
