package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

type commentRequest struct {
	Body *string `json:"body"`
}

func postComment(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		var in commentRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if bad := c.emptyOrLong(in.Body); bad != nil {
			return *bad
		}
		return answer{status: http.StatusCreated, body: c.s.commentView(c.comment(i, *in.Body))}
	})
}

func (c *call) emptyOrLong(body *string) *answer {
	if body == nil || *body == "" {
		a := c.invalid("IssueComment", "body", "missing_field", "")
		return &a
	}
	return c.sizes("IssueComment", nil, body)
}

func (c *call) comment(i *issue, body string) *comment {
	m := &comment{id: c.s.nextID(), body: body, author: c.actor, created: c.now, updated: c.now, issue: i}
	i.comments = append(i.comments, m)
	i.updated = c.now
	c.notify(i.where(fmt.Sprintf("comment %d", m.id)), body)
	return m
}

// comment finds a comment of any issue; nil if there is none.
func (r *repository) comment(id int64) *comment {
	for _, i := range r.items {
		for _, m := range i.comments {
			if m.id == id {
				return m
			}
		}
	}
	return nil
}

func withComment(c *call, do func(*comment) answer) answer {
	m := c.repo.comment(int64(c.number("comment_id")))
	if m == nil {
		return c.notFound()
	}
	return do(m)
}

func getComment(c *call) answer {
	return withComment(c, func(m *comment) answer { return ok(c.s.commentView(m)) })
}

func patchComment(c *call) answer {
	return withComment(c, func(m *comment) answer {
		var in commentRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if bad := c.emptyOrLong(in.Body); bad != nil {
			return *bad
		}
		if m.author != c.actor && !c.mayWrite() {
			return c.refuse(http.StatusForbidden, c.token.refusal())
		}
		c.editComment(m, *in.Body)
		return ok(c.s.commentView(m))
	})
}

func (c *call) editComment(m *comment, body string) {
	c.notifyNew(m.issue.where(fmt.Sprintf("comment %d", m.id)), m.body, body)
	m.body, m.updated = body, c.now
	m.issue.updated = c.now
}

func deleteComment(c *call) answer {
	return withComment(c, func(m *comment) answer {
		if m.author != c.actor && !c.mayWrite() {
			return c.refuse(http.StatusForbidden, c.token.refusal())
		}
		m.issue.comments = slices.DeleteFunc(m.issue.comments, func(x *comment) bool { return x == m })
		m.issue.updated = c.now
		return noBody()
	})
}

func listComments(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		return ok(list(since(i.comments, c.r.URL.Query().Get("since")), c.s.commentView))
	})
}

// since leaves out what has not changed since a time.
func since(comments []*comment, stamp string) []*comment {
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		return comments
	}
	var kept []*comment
	for _, m := range comments {
		if !m.updated.Before(at) {
			kept = append(kept, m)
		}
	}
	return kept
}

func listRepoComments(c *call) answer {
	q := c.r.URL.Query()
	var all []*comment
	for _, i := range c.repo.items {
		all = append(all, since(i.comments, q.Get("since"))...)
	}
	slices.SortStableFunc(all, func(a, b *comment) int {
		n := a.created.Compare(b.created)
		if q.Get("sort") == "updated" {
			n = a.updated.Compare(b.updated)
		}
		if n == 0 {
			n = int(a.id - b.id)
		}
		// Without a sort, or without a direction, oldest come first.
		if q.Get("sort") != "" && q.Get("direction") == "desc" {
			return -n
		}
		return n
	})
	return ok(list(all, c.s.commentView))
}

// react adds a reaction once: a second one of the same person changes nothing.
func (c *call) react(to *[]*reaction) answer {
	var in struct {
		Content string `json:"content"`
	}
	if !c.read(&in) {
		return c.malformed()
	}
	if !slices.Contains(reactions(), in.Content) {
		return c.invalid("Reaction", "content", "invalid", "")
	}
	for _, r := range *to {
		if r.author == c.actor && r.content == in.Content {
			return ok(c.s.reactionView(r))
		}
	}
	r := &reaction{id: c.s.nextID(), author: c.actor, content: in.Content, created: c.now}
	*to = append(*to, r)
	return answer{status: http.StatusCreated, body: c.s.reactionView(r)}
}

// reactions are those that GitHub has.
func reactions() []string {
	return []string{"+1", "-1", "laugh", "confused", "heart", "hooray", "rocket", "eyes"}
}

func listReactions(c *call, of []*reaction) answer {
	content := c.r.URL.Query().Get("content")
	var found []*reaction
	for _, r := range of {
		if content == "" || content == r.content {
			found = append(found, r)
		}
	}
	return ok(list(found, c.s.reactionView))
}

func listCommentReactions(c *call) answer {
	return withComment(c, func(m *comment) answer { return listReactions(c, m.reactions) })
}

func postCommentReaction(c *call) answer {
	return withComment(c, func(m *comment) answer { return c.react(&m.reactions) })
}

func listIssueReactions(c *call) answer {
	return withIssue(c, func(i *issue) answer { return listReactions(c, i.reactions) })
}

func postIssueReaction(c *call) answer {
	return withIssue(c, func(i *issue) answer { return c.react(&i.reactions) })
}
