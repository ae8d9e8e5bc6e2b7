package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// Check is one thing that was looked at.
type Check struct {
	What string // in a few words
	// Problem is what is wrong, or what cannot be known; empty if all is well.
	Problem string
	// Breaks is what does not work because of it; empty if nothing does, and the problem
	// is only told.
	Breaks string
	Next   string // what to do about it
}

// Inspection says what to look at beside the repository and the credential.
type Inspection struct {
	Branches []string // of the tracks
	Logins   []string // of everybody who may be asked
	Labels   []string // that auxsync sets or heeds
}

// Inspect looks at everything that auxsync needs on GitHub, and changes nothing. What
// it finds wrong is a check; the error is only that ctx has ended.
func (f *Forge) Inspect(ctx context.Context, what Inspection) ([]Check, error) {
	repository, list := f.inspectRepository(ctx)
	if repository == nil {
		return list, ctx.Err()
	}
	list = append(list, f.inspectRights(ctx, repository)...)
	list = append(list, f.inspectLabels(ctx, what.Labels), inspectDrafts(repository))
	list = append(list, f.inspectRules(ctx))
	for _, branch := range what.Branches {
		list = append(list, f.inspectBranch(ctx, branch))
	}
	for _, who := range what.Logins {
		list = append(list, f.inspectPerson(ctx, who))
	}
	list = append(list, f.inspectWorkflows(ctx))
	return list, ctx.Err()
}

// checked makes a check of an error, nil for none.
func checked(what, breaks string, err error) Check {
	c := Check{What: what}
	if err == nil {
		return c
	}
	c.Problem, c.Breaks = err.Error(), breaks
	var p *forks.Problem
	if errors.As(err, &p) && p.Next != "" {
		c.Next = p.Next
		c.Problem = strings.TrimSuffix(c.Problem, "; "+p.Next)
	}
	return c
}

// inspectRepository looks whether the repository is there and is what it is taken
// for; nil if nothing else can be looked at.
func (f *Forge) inspectRepository(ctx context.Context) (*gh.Repository, []Check) {
	what := "the repository " + f.owner + "/" + f.repo
	r, _, err := f.client.Repositories.Get(ctx, f.owner, f.repo)
	if err == nil && !f.isFork(r) {
		err = forks.AskPerson("write its name into `url`", "%s calls itself %s", what, quoted(r.GetFullName()))
	} else {
		err = doing{"look at " + what, "Metadata: read"}.unread(err)
	}
	list := []Check{checked(what, "nothing works on GitHub", err)}
	if err != nil {
		return nil, list
	}
	me, err := f.myself(ctx)
	account := checked("the account "+quoted(me), "nothing can be written", err)
	_, personal := f.credential.(personal)
	switch {
	case err != nil:
		account.What = "the account of the credential"
	case personal:
		account.Problem = "auxsync acts as this account: comments and reviews of whoever else uses it are taken for its own, and are not heard"
		account.Next = "nothing needs to be done for a machine's account; instead of a person's, use one or a GitHub App"
	}
	list = append(list, account)
	var archived, noIssues error
	if r.GetArchived() {
		archived = forks.AskPerson("unarchive it in its settings", "it is archived, and takes no change")
	}
	if r.HasIssues != nil && !r.GetHasIssues() {
		noIssues = forks.AskPerson("turn issues on in the repository's settings, or the dashboard off in the configuration",
			"issues are turned off, as they are in every new fork")
	}
	return r, append(list,
		checked("the repository can be changed", "nothing can be published", archived),
		checked("issues", "there is no dashboard", noIssues))
}

// inspectLabels names the labels that are not there yet. That breaks nothing.
func (f *Forge) inspectLabels(ctx context.Context, labels []string) Check {
	const what = "labels"
	list, err := pages(func(o gh.ListOptions) ([]*gh.Label, *gh.Response, error) {
		return f.client.Issues.ListLabels(ctx, f.owner, f.repo, &o)
	})
	if err != nil {
		return checked(what, "labels cannot be set", doing{"list the labels", "Issues: read"}.unread(err))
	}
	var missing []string
	for _, l := range labels {
		if !among(labelNames(list), l) {
			missing = append(missing, l)
		}
	}
	if len(missing) == 0 {
		return Check{What: what}
	}
	return Check{
		What: what, Problem: "not there yet: " + strings.Join(missing, ", "),
		Next: missingLabels(missing),
	}
}

// missingLabels says what can be done about labels that are not there. The one that
// people set is there for them only once somebody makes it.
func missingLabels(missing []string) string {
	if among(missing, forks.HoldLabel) {
		return "make " + forks.HoldLabel + ", with which people stop reminders; the others are made when they are first set, or make them yourself to choose colour and description"
	}
	return "nothing needs to be done: each is made when it is first set; make them yourself to choose colour and description"
}

// inspectDrafts says whether pull requests can be drafts, as far as that is known.
func inspectDrafts(r *gh.Repository) Check {
	if !r.GetPrivate() {
		return Check{What: "draft pull requests"}
	}
	return Check{
		What: "draft pull requests", Problem: "the repository is private, and only some plans take drafts there: it is found out by opening one",
		Next: "nothing needs to be done: where drafts are refused, pull requests are opened without",
	}
}

// sampleBranch is a branch such as those of conflicts.
const sampleBranch = "auxsync/track/fix/c0000000000"

// inspectRules looks for rules that would refuse the branches of conflicts.
func (f *Forge) inspectRules(ctx context.Context) Check {
	const what = "rules for the branches auxsync/**"
	rules, err := f.rules(ctx, sampleBranch)
	if err != nil {
		return checked(what, "it is not known whether conflicts can be shown", err)
	}
	if hindering := intersect(rules, "creation", "update", "deletion", "non_fast_forward", "required_linear_history", "pull_request", "required_signatures", "required_status_checks"); len(hindering) > 0 {
		return Check{
			What: what, Problem: "there are rules for them: " + strings.Join(hindering, ", "), Breaks: "pushes of conflicts may be refused",
			Next: "exclude auxsync/** from the ruleset, or let auxsync bypass it",
		}
	}
	return Check{What: what}
}

// rules lists the kinds of rules that hold for a branch.
func (f *Forge) rules(ctx context.Context, branch string) (kinds []string, err error) {
	var list []struct {
		Type string `json:"type"`
	}
	err = f.read(ctx, "rules/branches/"+segment(branch), &list)
	for _, r := range list {
		kinds = append(kinds, quoted(r.Type))
	}
	return kinds, doing{"look at the rules for " + quoted(branch), "Metadata: read"}.unread(err)
}

// inspectBranch looks whether a track's branch can be pushed to.
func (f *Forge) inspectBranch(ctx context.Context, branch string) Check {
	what, breaks := "protection of "+quoted(branch), "pushes to it may be refused"
	var b struct {
		Protected bool `json:"protected"`
	}
	err := f.read(ctx, "branches/"+segment(branch), &b)
	if status(err) == http.StatusNotFound {
		return Check{What: what} // the first publication makes it
	}
	rules, rulesErr := f.rules(ctx, branch)
	switch {
	case err != nil:
		return checked(what, breaks, doing{"look at the branch " + quoted(branch), "Contents: read"}.unread(err))
	case rulesErr != nil:
		return checked(what, breaks, rulesErr)
	}
	hindering := intersect(rules, "update", "pull_request", "required_status_checks", "required_signatures", "required_linear_history")
	if b.Protected && len(rules) == 0 {
		hindering = append(hindering, "branch protection")
	}
	if len(hindering) == 0 {
		return Check{What: what}
	}
	return Check{
		What: what, Problem: "it is protected: " + strings.Join(hindering, ", "), Breaks: breaks,
		Next: "let auxsync's account push to it; it never forces a push with history = \"merging\"",
	}
}

func intersect(list []string, with ...string) (both []string) {
	for _, one := range list {
		if slices.Contains(with, one) && !slices.Contains(both, one) {
			both = append(both, one)
		}
	}
	return both
}

// inspectPerson looks whether somebody can be asked.
func (f *Forge) inspectPerson(ctx context.Context, who string) Check {
	what := quoted(who) + " can be asked"
	if org, team, ok := strings.Cut(who, "/"); ok {
		return f.inspectTeam(ctx, what, org, team)
	}
	s, err := f.Standing(ctx, forks.Account{Login: who})
	switch {
	case err != nil:
		return checked(what, "it is not known whether they are told", err)
	case !s.Exists:
		return Check{What: what, Problem: "there is no such account", Breaks: "they are told of nothing", Next: "correct the login"}
	case s.Organisation:
		return Check{What: what, Problem: "it is an organisation", Breaks: "nobody is told", Next: "name a person, or a team as ORGANISATION/TEAM"}
	case s.Bot:
		return Check{What: what, Problem: "it is a bot", Breaks: "nobody is told", Next: "name a person"}
	case !s.Assignable:
		return Check{
			What: what, Problem: "GitHub assigns nothing to them in " + f.owner + "/" + f.repo, Breaks: "they are not assigned, and told of nothing",
			Next: fmt.Sprintf("make them a member of the organisation, or a collaborator of %s/%s", f.owner, f.repo),
		}
	}
	return Check{What: what}
}

// inspectTeam looks whether a team has access to the fork's repository: only then a
// review can be asked of it.
func (f *Forge) inspectTeam(ctx context.Context, what, org, team string) Check {
	_, _, err := f.client.Teams.IsTeamRepoBySlug(ctx, org, team, f.owner, f.repo)
	if status(err) == http.StatusNotFound {
		return Check{What: what, Problem: "there is no such team with access to " + f.owner + "/" + f.repo, Breaks: "the team is told of nothing",
			Next: "give the team access to the repository, or let auxsync see it (Members: read)"}
	}
	return checked(what, "it is not known whether the team is told", doing{"ask what the team may do", "Members: read"}.unread(err))
}

// read asks for something of the fork for which the client has no call that fits.
func (f *Forge) read(ctx context.Context, path string, into any) error {
	req, err := f.client.NewRequest(http.MethodGet, "repos/"+f.owner+"/"+f.repo+"/"+path, nil)
	if err != nil {
		return err
	}
	_, err = f.client.Do(ctx, req, into)
	return err
}
