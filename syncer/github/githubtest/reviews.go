package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

type reviewRequest struct {
	Commit   string               `json:"commit_id"`
	Body     string               `json:"body"`
	Event    string               `json:"event"`
	Comments []lineCommentRequest `json:"comments"`
}

type lineCommentRequest struct {
	Commit    string `json:"commit_id"`
	Path      string `json:"path"`
	Body      string `json:"body"`
	Line      int    `json:"line"`
	Side      string `json:"side"`
	StartLine int    `json:"start_line"`
	StartSide string `json:"start_side"`
	InReplyTo int64  `json:"in_reply_to"`
	Position  int    `json:"position"`
}

func listReviews(c *call) answer {
	return withPull(c, func(i *issue) answer {
		return ok(list(i.pull.reviews, func(r *review) object { return c.s.reviewView(i, r) }))
	})
}

func getReview(c *call) answer {
	return withPull(c, func(i *issue) answer {
		for _, r := range i.pull.reviews {
			if r.id == int64(c.number("review_id")) {
				return ok(c.s.reviewView(i, r))
			}
		}
		return c.notFound()
	})
}

func postReview(c *call) answer {
	return withPull(c, func(i *issue) answer {
		var in reviewRequest
		if !c.read(&in) {
			return c.malformed()
		}
		r, bad := c.review(i, in)
		if bad != nil {
			return *bad
		}
		return ok(c.s.reviewView(i, r))
	})
}

// review submits a review with its comments, all or nothing.
func (c *call) review(i *issue, in reviewRequest) (*review, *answer) {
	refuse := func(message string) (*review, *answer) {
		a := c.refuse(http.StatusUnprocessableEntity, "Unprocessable Entity")
		a.body.(object)["errors"] = []any{message}
		return nil, &a
	}
	state := map[string]string{"APPROVE": "APPROVED", "REQUEST_CHANGES": "CHANGES_REQUESTED", "COMMENT": "COMMENTED"}[in.Event]
	switch {
	case state == "":
		return refuse("A review without an event stays pending; this server takes submitted ones only.")
	case in.Event == "APPROVE" && c.actor == i.author:
		return refuse("Can not approve your own pull request")
	case in.Event == "REQUEST_CHANGES" && c.actor == i.author:
		return refuse("Can not request changes on your own pull request")
	case in.Event != "APPROVE" && in.Body == "" && len(in.Comments) == 0:
		return refuse("Review body can't be blank")
	case len(in.Body) > maxBody:
		return refuse("body is too long (maximum is 65536 characters)")
	}
	commit := in.Commit
	if commit == "" {
		commit = i.pull.headSHA
	}
	if !c.repo.inPull(i, commit) {
		return refuse("commit_id is not part of the pull request")
	}
	r := &review{id: c.s.nextID(), author: c.actor, body: in.Body, state: state, commit: commit, submitted: c.now}
	var lines []*lineComment
	for _, m := range in.Comments {
		l, why := c.lineComment(i, m)
		if why != "" {
			return refuse(why)
		}
		l.review, l.commit = r, commit
		lines = append(lines, l)
	}
	i.pull.reviews = append(i.pull.reviews, r)
	i.pull.requested = slices.DeleteFunc(i.pull.requested, func(a *account) bool { return a == c.actor })
	i.updated = c.now
	c.notify(i.where(fmt.Sprintf("review %d", r.id)), in.Body)
	for _, l := range lines {
		c.addLine(i, l)
	}
	return r, nil
}

func (c *call) addLine(i *issue, l *lineComment) {
	i.pull.lines = append(i.pull.lines, l)
	i.updated = c.now
	c.notify(i.where(fmt.Sprintf("line comment %d", l.id)), l.body)
}

// inPull says whether a commit is one of a pull request.
func (r *repository) inPull(i *issue, commit string) bool {
	if commit == i.pull.headSHA {
		return true
	}
	out, _ := r.run(nil, "", "rev-list", i.pull.baseSHA+".."+i.pull.headSHA)
	return slices.Contains(strings.Fields(out), commit)
}

// lineComment checks that the lines exist in the pull request's difference. It
// returns GitHub's complaint if not.
func (c *call) lineComment(i *issue, in lineCommentRequest) (*lineComment, string) {
	if in.Side == "" {
		in.Side = "RIGHT"
	}
	if in.Body == "" {
		return nil, "Body can't be blank"
	}
	if len(in.Body) > maxBody {
		return nil, "body is too long (maximum is 65536 characters)"
	}
	hunks := c.repo.hunks(i.pull.baseSHA, i.pull.headSHA, in.Path)
	if hunks == nil {
		return nil, "Path could not be resolved"
	}
	at := hunkOf(hunks, in.Side, in.Line)
	if at == nil {
		return nil, "Line could not be resolved"
	}
	if in.StartLine != 0 {
		side := in.StartSide
		if side == "" {
			side = in.Side
		}
		switch {
		case in.StartLine >= in.Line && side == in.Side:
			return nil, "start_line must precede the end line."
		case hunkOf(hunks, side, in.StartLine) != at:
			return nil, "start_line must be part of the same hunk as the line."
		}
	}
	return &lineComment{
		id: c.s.nextID(), author: c.actor, body: in.Body, path: in.Path, side: in.Side, start: in.StartLine, line: in.Line,
		hunk: at.text, commit: i.pull.headSHA, created: c.now, updated: c.now,
	}, ""
}

func listLineComments(c *call) answer {
	return withPull(c, func(i *issue) answer {
		return ok(list(i.pull.lines, func(l *lineComment) object { return c.s.lineCommentView(i, l) }))
	})
}

func postLineComment(c *call) answer {
	return withPull(c, func(i *issue) answer {
		var in lineCommentRequest
		if !c.read(&in) {
			return c.malformed()
		}
		if in.InReplyTo != 0 {
			return c.reply(i, in)
		}
		if !c.repo.inPull(i, in.Commit) {
			return c.invalid("PullRequestReviewComment", "pull_request_review_thread.commit", "custom", "commit_id is not part of the pull request")
		}
		l, why := c.lineComment(i, in)
		if why != "" {
			return c.invalid("PullRequestReviewComment", "pull_request_review_thread.line", "invalid", why)
		}
		c.attach(i, l)
		return answer{status: http.StatusCreated, body: c.s.lineCommentView(i, l)}
	})
}

// reply answers a comment on its lines.
func (c *call) reply(i *issue, in lineCommentRequest) answer {
	for _, l := range i.pull.lines {
		if l.id == in.InReplyTo {
			answered := *l
			answered.id, answered.author, answered.body, answered.replyTo = c.s.nextID(), c.actor, in.Body, l.id
			answered.created, answered.updated = c.now, c.now
			c.attach(i, &answered)
			return answer{status: http.StatusCreated, body: c.s.lineCommentView(i, &answered)}
		}
	}
	return c.notFound()
}

// attach adds a comment that stands alone, which makes a review of its own.
func (c *call) attach(i *issue, l *lineComment) {
	l.review = &review{id: c.s.nextID(), author: c.actor, state: "COMMENTED", commit: l.commit, submitted: c.now}
	i.pull.reviews = append(i.pull.reviews, l.review)
	c.addLine(i, l)
}
