package repo

import (
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// address is a URL that passed the checks below.
type address struct {
	url       string // for git
	shown     string // for people
	transport string // https, http, ssh or file
	scope     string // for http.<scope>.extraHeader; "" if the transport is not HTTP
}

// remoteHelper matches what git takes for the name of a program to run.
var remoteHelper = regexp.MustCompile(`^[A-Za-z0-9+.-]*::`)

// parseAddress checks a URL. It is stricter than git: no program can be named by
// it, no option hidden in it, and no secret stands in it.
func parseAddress(raw string, transports []string) (address, error) {
	shown := showURL(raw)
	refuse := func(next, why string) (address, error) {
		return address{}, forks.AskPerson(next, "URL %q: %s", shown, why)
	}
	switch {
	case raw == "":
		return refuse("set the URL of the repository", "is empty")
	case strings.HasPrefix(raw, "-"):
		return refuse("write a path that begins with - as ./-path", "begins with - and would be read as an option")
	case strings.ContainsFunc(raw, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return refuse("remove the control characters from the URL", "has control characters")
	case remoteHelper.MatchString(raw):
		return refuse("use an https, ssh or file URL", "names a program to run")
	}
	a := address{url: raw, shown: shown}
	var why, next string
	switch scheme, _, has := strings.Cut(raw, "://"); {
	case has:
		next, why = a.parseURL(scheme)
	case isLocalPath(raw):
		a.transport = "file"
		if abs, err := filepath.Abs(raw); err == nil {
			a.url, a.shown = abs, abs
		}
	default:
		next, why = a.parseSCP()
	}
	if why != "" {
		return refuse(next, why)
	}
	if len(transports) == 0 {
		transports = []string{"https"}
	}
	if !slices.Contains(transports, a.transport) {
		return refuse("add "+quoted(a.transport)+" to allow_transports if that is meant",
			"uses the transport "+quoted(a.transport)+", which is not allowed here")
	}
	return a, nil
}

// parseURL checks the scheme://… form. It returns the next step and the reason
// if the URL is refused.
func (a *address) parseURL(scheme string) (next, why string) {
	a.transport = scheme
	if scheme == "file" {
		if !strings.HasPrefix(a.url, "file:///") {
			return "write file:///path", "names a host in a file URL"
		}
		return "", ""
	}
	u, err := url.Parse(a.url)
	if err != nil {
		return "correct the URL", "cannot be read"
	}
	if strings.HasPrefix(u.Hostname(), "-") || u.Hostname() == "" {
		return "correct the host of the URL", "has no usable host name"
	}
	if _, has := u.User.Password(); has {
		return "remove the password from the URL and set credential instead", "holds a password"
	}
	switch scheme {
	case "http", "https":
		if u.User != nil {
			return "remove the part before @ and set credential instead", "holds a user name, which may be a token"
		}
		if u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
			return "remove what follows ? or #", "has a query or fragment"
		}
		a.scope = a.url
	case "ssh":
		if strings.HasPrefix(u.User.Username(), "-") {
			return "correct the user of the URL", "has a user name that would be read as an option"
		}
	}
	return "", ""
}

// parseSCP checks the host:path form, which is ssh.
func (a *address) parseSCP() (next, why string) {
	a.transport = "ssh"
	host, path, _ := strings.Cut(a.url, ":")
	if strings.HasPrefix(a.url, "[") {
		if i := strings.Index(a.url, "]:"); i > 0 {
			host, path = a.url[1:i], a.url[i+2:]
		}
	}
	user, name, has := strings.Cut(host, "@")
	if !has {
		user, name = "", host
	}
	if name == "" || strings.HasPrefix(name, "-") || strings.HasPrefix(user, "-") {
		return "correct the host of the URL", "has no usable host name"
	}
	if before, _, _ := strings.Cut(path, "/"); strings.Contains(before, "@") {
		return "remove the password from the URL; ssh uses keys", "seems to hold a password"
	}
	return "", ""
}

// isLocalPath follows git: a colon before the first slash means host:path.
func isLocalPath(s string) bool {
	colon, slash := strings.IndexByte(s, ':'), strings.IndexByte(s, '/')
	return colon < 0 || slash >= 0 && slash < colon
}

var scpPassword = regexp.MustCompile(`^[^/@]*:[^/]*@`)

// showURL returns a URL as people may see it: without user names of http URLs,
// passwords and control characters.
func showURL(raw string) string {
	switch {
	case strings.Contains(raw, "://"):
		raw = userinfo.ReplaceAllString(raw, "${1}"+hidden+"@")
		if i := strings.IndexAny(raw, "?#"); i >= 0 {
			raw = raw[:i] + raw[i:i+1] + hidden
		}
	case scpPassword.MatchString(raw):
		raw = scpPassword.ReplaceAllString(raw, hidden+"@")
	}
	return escapeLine(raw)
}

func quoted(s string) string { return `"` + escapeLine(s) + `"` }
