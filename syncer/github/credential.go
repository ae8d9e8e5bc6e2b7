package github

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/bradleyfalzon/ghinstallation/v2"
	"github.com/golang-jwt/jwt/v4"
	gh "github.com/google/go-github/v62/github"
	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// Auth says who auxsync is on GitHub: exactly one of the two.
type Auth struct {
	// Token reads a fine-grained token, anew for each use: its file may be renewed.
	Token func() (forks.Secret, error)
	App   *App
}

// App is a GitHub App that is installed on the fork's repository.
type App struct {
	ID int64
	// Installation is the id of the installation; 0 has it looked up.
	Installation int64
	// Key reads the private key in PEM, anew for each use.
	Key func() (forks.Secret, error)
}

// credential is who auxsync is.
type credential interface {
	// secret returns a token that stays valid for some minutes. Its errors are problems,
	// or that ctx has ended.
	secret(ctx context.Context) (forks.Secret, error)
	// refused is told of a token that GitHub did not take; it reports whether another
	// one may be had at once.
	refused() bool
	// login returns the name under which auxsync writes.
	login(ctx context.Context, as *gh.Client) (string, error)
}

func (f *Forge) credentialOf(a Auth, below http.RoundTripper) (credential, error) {
	switch {
	case (a.Token == nil) == (a.App == nil):
		return nil, errors.New("a forge on GitHub needs either a token or an app")
	case a.Token != nil:
		return personal{a.Token}, nil
	case a.App.ID <= 0 || a.App.Installation < 0 || a.App.Key == nil:
		return nil, errors.New("a GitHub App needs its id and its key")
	}
	return &app{App: *a.App, forge: f, below: below}, nil
}

// authorized adds the credential to requests.
type authorized struct {
	next       http.RoundTripper
	credential credential
}

func (a *authorized) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.try(req)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !a.credential.refused() {
		return resp, err
	}
	if req.GetBody != nil {
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		req = req.Clone(req.Context())
		req.Body = body
	}
	return a.try(req)
}

func (a *authorized) try(req *http.Request) (*http.Response, error) {
	token, err := a.credential.secret(req.Context())
	if err != nil {
		return nil, err
	}
	req = req.Clone(req.Context())
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	return a.next.RoundTrip(req)
}

// personal is a fine-grained token of a person, or of a machine's account.
type personal struct{ read func() (forks.Secret, error) }

func (p personal) secret(context.Context) (forks.Secret, error) {
	token, err := p.read()
	if err != nil {
		return forks.Secret{}, fmt.Errorf("token for GitHub: %w", needsPerson(err))
	}
	text := strings.TrimSpace(token.Reveal())
	if text == "" || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return forks.Secret{}, forks.AskPerson("write the token alone into the credential file", "the token for GitHub is not one line of letters and digits")
	}
	return forks.NewSecret(text), nil
}

// refused gives no second chance: the token was read a moment ago.
func (personal) refused() bool { return false }

func (personal) login(ctx context.Context, as *gh.Client) (string, error) {
	user, _, err := as.Users.Get(ctx, "")
	if err == nil && user.GetLogin() == "" {
		err = errors.New("the answer names no account")
	}
	return user.GetLogin(), doing{what: "ask for the account of the token"}.unread(err)
}

// needsPerson makes a problem of an error that is none yet.
func needsPerson(err error) error {
	var decided *forks.Problem
	if errors.As(err, &decided) {
		return err
	}
	return &forks.Problem{Kind: forks.NeedsPerson, Err: err, Next: "check the credential file"}
}

// enough is how long a token must be valid yet to be given out.
const enough = 5 * time.Minute

// app is a GitHub App.
type app struct {
	App
	forge *Forge
	below http.RoundTripper

	mu        sync.Mutex
	key       [sha256.Size]byte // digest of the key that what follows was made with
	signed    *ghinstallation.AppsTransport
	found     int64 // the installation; 0 before it is known
	installed *ghinstallation.Transport
}

func (a *app) secret(ctx context.Context) (forks.Secret, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.prepare(ctx); err != nil {
		return forks.Secret{}, err
	}
	expires, _, err := a.installed.Expiry()
	if err == nil && expires.Before(a.forge.clock.Now().Add(enough)) {
		a.installed = a.install()
	}
	token, err := a.installed.Token(ctx)
	if err != nil {
		return forks.Secret{}, a.unminted(ctx, err)
	}
	if token == "" {
		return forks.Secret{}, forks.RetryLater("", "token of the app %d: the answer has none", a.ID)
	}
	return forks.NewSecret(token), nil
}

// prepare reads the key, and makes anew what depends on it if it has changed. The
// caller holds mu.
func (a *app) prepare(ctx context.Context) error {
	if err := a.sign(); err != nil {
		return err
	}
	if a.found == 0 {
		found, err := a.installation(ctx)
		if err != nil {
			return err
		}
		a.found = found.GetID()
	}
	if a.installed == nil {
		a.installed = a.install()
	}
	return nil
}

func (a *app) sign() error {
	key, err := a.Key()
	if err != nil {
		return fmt.Errorf("key of the app %d: %w", a.ID, needsPerson(err))
	}
	digest := sha256.Sum256([]byte(key.Reveal()))
	if a.signed != nil && digest == a.key {
		return nil
	}
	private, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(key.Reveal()))
	if err != nil {
		return forks.AskPerson("download a private key on the app's page, and write it into the credential file",
			"the key of the app %d is not an RSA key in PEM", a.ID)
	}
	signed, err := ghinstallation.NewAppsTransportWithOptions(a.below, a.ID,
		ghinstallation.WithSigner(signer{ghinstallation.NewRSASigner(jwt.SigningMethodRS256, private), a.forge.clock}))
	if err != nil {
		return fmt.Errorf("key of the app %d: %w", a.ID, err)
	}
	a.key, a.signed, a.found, a.installed = digest, signed, a.Installation, nil
	return nil
}

// signer signs an app's claims with the times of the forge's clock. GitHub takes no
// claim from the future, so that it is made a little older.
type signer struct {
	ghinstallation.Signer
	clock clockwork.Clock
}

func (s signer) Sign(claims jwt.Claims) (string, error) {
	registered, ok := claims.(*jwt.RegisteredClaims)
	if !ok {
		return "", fmt.Errorf("claims of the form %T cannot be signed", claims)
	}
	issued := s.clock.Now().Add(-30 * time.Second).Truncate(time.Second)
	registered.IssuedAt = jwt.NewNumericDate(issued)
	registered.ExpiresAt = jwt.NewNumericDate(issued.Add(2 * time.Minute))
	return s.Signer.Sign(registered)
}

// install prepares tokens for the fork's repository alone, whatever else the app is
// installed on.
func (a *app) install() *ghinstallation.Transport {
	t := ghinstallation.NewFromAppsTransport(a.signed, a.found)
	t.BaseURL = strings.TrimSuffix(a.forge.api.String(), "/")
	t.InstallationTokenOptions = &gh.InstallationTokenOptions{Repositories: []string{a.forge.repo}}
	return t
}

// refused forgets the token: it was revoked.
func (a *app) refused() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.installed = nil
	return true
}

// itself is a client that speaks as the app and not as its installation.
func (a *app) itself() *gh.Client { return a.forge.clientOver(a.signed) }

// installation asks for the app's installation on the fork.
func (a *app) installation(ctx context.Context) (*gh.Installation, error) {
	d := doing{what: fmt.Sprintf("look for the installation of the app %d", a.ID)}
	found, _, err := a.itself().Apps.FindRepositoryInstallation(ctx, a.forge.owner, a.forge.repo)
	switch {
	case status(err) == http.StatusNotFound:
		return nil, forks.AskPerson("install the app on the repository", "the app %d is not installed on %s/%s", a.ID, a.forge.owner, a.forge.repo)
	case err != nil:
		return nil, d.unread(err)
	case found.GetID() <= 0:
		return nil, forks.RetryLater("", "%s: the answer names none", d.what)
	case found.SuspendedAt != nil:
		return nil, suspended(a.ID)
	}
	return found, nil
}

func suspended(app int64) error {
	return forks.AskPerson("have the installation unsuspended in GitHub's settings", "the installation of the app %d is suspended", app)
}

// login is the bot's name, which is that of the app.
func (a *app) login(ctx context.Context, _ *gh.Client) (string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.sign(); err != nil {
		return "", err
	}
	itself, _, err := a.itself().Apps.Get(ctx, "")
	if err == nil && itself.GetSlug() == "" {
		err = errors.New("the answer names no app")
	}
	return itself.GetSlug() + "[bot]", doing{what: fmt.Sprintf("ask for the app %d", a.ID)}.unread(err)
}

// unminted explains why there is no token.
func (a *app) unminted(ctx context.Context, err error) error {
	var decided *forks.Problem
	var said *ghinstallation.HTTPError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &decided):
		return err
	case !errors.As(err, &said) || said.Response == nil:
		return forks.RetryLater("", "token of the app %d: %w", a.ID, err)
	}
	body, _ := io.ReadAll(said.Response.Body) // it is in memory
	words := messageOf(body)
	if err := a.forge.limits.heed(said.Response.StatusCode, said.Response.Header, words); err != nil {
		return err
	}
	switch code := said.Response.StatusCode; {
	case code == http.StatusUnauthorized:
		return unauthorized(body)
	case code == http.StatusForbidden && strings.Contains(words, "suspended"):
		return suspended(a.ID)
	case code == http.StatusNotFound && json.Valid(body):
		missing := a.found
		a.found, a.installed = a.Installation, nil // it may be installed again, under another id
		return forks.AskPerson("install the app on the repository, or correct the installation's id", "the app %d has no installation %d", a.ID, missing)
	case code == http.StatusUnprocessableEntity:
		// The repository is not the installation's: its name may tell why.
		if _, err := a.installation(ctx); err != nil {
			return err
		}
		return forks.AskPerson("give the installation access to the repository", "token of the app %d for %s: %s", a.ID, a.forge.repo, quoted(words))
	case code >= 400 && code < 500 && json.Valid(body):
		return forks.AskPerson("check the app's settings on GitHub", "token of the app %d: %s", a.ID, quoted(words))
	}
	return forks.RetryLater("", "token of the app %d: the server answered %s", a.ID, forks.Inert(said.Response.Status))
}
