package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The sizes that GitHub takes, in characters.
const (
	maxBody  = 65536
	maxTitle = 256
)

func pullRefName(number int) string { return fmt.Sprintf("refs/pull/%d/head", number) }

// sizes checks a title and a body; nil is one that is not given.
func (c *call) sizes(resource string, title, body *string) *answer {
	var a answer
	switch {
	case title != nil && strings.TrimSpace(*title) == "":
		a = c.invalid(resource, "title", "missing_field", "")
	case title != nil && utf8.RuneCountInString(*title) > maxTitle:
		a = c.invalid(resource, "title", "custom", "title is too long (maximum is 256 characters)")
	case body != nil && utf8.RuneCountInString(*body) > maxBody:
		a = c.invalid(resource, "body", "custom", "body is too long (maximum is 65536 characters)")
	default:
		return nil
	}
	return &a
}

type pullRequest struct {
	Title      *string `json:"title"`
	Head       string  `json:"head"`
	HeadRepo   string  `json:"head_repo"`
	Base       string  `json:"base"`
	Body       *string `json:"body"`
	Draft      bool    `json:"draft"`
	Maintainer *bool   `json:"maintainer_can_modify"`
	State      *string `json:"state"`
}

func postPull(c *call) answer {
	var in pullRequest
	if !c.read(&in) {
		return c.malformed()
	}
	if in.Title == nil {
		in.Title = new(string)
	}
	if bad := c.sizes("PullRequest", in.Title, in.Body); bad != nil {
		return *bad
	}
	owner, head, qualified := strings.Cut(in.Head, ":")
	if !qualified {
		owner, head = c.repo.owner.login, in.Head
	}
	headSHA, baseSHA := c.repo.tip(head), c.repo.tip(in.Base)
	switch {
	case headSHA == "" || !strings.EqualFold(owner, c.repo.owner.login):
		return c.invalid("PullRequest", "head", "invalid", "")
	case baseSHA == "":
		return c.invalid("PullRequest", "base", "invalid", "")
	}
	if bad := c.unproposable(head, in.Base, headSHA, baseSHA, 0); bad != nil {
		return *bad
	}
	if in.Draft && c.repo.o.NoDrafts {
		return c.refuse(http.StatusUnprocessableEntity, "Draft pull requests are not supported in this repository.")
	}
	if !c.repo.can(c.actor, Write) && c.token.app == nil {
		return c.invalid("PullRequest", "", "custom", "must be a collaborator")
	}
	i := c.add(*in.Title, deref(in.Body))
	i.pull = &pull{id: c.s.nextID(), head: head, base: in.Base, headSHA: headSHA, baseSHA: baseSHA, draft: in.Draft}
	c.s.pullRef(c.repo, i, headSHA)
	c.notify(i.where("body"), i.body)
	c.notify(i.where("title"), i.title)
	return answer{status: http.StatusCreated, body: c.s.pullView(i, true)}
}

// unproposable says why there can be no open pull request from head to base, beside
// the one with a number.
func (c *call) unproposable(head, base, headSHA, baseSHA string, beside int) *answer {
	var a answer
	owner := c.repo.owner.login
	between := c.repo.compare(baseSHA, headSHA)
	duplicate := slices.ContainsFunc(c.repo.items, func(i *issue) bool {
		return i.number != beside && i.open && i.pull != nil && i.pull.head == head && i.pull.base == base
	})
	switch {
	case duplicate:
		a = c.invalid("PullRequest", "", "custom", fmt.Sprintf("A pull request already exists for %s:%s.", owner, head))
	case !between.related:
		a = c.invalid("PullRequest", "", "custom", fmt.Sprintf("The %s branch has no history in common with %s:%s", head, owner, base))
	case between.ahead == 0:
		a = c.invalid("PullRequest", "", "custom", fmt.Sprintf("No commits between %s:%s and %s:%s", owner, base, owner, head))
	default:
		return nil
	}
	return &a
}

// add makes the next issue of the repository.
func (c *call) add(title, body string) *issue {
	i := &issue{
		id: c.s.nextID(), number: len(c.repo.items) + 1, repo: c.repo, title: title, body: body, author: c.actor,
		open: true, created: c.now, updated: c.now,
	}
	c.repo.items = append(c.repo.items, i)
	return i
}

func listPulls(c *call) answer {
	q := c.r.URL.Query()
	state, base := q.Get("state"), q.Get("base")
	// A head without its owner is no filter at all.
	owner, head, qualified := strings.Cut(q.Get("head"), ":")
	var found []*issue
	for _, i := range c.repo.items {
		switch {
		case i.pull == nil, !inState(i, state),
			base != "" && i.pull.base != base,
			qualified && (i.pull.head != head || !strings.EqualFold(owner, c.repo.owner.login)):
			continue
		}
		found = append(found, i)
	}
	order(found, q.Get("sort"), q.Get("direction"))
	return ok(list(found, func(i *issue) object { return c.s.pullView(i, false) }))
}

// inState filters by open, closed or all; open is what nobody asks for.
func inState(i *issue, state string) bool {
	return state == "all" || i.open == (state != "closed")
}

// order sorts by creation, newest first, or as asked.
func order(items []*issue, by, direction string) {
	slices.SortStableFunc(items, func(a, b *issue) int {
		n := a.number - b.number
		switch by {
		case "updated":
			if d := a.updated.Compare(b.updated); d != 0 {
				n = d
			}
		case "comments", "popularity":
			if d := len(a.comments) - len(b.comments); d != 0 {
				n = d
			}
		}
		if direction == "asc" {
			return n
		}
		return -n
	})
}

// withPull finds the pull request of the path.
func withPull(c *call, do func(*issue) answer) answer {
	i := c.repo.pull(c.number("pull_number"))
	if i == nil {
		return c.notFound()
	}
	return do(i)
}

func getPull(c *call) answer {
	return withPull(c, func(i *issue) answer { return ok(c.s.pullView(i, true)) })
}

func patchPull(c *call) answer {
	return withPull(c, func(i *issue) answer {
		var in pullRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if bad := c.sizes("PullRequest", in.Title, in.Body); bad != nil {
			return *bad
		}
		if i.author != c.actor && !c.mayWrite() {
			return c.refuse(http.StatusForbidden, c.token.refusal())
		}
		if in.Base != "" && in.Base != i.pull.base {
			if bad := c.rebase(i, in.Base); bad != nil {
				return *bad
			}
		}
		if in.State != nil {
			if bad := c.setPullState(i, *in.State); bad != nil {
				return *bad
			}
		}
		c.edit(i, in.Title, in.Body)
		i.updated = c.now
		return ok(c.s.pullView(i, true))
	})
}

// rebase aims a pull request at another branch.
func (c *call) rebase(i *issue, base string) *answer {
	tip := c.repo.tip(base)
	if tip == "" {
		a := c.invalid("PullRequest", "base", "invalid", "")
		return &a
	}
	if bad := c.unproposable(i.pull.head, base, i.pull.headSHA, tip, i.number); bad != nil {
		return bad
	}
	c.s.event(i, c.actor, event{kind: "base_ref_changed"}, true)
	i.pull.base, i.pull.baseSHA = base, tip
	return nil
}

func (c *call) setPullState(i *issue, state string) *answer {
	p := i.pull
	refuse := func(message string) *answer {
		a := c.invalid("PullRequest", "state", "invalid", message)
		return &a
	}
	switch {
	case state == "closed":
		if i.open {
			c.s.closePull(i, c.actor)
		}
		return nil
	case state != "open":
		return refuse("")
	case i.open:
		return nil
	case !p.merged.IsZero():
		return refuse("state cannot be changed. The pull request has been merged.")
	}
	head, base := c.repo.tip(p.head), c.repo.tip(p.base)
	switch {
	case head == "":
		return refuse(fmt.Sprintf("state cannot be changed. The %s branch has been deleted.", p.head))
	case base == "":
		return refuse(fmt.Sprintf("state cannot be changed. The %s branch has been deleted.", p.base))
	case head != p.headSHA && !c.repo.contains(head, p.headSHA):
		return refuse(fmt.Sprintf("state cannot be changed. The %s branch was force-pushed or recreated.", p.head))
	}
	if bad := c.unproposable(p.head, p.base, head, base, i.number); bad != nil {
		return bad
	}
	p.headSHA, p.baseSHA = head, base
	c.s.pullRef(c.repo, i, head)
	i.open, i.closed, i.closedBy = true, time.Time{}, nil
	c.s.event(i, c.actor, event{kind: "reopened"}, true)
	return nil
}

// edit changes a title and a body, and notes who is told by that.
func (c *call) edit(i *issue, title, body *string) {
	if title != nil && *title != i.title {
		c.s.event(i, c.actor, event{kind: "renamed", from: i.title, to: *title}, true)
		i.title = *title
		c.notify(i.where("title"), i.title)
	}
	if body != nil && *body != i.body {
		c.notifyNew(i.where("body"), i.body, *body)
		i.body = *body
	}
}

// mayWrite says whether the caller may change what is not their own.
func (c *call) mayWrite() bool {
	if c.token != nil && c.token.app != nil {
		return c.token.reaches(c.repo)
	}
	return c.repo.can(c.actor, Triage)
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
