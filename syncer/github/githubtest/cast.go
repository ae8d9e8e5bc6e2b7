package githubtest

import (
	"path/filepath"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Kind is what an account is.
type Kind string

// The kinds of account.
const (
	User         Kind = "User"
	Bot          Kind = "Bot"
	Organization Kind = "Organization"
)

// Permission is what somebody may do with a repository.
type Permission int

// The permissions, each with all before it. Everybody may read a public repository.
const (
	None Permission = iota
	Read
	Triage
	Write
	Admin
)

func (p Permission) String() string {
	return [...]string{"none", "read", "triage", "write", "admin"}[p]
}

// RepoOptions are a repository's settings.
type RepoOptions struct {
	Private bool
	// NoDrafts is a plan that does not have draft pull requests.
	NoDrafts bool
	// DeleteBranchOnMerge removes the head branch when the button is pressed.
	DeleteBranchOnMerge bool
	// Archived repositories are read-only.
	Archived bool
	// NoMerge, NoSquash and NoRebase take a button away.
	NoMerge, NoSquash, NoRebase bool
	// NoIssues turns issues off.
	NoIssues bool
}

// Protection is a rule for branches.
type Protection struct {
	// Branch is a name or a pattern of path.Match.
	Branch string
	// Contexts must have succeeded on a commit that is pushed or merged.
	Contexts []string
	// Reviews is how many approvals a merge needs; any makes direct pushes refused.
	Reviews int
	// Push lists who may push; empty is everybody who may write.
	Push []string
	// AllowForce and AllowDelete permit what protection forbids by default.
	AllowForce, AllowDelete bool
}

// AddUser makes an account and returns its id, which stays when the login changes.
func (s *Server) AddUser(login string, kind Kind) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addAccount(login, kind).id
}

// AddNumbered makes an account that has an id already, such as one that a list of people
// names.
func (s *Server) AddNumbered(login string, kind Kind, id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.accounts {
		if a.id == id || strings.EqualFold(a.login, login) {
			s.t.Fatalf("%s with id %d is %s with id %d", login, id, a.login, a.id)
		}
	}
	s.addAccount(login, kind).id = id
}

func (s *Server) addAccount(login string, kind Kind) *account {
	if a := s.accounts[strings.ToLower(login)]; a != nil {
		return a
	}
	a := &account{id: 1000 + s.nextID(), login: login, kind: kind, created: s.now()}
	s.accounts[strings.ToLower(login)] = a
	return a
}

// RenameUser gives an account another login; the id stays.
func (s *Server) RenameUser(login, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	a := s.mustAccount(login)
	delete(s.accounts, strings.ToLower(login))
	a.login = to
	s.accounts[strings.ToLower(to)] = a
	for _, r := range s.repos {
		if p, ok := r.grants[strings.ToLower(login)]; ok {
			delete(r.grants, strings.ToLower(login))
			r.grants[strings.ToLower(to)] = p
		}
		if r.members[strings.ToLower(login)] {
			delete(r.members, strings.ToLower(login))
			r.members[strings.ToLower(to)] = true
		}
	}
}

// DeleteUser removes an account, as its owner may at any time.
func (s *Server) DeleteUser(login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustAccount(login).gone = true
}

// AddRepo serves the bare repository in dir as owner/name. An owner nobody has
// added becomes an organisation.
func (s *Server) AddRepo(owner, name, dir string, o RepoOptions) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		s.t.Fatalf("repository %s/%s: %v", owner, name, err)
	}
	backend := repotest.Backend(s.t, abs, "refs/pull")
	s.mu.Lock()
	defer s.mu.Unlock()
	r := &repository{
		id: 1000 + s.nextID(), owner: s.addAccount(owner, Organization), name: name, dir: abs, o: o, git: backend,
		created: s.now(), updated: s.now(),
		grants: map[string]Permission{}, members: map[string]bool{}, statuses: map[string][]*status{},
		runs: map[string][]*CheckRun{}, facts: map[string]*comparison{},
	}
	for _, other := range s.repos {
		if other.owner == r.owner {
			for login := range other.members {
				r.members[login] = true
			}
		}
	}
	s.repos = append(s.repos, r)
}

// SetRepo changes the settings of a repository.
func (s *Server) SetRepo(repo string, o RepoOptions) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).o = o
}

// RenameRepo gives "owner/name" another owner/name. Clients that use the former one
// are redirected.
func (s *Server) RenameRepo(repo, to string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	s.moved[strings.ToLower(r.full())] = r
	owner, name, _ := strings.Cut(to, "/")
	r.owner, r.name = s.addAccount(owner, Organization), name
}

// Grant gives somebody a permission on a repository, or takes it with None.
func (s *Server) Grant(repo, login string, p Permission) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustAccount(login)
	s.mustRepo(repo).grants[strings.ToLower(login)] = p
}

// AddOrgMember makes somebody a member of an organisation.
func (s *Server) AddOrgMember(org, login string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	owner := s.addAccount(org, Organization)
	s.mustAccount(login)
	for _, r := range s.repos {
		if r.owner == owner {
			r.members[strings.ToLower(login)] = true
		}
	}
}

// AddTeam makes a team of an organisation with access to repositories, given as
// "owner/name".
func (s *Server) AddTeam(org, slug string, members, repos []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := &team{id: 1000 + s.nextID(), org: s.addAccount(org, Organization), slug: slug, created: s.now()}
	for _, login := range members {
		t.members = append(t.members, s.mustAccount(login))
	}
	for _, full := range repos {
		t.repos = append(t.repos, s.mustRepo(full))
	}
	s.teams = append(s.teams, t)
}

// Protect adds a rule for branches.
func (s *Server) Protect(repo string, p Protection) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	r.guards = append(r.guards, p)
}

// mustAccount and mustRepo end the test when it names what it never made.
func (s *Server) mustAccount(login string) *account {
	a := s.account(login)
	if a == nil {
		s.t.Fatalf("nobody is called %s: AddUser makes one", login)
	}
	return a
}

func (s *Server) mustRepo(full string) *repository {
	r, _ := s.repository(full)
	if r == nil {
		s.t.Fatalf("there is no repository %s: AddRepo makes one", full)
	}
	return r
}

func (s *Server) now() time.Time { return s.clock.Now().UTC().Truncate(time.Second) }
