package githubtest

import (
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// Options says how a server behaves. The zero value is GitHub on the real clock,
// with no validation.
type Options struct {
	// Clock is the only time the server knows; nil is the real one.
	Clock clockwork.Clock
	// Validate judges every exchange, such as that of package described; what it complains about is
	// a violation. Nil judges none.
	Validate Validator
	// HourlyLimit is how many requests an account may make in an hour; 0 is 5,000.
	HourlyLimit int
}

// Server is a GitHub of one test: accounts, repositories, and all that hangs on
// them. Its methods may be called by several goroutines.
type Server struct {
	t      repotest.TB
	o      Options
	clock  clockwork.Clock
	http   *httptest.Server
	other  *httptest.Server
	routes []route

	mu       sync.Mutex // guards everything below, but not the repositories' refs
	lastID   int64
	accounts map[string]*account // by lower-case login
	repos    []*repository
	moved    map[string]*repository // by lower-case former full name
	teams    []*team
	apps     []*app
	tokens   map[string]*token
	limits   map[string]*quota
	search   map[int64]searched // by repository id

	requests   []Request
	notified   []Notification
	violations []string
	faults     faults
}

// New starts a server on loopback, which ends with the test. At the end the test
// fails if there were violations.
func New(t repotest.TB, o Options) *Server {
	t.Helper()
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.HourlyLimit == 0 {
		o.HourlyLimit = 5000
	}
	s := &Server{
		t: t, o: o, clock: o.Clock, routes: routes(),
		accounts: map[string]*account{}, moved: map[string]*repository{}, tokens: map[string]*token{},
		limits: map[string]*quota{}, search: map[int64]searched{},
		faults: faults{release: make(chan struct{})},
	}
	s.http = httptest.NewServer(s.faulty(http.HandlerFunc(s.serve)))
	s.other = httptest.NewServer(http.HandlerFunc(s.elsewhere))
	t.Cleanup(func() {
		s.Release()
		s.http.Close()
		s.other.Close()
		if found := s.Violations(); len(found) > 0 {
			t.Fatalf("%s", complaint(found))
		}
	})
	return s
}

// URL is the server's address, without a slash at its end: what go-github's
// WithEnterpriseURLs takes.
func (s *Server) URL() string { return s.http.URL }

// APIURL is where the REST API is, with a slash at its end.
func (s *Server) APIURL() string { return s.http.URL + apiRoot + "/" }

// GraphQLURL is where the GraphQL API is.
func (s *Server) GraphQLURL() string { return s.http.URL + graphQLPath }

// GitURL is the address that git clones and pushes a repository by, given as
// "owner/name".
func (s *Server) GitURL(repo string) string { return s.http.URL + "/" + repo + ".git" }

const (
	apiRoot     = "/api/v3"
	graphQLPath = "/api/graphql"
)

// violate records what no careful client does. The caller holds mu.
func (s *Server) violate(text string) { s.violations = append(s.violations, text) }

// nextID gives ids that are never used twice. The caller holds mu.
func (s *Server) nextID() int64 {
	s.lastID++
	return s.lastID
}
