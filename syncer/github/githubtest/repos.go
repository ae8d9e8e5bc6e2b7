package githubtest

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"path"
	"strings"
)

func getRepo(c *call) answer { return ok(c.s.fullRepoView(c.repo, c.token)) }

// getInstallationRepositories lists what an App's token is for.
func getInstallationRepositories(c *call) answer {
	if c.token.app == nil {
		return c.refuse(http.StatusForbidden, "You must authenticate with an installation access token in order to list repositories for an installation.")
	}
	return ok(object{
		"total_count": len(c.token.repos), "repository_selection": "selected",
		"repositories": list(c.token.repos, c.s.repoView),
	})
}

// branches lists the names and tips of all branches.
func (r *repository) branches() [][2]string {
	out, _ := r.run(nil, "", "for-each-ref", "--format=%(objectname) %(refname)", "refs/heads")
	var found [][2]string
	for line := range strings.Lines(out) {
		id, name, _ := strings.Cut(strings.TrimSpace(line), " refs/heads/")
		found = append(found, [2]string{name, id})
	}
	return found
}

func listBranches(c *call) answer {
	return ok(list(c.repo.branches(), func(b [2]string) object {
		return object{
			"name": b[0], "protected": c.repo.guard(b[0]) != nil,
			"commit": object{"sha": b[1], "url": c.s.repoURL(c.repo) + "/commits/" + b[1]},
		}
	}))
}

func getBranch(c *call) answer {
	name := c.vars["branch"]
	tip := c.repo.tip(name)
	if tip == "" {
		return c.refuse(http.StatusNotFound, "Branch not found")
	}
	url := c.s.repoURL(c.repo) + "/branches/" + name
	g := c.repo.guard(name)
	protection := object{"enabled": g != nil}
	if g != nil {
		protection["required_status_checks"] = object{"enforcement_level": "non_admins", "contexts": texts(g.Contexts), "checks": checks(g.Contexts)}
	}
	return ok(object{
		"name": name, "commit": c.s.commitView(c.repo, tip), "protected": g != nil, "protection": protection,
		"protection_url": url + "/protection", "_links": object{"self": url, "html": c.s.webURL(c.repo) + "/tree/" + name},
	})
}

// guard finds the rule for a branch; nil if it is not protected.
func (r *repository) guard(branch string) *Protection {
	for i := range r.guards {
		if matched, err := path.Match(r.guards[i].Branch, branch); r.guards[i].Branch == branch || err == nil && matched {
			return &r.guards[i]
		}
	}
	return nil
}

func texts(s []string) []any {
	out := make([]any, 0, len(s))
	for _, t := range s {
		out = append(out, t)
	}
	return out
}

func checks(contexts []string) []any {
	return list(contexts, func(name string) object { return object{"context": name, "app_id": nil} })
}

func getProtection(c *call) answer {
	name := c.vars["branch"]
	g := c.repo.guard(name)
	switch {
	case c.repo.tip(name) == "":
		return c.refuse(http.StatusNotFound, "Branch not found")
	case g == nil:
		return c.refuse(http.StatusNotFound, "Branch not protected")
	}
	url := c.s.repoURL(c.repo) + "/branches/" + name + "/protection"
	view := object{
		"url": url, "enforce_admins": object{"url": url + "/enforce_admins", "enabled": true},
		"allow_force_pushes": object{"enabled": g.AllowForce}, "allow_deletions": object{"enabled": g.AllowDelete},
	}
	if len(g.Contexts) > 0 {
		view["required_status_checks"] = object{
			"url": url + "/required_status_checks", "strict": false, "contexts": texts(g.Contexts), "checks": checks(g.Contexts),
			"contexts_url": url + "/required_status_checks/contexts",
		}
	}
	if g.Reviews > 0 {
		view["required_pull_request_reviews"] = object{
			"url": url + "/required_pull_request_reviews", "dismiss_stale_reviews": false, "require_code_owner_reviews": false,
			"required_approving_review_count": g.Reviews,
		}
	}
	return ok(view)
}

// getRules tells a branch's rules as rulesets do.
func getRules(c *call) answer {
	rules := []any{}
	g := c.repo.guard(c.vars["branch"])
	if g == nil {
		return ok(rules)
	}
	add := func(kind string, parameters object) {
		rule := object{"type": kind, "ruleset_source_type": "Repository", "ruleset_source": c.repo.full(), "ruleset_id": c.repo.id}
		if parameters != nil {
			rule["parameters"] = parameters
		}
		rules = append(rules, rule)
	}
	if !g.AllowDelete {
		add("deletion", nil)
	}
	if !g.AllowForce {
		add("non_fast_forward", nil)
	}
	if g.Reviews > 0 {
		add("pull_request", object{
			"dismiss_stale_reviews_on_push": false, "require_code_owner_review": false, "require_last_push_approval": false,
			"required_approving_review_count": g.Reviews, "required_review_thread_resolution": false,
		})
	}
	if len(g.Contexts) > 0 {
		add("required_status_checks", object{
			"required_status_checks":               list(g.Contexts, func(n string) object { return object{"context": n} }),
			"strict_required_status_checks_policy": false,
		})
	}
	return ok(rules)
}

func getContents(c *call) answer {
	ref := c.r.URL.Query().Get("ref")
	if ref == "" {
		ref = c.repo.defaultBranch()
	}
	sha := c.repo.commitOf(ref)
	if sha == "" {
		return c.refuse(http.StatusNotFound, "No commit found for the ref "+ref)
	}
	file := strings.Trim(c.vars["path"], "/")
	entry := strings.Fields(c.repo.line("ls-tree", "-l", sha, "--", ":(literal)"+file))
	if len(entry) < 4 {
		return c.notFound()
	}
	if entry[1] == "tree" {
		out, _ := c.repo.run(nil, "", "ls-tree", "-l", "-z", sha, "--", file+"/")
		entries := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
		return ok(list(entries, func(line string) object {
			meta, name, _ := strings.Cut(line, "\t")
			return c.s.entryView(c.repo, ref, name, strings.Fields(meta))
		}))
	}
	view := c.s.entryView(c.repo, ref, file, entry)
	content, _ := c.repo.run(nil, "", "cat-file", "blob", entry[2])
	view["encoding"], view["content"] = "base64", wrapped(base64.StdEncoding.EncodeToString([]byte(content)))
	return ok(view)
}

// wrapped breaks base64 into lines, as GitHub does.
func wrapped(s string) string {
	var out strings.Builder
	for len(s) > 60 {
		out.WriteString(s[:60] + "\n")
		s = s[60:]
	}
	if s != "" {
		out.WriteString(s + "\n")
	}
	return out.String()
}

func getMatchingRefs(c *call) answer {
	out, _ := c.repo.run(nil, "", "for-each-ref", "--format=%(objectname) %(objecttype) %(refname)")
	found := []any{}
	for line := range strings.Lines(out) {
		f := strings.Fields(line)
		if strings.HasPrefix(f[2], "refs/"+strings.TrimPrefix(c.vars["ref"], "refs/")) {
			found = append(found, c.s.refView(c.repo, f[2], f[0], f[1]))
		}
	}
	return ok(found)
}

func getRef(c *call) answer {
	name := "refs/" + strings.TrimPrefix(c.vars["ref"], "refs/")
	id := c.repo.ref(name)
	if id == "" {
		return c.notFound()
	}
	return ok(c.s.refView(c.repo, name, id, c.repo.line("cat-file", "-t", id)))
}

// getWorkflows lists the workflow files of the default branch.
func getWorkflows(c *call) answer {
	out, _ := c.repo.run(nil, "", "ls-tree", "-z", "--name-only", "refs/heads/"+c.repo.defaultBranch(), "--", ".github/workflows/")
	found := []any{}
	for name := range strings.SplitSeq(out, "\x00") {
		if !strings.HasSuffix(name, ".yml") && !strings.HasSuffix(name, ".yaml") {
			continue
		}
		id := int64(len(found) + 1)
		url := fmt.Sprintf("%s/actions/workflows/%d", c.s.repoURL(c.repo), id)
		found = append(found, object{
			"id": id, "node_id": node("Workflow", id), "name": path.Base(name), "path": name, "state": "active",
			"created_at": stamp(c.repo.created), "updated_at": stamp(c.repo.created), "url": url,
			"html_url": c.s.webURL(c.repo) + "/blob/" + c.repo.defaultBranch() + "/" + name, "badge_url": c.s.webURL(c.repo) + "/badge.svg",
		})
	}
	return ok(object{"total_count": len(found), "workflows": found})
}
