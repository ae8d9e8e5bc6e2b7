package github

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// identity is who auxsync is, as it was asked last.
type identity struct {
	login string
	at    time.Time
}

// remembered is how long answers about people are used again.
const remembered = 10 * time.Minute

// Look returns what GitHub shows of the pull requests and of the dashboard. What has
// not changed since costs one free request each.
func (f *Forge) Look(ctx context.Context, q forks.PullQuestion) (forks.SeenPulls, error) {
	me, err := f.myself(ctx)
	if err != nil {
		return forks.SeenPulls{}, err
	}
	seen := forks.SeenPulls{Me: me, Pulls: map[forks.ProposalID]forks.Pull{}}
	for _, known := range q.Pulls {
		found, err := f.find(ctx, known, me)
		if err != nil {
			return forks.SeenPulls{}, err
		}
		if found == nil {
			continue
		}
		if seen.Pulls[known.ID], err = f.whole(ctx, known, found, me); err != nil {
			return forks.SeenPulls{}, err
		}
	}
	if q.Dashboard {
		if seen.Dashboard, err = f.dashboard(ctx, q.DashboardNumber, me); err != nil {
			return forks.SeenPulls{}, err
		}
	}
	return seen, nil
}

// myself returns the login under which auxsync writes.
func (f *Forge) myself(ctx context.Context) (string, error) {
	f.mu.Lock()
	me := f.me
	f.mu.Unlock()
	if me.login != "" && f.clock.Since(me.at) < remembered {
		return me.login, nil
	}
	login, err := f.credential.login(ctx, f.client)
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	f.me = identity{login, f.clock.Now()}
	f.mu.Unlock()
	return login, nil
}

// find returns the pull request of a proposal, all of it; nil if there is none. One
// whose number is known and that is open is it; else the branches tell.
func (f *Forge) find(ctx context.Context, known forks.KnownPull, me string) (*gh.PullRequest, error) {
	var numbered *gh.PullRequest
	if known.Number > 0 {
		found, err := f.pull(ctx, known.Number)
		if err != nil {
			return nil, err
		}
		if f.fits(found, known) {
			numbered = found
		}
	}
	if numbered.GetState() == "open" {
		return numbered, nil
	}
	listed, err := f.listed(ctx, known, me)
	if err != nil {
		return nil, err
	}
	if listed == nil || listed.GetNumber() == numbered.GetNumber() {
		return numbered, nil
	}
	return f.pull(ctx, listed.GetNumber()) // a list does not say who merged
}

// pull asks for one pull request; nil if there is none of that number.
func (f *Forge) pull(ctx context.Context, number int) (*gh.PullRequest, error) {
	found, _, err := f.client.PullRequests.Get(ctx, f.owner, f.repo, number)
	if s := status(err); s == http.StatusNotFound || s == http.StatusGone {
		return nil, nil
	}
	return found, doing{fmt.Sprintf("look at pull request %d", number), "Pull requests: read"}.unread(err)
}

// listed finds a proposal's pull request by its branches: the open one, else the
// newest. Those of auxsync come before those of others, which a person may have
// opened for the same branches.
func (f *Forge) listed(ctx context.Context, known forks.KnownPull, me string) (best *gh.PullRequest, err error) {
	fix, onto := branches(known.Track, known.ID)
	list, err := pages(func(o gh.ListOptions) ([]*gh.PullRequest, *gh.Response, error) {
		return f.client.PullRequests.List(ctx, f.owner, f.repo, &gh.PullRequestListOptions{
			State: "all", Head: f.owner + ":" + fix, Base: onto, ListOptions: o,
		})
	})
	if err != nil {
		return nil, doing{"list the pull requests of conflict " + string(known.ID), "Pull requests: read"}.unread(err)
	}
	rank := func(p *gh.PullRequest) [3]int {
		return [3]int{number(p.GetState() == "open"), number(mine(p.User, me)), p.GetNumber()}
	}
	for _, p := range list {
		if !f.fits(p, known) {
			continue
		}
		if best == nil || less(rank(best), rank(p)) {
			best = p
		}
	}
	return best, nil
}

func number(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func less(a, b [3]int) bool {
	return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]), cmp.Compare(a[2], b[2])) < 0
}

// fits reports whether a pull request goes from the proposal's one branch to its
// other, both in the fork. The branches hold the proposal's id, so that nothing else
// is needed: its text is people's to change.
func (f *Forge) fits(p *gh.PullRequest, known forks.KnownPull) bool {
	fix, onto := branches(known.Track, known.ID)
	return p.GetNumber() > 0 && p.GetHead().GetRef() == fix && p.GetBase().GetRef() == onto &&
		f.isFork(p.GetHead().GetRepo()) && f.isFork(p.GetBase().GetRepo())
}

func (f *Forge) isFork(r *gh.Repository) bool {
	return strings.EqualFold(r.GetFullName(), f.owner+"/"+f.repo)
}

// branches returns the names of a proposal's branches.
func branches(track string, id forks.ProposalID) (fix, onto string) {
	fix = strings.TrimPrefix(string(forks.FixRef(track, id)), "refs/heads/")
	return fix, strings.TrimPrefix(string(forks.OntoRef(track, id)), "refs/heads/")
}

// mine reports whether an account is that of auxsync.
func mine(u *gh.User, me string) bool { return u != nil && strings.EqualFold(u.GetLogin(), me) }

// maxPages is how many pages of a list are read, of a hundred entries each.
const maxPages = 100

// pages reads a list to its end.
func pages[T any](page func(gh.ListOptions) ([]T, *gh.Response, error)) (all []T, err error) {
	o := gh.ListOptions{PerPage: 100}
	for range maxPages {
		some, resp, err := page(o)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if resp.NextPage <= o.Page {
			return all, nil
		}
		o.Page = resp.NextPage
	}
	return nil, forks.AskPerson("shorten it on GitHub", "a list there has more than %d entries", 100*maxPages)
}
