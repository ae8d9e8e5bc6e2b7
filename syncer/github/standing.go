package github

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// stoodAt is a standing as it was asked last.
type stoodAt struct {
	forks.Standing
	at time.Time
}

// Standing says what somebody may do in the fork's repository. Answers are used
// again for ten minutes. A membership that GitHub does not show counts as none.
func (f *Forge) Standing(ctx context.Context, who string) (forks.Standing, error) {
	if !login.MatchString(who) {
		return forks.Standing{Login: who}, nil
	}
	key := strings.ToLower(who)
	f.mu.Lock()
	known, ok := f.standings[key]
	f.mu.Unlock()
	if ok && f.clock.Since(known.at) < remembered {
		return known.Standing, nil
	}
	s, err := f.ask(ctx, who)
	if err != nil {
		return forks.Standing{}, err
	}
	f.mu.Lock()
	f.standings[key] = stoodAt{s, f.clock.Now()}
	f.mu.Unlock()
	return s, nil
}

func (f *Forge) ask(ctx context.Context, who string) (forks.Standing, error) {
	d := doing{"ask what " + who + " may do", "Metadata: read"}
	user, _, err := f.client.Users.Get(ctx, who)
	switch {
	case status(err) == http.StatusNotFound:
		return forks.Standing{Login: who}, nil
	case err != nil:
		return forks.Standing{}, d.unread(err)
	}
	s := forks.Standing{Login: user.GetLogin(), ID: user.GetID(), Exists: true, Bot: bot(user)}
	if user.GetType() == "Organization" || !login.MatchString(s.Login) {
		return s, nil
	}
	level, _, err := f.client.Repositories.GetPermissionLevel(ctx, f.owner, f.repo, s.Login)
	if err != nil && status(err) != http.StatusNotFound { // then they are no collaborator
		return forks.Standing{}, d.unread(err)
	}
	s.Write = level.GetPermission() == "admin" || level.GetPermission() == "write"
	if s.Assignable, _, err = f.client.Issues.IsAssignee(ctx, f.owner, f.repo, s.Login); err != nil {
		return forks.Standing{}, d.unread(err)
	}
	s.Member, err = f.member(ctx, s.Login)
	return s, err
}

// member reports whether somebody is known to be a member of the organisation that
// owns the fork.
func (f *Forge) member(ctx context.Context, who string) (bool, error) {
	owned, err := f.ownedByOrganisation(ctx)
	if err != nil || !owned {
		return false, err
	}
	is, _, err := f.client.Organizations.IsMember(ctx, f.owner, who)
	if status(err) == http.StatusForbidden {
		return false, nil // the check of rights tells of it
	}
	return is, doing{"ask whether " + who + " is a member of " + f.owner, "Members: read"}.unread(err)
}

func (f *Forge) ownedByOrganisation(ctx context.Context) (bool, error) {
	f.mu.Lock()
	known := f.orgOwned
	f.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	r, _, err := f.client.Repositories.Get(ctx, f.owner, f.repo)
	if err != nil {
		return false, doing{"look at the repository " + f.owner + "/" + f.repo, "Metadata: read"}.unread(err)
	}
	owned := r.GetOwner().GetType() == "Organization"
	f.mu.Lock()
	f.orgOwned = &owned
	f.mu.Unlock()
	return owned, nil
}
