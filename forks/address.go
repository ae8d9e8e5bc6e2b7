package forks

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"
)

// Transports lists the ways to reach a repository that config can allow.
func Transports() []string { return []string{"https", "http", "ssh", "file"} }

// Transport tells how git would reach a repository: one of [Transports]. It
// refuses every address that runs a program, could be read as an option,
// carries a credential or control characters, or is relative. The error never
// contains the address, which may hold a password.
func Transport(address string) (string, error) {
	a, err := parseAddress(address)
	return a.transport, err
}

// SameRepository reports whether two addresses name the same repository as far
// as their text tells: whatever the transport, a trailing slash or ".git", the
// default port, and on hosts the case of letters (big forges ignore it). An
// address that [Transport] refuses is the same as none.
func SameRepository(a, b string) bool {
	x, errX := parseAddress(a)
	y, errY := parseAddress(b)
	return errX == nil && errY == nil && x.identity() == y.identity()
}

// address is a parsed address of a repository.
type address struct {
	transport string
	host      string // with port; empty for file
	path      string
}

// identity is equal for addresses of the same repository.
func (a address) identity() string {
	trimmed := strings.TrimSuffix(path.Clean("/"+a.path), ".git")
	trimmed = strings.TrimRight(trimmed, "/")
	if a.transport == "file" {
		return "file:" + trimmed
	}
	host := a.host
	for _, port := range []string{":443", ":80", ":22"} {
		host = strings.TrimSuffix(host, port)
	}
	return strings.ToLower("//" + host + trimmed)
}

func parseAddress(raw string) (address, error) {
	scheme, _, isURL := strings.Cut(raw, "://")
	host, rest, hasColon := strings.Cut(raw, ":")
	switch {
	case raw == "":
		return address{}, errors.New("is empty")
	case strings.ContainsFunc(raw, unicode.IsControl):
		return address{}, errors.New("contains a control character")
	case strings.TrimSpace(raw) != raw:
		return address{}, errors.New("begins or ends with a space")
	case raw[0] == '-':
		return address{}, errors.New("begins with '-', which git would read as an option")
	case strings.Contains(raw, "::"):
		return address{}, errors.New("contains '::', with which git would run a helper program")
	case raw[0] == '/':
		return fileAddress(raw)
	case isURL && !strings.ContainsAny(scheme, "/:"):
		return parseURL(scheme, raw)
	case hasColon && !strings.Contains(host, "/"):
		return parseSCP(host, rest)
	}
	return address{}, errors.New("is neither a URL nor an absolute path")
}

func fileAddress(p string) (address, error) {
	if path.Clean(p) == "/" {
		return address{}, errors.New("names no repository")
	}
	return address{transport: "file", path: p}, nil
}

// parseURL reads scheme://host/path.
func parseURL(scheme, raw string) (address, error) {
	// git takes any scheme that it does not know, HTTPS too, for the name of a
	// program to run.
	if !slices.Contains(Transports(), scheme) {
		return address{}, fmt.Errorf("has the transport %q; known are %s", scheme, strings.Join(Transports(), ", "))
	}
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, errors.New("is not a valid URL")
	}
	_, hasPassword := u.User.Password()
	switch {
	case hasPassword, u.User != nil && scheme != "ssh":
		return address{}, errors.New("contains a user name or password; name a file that holds the token in credential")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return address{}, errors.New("contains '?' or '#', which no address of a repository needs")
	case strings.ContainsFunc(u.Host+u.Path+u.User.Username(), unicode.IsControl):
		return address{}, errors.New("contains a control character")
	case scheme == "file" && u.Host != "":
		return address{}, errors.New("names a host; a file URL has three slashes: file:///path")
	case scheme == "file":
		return fileAddress(u.Path)
	case u.Hostname() == "":
		return address{}, errors.New("names no host")
	case strings.HasPrefix(u.Host, "-"), strings.HasPrefix(u.User.Username(), "-"):
		return address{}, errors.New("has a host or user that begins with '-', which ssh would read as an option")
	case strings.Trim(u.Path, "/") == "":
		return address{}, errors.New("names no repository")
	}
	return address{transport: scheme, host: u.Host, path: u.Path}, nil
}

// parseSCP reads the short form of ssh: user@host:path.
func parseSCP(host, p string) (address, error) {
	firstPart, _, _ := strings.Cut(p, "/")
	user, name, hasUser := strings.Cut(host, "@")
	if !hasUser {
		user, name = "", host
	}
	switch {
	case strings.Contains(firstPart, "@"):
		return address{}, errors.New("contains a password; name a file that holds the token in credential")
	case name == "":
		return address{}, errors.New("names no host")
	case strings.HasPrefix(name, "-"), strings.HasPrefix(user, "-"), strings.HasPrefix(p, "-"):
		return address{}, errors.New("has a part that begins with '-', which ssh would read as an option")
	case strings.Trim(p, "/") == "":
		return address{}, errors.New("names no repository")
	}
	return address{transport: "ssh", host: name, path: p}, nil
}
