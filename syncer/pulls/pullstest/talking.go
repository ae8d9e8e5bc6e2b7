package pullstest

import "github.com/auxolotl/auxsync/forks"

// suggest writes the review of a conflict: a suggestion for its lines.
func (b *bench) suggest(p forks.Pull) error {
	return b.Forge.Suggest(b.ctx, b.next(), p, forks.SuggestedReview{
		Commit: p.Head,
		Body:   "Take one of these, and commit it.",
		Comments: []forks.SuggestedChange{
			{Path: hello, First: 2, Last: 3, Body: "keep ours\n\n```suggestion\nours\n```\n"},
			{Path: "AUXSYNC-CONFLICT.md", First: 1, Last: 1, Body: "what this is about"},
		},
	})
}

// talking are the cases about comments, reviews and reactions.
func talking() map[string]check {
	return map[string]check{
		"A comment is written once and edited in place": func(b *bench) {
			p := b.opened(one)
			id, err := b.Forge.Comment(b.ctx, b.next(), p, 0, "published by pass 7")
			b.do("comment", err)
			for range 2 {
				again, err := b.Forge.Comment(b.ctx, b.next(), p, id, "published by pass 8")
				b.do("edit the comment", err)
				want(b.t, "id", again, id)
			}
			p = b.found(one)
			want(b.t, "comments", len(p.Comments), 1)
			c := p.Comments[0]
			want(b.t, "id", c.ID, id)
			want(b.t, "body", c.Body, "published by pass 8")
			want(b.t, "mine", c.Mine, true)
			wantNames(b.t, "by", []string{c.By}, b.Pages.Me)
		},
		"Comments of others are seen in their order, with who wrote them": func(b *bench) {
			p := b.opened(one)
			b.Pages.Comment(b.Pages.Maintainer, p, "/auxsync retry")
			edited := b.Pages.Comment(b.Pages.Stranger, p, "nice")
			b.Pages.Comment(b.Pages.Robot, p, "/auxsync drop")
			_, err := b.Forge.Comment(b.ctx, b.next(), p, 0, "thanks")
			b.do("comment", err)
			b.Pages.EditComment(b.Pages.Stranger, edited, "/auxsync drop")
			p = b.found(one)
			wished := []forks.PullComment{
				{By: b.Pages.Maintainer, Body: "/auxsync retry"},
				{By: b.Pages.Stranger, Body: "/auxsync drop", Edited: true},
				{By: b.Pages.Robot, Body: "/auxsync drop", Bot: true},
				{By: b.Pages.Me, Body: "thanks", Mine: true, Bot: p.Comments[len(p.Comments)-1].Bot},
			}
			want(b.t, "comments", len(p.Comments), len(wished))
			for i, c := range p.Comments {
				if c.ID == 0 || c.At.IsZero() || c.URL == "" {
					b.t.Errorf("%+v", c)
				}
				wished[i].ID, wished[i].At, wished[i].URL = c.ID, c.At, c.URL
				want(b.t, "comment", c, wished[i])
			}
		},
		"Many comments are all seen": func(b *bench) {
			p := b.opened(one)
			var ids []int64
			for range 101 {
				ids = append(ids, b.Pages.Comment(b.Pages.Maintainer, p, "and another thing"))
			}
			p = b.found(one)
			want(b.t, "comments", len(p.Comments), len(ids))
			for i, c := range p.Comments {
				want(b.t, "id", c.ID, ids[i])
			}
		},
		"A reaction acknowledges its comment, as often as asked": func(b *bench) {
			p := b.opened(one)
			first := b.Pages.Comment(b.Pages.Maintainer, p, "/auxsync retry")
			second := b.Pages.Comment(b.Pages.Maintainer, p, "/auxsync mine")
			third := b.Pages.Comment(b.Pages.Stranger, p, "/auxsync drop")
			for range 2 {
				b.do("accept", b.Forge.React(b.ctx, b.next(), first, forks.Accepted))
				b.do("refuse", b.Forge.React(b.ctx, b.next(), third, forks.Refused))
			}
			for _, c := range b.found(one).Comments {
				want(b.t, c.Body, c.Acknowledged, c.ID != second)
			}
		},
		"A review with suggestions is one review, of the head": func(b *bench) {
			p := b.opened(one)
			b.do("suggest", b.suggest(p))
			now := b.found(one)
			want(b.t, "reviews", len(now.Reviews), 1)
			r := now.Reviews[0]
			want(b.t, "mine", r.Mine, true)
			want(b.t, "verdict", r.Verdict, forks.ReviewCommented)
			want(b.t, "commit", r.Commit, p.Head)
			want(b.t, "body", r.Body, "Take one of these, and commit it.")
			want(b.t, "comments", len(now.Comments), 0)
		},
		"A suggestion for lines that are not there is refused": func(b *bench) {
			p := b.opened(one)
			b.refused("suggest", b.Forge.Suggest(b.ctx, b.next(), p, forks.SuggestedReview{Commit: p.Head, Body: "x",
				Comments: []forks.SuggestedChange{{Path: "not/there", First: 1, Last: 1, Body: "x"}}}))
			want(b.t, "reviews", len(b.found(one).Reviews), 0)
		},
		"A person's approval is seen with the commit that it is of": func(b *bench) {
			p := b.opened(one)
			b.Pages.Approve(b.Pages.Maintainer, p)
			b.push(one)
			now := b.found(one)
			want(b.t, "reviews", len(now.Reviews), 1)
			r := now.Reviews[0]
			want(b.t, "mine", r.Mine, false)
			want(b.t, "bot", r.Bot, false)
			want(b.t, "verdict", r.Verdict, forks.ReviewApproved)
			want(b.t, "commit", r.Commit, p.Head)
			wantNames(b.t, "by", []string{r.By}, b.Pages.Maintainer)
		},
	}
}
