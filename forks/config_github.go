package forks

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// githubAPI is the API of github.com.
const githubAPI = "https://api.github.com"

// maxAppID bounds the numbers of Apps and installations: all that JSON keeps exact.
const maxAppID = 1<<53 - 1

// maxAsked bounds who is asked: a pull request takes ten assignees and drops the rest.
const maxAsked = 10

// references reads what happens to references in the messages of patches.
func (r *configReader) references(t *tomlTable, path keyPath, forge string) string {
	value := r.choice(t, path, "references", text{"", 0, fromDefault}, KeepReferences, DefuseReferences)
	if v := t.values["references"]; v != nil && forge == ForgeGit {
		r.problems.add(v.line, path.child("references"), "is read with forge = %q alone; set that, or remove this key", ForgeGitHub)
	}
	if forge == ForgeGitHub {
		r.show(path.child("references"), value)
	}
	return value.value
}

// github reads [forks.NAME.github] of the fork whose table begins at line; base has
// what the fork says beside it, and url where it says its address.
func (r *configReader) github(t *tomlTable, path keyPath, line int, base Track, url text) GitHub {
	at := path.child("github")
	own, ownLine := r.table(t, path, "github")
	if base.Forge != ForgeGitHub {
		if ownLine == 0 {
			return GitHub{}
		}
		if base.Forge == ForgeGit {
			r.problems.add(ownLine, at, "is read with forge = %q alone; set that, or remove this table", ForgeGitHub)
		}
	}
	githubKeys().check(own, at, r.problems)
	var g GitHub
	api := r.api(own, at)
	g.API = api.value
	if base.Forge == ForgeGitHub {
		r.githubPlace(&g, path, base, max(line, url.line), api)
		if t.values["credential"] == nil {
			r.problems.add(line, path.child("credential"), "is missing; forge = %q needs a token, or with app_id the private key of the App", ForgeGitHub)
		}
	}
	unset := parsed[int64]{text: text{from: fromDefault}}
	app := r.whole(own, at, "app_id", unset, 1, maxAppID)
	installation := r.whole(own, at, "installation_id", unset, 1, maxAppID)
	if installation.line > 0 && own.values["app_id"] == nil {
		r.problems.add(installation.line, at.child("installation_id"), "needs app_id, the App that is installed")
	}
	r.show(at.child("app_id"), app.text)
	r.show(at.child("installation_id"), installation.text)
	g.AppID, g.InstallationID = app.value, installation.value
	g.ApproveMerges = r.flag(own, at, "approve_merges", true)
	g.Dashboard = r.flag(own, at, "dashboard", true)
	poll := r.span(own, at, "poll", parsed[time.Duration]{text{"60s", 0, fromDefault}, time.Minute}, 15*time.Second, time.Hour)
	r.show(at.child("poll"), poll.text)
	g.Poll = poll.value
	g.Ask = r.asked(own, at, g.Owner)
	g.WebhookSecret = r.webhook(own, at, base.Credential)
	return g
}

// webhook reads where the secret of the webhook is.
func (r *configReader) webhook(t *tomlTable, path keyPath, credential string) string {
	secret := r.credential(t, path, "webhook_secret")
	switch v := t.values["webhook_secret"]; {
	case v == nil:
	case !r.listens:
		r.problems.add(v.line, path.child("webhook_secret"), "needs listen at the top of the file, the address where the webhook arrives")
	case secret != "" && secret == credential:
		r.problems.add(v.line, path.child("webhook_secret"), "is the fork's credential; the webhook has a secret of its own")
	}
	return secret
}

// api reads the address of the API. The result is empty if it cannot be used; no
// problem repeats it, since it may hold a password.
func (r *configReader) api(t *tomlTable, path keyPath) text {
	value, ok := r.text(t, path, "api")
	switch {
	case !ok:
		value = text{githubAPI, 0, fromDefault}
	case value.line == 0:
		return text{}
	default:
		if err := checkAPI(value.value); err != nil {
			r.problems.add(value.line, path.child("api"), "the address %v", err)
			return text{}
		}
		value.value = strings.TrimRight(value.value, "/")
	}
	r.show(path.child("api"), value)
	return value
}

// checkAPI returns why an address cannot be that of an API, or nil. The error never
// contains the address.
func checkAPI(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("is not a valid URL")
	case u.User != nil:
		return errors.New("contains a user name or password; name a file that holds the token in credential")
	case strings.ContainsAny(raw, "?#"):
		return errors.New("contains '?' or '#', which no address of an API needs")
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return fmt.Errorf("must be an https URL, such as %s", githubAPI)
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("must be https, for the credential goes there; http is for this machine alone, such as http://127.0.0.1:8080")
	}
	return nil
}

// loopback reports whether a host is this machine by its name alone.
func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// githubPlace finds the repositories in the addresses of a fork, and tells where they
// and the API do not belong together. What cannot be read at all was told before.
func (r *configReader) githubPlace(g *GitHub, path keyPath, base Track, urlLine int, api text) {
	fork, err := parseAddress(base.URL)
	if err != nil || api.value == "" {
		return
	}
	host := apiHost(api.value)
	local := loopback(host)
	key, apiKey := path.child("url"), path.child("github").child("api")
	owner, repo, exact := fork.onForge()
	switch {
	case fork.transport != "https" && (!local || fork.transport == "ssh"):
		r.problems.add(urlLine, key, "must be an https URL with forge = %q, for git sends the credential there", ForgeGitHub)
		return
	case owner == "" || !exact && !local:
		r.problems.add(urlLine, key, "must be the host and /OWNER/REPO or /OWNER/REPO.git, and nothing else, with forge = %q", ForgeGitHub)
		return
	case local || sameForge(fork.host, host):
	case api.line == 0:
		r.problems.add(urlLine, key, "is not on github.com; name the API of its host in %s, such as https://HOST/api/v3", apiKey)
	default:
		r.problems.add(api.line, apiKey, "is not on the host of the fork's url, and the credential goes to both")
	}
	g.Owner, g.Repo = owner, repo
	up, err := parseAddress(base.Upstream)
	if err != nil || up.forgeHost() != fork.forgeHost() {
		return
	}
	if owner, repo, _ := up.onForge(); owner != "" {
		g.UpstreamRepo = owner + "/" + repo
	}
	if strings.EqualFold(g.UpstreamRepo, g.Owner+"/"+g.Repo) && !SameRepository(base.Upstream, base.URL) {
		r.problems.add(urlLine, key, "is the same repository as upstream, and auxsync never pushes to upstream")
	}
}

// apiHost returns the host of an API, with its port unless that is the usual one.
func apiHost(api string) string {
	u, err := url.Parse(api)
	if err != nil {
		return "" // checkAPI has told
	}
	if u.Port() == "" || u.Port() == "443" {
		return strings.ToLower(u.Hostname())
	}
	if loopback(u.Hostname()) {
		return u.Hostname() // every port of it is this machine
	}
	return strings.ToLower(u.Host)
}

// sameForge reports whether an API serves the repositories of a host.
func sameForge(host, api string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ":443")
	return api == host || api == "api."+host
}

// forgeHost is equal for the addresses of one forge, which may have names for git of
// its own.
func (a address) forgeHost() string {
	host := strings.ToLower(a.host)
	for _, port := range []string{":443", ":80", ":22"} {
		host = strings.TrimSuffix(host, port)
	}
	return strings.TrimPrefix(strings.TrimPrefix(host, "www."), "ssh.")
}

var (
	ownerPattern = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$`)
	repoPattern  = regexp.MustCompile(`^[A-Za-z0-9._-]{1,100}$`)
	teamPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$`)
)

// onForge returns the last two parts of the path, without ".git", if they can be a
// repository's; exact tells that there is nothing else.
func (a address) onForge() (owner, repo string, exact bool) {
	parts := strings.Split(strings.Trim(a.path, "/"), "/")
	if len(parts) < 2 {
		return "", "", false
	}
	owner, repo = parts[len(parts)-2], strings.TrimSuffix(parts[len(parts)-1], ".git")
	if !ownerPattern.MatchString(owner) || !repoPattern.MatchString(repo) || repo == "." || repo == ".." {
		return "", "", false
	}
	return owner, repo, strings.TrimSuffix(a.path, ".git") == "/"+owner+"/"+repo
}

// asked reads who is asked where nobody better is known. Teams are of the fork's
// owner, if that is known.
func (r *configReader) asked(t *tomlTable, path keyPath, owner string) []string {
	key := path.child("ask")
	v := t.values["ask"]
	if v == nil {
		r.show(key, text{"", 0, fromDefault})
		return nil
	}
	if v.kind != tomlArray {
		r.problems.add(v.line, key, "must be an array of strings, not %s", v.kind)
		return nil
	}
	switch n := len(v.list); {
	case n == 0:
		r.problems.add(v.line, key, "names nobody; leave it out for its default")
	case n > maxAsked:
		r.problems.add(v.line, key, "names %d; a pull request can be given to %d at most", n, maxAsked)
	}
	var all []string
	for _, item := range v.list {
		if item.kind != tomlString {
			r.problems.add(v.line, key, "must hold strings, not %s", item.kind)
			return nil
		}
		name := item.text
		if err := checkAsked(name, owner); err != nil {
			r.problems.add(v.line, key, "%v", err)
		} else if slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, name) }) {
			r.problems.add(v.line, key, "names %q twice", name)
		}
		all = append(all, name)
	}
	r.show(key, text{strings.Join(all, ", "), v.line, r.origin(v.line)})
	return all
}

func checkAsked(name, owner string) error {
	org, team, isTeam := strings.Cut(name, "/")
	switch {
	case strings.HasPrefix(name, "@"):
		return fmt.Errorf("%q: write it without '@'", name)
	case !ownerPattern.MatchString(org), isTeam && !teamPattern.MatchString(team):
		return fmt.Errorf(`%q is neither a login, such as "ada", nor a team, such as "auxolotl/core"`, name)
	case isTeam && owner != "" && !strings.EqualFold(org, owner):
		return fmt.Errorf("the team %q is not of %s, who owns the fork", name, owner)
	}
	return nil
}
