package github

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/auxolotl/auxsync/forks"
)

// sink counts what reaches the wire.
type sink struct{ n int }

func (s *sink) RoundTrip(*http.Request) (*http.Response, error) {
	s.n++
	return &http.Response{StatusCode: 200, Header: http.Header{}, Body: http.NoBody}, nil
}

func TestOnlyTheForksOwnBusinessReachesTheWire(t *testing.T) {
	t.Parallel()
	api, err := url.Parse("https://api.github.com/")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, url string
		passes      bool
	}{
		{"GET", "https://api.github.com/repos/auxolotl/nixpkgs/pulls?state=all", true},
		{"POST", "https://api.github.com/repos/AuxOlotl/Nixpkgs/pulls", true},
		{"GET", "https://api.github.com/users/ada", true},
		{"GET", "https://api.github.com/repositories/42", true},
		{"POST", "https://api.github.com/graphql", true},
		{"POST", "https://api.github.com/app/installations/5/access_tokens", true},
		{"POST", "https://api.github.com/repos/NixOS/nixpkgs/pulls", false},
		{"GET", "https://api.github.com/repos/NixOS/nixpkgs", false},
		{"GET", "https://api.github.com/redirected/repos/NixOS/nixpkgs", false},
		{"POST", "https://api.github.com/redirected/repos/auxolotl/nixpkgs/pulls", false},
		{"POST", "https://api.github.com/repos/auxolotl/nixpkgs/../../NixOS/nixpkgs/pulls", false},
		{"POST", "https://api.github.com/repos/auxolotl/nixpkgs/%2e%2e/%2E%2e/NixOS/nixpkgs/pulls", false},
		{"POST", "https://api.github.com/repos/auxolotl%2Fnixpkgs/x/pulls", false},
		{"POST", "https://api.github.com/repos//auxolotl/nixpkgs/pulls", false},
		{"POST", "https://api.github.com/repos/auxolotl", false},
		{"PATCH", "https://api.github.com/user", false},
		{"DELETE", "https://api.github.com/orgs/auxolotl/members/ada", false},
		{"POST", "https://api.github.com/repositories/42/pulls", false},
		{"POST", "https://api.github.com/graphql?x=1", false},
		{"POST", "https://api.github.com/x/app/installations/5/access_tokens", false},
		{"GET", "http://api.github.com/user", false},
		{"GET", "https://api.github.com.evil.example/user", false},
		{"GET", "https://api.github.com:444/user", false},
	} {
		wire := &sink{}
		g := &guard{next: wire, api: api, graphQL: graphQLOf(api), owner: "auxolotl", repo: "nixpkgs"}
		req, err := http.NewRequest(c.method, c.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = g.RoundTrip(req)
		if passed := wire.n == 1; passed != c.passes || passed != (err == nil) {
			t.Errorf("%s %s: sent %d times, %v", c.method, c.url, wire.n, err)
		}
		if err != nil && forks.KindOf(err) != forks.NeedsPerson {
			t.Errorf("%s %s: %v", c.method, c.url, err)
		}
	}
}

func TestWhereGraphQLIs(t *testing.T) {
	t.Parallel()
	for api, want := range map[string]string{
		"":                               "https://api.github.com/graphql",
		"https://ghe.example/api/v3":     "https://ghe.example/api/graphql",
		"https://ghe.example/x/api/v3/":  "https://ghe.example/x/api/graphql",
		"https://api.octo.example.ghe.c": "https://api.octo.example.ghe.c/graphql",
	} {
		u, err := parseAPI(api)
		if err != nil {
			t.Fatal(err)
		}
		if got := graphQLOf(u); got != want {
			t.Errorf("%q: %s, want %s", api, got, want)
		}
	}
}
