package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

func number(n int64) string { return strconv.FormatInt(n, 10) }

// node is an id as GraphQL has it.
func node(kind string, id int64) string {
	return kind + "_" + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%s:%d", kind, id))
}

// escape writes a path for an address, its slashes kept.
func escape(path string) string { return (&url.URL{Path: path}).EscapedPath() }

func (s *Server) api(path string) string       { return s.URL() + apiRoot + path }
func (s *Server) repoURL(r *repository) string { return s.api("/repos/" + r.full()) }
func (s *Server) webURL(r *repository) string  { return s.URL() + "/" + r.full() }
func (s *Server) issueURL(i *issue) string {
	return fmt.Sprintf("%s/issues/%d", s.repoURL(i.repo), i.number)
}
func (s *Server) pullURL(i *issue) string {
	return fmt.Sprintf("%s/pulls/%d", s.repoURL(i.repo), i.number)
}
func (s *Server) pageURL(i *issue) string {
	if i.pull != nil {
		return fmt.Sprintf("%s/pull/%d", s.webURL(i.repo), i.number)
	}
	return fmt.Sprintf("%s/issues/%d", s.webURL(i.repo), i.number)
}

func (s *Server) userView(a *account) object {
	if a == nil {
		return nil
	}
	login := url.PathEscape(a.login)
	u := s.api("/users/" + login)
	return object{
		"login": a.login, "id": a.id, "node_id": node("U", a.id), "type": string(a.kind), "site_admin": false,
		"avatar_url": s.URL() + "/avatars/" + number(a.id), "gravatar_id": "", "url": u, "html_url": s.URL() + "/" + login,
		"followers_url": u + "/followers", "following_url": u + "/following{/other_user}", "gists_url": u + "/gists{/gist_id}",
		"starred_url": u + "/starred{/owner}{/repo}", "subscriptions_url": u + "/subscriptions", "organizations_url": u + "/orgs",
		"repos_url": u + "/repos", "events_url": u + "/events{/privacy}", "received_events_url": u + "/received_events",
	}
}

func (s *Server) publicUserView(a *account) object {
	v := s.userView(a)
	for _, name := range []string{"name", "company", "location", "email", "hireable", "bio"} {
		v[name] = nil
	}
	v["blog"], v["user_view_type"] = "", "public"
	for _, name := range []string{"public_repos", "public_gists", "followers", "following"} {
		v[name] = 0
	}
	v["created_at"], v["updated_at"] = stamp(a.created), stamp(a.created)
	return v
}

func (s *Server) teamView(t *team) object {
	u := fmt.Sprintf("%s/orgs/%s/teams/%s", s.URL()+apiRoot, t.org.login, t.slug)
	return object{
		"id": t.id, "node_id": node("T", t.id), "name": t.slug, "slug": t.slug, "description": nil, "permission": "push",
		"privacy": "closed", "notification_setting": "notifications_enabled", "url": u,
		"html_url":    fmt.Sprintf("%s/orgs/%s/teams/%s", s.URL(), t.org.login, t.slug),
		"members_url": u + "/members{/member}", "repositories_url": u + "/repos", "type": "organization", "parent": nil,
	}
}

func (s *Server) teamFullView(t *team) object {
	v := s.teamView(t)
	v["members_count"], v["repos_count"] = len(t.members), len(t.repos)
	v["created_at"], v["updated_at"] = stamp(t.created), stamp(t.created)
	u := s.api("/orgs/" + t.org.login)
	v["organization"] = object{
		"login": t.org.login, "id": t.org.id, "node_id": node("O", t.org.id), "url": u, "repos_url": u + "/repos", "events_url": u + "/events",
		"hooks_url": u + "/hooks", "issues_url": u + "/issues", "members_url": u + "/members{/member}",
		"public_members_url": u + "/public_members{/member}", "avatar_url": s.URL() + "/avatars/" + number(t.org.id), "description": nil,
		"has_organization_projects": true, "has_repository_projects": true, "public_repos": 0, "public_gists": 0, "followers": 0,
		"following": 0, "html_url": s.URL() + "/" + t.org.login, "created_at": stamp(t.org.created), "updated_at": stamp(t.org.created),
		"type": "Organization", "archived_at": nil,
	}
	return v
}

func (s *Server) labelView(r *repository, l *label) object {
	var description any
	if l.description != "" {
		description = l.description
	}
	return object{
		"id": l.id, "node_id": node("LA", l.id), "url": s.repoURL(r) + "/labels/" + url.PathEscape(l.name), "name": l.name,
		"description": description, "color": l.color, "default": false,
	}
}

// repoLinks are the addresses that every view of a repository has, by their names
// without "_url".
func repoLinks() map[string]string {
	return map[string]string{
		"archive": "/{archive_format}{/ref}", "assignees": "/assignees{/user}", "blobs": "/git/blobs{/sha}",
		"branches": "/branches{/branch}", "collaborators": "/collaborators{/collaborator}", "comments": "/comments{/number}",
		"commits": "/commits{/sha}", "compare": "/compare/{base}...{head}", "contents": "/contents/{+path}",
		"contributors": "/contributors", "deployments": "/deployments", "downloads": "/downloads", "events": "/events",
		"forks": "/forks", "git_commits": "/git/commits{/sha}", "git_refs": "/git/refs{/sha}", "git_tags": "/git/tags{/sha}",
		"issue_comment": "/issues/comments{/number}", "issue_events": "/issues/events{/number}", "issues": "/issues{/number}",
		"keys": "/keys{/key_id}", "labels": "/labels{/name}", "languages": "/languages", "merges": "/merges",
		"milestones": "/milestones{/number}", "notifications": "/notifications{?since,all,participating}", "pulls": "/pulls{/number}",
		"releases": "/releases{/id}", "stargazers": "/stargazers", "statuses": "/statuses/{sha}", "subscribers": "/subscribers",
		"subscription": "/subscription", "tags": "/tags", "teams": "/teams", "trees": "/git/trees{/sha}", "hooks": "/hooks",
	}
}

func (s *Server) repoView(r *repository) object {
	u, web := s.repoURL(r), s.webURL(r)
	visibility := "public"
	if r.o.Private {
		visibility = "private"
	}
	v := object{
		"id": r.id, "node_id": node("R", r.id), "name": r.name, "full_name": r.full(), "owner": s.userView(r.owner), "private": r.o.Private,
		"visibility": visibility, "html_url": web, "description": nil, "fork": false, "url": u, "homepage": nil, "language": nil,
		"git_url": "git://" + strings.TrimPrefix(web, "http://") + ".git", "ssh_url": "git@localhost:" + r.full() + ".git",
		"clone_url": web + ".git", "svn_url": web, "mirror_url": nil, "license": nil, "size": 1, "default_branch": r.defaultBranch(),
		"has_issues": !r.o.NoIssues, "has_projects": true, "has_wiki": true, "has_pages": false, "has_discussions": false,
		"has_downloads": true, "archived": r.o.Archived, "disabled": false, "created_at": stamp(r.created), "updated_at": stamp(r.updated),
		"pushed_at": stamp(r.updated),
	}
	open := 0
	for _, i := range r.items {
		if i.open {
			open++
		}
	}
	v["open_issues"], v["open_issues_count"] = open, open
	for _, name := range []string{"forks_count", "stargazers_count", "watchers_count", "forks", "watchers"} {
		v[name] = 0
	}
	for name, suffix := range repoLinks() {
		v[name+"_url"] = u + suffix
	}
	return v
}

func (s *Server) fullRepoView(r *repository, t *token) object {
	v := s.repoView(r)
	p := t.permission(r)
	v["permissions"] = permissionsView(p)
	v["subscribers_count"], v["network_count"] = 0, 0
	v["allow_merge_commit"], v["allow_squash_merge"], v["allow_rebase_merge"] = !r.o.NoMerge, !r.o.NoSquash, !r.o.NoRebase
	v["delete_branch_on_merge"] = r.o.DeleteBranchOnMerge
	return v
}

func permissionsView(p Permission) object {
	return object{"pull": p >= Read, "triage": p >= Triage, "push": p >= Write, "maintain": p >= Admin, "admin": p >= Admin}
}

func (s *Server) commitView(r *repository, sha string) object {
	out, _ := r.run(nil, "", "log", "-1", "--no-show-signature", "--format=%an%x00%ae%x00%aI%x00%cn%x00%ce%x00%cI%x00%T%x00%P%x00%B", sha)
	f := append(strings.SplitN(strings.ToValidUTF8(out, "�"), "\x00", 9), make([]string, 9)...)
	u := s.repoURL(r) + "/commits/" + sha
	return object{
		"url": u, "sha": sha, "node_id": "C_" + sha, "html_url": s.webURL(r) + "/commit/" + sha, "comments_url": u + "/comments",
		"author": nil, "committer": nil,
		"commit": object{
			"url": s.repoURL(r) + "/git/commits/" + sha, "message": strings.TrimRight(f[8], "\n"), "comment_count": 0,
			"author":    object{"name": f[0], "email": f[1], "date": f[2]},
			"committer": object{"name": f[3], "email": f[4], "date": f[5]},
			"tree":      object{"sha": f[6], "url": s.repoURL(r) + "/git/trees/" + f[6]},
			"verification": object{
				"verified": false, "reason": "unsigned", "signature": nil, "payload": nil, "verified_at": nil,
			},
		},
		"parents": list(strings.Fields(f[7]), func(p string) object {
			return object{"sha": p, "url": s.repoURL(r) + "/commits/" + p, "html_url": s.webURL(r) + "/commit/" + p}
		}),
	}
}

func (s *Server) refView(r *repository, name, id, kind string) object {
	return object{
		"ref": name, "node_id": "REF_" + base64.RawURLEncoding.EncodeToString([]byte(name)), "url": s.repoURL(r) + "/git/" + escape(name),
		"object": object{"type": kind, "sha": id, "url": s.repoURL(r) + "/git/" + kind + "s/" + id},
	}
}

func (s *Server) entryView(r *repository, ref, name string, entry []string) object {
	kind := map[string]string{"tree": "dir", "commit": "submodule", "blob": "file"}[entry[1]]
	if entry[0] == "120000" {
		kind = "symlink"
	}
	size, _ := strconv.Atoi(entry[3])
	u := s.repoURL(r) + "/contents/" + escape(name) + "?ref=" + url.QueryEscape(ref)
	git, web := s.repoURL(r)+"/git/"+entry[1]+"s/"+entry[2], s.webURL(r)+"/blob/"+escape(ref+"/"+name)
	return object{
		"type": kind, "size": size, "name": name[strings.LastIndex(name, "/")+1:], "path": name, "sha": entry[2], "url": u, "git_url": git,
		"html_url": web, "download_url": s.webURL(r) + "/raw/" + escape(ref+"/"+name),
		"_links": object{"self": u, "git": git, "html": web},
	}
}
