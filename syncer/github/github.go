package github

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"time"

	gh "github.com/google/go-github/v62/github"
	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// DefaultAPI is the address of the API of github.com.
const DefaultAPI = "https://api.github.com"

// Config is what a [Forge] is made of.
type Config struct {
	// API is the base of the REST API; "" is [DefaultAPI]. On GitHub Enterprise Server it
	// is https://HOST/api/v3. Plain http is taken for loopback alone.
	API string
	// Owner and Repo name the fork's repository.
	Owner, Repo string
	// Upstream is "owner/repo" if upstream is on the same host, else "". It is never
	// written to.
	Upstream string
	Auth     Auth
	// Cache keeps answers, so that unchanged ones are free; nil keeps none.
	Cache Cache
	// Limits is shared by all forges that use one account; nil makes one for this forge.
	Limits *Limits
	Clock  clockwork.Clock
	Log    *zap.Logger
	// Transport carries the requests; nil is a transport like [http.DefaultTransport].
	Transport http.RoundTripper
	// Patience is how long one exchange may take, its whole answer included; 0 is a minute.
	Patience time.Duration
}

// Forge is GitHub for one fork. Its methods may be called by several goroutines.
type Forge struct {
	owner, repo string
	api         *url.URL // with a slash at its end
	graphQL     string
	clock       clockwork.Clock
	limits      *Limits
	credential  credential
	client      *gh.Client

	mu        sync.Mutex // guards what follows
	me        identity
	noDrafts  bool            // the repository does not take drafts
	seen      map[int]details // by number
	standings map[string]stoodAt
	names     map[int64]named
	orgOwned  *bool // whether an organisation owns the fork; nil before that was asked
}

// name is what GitHub takes as the name of a repository, or of its owner.
var name = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`)

// New makes the forge of a fork. It sends nothing. It refuses a fork that is its own
// upstream, and everything else that no request should be made with.
func New(c Config) (*Forge, error) {
	api, err := parseAPI(c.API)
	if err != nil {
		return nil, err
	}
	switch {
	case !properName(c.Owner) || !properName(c.Repo):
		return nil, forks.AskPerson("write `url` as https://HOST/OWNER/NAME", "%q is not the name of a repository on GitHub", c.Owner+"/"+c.Repo)
	case strings.EqualFold(c.Owner+"/"+c.Repo, c.Upstream):
		return nil, forks.AskPerson("correct `url` or `upstream`", "the fork %s/%s is its own upstream, which is never written to", c.Owner, c.Repo)
	case c.Clock == nil || c.Log == nil:
		return nil, errors.New("a forge on GitHub needs a clock and a logger")
	}
	if c.Limits == nil {
		c.Limits = NewLimits(c.Clock, Pace{})
	}
	if c.Patience == 0 {
		c.Patience = time.Minute
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	f := &Forge{
		owner: c.Owner, repo: c.Repo, api: api, graphQL: graphQLOf(api), clock: c.Clock, limits: c.Limits,
		seen: map[int]details{}, standings: map[string]stoodAt{}, names: map[int64]named{},
	}
	below := f.below(c)
	if f.credential, err = f.credentialOf(c.Auth, below); err != nil {
		return nil, err
	}
	f.client = f.clientOver(&authorized{next: &remembering{next: below, cache: c.Cache}, credential: f.credential})
	return f, nil
}

// below builds the part of the chain that every request passes, those for a token
// too: log, guard, retry, wire.
func (f *Forge) below(c Config) http.RoundTripper {
	wire := &wire{next: c.Transport, patience: c.Patience, limit: maxAnswer}
	guarded := &guard{next: &retrying{next: wire, clock: c.Clock}, api: f.api, graphQL: f.graphQL, owner: f.owner, repo: f.repo}
	return &logged{next: guarded, log: c.Log, clock: c.Clock}
}

// clientOver makes a client whose answers are judged at a desk. The desk has dealt
// with every redirect.
func (f *Forge) clientOver(next http.RoundTripper) *gh.Client {
	client := gh.NewClient(&http.Client{
		Transport:     &desk{next: next, limits: f.limits, clock: f.clock, api: f.api, repository: f.owner + "/" + f.repo},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	})
	client.BaseURL = f.api
	client.UserAgent = "auxsync"
	return client
}

// Traits says that there are pages.
func (f *Forge) Traits() forks.ForgeTraits { return forks.ForgeTraits{Pages: true} }

// GitToken returns what fetches and pushes of the fork authenticate with, as the
// password of any user name. It stays valid for some minutes; ask again for each use.
func (f *Forge) GitToken(ctx context.Context) (forks.Secret, error) {
	token, err := f.credential.secret(ctx)
	if err != nil {
		return forks.Secret{}, fmt.Errorf("credential of %s/%s: %w", f.owner, f.repo, err)
	}
	return token, nil
}

func properName(s string) bool { return name.MatchString(s) && s != "." && s != ".." }

func parseAPI(address string) (*url.URL, error) {
	if address == "" {
		address = DefaultAPI
	}
	u, err := url.Parse(address)
	const next = "write it as https://HOST or https://HOST/api/v3"
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, forks.AskPerson(next, "the address of GitHub's API cannot be used") // it may hold a password
	case u.Scheme != "https" && !(u.Scheme == "http" && loopback(u.Hostname())):
		return nil, forks.AskPerson(next, "the address of GitHub's API at %s is not https, and a credential goes there", forks.Inert(u.Host))
	}
	return u.JoinPath("/"), nil
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// graphQLOf returns the address of the GraphQL API beside a REST API.
func graphQLOf(api *url.URL) string {
	u := *api
	if root, enterprise := strings.CutSuffix(u.Path, "/api/v3/"); enterprise {
		u.Path = root + "/api/graphql"
	} else {
		u.Path += "graphql"
	}
	return u.String()
}

// sameOrigin reports whether two addresses are of one server.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Hostname(), b.Hostname()) && port(a) == port(b)
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	return map[string]string{"https": "443", "http": "80"}[u.Scheme]
}

// wait waits by the clock.
func wait(ctx context.Context, clock clockwork.Clock, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	timer := clock.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.Chan():
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
