package githubtest

import (
	"slices"
	"time"
)

// listEvents lists what was done to an issue; only events that GitHub's description
// has a form for.
func listEvents(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		found := []any{}
		for _, e := range i.events {
			if view := c.s.eventView(i, e); view != nil {
				found = append(found, view)
			}
		}
		return ok(found)
	})
}

// listTimeline adds comments and reviews to the events.
func listTimeline(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		type entry struct {
			at   time.Time
			id   int64
			view object
		}
		var all []entry
		for _, e := range i.events {
			if view := c.s.eventView(i, e); view != nil {
				all = append(all, entry{e.created, e.id, view})
			}
		}
		for _, m := range i.comments {
			view := c.s.commentView(m)
			view["event"], view["actor"] = "commented", c.s.userView(m.author)
			all = append(all, entry{m.created, m.id, view})
		}
		if i.pull != nil {
			for _, r := range i.pull.reviews {
				view := c.s.reviewView(i, r)
				view["event"] = "reviewed"
				all = append(all, entry{r.submitted, r.id, view})
			}
		}
		slices.SortStableFunc(all, func(a, b entry) int {
			if d := a.at.Compare(b.at); d != 0 {
				return d
			}
			return int(a.id - b.id)
		})
		return ok(list(all, func(e entry) object { return e.view }))
	})
}

func (s *Server) eventView(i *issue, e *event) object {
	v := object{
		"id": e.id, "node_id": node("Event", e.id), "url": s.repoURL(i.repo) + "/issues/events/" + number(e.id),
		"actor": s.userView(e.actor), "event": e.kind, "commit_id": nil, "commit_url": nil, "created_at": stamp(e.created),
		"performed_via_github_app": nil,
	}
	if e.commit != "" {
		v["commit_id"], v["commit_url"] = e.commit, s.repoURL(i.repo)+"/commits/"+e.commit
	}
	switch e.kind {
	case "labeled", "unlabeled":
		v["label"] = object{"name": e.label.name, "color": e.label.color}
	case "renamed":
		v["rename"] = object{"from": e.from, "to": e.to}
	case "assigned", "unassigned":
		v["assignee"], v["assigner"] = s.userView(e.subject), s.userView(e.actor)
	case "review_requested", "review_request_removed":
		v["review_requester"] = s.userView(e.actor)
		if e.subject != nil {
			v["requested_reviewer"] = s.userView(e.subject)
		}
		if e.team != nil {
			v["requested_team"] = s.teamView(e.team)
		}
	case "committed":
		return nil // it has a form of its own; a pull request's commits are listed elsewhere
	}
	return v
}
