package githubtest

import (
	"fmt"
	"net/http"
	"strings"
)

// Browser is a person, or anybody but the client, in front of a repository's pages.
// What they may not do ends the test.
type Browser struct {
	s           *Server
	login, repo string
}

// As is somebody with a browser on "owner/name".
func (s *Server) As(login, repo string) *Browser { return &Browser{s, login, repo} }

// act does something in the name of the person and ends the test if it is refused.
func (b *Browser) act(what string, do func(*call) answer) {
	b.s.t.Helper()
	if why := b.try(do); why != "" {
		b.s.t.Fatalf("%s: %s on %s: %s", b.login, what, b.repo, why)
	}
}

// try does something and says why it was refused, "" if it was not.
func (b *Browser) try(do func(*call) answer) string {
	s := b.s
	s.mu.Lock()
	defer s.mu.Unlock()
	actor, repo := s.account(b.login), (*repository)(nil)
	if actor != nil {
		repo, _ = s.repository(b.repo)
	}
	if repo == nil {
		return "there is no such person or repository"
	}
	s.follow(repo)
	c := &call{
		s: s, now: s.now(), actor: actor, repo: repo, token: &token{owner: actor, rights: AllRights()},
		r: &http.Request{Method: http.MethodPost},
	}
	a := do(c)
	s.follow(repo)
	if a.status < 300 {
		return ""
	}
	return fmt.Sprintf("%d %v", a.status, a.body)
}

// on finds the issue or pull request, which must exist, and asks for a permission
// unless it is the person's own.
func (b *Browser) on(n int, at Permission, what string, do func(*call, *issue) answer) {
	b.s.t.Helper()
	b.act(fmt.Sprintf("%s #%d", what, n), func(c *call) answer {
		i := c.repo.item(n)
		switch {
		case i == nil:
			return c.notFound()
		case i.author != c.actor && !c.repo.can(c.actor, at):
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		return do(c, i)
	})
}

// Open opens an issue and returns its number.
func (b *Browser) Open(title, body string) (number int) {
	b.s.t.Helper()
	b.act("open an issue", func(c *call) answer {
		i := c.add(title, body)
		c.notify(i.where("body"), body)
		number = i.number
		return noBody()
	})
	return number
}

// OpenPull opens a pull request and returns its number.
func (b *Browser) OpenPull(head, base, title, body string) (number int) {
	b.s.t.Helper()
	b.act("open a pull request", func(c *call) answer {
		c.raw = fmt.Appendf(nil, `{"head":%q,"base":%q,"title":%q,"body":%q}`, head, base, title, body)
		a := postPull(c)
		number = len(c.repo.items)
		return a
	})
	return number
}

// Comment comments on an issue or pull request and returns the comment's id.
func (b *Browser) Comment(n int, text string) (id int64) {
	b.s.t.Helper()
	b.on(n, Read, "comment on", func(c *call, i *issue) answer {
		id = c.comment(i, text).id
		return noBody()
	})
	return id
}

// EditComment changes a comment, one's own or with the right to write.
func (b *Browser) EditComment(id int64, text string) {
	b.s.t.Helper()
	b.act(fmt.Sprintf("edit comment %d", id), func(c *call) answer {
		m := c.repo.comment(id)
		if m == nil {
			return c.notFound()
		}
		if m.author != c.actor && !c.repo.can(c.actor, Write) {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		c.editComment(m, text)
		return noBody()
	})
}

// React reacts to a comment.
func (b *Browser) React(commentID int64, content string) {
	b.s.t.Helper()
	b.act(fmt.Sprintf("react to comment %d", commentID), func(c *call) answer {
		m := c.repo.comment(commentID)
		if m == nil {
			return c.notFound()
		}
		c.raw = fmt.Appendf(nil, `{"content":%q}`, content)
		return c.react(&m.reactions)
	})
}

// Review submits a review: APPROVE, COMMENT or REQUEST_CHANGES.
func (b *Browser) Review(n int, event, body string) (id int64) {
	b.s.t.Helper()
	b.on(n, Read, "review", func(c *call, i *issue) answer {
		if i.pull == nil {
			return c.notFound()
		}
		r, bad := c.review(i, reviewRequest{Event: event, Body: body})
		if bad != nil {
			return *bad
		}
		id = r.id
		return noBody()
	})
	return id
}

// Close and Reopen close and reopen an issue or pull request.
func (b *Browser) Close(n int) { b.s.t.Helper(); b.state(n, "closed") }

// Reopen opens what was closed.
func (b *Browser) Reopen(n int) { b.s.t.Helper(); b.state(n, "open") }

func (b *Browser) state(n int, to string) {
	b.s.t.Helper()
	b.on(n, Triage, to, func(c *call, i *issue) answer {
		if bad := c.setState(i, to, ""); bad != nil {
			return *bad
		}
		i.updated = c.now
		return noBody()
	})
}

// EditBody changes the text of an issue or pull request.
func (b *Browser) EditBody(n int, body string) {
	b.s.t.Helper()
	b.on(n, Write, "edit the text of", func(c *call, i *issue) answer {
		c.edit(i, nil, &body)
		i.updated = c.now
		return noBody()
	})
}

// EditTitle changes the title of an issue or pull request.
func (b *Browser) EditTitle(n int, title string) {
	b.s.t.Helper()
	b.on(n, Write, "edit the title of", func(c *call, i *issue) answer {
		c.edit(i, &title, nil)
		i.updated = c.now
		return noBody()
	})
}

// Label and Unlabel put labels on and take one off.
func (b *Browser) Label(n int, names ...string) {
	b.s.t.Helper()
	b.on(n, Triage, "label", func(c *call, i *issue) answer {
		c.label(i, names)
		return noBody()
	})
}

// Unlabel takes a label off.
func (b *Browser) Unlabel(n int, name string) {
	b.s.t.Helper()
	b.on(n, Triage, "unlabel", func(c *call, i *issue) answer {
		l := c.repo.label(name)
		if l == nil {
			return c.notFound()
		}
		c.unlabel(i, l)
		return noBody()
	})
}

// Assign assigns people; whoever cannot be is left out.
func (b *Browser) Assign(n int, logins ...string) {
	b.s.t.Helper()
	b.on(n, Triage, "assign", func(c *call, i *issue) answer {
		c.assign(i, logins)
		return noBody()
	})
}

// Unassign takes people off.
func (b *Browser) Unassign(n int, logins ...string) {
	b.s.t.Helper()
	b.on(n, Triage, "unassign", func(c *call, i *issue) answer {
		c.unassign(i, logins)
		return noBody()
	})
}

// RequestReview asks people for a review.
func (b *Browser) RequestReview(n int, logins ...string) {
	b.s.t.Helper()
	b.on(n, Write, "request reviews of", func(c *call, i *issue) answer {
		people, _, why := c.reviewers(i, reviewersRequest{Reviewers: logins})
		if why != "" {
			return c.refuse(http.StatusUnprocessableEntity, why)
		}
		i.pull.requested, i.updated = append(i.pull.requested, people...), c.now
		return noBody()
	})
}

// MarkReady ends a draft.
func (b *Browser) MarkReady(n int) { b.s.t.Helper(); b.draft(n, false) }

// ConvertToDraft makes a pull request a draft again.
func (b *Browser) ConvertToDraft(n int) { b.s.t.Helper(); b.draft(n, true) }

func (b *Browser) draft(n int, draft bool) {
	b.s.t.Helper()
	b.on(n, Write, "change the draft", func(c *call, i *issue) answer {
		if i.pull == nil || !i.open || draft && c.repo.o.NoDrafts {
			return c.refuse(http.StatusUnprocessableEntity, "no open pull request, or no drafts here")
		}
		c.setDraft(i, draft)
		return noBody()
	})
}

// Merge presses a button: merge, squash or rebase.
func (b *Browser) Merge(n int, button string) {
	b.s.t.Helper()
	b.on(n, Read, button, func(c *call, i *issue) answer {
		if i.pull == nil || !c.repo.can(c.actor, Write) {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		return c.merge(i, mergeRequest{Method: button})
	})
}

// MergeRefused presses a button that must not work and returns GitHub's words.
func (b *Browser) MergeRefused(n int, button string) string {
	b.s.t.Helper()
	why := b.try(func(c *call) answer {
		i := c.repo.pull(n)
		if i == nil {
			return c.notFound()
		}
		if !c.repo.can(c.actor, Write) {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		return c.merge(i, mergeRequest{Method: button})
	})
	if why == "" {
		b.s.t.Fatalf("%s: %s #%d of %s was possible", b.login, button, n, b.repo)
	}
	return strings.TrimSpace(why)
}
