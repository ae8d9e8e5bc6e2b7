package githubtest

// routes are the operations that the server has. Everything else is a violation.
// More specific paths come first.
func routes() []route {
	var (
		anybody  = need{}
		meta     = need{right: "metadata", level: CanRead}
		app      = need{as: byApp}
		content  = need{right: "contents", level: CanRead}
		pulls    = need{right: "pull_requests", level: CanRead}
		pushers  = need{right: "pull_requests", level: CanWrite, atRepo: Write}
		pullers  = need{right: "pull_requests", level: CanWrite, atRepo: Read}
		issues   = need{right: "issues", also: "pull_requests", level: CanRead}
		writers  = need{right: "issues", also: "pull_requests", level: CanWrite, atRepo: Read}
		triagers = need{right: "issues", also: "pull_requests", level: CanWrite, atRepo: Triage}
		members  = need{right: "members", level: CanRead, always: true}
		guards   = need{right: "administration", level: CanRead, atRepo: Admin, always: true}
	)
	const repo = "/repos/{owner}/{repo}"
	const issue, pr = repo + "/issues/{issue_number}", repo + "/pulls/{pull_number}"
	return []route{
		newRoute("GET", "/app", app, getApp),
		newRoute("POST", "/app/installations/{installation_id}/access_tokens", app, postAccessToken),
		newRoute("GET", "/installation/repositories", meta, getInstallationRepositories),
		newRoute("GET", "/rate_limit", anybody, getRateLimit),
		newRoute("GET", "/user", anybody, getUser),
		newRoute("GET", "/user/{account_id}", anybody, getUserByID),
		newRoute("GET", "/users/{username}", anybody, getUserByLogin),
		newRoute("GET", "/search/issues", anybody, searchIssues),
		newRoute("GET", "/orgs/{org}/members/{username}", members, getOrgMember),
		newRoute("GET", "/orgs/{org}/teams/{team_slug}", members, getTeam),
		newRoute("GET", "/orgs/{org}/teams/{team_slug}/members", members, getTeamMembers),
		newRoute("GET", "/orgs/{org}/teams/{team_slug}/repos/{owner}/{repo}", members, getTeamRepo),

		newRoute("GET", repo, meta, getRepo),
		newRoute("GET", repo+"/installation", app, getInstallation),
		newRoute("GET", repo+"/teams", need{right: "administration", level: CanRead, always: true}, getRepoTeams),
		newRoute("GET", repo+"/actions/workflows", need{right: "actions", level: CanRead}, getWorkflows),
		newRoute("GET", repo+"/assignees/{assignee}", issues, getAssignee),
		newRoute("GET", repo+"/collaborators/{username}", meta, getCollaborator),
		newRoute("GET", repo+"/collaborators/{username}/permission", meta, getPermission),
		newRoute("GET", repo+"/branches", content, listBranches),
		newRoute("GET", repo+"/branches/{branch}/protection", guards, getProtection),
		newRoute("GET", repo+"/branches/{branch}", content, getBranch),
		newRoute("GET", repo+"/rules/branches/{branch}", meta, getRules),
		newRoute("GET", repo+"/contents/{path}", content, getContents),
		newRoute("GET", repo+"/git/matching-refs/{ref}", content, getMatchingRefs),
		newRoute("GET", repo+"/git/ref/{ref}", content, getRef),
		newRoute("GET", repo+"/commits/{ref}/status", need{right: "statuses", level: CanRead}, getCombinedStatus),
		newRoute("GET", repo+"/commits/{ref}/statuses", need{right: "statuses", level: CanRead}, listStatuses),
		newRoute("GET", repo+"/commits/{ref}/check-runs", need{right: "checks", level: CanRead}, listCheckRuns),
		newRoute("POST", repo+"/statuses/{sha}", need{right: "statuses", level: CanWrite, atRepo: Write}, postStatus),
		newRoute("GET", repo+"/labels", issues, listLabels),
		newRoute("POST", repo+"/labels", need{right: "issues", also: "pull_requests", level: CanWrite, atRepo: Write}, postLabel),
		newRoute("GET", repo+"/labels/{name}", issues, getLabel),

		newRoute("GET", repo+"/pulls", pulls, listPulls),
		newRoute("POST", repo+"/pulls", creates(pullers), postPull),
		newRoute("GET", pr, pulls, getPull),
		newRoute("PATCH", pr, pullers, patchPull),
		newRoute("GET", pr+"/files", pulls, listFiles),
		newRoute("GET", pr+"/commits", pulls, listCommits),
		newRoute("GET", pr+"/merge", pulls, getMerged),
		newRoute("PUT", pr+"/merge", need{right: "contents", level: CanWrite, atRepo: Write}, putMerge),
		newRoute("GET", pr+"/requested_reviewers", pulls, getReviewers),
		newRoute("POST", pr+"/requested_reviewers", pushers, postReviewers),
		newRoute("DELETE", pr+"/requested_reviewers", pushers, deleteReviewers),
		newRoute("GET", pr+"/reviews", pulls, listReviews),
		newRoute("POST", pr+"/reviews", creates(pullers), postReview),
		newRoute("GET", pr+"/reviews/{review_id}", pulls, getReview),
		newRoute("GET", pr+"/comments", pulls, listLineComments),
		newRoute("POST", pr+"/comments", creates(pullers), postLineComment),

		newRoute("GET", repo+"/issues", issues, listIssues),
		newRoute("POST", repo+"/issues", creates(need{right: "issues", level: CanWrite, atRepo: Read}), postIssue),
		newRoute("GET", repo+"/issues/comments", issues, listRepoComments),
		newRoute("GET", repo+"/issues/comments/{comment_id}", issues, getComment),
		newRoute("PATCH", repo+"/issues/comments/{comment_id}", writers, patchComment),
		newRoute("DELETE", repo+"/issues/comments/{comment_id}", writers, deleteComment),
		newRoute("GET", repo+"/issues/comments/{comment_id}/reactions", issues, listCommentReactions),
		newRoute("POST", repo+"/issues/comments/{comment_id}/reactions", writers, postCommentReaction),
		newRoute("GET", issue, issues, getIssue),
		newRoute("PATCH", issue, writers, patchIssue),
		newRoute("GET", issue+"/comments", issues, listComments),
		newRoute("POST", issue+"/comments", creates(writers), postComment),
		newRoute("GET", issue+"/events", issues, listEvents),
		newRoute("GET", issue+"/timeline", issues, listTimeline),
		newRoute("GET", issue+"/reactions", issues, listIssueReactions),
		newRoute("POST", issue+"/reactions", writers, postIssueReaction),
		newRoute("GET", issue+"/labels", issues, listIssueLabels),
		newRoute("POST", issue+"/labels", triagers, postIssueLabels),
		newRoute("PUT", issue+"/labels", triagers, putIssueLabels),
		newRoute("DELETE", issue+"/labels/{name}", triagers, deleteIssueLabel),
		newRoute("POST", issue+"/assignees", writers, postAssignees),
		newRoute("DELETE", issue+"/assignees", writers, deleteAssignees),
	}
}

// creates marks an operation as one that makes content.
func creates(n need) need {
	n.creates = true
	return n
}
