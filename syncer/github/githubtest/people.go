package githubtest

import (
	"net/http"
	"slices"
	"strings"
)

// How many people can be asked.
const (
	maxAssignees = 10
	maxReviewers = 15
)

func getAssignee(c *call) answer {
	if c.repo.assignable(c.s.account(c.vars["assignee"])) {
		return noBody()
	}
	return c.notFound()
}

type assigneesRequest struct {
	Assignees []string `json:"assignees"`
}

func postAssignees(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		var in assigneesRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if c.mayWrite() {
			c.assign(i, in.Assignees)
		}
		return answer{status: http.StatusCreated, body: c.s.issueView(i)}
	})
}

// assign assigns people. Whoever cannot be assigned, and whoever is one too many, is
// left out without a word.
func (c *call) assign(i *issue, logins []string) {
	for _, login := range logins {
		a := c.s.account(login)
		if !c.repo.assignable(a) || slices.Contains(i.assignees, a) || len(i.assignees) >= maxAssignees {
			continue
		}
		i.assignees = append(i.assignees, a)
		i.updated = c.now
		c.s.event(i, c.actor, event{kind: "assigned", subject: a}, true)
		c.tell(Notification{Kind: "assigned", Target: a.login, Where: i.where("assignees")})
	}
}

// unassign takes people off, or everybody with nil.
func (c *call) unassign(i *issue, logins []string) {
	i.assignees = slices.DeleteFunc(i.assignees, func(a *account) bool {
		gone := logins == nil || slices.ContainsFunc(logins, func(l string) bool { return strings.EqualFold(l, a.login) })
		c.s.event(i, c.actor, event{kind: "unassigned", subject: a}, gone)
		return gone
	})
	i.updated = c.now
}

func deleteAssignees(c *call) answer {
	return withIssue(c, func(i *issue) answer {
		var in assigneesRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if c.mayWrite() && len(in.Assignees) > 0 {
			c.unassign(i, in.Assignees)
		}
		return ok(c.s.issueView(i))
	})
}

type reviewersRequest struct {
	Reviewers []string `json:"reviewers"`
	Teams     []string `json:"team_reviewers"`
}

func getReviewers(c *call) answer {
	return withPull(c, func(i *issue) answer {
		return ok(object{"users": list(i.pull.requested, c.s.userView), "teams": list(i.pull.teams, c.s.teamView)})
	})
}

// postReviewers asks for reviews. One name that does not fit fails the whole call.
func postReviewers(c *call) answer {
	return withPull(c, func(i *issue) answer {
		var in reviewersRequest
		if !c.read(&in) {
			return c.malformed()
		}
		people, teams, why := c.reviewers(i, in)
		if why != "" {
			return c.refuse(http.StatusUnprocessableEntity, why)
		}
		for _, a := range people {
			if !slices.Contains(i.pull.requested, a) {
				i.pull.requested = append(i.pull.requested, a)
				c.s.event(i, c.actor, event{kind: "review_requested", subject: a}, true)
				c.tell(Notification{Kind: "review requested", Target: a.login, Where: i.where("reviewers")})
			}
		}
		for _, t := range teams {
			if !slices.Contains(i.pull.teams, t) {
				i.pull.teams = append(i.pull.teams, t)
				c.s.event(i, c.actor, event{kind: "review_requested", team: t}, true)
				c.tell(Notification{Kind: "review requested", Target: t.org.login + "/" + t.slug, Where: i.where("reviewers")})
			}
		}
		i.updated = c.now
		return answer{status: http.StatusCreated, body: c.s.pullView(i, false)}
	})
}

// reviewers finds who is asked, or says why nobody will be.
func (c *call) reviewers(i *issue, in reviewersRequest) (people []*account, teams []*team, why string) {
	const outsider = "Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the "
	for _, login := range in.Reviewers {
		a := c.s.account(login)
		switch {
		case a != nil && a == i.author:
			return nil, nil, "Review cannot be requested from pull request author."
		case !c.repo.assignable(a):
			return nil, nil, outsider + c.repo.full() + " repository."
		}
		people = append(people, a)
	}
	for _, slug := range in.Teams {
		t := c.s.team(c.repo.owner.login, slug)
		if t == nil || !slices.Contains(t.repos, c.repo) {
			return nil, nil, outsider + c.repo.full() + " repository."
		}
		teams = append(teams, t)
	}
	if len(i.pull.requested)+len(people)+len(i.pull.teams)+len(teams) > maxReviewers {
		return nil, nil, "Could not request more than 15 reviewers."
	}
	return people, teams, ""
}

func deleteReviewers(c *call) answer {
	return withPull(c, func(i *issue) answer {
		var in reviewersRequest
		if !c.read(&in) {
			return c.malformed()
		}
		i.pull.requested = slices.DeleteFunc(i.pull.requested, func(a *account) bool {
			gone := slices.ContainsFunc(in.Reviewers, func(l string) bool { return strings.EqualFold(l, a.login) })
			c.s.event(i, c.actor, event{kind: "review_request_removed", subject: a}, gone)
			return gone
		})
		i.pull.teams = slices.DeleteFunc(i.pull.teams, func(t *team) bool { return slices.Contains(in.Teams, t.slug) })
		i.updated = c.now
		return ok(c.s.pullView(i, false))
	})
}

func (s *Server) team(org, slug string) *team {
	for _, t := range s.teams {
		if strings.EqualFold(t.org.login, org) && strings.EqualFold(t.slug, slug) {
			return t
		}
	}
	return nil
}

func getCollaborator(c *call) answer {
	a := c.s.account(c.vars["username"])
	if a != nil && (a == c.repo.owner || c.repo.grants[strings.ToLower(a.login)] > None) {
		return noBody()
	}
	return c.notFound()
}

// getPermission tells the legacy permission: triage shows as read there, and as
// itself in role_name.
func getPermission(c *call) answer {
	a := c.s.account(c.vars["username"])
	if a == nil {
		return c.notFound()
	}
	p := c.repo.permission(a)
	legacy := p
	if p == Triage {
		legacy = Read
	}
	view := c.s.userView(a)
	view["role_name"] = p.String()
	view["permissions"] = permissionsView(p)
	return ok(object{"permission": legacy.String(), "role_name": p.String(), "user": view})
}

func getUser(c *call) answer {
	if c.token.app != nil {
		return c.refuse(http.StatusForbidden, c.token.refusal())
	}
	return ok(c.s.publicUserView(c.actor))
}

func getUserByLogin(c *call) answer {
	if a := c.s.account(c.vars["username"]); a != nil {
		return ok(c.s.publicUserView(a))
	}
	return c.notFound()
}

func getUserByID(c *call) answer {
	for _, a := range c.s.accounts {
		if a.id == int64(c.number("account_id")) && !a.gone {
			return ok(c.s.publicUserView(a))
		}
	}
	return c.notFound()
}

// getOrgMember says whether somebody is a member of an organisation.
func getOrgMember(c *call) answer {
	for _, r := range c.s.repos {
		if strings.EqualFold(r.owner.login, c.vars["org"]) && r.members[strings.ToLower(c.vars["username"])] &&
			c.s.account(c.vars["username"]) != nil {
			return noBody()
		}
	}
	return c.notFound()
}

func withTeam(c *call, do func(*team) answer) answer {
	t := c.s.team(c.vars["org"], c.vars["team_slug"])
	if t == nil {
		return c.notFound()
	}
	return do(t)
}

func getTeam(c *call) answer {
	return withTeam(c, func(t *team) answer { return ok(c.s.teamFullView(t)) })
}

func getTeamMembers(c *call) answer {
	return withTeam(c, func(t *team) answer { return ok(list(t.members, c.s.userView)) })
}

func getTeamRepo(c *call) answer {
	return withTeam(c, func(t *team) answer {
		if slices.Contains(t.repos, c.repo) {
			return noBody()
		}
		return c.notFound()
	})
}

func getRepoTeams(c *call) answer {
	var found []*team
	for _, t := range c.s.teams {
		if slices.Contains(t.repos, c.repo) {
			found = append(found, t)
		}
	}
	return ok(list(found, c.s.teamView))
}
