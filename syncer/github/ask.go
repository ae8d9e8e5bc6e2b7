package github

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// How many GitHub takes.
const (
	maxAssignees = 10
	maxReviewers = 15
)

// login is what GitHub takes as one: nothing else ever stands in an address.
var login = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}(\[bot\])?$`)

// Ask assigns and asks for reviews, and takes both back. GitHub drops assignees that
// it does not take without a word, and refuses all reviewers for one that it does not
// take; neither costs the others anything here.
func (f *Forge) Ask(ctx context.Context, _ int64, p forks.Pull, add, remove forks.People) (there forks.People, err error) {
	defer f.forget(p.Number)
	me, err := f.myself(ctx)
	if err != nil {
		return forks.People{}, err
	}
	if err := f.takeBack(ctx, p, remove); err != nil {
		return forks.People{}, err
	}
	if there.Assignees, err = f.assign(ctx, p.Number, unique(add.Assignees, login.MatchString, maxAssignees)); err != nil {
		return there, err
	}
	if p.ID == "" {
		return there, nil // an issue is not reviewed
	}
	asked := unique(add.Reviewers, func(who string) bool {
		return f.ownTeam(who) != "" || login.MatchString(who) && (p.Foreign || !strings.EqualFold(who, me))
	}, maxReviewers)
	there.Reviewers, err = f.review(ctx, p.Number, asked)
	return there, err
}

// unique returns those that may be asked, each once, up to a number.
func unique(people []string, may func(string) bool, most int) (list []string) {
	for _, who := range people {
		if may(who) && !among(list, who) && len(list) < most {
			list = append(list, who)
		}
	}
	return list
}

// among finds a login without regard to case, as GitHub does.
func among(list []string, who string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, who) })
}

// ownTeam returns the name of a team of the fork's organisation, given as org/slug;
// "" for everything else.
func (f *Forge) ownTeam(who string) string {
	org, slug, isTeam := strings.Cut(who, "/")
	if !isTeam || !strings.EqualFold(org, f.owner) || !properName(slug) {
		return ""
	}
	return slug
}

// afterCreation are the waits until GitHub knows a pull request everywhere that was
// opened a moment ago.
var afterCreation = [...]time.Duration{time.Second, 2 * time.Second, 4 * time.Second}

// assign returns who of the wanted is assigned then.
func (f *Forge) assign(ctx context.Context, number int, wanted []string) (there []string, err error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	d := doing{fmt.Sprintf("assign %d", number), "Issues: write"}
	issue, _, err := f.client.Issues.AddAssignees(ctx, f.owner, f.repo, number, wanted)
	for _, pause := range afterCreation {
		if status(err) != http.StatusNotFound {
			break
		}
		if ended := wait(ctx, f.clock, pause); ended != nil {
			return nil, ended
		}
		issue, _, err = f.client.Issues.AddAssignees(ctx, f.owner, f.repo, number, wanted)
	}
	if err == nil && issue.GetNumber() != number {
		err = errNotOurs
	}
	if err != nil {
		return nil, d.undone(err)
	}
	return both(wanted, logins(issue.Assignees)), nil
}

// both returns those of the wanted that are there.
func both(wanted, there []string) (list []string) {
	for _, who := range wanted {
		if among(there, who) {
			list = append(list, who)
		}
	}
	return list
}

// review returns who of the wanted is asked for a review then.
func (f *Forge) review(ctx context.Context, number int, wanted []string) ([]string, error) {
	if len(wanted) == 0 {
		return nil, nil
	}
	d := doing{fmt.Sprintf("ask for reviews of pull request %d", number), "Pull requests: write"}
	there, err := f.request(ctx, number, wanted)
	if status(err) != http.StatusUnprocessableEntity || len(wanted) == 1 {
		return both(wanted, there), d.undoneUnless(err, http.StatusUnprocessableEntity)
	}
	for _, who := range wanted {
		now, err := f.request(ctx, number, []string{who})
		if err := d.undoneUnless(err, http.StatusUnprocessableEntity); err != nil {
			return both(wanted, there), err
		}
		if now != nil {
			there = now // all of them, each time
		}
	}
	return both(wanted, there), nil
}

// undoneUnless explains an error of a write that is not a refusal of that status.
func (d doing) undoneUnless(err error, harmless int) error {
	if status(err) == harmless {
		return nil
	}
	return d.undone(err)
}

// request asks for reviews, and returns who stands asked then.
func (f *Forge) request(ctx context.Context, number int, who []string) ([]string, error) {
	people, teams := f.split(who)
	pull, _, err := f.client.PullRequests.RequestReviewers(ctx, f.owner, f.repo, number, gh.ReviewersRequest{Reviewers: people, TeamReviewers: teams})
	switch {
	case err != nil:
		return nil, err
	case pull.GetNumber() != number:
		return nil, errNotOurs
	}
	return f.reviewers(pull), nil
}

func (f *Forge) split(who []string) (people, teams []string) {
	people, teams = []string{}, []string{}
	for _, one := range who {
		if team := f.ownTeam(one); team != "" {
			teams = append(teams, team)
		} else {
			people = append(people, one)
		}
	}
	return people, teams
}

// takeBack unassigns, and takes requests for reviews back. Whoever is not there
// stays so.
func (f *Forge) takeBack(ctx context.Context, p forks.Pull, remove forks.People) error {
	if people := unique(remove.Assignees, login.MatchString, len(remove.Assignees)); len(people) > 0 {
		_, _, err := f.client.Issues.RemoveAssignees(ctx, f.owner, f.repo, p.Number, people)
		if err := (doing{fmt.Sprintf("unassign %d", p.Number), "Issues: write"}).undone(err); err != nil {
			return err
		}
	}
	people, teams := f.split(unique(remove.Reviewers, func(who string) bool { return f.ownTeam(who) != "" || login.MatchString(who) }, len(remove.Reviewers)))
	if len(people)+len(teams) == 0 || p.ID == "" {
		return nil
	}
	// The client's own call leaves out an empty list, which GitHub wants.
	req, err := f.client.NewRequest(http.MethodDelete, fmt.Sprintf("repos/%s/%s/pulls/%d/requested_reviewers", f.owner, f.repo, p.Number),
		map[string][]string{"reviewers": people, "team_reviewers": teams})
	if err != nil {
		return err
	}
	_, err = f.client.Do(ctx, req, nil)
	return doing{fmt.Sprintf("take back requests for reviews of pull request %d", p.Number), "Pull requests: write"}.undoneUnless(err, http.StatusUnprocessableEntity)
}
