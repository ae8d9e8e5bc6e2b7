package github

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	gh "github.com/google/go-github/v62/github"
)

// right is one that the credential needs.
type right struct {
	key    string // GitHub's own name
	name   string // as GitHub's settings show it
	write  bool
	breaks string
	// probe is what reads with it, below the repository; "" for none.
	probe string
}

// rightsNeeded are all that auxsync needs.
func rightsNeeded() []right {
	return []right{
		{"metadata", "Metadata", false, "nothing works", ""},
		{"contents", "Contents", true, "nothing can be fetched or pushed", "branches?per_page=1"},
		{"pull_requests", "Pull requests", true, "conflicts cannot be shown", "pulls?per_page=1"},
		{"issues", "Issues", true, "there are no comments, labels and dashboard", "issues?per_page=1"},
		{"statuses", "Commit statuses", true, "a conflict does not show whether it is settled", "commits/%s/status"},
		{"workflows", "Workflows", true, "every push is refused that brings a change of .github/workflows", ""},
		{"checks", "Checks", false, "it is not seen whether checks passed", "commits/%s/check-runs"},
		{"members", "Members", false, "members of the organisation are not mentioned by name", ""},
	}
}

func (r right) level() string {
	if r.write {
		return "write"
	}
	return "read"
}

func (r right) check(problem string) Check {
	c := Check{What: fmt.Sprintf("right %s: %s", r.name, r.level()), Problem: problem}
	if problem != "" {
		c.Breaks, c.Next = r.breaks, "give the credential this right in GitHub's settings"
	}
	return c
}

// inspectRights says which rights are there. An app's are listed; a token's cannot be.
func (f *Forge) inspectRights(ctx context.Context, repository *gh.Repository) []Check {
	if a, isApp := f.credential.(*app); isApp {
		return a.inspectRights(ctx)
	}
	push := Check{What: "the account may push"}
	if may, told := repository.GetPermissions()["push"]; told && !may {
		push.Problem, push.Breaks = "it may only read", "nothing can be published"
		push.Next = "give the account write access to the repository"
	}
	list := []Check{push}
	for _, r := range rightsNeeded() {
		list = append(list, f.probe(ctx, repository, r))
	}
	return append(list, Check{
		What:    "rights to write",
		Problem: "GitHub does not list those of a token: a missing one is only found out by writing, and a report then names it",
		Next:    "compare the token's settings with: " + wanted(),
	})
}

func wanted() string {
	var names []string
	for _, r := range rightsNeeded() {
		names = append(names, r.name+": "+r.level())
	}
	return strings.Join(names, ", ")
}

// probe reads what a right is needed for.
func (f *Forge) probe(ctx context.Context, repository *gh.Repository, r right) Check {
	path := r.probe
	if strings.Contains(path, "%s") {
		path = fmt.Sprintf(path, segment(repository.GetDefaultBranch()))
	}
	var err error
	switch {
	case r.key == "members" && repository.GetOwner().GetType() == "Organization":
		me, meErr := f.myself(ctx)
		if meErr != nil {
			return r.check(meErr.Error())
		}
		_, _, err = f.client.Organizations.IsMember(ctx, f.owner, me)
	case path != "":
		err = f.read(ctx, path, nil)
	}
	if said, ok := answered(err); ok && said.forbids() {
		return r.check(quoted(said.words))
	} else if ok {
		return r.check("") // an empty repository, or a commit without any
	}
	if err != nil {
		return checked("right "+r.name, r.breaks, doing{"try the right " + r.name, ""}.unread(err))
	}
	return r.check("")
}

// inspectRights compares the rights of an installation with those that are needed.
func (a *app) inspectRights(ctx context.Context) []Check {
	a.mu.Lock()
	defer a.mu.Unlock()
	err := a.sign()
	var found *gh.Installation
	if err == nil {
		found, err = a.installation(ctx)
	}
	list := []Check{checked("the app's installation", "nothing works on GitHub", err)}
	if err != nil {
		return list
	}
	if a.Installation != 0 && found.GetID() != a.Installation {
		list = append(list, checked("the installation's id", "nothing works on GitHub",
			fmt.Errorf("the repository has installation %d, and the configuration says %d", found.GetID(), a.Installation)))
	}
	given := granted(found.GetPermissions())
	for _, r := range rightsNeeded() {
		has := given[r.key]
		switch {
		case has == "write" || has == "admin" || has == "read" && !r.write, r.key == "metadata":
			list = append(list, r.check(""))
		case has == "":
			list = append(list, r.check("the installation does not have it"))
		default:
			list = append(list, r.check("the installation has it for "+quoted(has)+" alone"))
		}
	}
	return list
}

// granted lists an installation's rights by GitHub's names.
func granted(p *gh.InstallationPermissions) map[string]string {
	return map[string]string{
		"metadata": p.GetMetadata(), "contents": p.GetContents(), "pull_requests": p.GetPullRequests(), "issues": p.GetIssues(),
		"statuses": p.GetStatuses(), "workflows": p.GetWorkflows(), "checks": p.GetChecks(), "members": p.GetMembers(),
	}
}

// maxWorkflows is how many workflow files are read.
const maxWorkflows = 100

// inspectWorkflows names the workflows that pushes of conflicts would start: the
// helper branches carry upstream's own.
func (f *Forge) inspectWorkflows(ctx context.Context) Check {
	const what = "workflows that the branches auxsync/** start"
	_, files, _, err := f.client.Repositories.GetContents(ctx, f.owner, f.repo, ".github/workflows", nil)
	if status(err) == http.StatusNotFound {
		return Check{What: what}
	}
	if err == nil && len(files) > maxWorkflows {
		err = fmt.Errorf("there are more than %d, which are not read", maxWorkflows)
	}
	var starting, unread []string
	for _, file := range files {
		if err != nil || !strings.HasSuffix(file.GetName(), ".yml") && !strings.HasSuffix(file.GetName(), ".yaml") {
			continue
		}
		var is start
		if is, err = f.workflowStarts(ctx, file.GetPath()); is == always {
			starting = append(starting, quoted(file.GetName()))
		} else if is == unclear {
			unread = append(unread, quoted(file.GetName()))
		}
	}
	if err != nil {
		if _, said := answered(err); said {
			err = doing{"read the workflows", "Contents: read"}.unread(err)
		}
		return checked(what, "", err)
	}
	return workflowCheck(what, starting, unread)
}

func (f *Forge) workflowStarts(ctx context.Context, path string) (start, error) {
	file, _, _, err := f.client.Repositories.GetContents(ctx, f.owner, f.repo, path, nil)
	if err != nil {
		return never, err
	}
	text, err := file.GetContent()
	if err != nil || file == nil {
		return unclear, nil
	}
	return startsOnPush(text, sampleBranch), nil
}

func workflowCheck(what string, starting, unread []string) Check {
	var said []string
	if len(starting) > 0 {
		said = append(said, "every push of a conflict starts "+strings.Join(starting, ", "))
	}
	if len(unread) > 0 {
		said = append(said, "these are written in a way that is not read here: "+strings.Join(unread, ", "))
	}
	if len(said) == 0 {
		return Check{What: what}
	}
	return Check{
		What: what, Problem: strings.Join(said, "; "),
		Next: "add `branches-ignore: [\"auxsync/**\"]` under their `on: push:` by a patch of the fork, or turn them off on the repository's Actions page",
	}
}

// segment makes one part of a path of a text from others.
func segment(s string) string { return url.PathEscape(s) }
