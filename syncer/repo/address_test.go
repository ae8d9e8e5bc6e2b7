package repo_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

func TestRefusedURLs(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	all := []string{"https", "http", "ssh", "file"}
	for _, c := range []struct {
		name, url  string
		transports []string
		says       string
	}{
		{"nothing", "", all, "empty"},
		{"an option", "--upload-pack=touch x", all, "begins with -"},
		{"a program", "ext::sh -c touch% x", all, "names a program"},
		{"a descriptor", "fd::17", all, "names a program"},
		{"any helper", "foo::https://host/x", all, "names a program"},
		{"a helper without a name", "::x", all, "names a program"},
		{"a newline", "https://host/x\ny", all, "control"},
		{"an escape", "https://host/\x1b[31m", all, "control"},
		{"a NUL", "/srv/x\x00y", all, "control"},
		{"a password", "https://ada:hunter2@host/x", all, "password"},
		{"a password for ssh", "ssh://ada:hunter2@host/x", all, "password"},
		{"a password before a path", "ada:hunter2@host:x", all, "password"},
		{"a token as the user", "https://hunter2@host/x", all, "user name"},
		{"a query", "https://host/x?token=hunter2", all, "query"},
		{"a fragment", "https://host/x#hunter2", all, "query"},
		{"an option as the host", "ssh://-oProxyCommand=x/y", all, "host"},
		{"an option as the user", "ssh://-oProxyCommand=x@host/y", all, "option"},
		{"an option as the scp host", "-oProxyCommand=x:y", all, "begins with -"},
		{"an option behind the scp user", "git@-oProxyCommand=x:y", all, "host"},
		{"no host", "https:///x", all, "host"},
		{"a host in a file URL", "file://host/x", all, "host"},
		{"an unknown transport", "git://host/x", all, `"git"`},
		{"another spelling", "HTTPS://host/x", all, `"HTTPS"`},
		{"http where https is meant", "http://host/x", []string{"https"}, `"http"`},
		{"a path where https is meant", "/srv/x.git", nil, `"file"`},
		{"a relative path where https is meant", "../x", nil, `"file"`},
		{"scp-like where https is meant", "git@host:x", []string{"https"}, `"ssh"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := g.Remote(repo.Access{URL: c.url, Transports: c.transports})
			wantKind(t, err, forks.NeedsPerson)
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "; ") {
				t.Errorf("the message names not %q and a next step: %v", c.says, err)
			}
			if strings.Contains(err.Error(), "hunter2") || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("the message shows too much: %q", err)
			}
		})
	}
}

func TestAcceptedURLs(t *testing.T) {
	t.Parallel()
	g := newGit(t)
	for url, transport := range map[string]string{
		"https://host/x.git":       "https",
		"http://127.0.0.1:8080/x":  "http",
		"http://[::1]:8080/x":      "http",
		"ssh://git@host:22/x.git":  "ssh",
		"git@host:x/y.git":         "ssh",
		"git@[::1]:x":              "ssh",
		"/srv/x.git":               "file",
		"./-x":                     "file",
		"/srv/a:b.git":             "file",
		"file:///srv/x.git":        "file",
		"/srv/with space/x@y:z::a": "file",
	} {
		if _, err := g.Remote(repo.Access{URL: url, Transports: []string{transport}}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
		_, err := g.Remote(repo.Access{URL: url, Transports: []string{"other"}})
		wantKind(t, err, forks.NeedsPerson)
	}
}

func TestTheShownURLHoldsNoUserName(t *testing.T) {
	t.Parallel()
	r := remote(t, newGit(t), repo.Access{URL: "ssh://git@host/x", Transports: []string{"ssh"}})
	wantSame(t, "shown URL", r.URL(), "ssh://***@host/x")
}
