package github_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/github"
)

// roundTrip is a transport of one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func dialError() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

// answering is a forge whose server is one function.
func answering(t *testing.T, answer roundTrip) *github.Forge {
	t.Helper()
	f, err := github.New(github.Config{
		Owner: owner, Repo: name, Clock: leaping{clockwork.NewFakeClock()}, Log: zap.NewNop(), Transport: answer,
		Auth: github.Auth{Token: func() (forks.Secret, error) { return forks.NewSecret("canary"), nil }},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func said(status int, body io.Reader) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{}, Body: io.NopCloser(body)}
}

func TestTheForkIsNeverItsUpstream(t *testing.T) {
	t.Parallel()
	good := github.Config{
		Owner: owner, Repo: name, Upstream: "NixOS/nixpkgs", Clock: clockwork.NewFakeClock(), Log: zap.NewNop(),
		Auth: github.Auth{Token: func() (forks.Secret, error) { return forks.NewSecret("canary"), nil }},
	}
	for mistake, change := range map[string]func(*github.Config){
		"upstream itself":        func(c *github.Config) { c.Upstream = "AuxOlotl/NixPkgs" },
		"no name":                func(c *github.Config) { c.Repo = "" },
		"a path as name":         func(c *github.Config) { c.Repo = "../x" },
		"dots as name":           func(c *github.Config) { c.Repo = ".." },
		"plain http":             func(c *github.Config) { c.API = "http://ghe.example/api/v3" },
		"a credential in it":     func(c *github.Config) { c.API = "https://u:canary@ghe.example/api/v3" },
		"no credential":          func(c *github.Config) { c.Auth = github.Auth{} },
		"two credentials":        func(c *github.Config) { c.Auth.App = &github.App{ID: 1} },
		"an app without its key": func(c *github.Config) { c.Auth = github.Auth{App: &github.App{ID: 1}} },
		"no clock":               func(c *github.Config) { c.Clock = nil },
	} {
		c := good
		change(&c)
		if _, err := github.New(c); err == nil {
			t.Errorf("%s: taken", mistake)
		} else if strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error has a credential: %v", mistake, err)
		}
	}
	if _, err := github.New(good); err != nil {
		t.Error(err)
	}
}

func TestATokenThatIsNoTokenIsNotSent(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "two\nlines", "bell\a"} {
		f, err := github.New(github.Config{
			Owner: owner, Repo: name, Clock: clockwork.NewFakeClock(), Log: zap.NewNop(),
			Transport: roundTrip(func(*http.Request) (*http.Response, error) { t.Error("sent"); return nil, dialError() }),
			Auth:      github.Auth{Token: func() (forks.Secret, error) { return forks.NewSecret(token), nil }},
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Look(ctx, forks.PullQuestion{}); kindOf(err) != "person" || token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v", token, err)
		}
	}
}

func TestAnAnswerWithoutEndIsNotReadToItsEnd(t *testing.T) {
	t.Parallel()
	f := answering(t, func(*http.Request) (*http.Response, error) { return said(200, endless{}), nil })
	if _, err := f.Look(ctx, forks.PullQuestion{}); kindOf(err) != "person" || !strings.Contains(err.Error(), "32 MiB") {
		t.Errorf("%v", err)
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestAListWithoutEndIsAnError(t *testing.T) {
	t.Parallel()
	asked := 0
	f := answering(t, func(r *http.Request) (*http.Response, error) {
		if strings.HasSuffix(r.URL.Path, "/user") {
			return said(200, strings.NewReader(`{"login":"aux-bot"}`)), nil
		}
		asked++
		resp := said(200, strings.NewReader(`[]`))
		resp.Header.Set("Link", `<https://api.github.com/x?page=`+strings.Repeat("1", min(asked, 9))+`>; rel="next"`)
		if asked > 9 {
			resp.Header.Set("Link", `<https://api.github.com/x?page=1>; rel="next"`) // in a circle
		}
		return resp, nil
	})
	if _, err := f.Look(ctx, forks.PullQuestion{Pulls: []forks.KnownPull{{Track: track, ID: id}}}); err != nil || asked > 11 {
		t.Errorf("in a circle: asked %d times, %v", asked, err)
	}
}

func TestACreationThatShowsSomethingElseIsUnknown(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{}`, `{"number":0}`, `{"number":7}`, `[]`,
		`{"number":7,"head":{"ref":"auxsync/aux-main/fix/c0123456789","repo":{"full_name":"NixOS/nixpkgs"}},"base":{"ref":"auxsync/aux-main/onto/c0123456789","repo":{"full_name":"auxolotl/nixpkgs"}}}`,
	} {
		f := answering(t, func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				return said(200, strings.NewReader(`{"login":"aux-bot"}`)), nil
			}
			return said(201, strings.NewReader(body)), nil
		})
		if _, err := f.Open(ctx, 1, opening(id)); kindOf(err) != "unknown" {
			t.Errorf("%s: %v", body, err)
		}
	}
}
