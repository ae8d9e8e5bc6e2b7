package githubtest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

type issueRequest struct {
	Title       *string           `json:"title"`
	Body        *string           `json:"body"`
	State       *string           `json:"state"`
	StateReason *string           `json:"state_reason"`
	Labels      []json.RawMessage `json:"labels"`
	Assignee    *string           `json:"assignee"`
	Assignees   []string          `json:"assignees"`
}

// where names a text of an issue in what is notified.
func (i *issue) where(what string) string {
	kind := "issue"
	if i.pull != nil {
		kind = "pull"
	}
	return fmt.Sprintf("%s %s #%d %s", i.repo.full(), kind, i.number, what)
}

func withIssue(c *call, do func(*issue) answer) answer {
	i := c.repo.item(c.number("issue_number"))
	switch {
	case i == nil:
		return c.notFound()
	case c.repo.o.NoIssues && i.pull == nil:
		return c.noIssues()
	}
	return do(i)
}

// noIssues is the answer where issues are turned off: pull requests stay.
func (c *call) noIssues() answer {
	return c.refuse(http.StatusGone, "Issues are disabled for this repo")
}

func getIssue(c *call) answer {
	return withIssue(c, func(i *issue) answer { return ok(c.s.issueView(i)) })
}

func postIssue(c *call) answer {
	var in issueRequest
	if !c.read(&in) {
		return c.malformed()
	}
	if c.repo.o.NoIssues {
		return c.noIssues()
	}
	if in.Title == nil {
		in.Title = new(string)
	}
	if bad := c.sizes("Issue", in.Title, in.Body); bad != nil {
		return *bad
	}
	i := c.add(*in.Title, deref(in.Body))
	c.notify(i.where("title"), i.title)
	c.notify(i.where("body"), i.body)
	// Without triage rights labels and assignees are dropped without a word.
	if c.mayWrite() {
		c.label(i, labelNames(in.Labels))
		c.assign(i, in.Assignees)
	}
	return answer{status: http.StatusCreated, body: c.s.issueView(i)}
}

func patchIssue(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		var in issueRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if bad := c.sizes("Issue", in.Title, in.Body); bad != nil {
			return *bad
		}
		if i.author != c.actor && !c.mayWrite() {
			return c.refuse(http.StatusForbidden, c.token.refusal())
		}
		if in.State != nil {
			if bad := c.setState(i, *in.State, deref(in.StateReason)); bad != nil {
				return *bad
			}
		}
		c.edit(i, in.Title, in.Body)
		if in.Labels != nil {
			c.unlabel(i, nil)
			c.label(i, labelNames(in.Labels))
		}
		if in.Assignees != nil {
			c.unassign(i, nil)
			c.assign(i, in.Assignees)
		}
		i.updated = c.now
		return ok(c.s.issueView(i))
	})
}

func (c *call) setState(i *issue, state, reason string) *answer {
	if i.pull != nil {
		return c.setPullState(i, state)
	}
	switch {
	case state == "closed" && i.open:
		if reason == "" {
			reason = "completed"
		}
		i.open, i.closed, i.closedBy, i.reason = false, c.now, c.actor, reason
		c.s.event(i, c.actor, event{kind: "closed"}, true)
	case state == "open" && !i.open:
		i.open, i.closed, i.closedBy, i.reason = true, time.Time{}, nil, "reopened"
		c.s.event(i, c.actor, event{kind: "reopened"}, true)
	}
	return nil
}

func listIssues(c *call) answer {
	if c.repo.o.NoIssues {
		return c.noIssues()
	}
	q := c.r.URL.Query()
	since, _ := time.Parse(time.RFC3339, q.Get("since"))
	var wanted []string
	if l := q.Get("labels"); l != "" {
		wanted = strings.Split(l, ",")
	}
	var found []*issue
	for _, i := range c.repo.items {
		if inState(i, q.Get("state")) && !i.updated.Before(since) && i.labelled(wanted) &&
			by(i.author, q.Get("creator")) && i.assignedTo(q.Get("assignee")) {
			found = append(found, i)
		}
	}
	order(found, q.Get("sort"), q.Get("direction"))
	return ok(list(found, c.s.issueView))
}

func by(a *account, login string) bool { return login == "" || strings.EqualFold(a.login, login) }

func (i *issue) labelled(names []string) bool {
	for _, name := range names {
		if !slices.ContainsFunc(i.labels, func(l *label) bool { return strings.EqualFold(l.name, name) }) {
			return false
		}
	}
	return true
}

func (i *issue) assignedTo(login string) bool {
	switch login {
	case "":
		return true
	case "none":
		return len(i.assignees) == 0
	case "*":
		return len(i.assignees) > 0
	}
	return slices.ContainsFunc(i.assignees, func(a *account) bool { return strings.EqualFold(a.login, login) })
}
