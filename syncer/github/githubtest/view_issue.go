package githubtest

import "fmt"

// association is how an author stands to the repository.
func (r *repository) association(a *account) string {
	switch {
	case a == r.owner:
		return "OWNER"
	case r.members[lower(a.login)]:
		return "MEMBER"
	case r.grants[lower(a.login)] > None:
		return "COLLABORATOR"
	}
	return "NONE"
}

func (s *Server) state(i *issue) string {
	if i.open {
		return "open"
	}
	return "closed"
}

func (s *Server) issueView(i *issue) object {
	u := s.issueURL(i)
	v := object{
		"id": i.id, "node_id": node("I", i.id), "url": u, "repository_url": s.repoURL(i.repo), "labels_url": u + "/labels{/name}",
		"comments_url": u + "/comments", "events_url": u + "/events", "timeline_url": u + "/timeline", "html_url": s.pageURL(i),
		"number": i.number, "state": s.state(i), "title": i.title, "body": i.body, "user": s.userView(i.author),
		"labels":   list(i.labels, func(l *label) object { return s.labelView(i.repo, l) }),
		"assignee": nil, "assignees": list(i.assignees, s.userView), "milestone": nil, "locked": i.locked, "comments": len(i.comments),
		"closed_at": stamp(i.closed), "closed_by": orNull(s.userView(i.closedBy)), "created_at": stamp(i.created), "updated_at": stamp(i.updated),
		"author_association": i.repo.association(i.author), "state_reason": nil, "reactions": rollup(u, i.reactions),
		"performed_via_github_app": nil, "active_lock_reason": nil,
	}
	if len(i.assignees) > 0 {
		v["assignee"] = s.userView(i.assignees[0])
	}
	if i.reason != "" {
		v["state_reason"] = i.reason
	}
	if i.pull != nil {
		v["pull_request"] = object{
			"url": s.pullURL(i), "html_url": s.pageURL(i), "diff_url": s.pageURL(i) + ".diff", "patch_url": s.pageURL(i) + ".patch",
			"merged_at": stamp(i.pull.merged),
		}
		v["draft"], v["node_id"] = i.pull.draft, node("PR", i.pull.id)
	}
	return v
}

func rollup(of string, all []*reaction) object {
	v := object{"url": of + "/reactions", "total_count": len(all)}
	for _, content := range reactions() {
		n := 0
		for _, r := range all {
			if r.content == content {
				n++
			}
		}
		v[content] = n
	}
	return v
}

func (s *Server) commentView(m *comment) object {
	u := fmt.Sprintf("%s/issues/comments/%d", s.repoURL(m.issue.repo), m.id)
	return object{
		"id": m.id, "node_id": node("IC", m.id), "url": u, "html_url": fmt.Sprintf("%s#issuecomment-%d", s.pageURL(m.issue), m.id),
		"body": m.body, "user": s.userView(m.author), "created_at": stamp(m.created), "updated_at": stamp(m.updated),
		"issue_url": s.issueURL(m.issue), "author_association": m.issue.repo.association(m.author),
		"performed_via_github_app": nil, "reactions": rollup(u, m.reactions),
	}
}

func (s *Server) reactionView(r *reaction) object {
	return object{
		"id": r.id, "node_id": node("REA", r.id), "user": s.userView(r.author), "content": r.content, "created_at": stamp(r.created),
	}
}

// pullView shows a pull request; whole is what its own address shows beyond a list.
func (s *Server) pullView(i *issue, whole bool) object {
	p, r, u := i.pull, i.repo, s.pullURL(i)
	var sha any
	if p.mergeSHA != "" {
		sha = p.mergeSHA
	}
	side := func(branch, sha string) object {
		return object{
			"label": r.owner.login + ":" + branch, "ref": branch, "sha": sha, "user": s.userView(r.owner), "repo": s.repoView(r),
		}
	}
	statuses := s.repoURL(r) + "/statuses/" + p.headSHA
	link := func(to string) object { return object{"href": to} }
	v := object{
		"url": u, "id": p.id, "node_id": node("PR", p.id), "html_url": s.pageURL(i), "diff_url": s.pageURL(i) + ".diff",
		"patch_url": s.pageURL(i) + ".patch", "issue_url": s.issueURL(i), "commits_url": u + "/commits",
		"review_comments_url": u + "/comments", "review_comment_url": s.repoURL(r) + "/pulls/comments{/number}",
		"comments_url": s.issueURL(i) + "/comments", "statuses_url": statuses, "number": i.number, "state": s.state(i), "locked": i.locked,
		"title": i.title, "user": s.userView(i.author), "body": i.body, "labels": list(i.labels, func(l *label) object { return s.pullLabel(r, l) }),
		"milestone": nil, "active_lock_reason": nil, "created_at": stamp(i.created), "updated_at": stamp(i.updated),
		"closed_at": stamp(i.closed), "merged_at": stamp(p.merged), "merge_commit_sha": sha, "assignee": nil,
		"assignees": list(i.assignees, s.userView), "requested_reviewers": list(p.requested, s.userView),
		"requested_teams": list(p.teams, s.teamView), "head": side(p.head, p.headSHA), "base": side(p.base, p.baseSHA),
		"author_association": r.association(i.author), "auto_merge": nil, "draft": p.draft,
		"_links": object{
			"self": link(u), "html": link(s.pageURL(i)), "issue": link(s.issueURL(i)), "comments": link(s.issueURL(i) + "/comments"),
			"review_comments": link(u + "/comments"), "review_comment": link(s.repoURL(r) + "/pulls/comments{/number}"),
			"commits": link(u + "/commits"), "statuses": link(statuses),
		},
	}
	if len(i.assignees) > 0 {
		v["assignee"] = s.userView(i.assignees[0])
	}
	if whole {
		s.wholePull(i, v)
	}
	return v
}

// pullLabel is a label within a pull request, whose description is never null.
func (s *Server) pullLabel(r *repository, l *label) object {
	v := s.labelView(r, l)
	v["description"] = l.description
	return v
}

func (s *Server) wholePull(i *issue, v object) {
	p := i.pull
	facts := i.repo.compare(p.baseSHA, p.headSHA)
	v["merged"], v["merged_by"] = !p.merged.IsZero(), orNull(s.userView(p.mergedBy))
	v["comments"], v["review_comments"], v["maintainer_can_modify"] = len(i.comments), len(p.lines), false
	v["commits"], v["additions"], v["deletions"], v["changed_files"] = facts.ahead, facts.additions, facts.deletions, facts.file
	v["mergeable"], v["mergeable_state"] = nil, "unknown"
	// Whether it can be merged is worked out after the first question.
	key := p.baseSHA + " " + p.headSHA
	if !i.open || p.known != key {
		p.known = key
		return
	}
	v["mergeable"] = facts.clean
	v["mergeable_state"] = s.mergeableState(i, facts)
}

func (s *Server) mergeableState(i *issue, facts *comparison) string {
	p := i.pull
	blocked := false
	if g := i.repo.guard(p.base); g != nil {
		blocked = approvals(i) < g.Reviews
		for _, name := range g.Contexts {
			blocked = blocked || !i.repo.succeeded(p.headSHA, name)
		}
	}
	latest := i.repo.latest(p.headSHA)
	switch {
	case !facts.clean:
		return "dirty"
	case p.draft:
		return "draft"
	case blocked:
		return "blocked"
	case len(latest) > 0 && combined(latest) != "success":
		return "unstable"
	}
	return "clean"
}

func (s *Server) reviewView(i *issue, r *review) object {
	page := fmt.Sprintf("%s#pullrequestreview-%d", s.pageURL(i), r.id)
	return object{
		"id": r.id, "node_id": node("PRR", r.id), "user": s.userView(r.author), "body": r.body, "state": r.state, "html_url": page,
		"pull_request_url": s.pullURL(i), "commit_id": r.commit, "submitted_at": stamp(r.submitted),
		"author_association": i.repo.association(r.author),
		"_links":             object{"html": object{"href": page}, "pull_request": object{"href": s.pullURL(i)}},
	}
}

func (s *Server) lineCommentView(i *issue, l *lineComment) object {
	u := fmt.Sprintf("%s/pulls/comments/%d", s.repoURL(i.repo), l.id)
	page := fmt.Sprintf("%s#discussion_r%d", s.pageURL(i), l.id)
	v := object{
		"url": u, "pull_request_review_id": l.review.id, "id": l.id, "node_id": node("PRRC", l.id), "diff_hunk": l.hunk, "path": l.path,
		"commit_id": l.commit, "original_commit_id": l.commit, "user": s.userView(l.author), "body": l.body,
		"created_at": stamp(l.created), "updated_at": stamp(l.updated), "html_url": page, "pull_request_url": s.pullURL(i),
		"author_association": i.repo.association(l.author), "side": l.side, "line": l.line, "original_line": l.line,
		"_links": object{"self": object{"href": u}, "html": object{"href": page}, "pull_request": object{"href": s.pullURL(i)}},
	}
	if l.start > 0 {
		v["start_line"], v["original_start_line"], v["start_side"] = l.start, l.start, l.side
	}
	if l.replyTo != 0 {
		v["in_reply_to_id"] = l.replyTo
	}
	return v
}

func (s *Server) statusView(r *repository, sha string, st *status) object {
	text := func(t string) any {
		if t == "" {
			return nil
		}
		return t
	}
	return object{
		"url": s.repoURL(r) + "/statuses/" + sha, "avatar_url": s.URL() + "/avatars/" + number(st.creator.id), "id": st.id,
		"node_id": node("SC", st.id), "state": st.state, "description": text(st.description), "target_url": text(st.target),
		"context": st.context, "created_at": stamp(st.created), "updated_at": stamp(st.created), "creator": s.userView(st.creator),
	}
}

func (s *Server) checkRunView(r *repository, sha string, run *CheckRun) object {
	var conclusion, completed any
	if run.Conclusion != "" {
		conclusion, completed = run.Conclusion, stamp(r.created)
	}
	u := fmt.Sprintf("%s/check-runs/%d", s.repoURL(r), run.id)
	return object{
		"id": run.id, "head_sha": sha, "node_id": node("CR", run.id), "external_id": nil, "url": u, "html_url": nil, "details_url": nil,
		"status": run.Status, "conclusion": conclusion, "started_at": stamp(r.created), "completed_at": completed, "name": run.Name,
		"output": object{
			"title": nil, "summary": nil, "text": nil, "annotations_count": 0, "annotations_url": u + "/annotations",
		},
		"check_suite": nil, "app": nil, "pull_requests": []any{},
	}
}
