package githubtest

import (
	"net/http"
	"strings"
	"time"
)

// account is a user, a bot or an organisation.
type account struct {
	id      int64
	login   string
	kind    Kind
	gone    bool
	created time.Time
}

// team is a team of an organisation.
type team struct {
	id      int64
	org     *account
	slug    string
	members []*account
	repos   []*repository
	created time.Time
}

// repository is one repository: its bare directory holds the commits, this the rest.
type repository struct {
	id      int64
	owner   *account
	name    string
	dir     string
	o       RepoOptions
	git     http.Handler
	created time.Time
	updated time.Time

	items    []*issue // by number, from 1
	grants   map[string]Permission
	members  map[string]bool // of the owning organisation
	labels   []*label
	statuses map[string][]*status // by commit, oldest first
	runs     map[string][]*CheckRun
	guards   []Protection
	facts    map[string]*comparison // by base and head
	pusher   *account               // who pushed last; nil: nobody did
}

func (r *repository) full() string { return r.owner.login + "/" + r.name }

type label struct {
	id                       int64
	name, color, description string
}

// issue is an issue, or what a pull request shares with one.
type issue struct {
	id        int64
	number    int
	repo      *repository
	title     string
	body      string
	author    *account
	open      bool
	reason    string
	labels    []*label
	assignees []*account
	comments  []*comment
	reactions []*reaction
	events    []*event
	created   time.Time
	updated   time.Time
	closed    time.Time
	closedBy  *account
	pull      *pull // nil: a plain issue
	locked    bool
}

type pull struct {
	id               int64
	head, base       string // branches
	headSHA, baseSHA string
	draft            bool
	merged           time.Time // zero: not merged
	mergedBy         *account
	mergeSHA         string
	requested        []*account
	teams            []*team
	reviews          []*review
	lines            []*lineComment
	known            string // the comparison whose mergeability was asked for before
}

type comment struct {
	id               int64
	body             string
	author           *account
	created, updated time.Time
	reactions        []*reaction
	issue            *issue
}

type reaction struct {
	id      int64
	author  *account
	content string
	created time.Time
}

// event is an entry of an issue's timeline.
type event struct {
	id      int64
	kind    string
	actor   *account
	created time.Time
	label   *label
	subject *account
	team    *team
	from    string
	to      string
	commit  string
}

type review struct {
	id        int64
	author    *account
	body      string
	state     string
	commit    string
	submitted time.Time
}

// lineComment is a comment on lines of a pull request's difference.
type lineComment struct {
	id               int64
	review           *review
	author           *account
	body, path, side string
	start, line      int // start 0: one line
	hunk             string
	commit           string
	replyTo          int64
	created, updated time.Time
	accepted         bool
}

type status struct {
	id                                  int64
	state, context, description, target string
	creator                             *account
	created                             time.Time
}

// account returns who has a login; nil if nobody has.
func (s *Server) account(login string) *account {
	a := s.accounts[strings.ToLower(login)]
	if a == nil || a.gone {
		return nil
	}
	return a
}

// repository finds "owner/name"; moved says that this is a former name.
func (s *Server) repository(full string) (r *repository, moved bool) {
	for _, r := range s.repos {
		if strings.EqualFold(r.full(), full) {
			return r, false
		}
	}
	r = s.moved[strings.ToLower(full)]
	return r, r != nil
}

// item finds an issue or pull request; nil if there is none.
func (r *repository) item(number int) *issue {
	if number < 1 || number > len(r.items) {
		return nil
	}
	return r.items[number-1]
}

// pull finds a pull request; nil if the number is no pull request's.
func (r *repository) pull(number int) *issue {
	if i := r.item(number); i != nil && i.pull != nil {
		return i
	}
	return nil
}

// label finds a label of the repository; names do not differ by case alone.
func (r *repository) label(name string) *label {
	for _, l := range r.labels {
		if strings.EqualFold(l.name, name) {
			return l
		}
	}
	return nil
}

// can says whether somebody has at least a permission on the repository.
func (r *repository) can(a *account, at Permission) bool { return r.permission(a) >= at }

func (r *repository) permission(a *account) Permission {
	if a == nil {
		return None
	}
	if a == r.owner {
		return Admin
	}
	p, granted := r.grants[strings.ToLower(a.login)]
	if !granted && !r.o.Private {
		return Read
	}
	return p
}

// assignable says whether issues may be assigned to somebody: collaborators of any
// kind and members of the organisation, but nobody else.
func (r *repository) assignable(a *account) bool {
	if a == nil || a.kind == Organization {
		return false
	}
	login := strings.ToLower(a.login)
	return a == r.owner || r.members[login] || r.grants[login] >= Triage
}
