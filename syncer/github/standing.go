package github

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	gh "github.com/google/go-github/v62/github"

	"github.com/auxolotl/auxsync/forks"
)

// stoodAt is a standing as it was asked last.
type stoodAt struct {
	forks.Standing
	at time.Time
}

// named is who has an id, as it was asked last.
type named struct {
	user *gh.User // nil: nobody
	at   time.Time
}

// rememberedNames is how long it is used again who has an id: people rename themselves
// rarely, and where it matters it is noticed before.
const rememberedNames = 24 * time.Hour

// Standing says what somebody may do in the fork's repository. Answers are used
// again for ten minutes. A membership that GitHub does not show counts as none. An
// account with an id is looked up by it: its login may be somebody else's by now. A team
// of the organisation is assignable if it has access to the repository, also where
// GitHub does not show that.
func (f *Forge) Standing(ctx context.Context, who forks.Account) (forks.Standing, error) {
	key := strings.ToLower(who.Login)
	switch {
	case who.ID != 0:
		key = "#" + strconv.FormatInt(who.ID, 10)
	case !login.MatchString(who.Login) && f.ownTeam(who.Login) == "":
		return forks.Standing{Login: who.Login}, nil
	}
	f.mu.Lock()
	known, ok := f.standings[key]
	f.mu.Unlock()
	if !ok || f.clock.Since(known.at) >= remembered {
		s, err := f.ask(ctx, who)
		if err != nil {
			return forks.Standing{}, err
		}
		known = stoodAt{s, f.clock.Now()}
		f.mu.Lock()
		f.standings[key] = known
		f.mu.Unlock()
	}
	if !known.Exists {
		known.Login = who.Login
	}
	return known.Standing, nil
}

func (f *Forge) ask(ctx context.Context, who forks.Account) (forks.Standing, error) {
	switch {
	case who.ID != 0:
		return f.askByID(ctx, who)
	case f.ownTeam(who.Login) != "":
		return f.askTeam(ctx, who.Login)
	}
	user, _, err := f.client.Users.Get(ctx, who.Login)
	switch {
	case noAccount(err):
		return forks.Standing{Login: who.Login}, nil
	case err != nil:
		return forks.Standing{}, asking(who).unread(err)
	}
	s, _, err := f.standingOf(ctx, user)
	return s, err
}

// askByID asks about who has an id. What is remembered of it is asked anew where it does
// not fit any more.
func (f *Forge) askByID(ctx context.Context, who forks.Account) (forks.Standing, error) {
	f.mu.Lock()
	known, ok := f.names[who.ID]
	f.mu.Unlock()
	if ok && known.user != nil && f.clock.Since(known.at) < rememberedNames {
		if s, same, err := f.standingOf(ctx, known.user); err != nil || same {
			return s, err
		}
	}
	user, _, err := f.client.Users.GetByID(ctx, who.ID)
	switch {
	case noAccount(err):
		return forks.Standing{Login: who.Login}, nil
	case err != nil:
		return forks.Standing{}, asking(who).unread(err)
	case user.GetID() != who.ID:
		return forks.Standing{}, forks.RetryLater("", "%s: GitHub answered about another account", asking(who).what)
	}
	f.mu.Lock()
	f.names[who.ID] = named{user, f.clock.Now()}
	f.mu.Unlock()
	s, _, err := f.standingOf(ctx, user)
	return s, err
}

// noAccount reports whether GitHub says for good that nobody has such an account: one
// that is blocked or was taken down has none who could be asked.
func noAccount(err error) bool {
	switch status(err) {
	case http.StatusNotFound, http.StatusGone, http.StatusUnprocessableEntity, http.StatusUnavailableForLegalReasons:
		return true
	}
	return false
}

func asking(who forks.Account) doing {
	return doing{"ask what " + forks.Inert(who.Login) + " may do", "Metadata: read"}
}

// standingOf is what a user may do. same says that GitHub knows the login as this
// user's still.
func (f *Forge) standingOf(ctx context.Context, user *gh.User) (s forks.Standing, same bool, err error) {
	s = forks.Standing{Login: user.GetLogin(), ID: user.GetID(), Exists: true, Bot: bot(user), Organisation: user.GetType() == "Organization"}
	if s.Organisation || !login.MatchString(s.Login) {
		return s, true, nil
	}
	d := asking(forks.Account{Login: s.Login})
	level, _, err := f.client.Repositories.GetPermissionLevel(ctx, f.owner, f.repo, s.Login)
	if err != nil && status(err) != http.StatusNotFound { // then they are no collaborator
		return forks.Standing{}, false, d.unread(err)
	}
	same = level.GetUser().GetID() == s.ID
	s.Write = level.GetPermission() == "admin" || level.GetPermission() == "write"
	if s.Assignable, _, err = f.client.Issues.IsAssignee(ctx, f.owner, f.repo, s.Login); err != nil {
		return forks.Standing{}, false, d.unread(err)
	}
	s.Member, err = f.member(ctx, s.Login)
	return s, same, err
}

// askTeam asks whether a review can be asked of a team of the organisation. What may not
// be seen may be tried.
func (f *Forge) askTeam(ctx context.Context, team string) (forks.Standing, error) {
	org, slug, _ := strings.Cut(team, "/")
	_, _, err := f.client.Teams.IsTeamRepoBySlug(ctx, org, slug, f.owner, f.repo)
	switch status(err) {
	case http.StatusNotFound:
		return forks.Standing{Login: team}, nil
	case http.StatusForbidden:
		err = nil
	}
	return forks.Standing{Login: team, Exists: true, Assignable: true, Member: true}, asking(forks.Account{Login: team}).unread(err)
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
