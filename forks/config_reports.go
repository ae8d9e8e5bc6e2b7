package forks

import (
	"errors"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// ReportsConfig says where this machine keeps the weekly reports of all forks.
type ReportsConfig struct {
	Dir string // absolute; holds reports alone, and may be served to everybody
	// URL is the address at which Dir is served, without a slash at its end: https, or http
	// on this machine; "" for none.
	URL string
}

// ForkReports says where the weekly reports of one fork go.
type ForkReports struct {
	Files     bool             // to the directory of [ReportsConfig]
	Issue     bool             // to an issue of the fork; only where its forge is [ForgeGitHub]
	Discourse DiscourseReports // zero for none
	Mail      MailReports      // zero for none
}

// DiscourseReports names a category of a Discourse that gets a topic for each report.
type DiscourseReports struct {
	URL        string // https, or http on this machine; without a slash at its end
	Category   int    // its number
	User       string // who posts
	Credential string // file, or name of a systemd credential, that holds the key of the API
}

// MailReports says who gets each report by mail, and by which server.
type MailReports struct {
	Server     string // host:port
	TLS        MailTLS
	From       string   // an address, maybe with a name before it
	To         []string // addresses; one at least, none twice
	User       string   // "" where the server asks for no name
	Credential string   // file, or name of a systemd credential, that holds the password; set exactly where User is
}

// MailTLS says how the connection to a mail server is kept secret.
type MailTLS string

// The ways to connect to a mail server.
const (
	MailStartTLS MailTLS = "starttls" // TLS after the greeting, never without it
	MailOnlyTLS  MailTLS = "tls"      // TLS from the first byte
	MailNoTLS    MailTLS = "none"     // only to a server on this machine
)

// maxRecipients bounds who gets a report by mail: more are a mailing list's work.
const maxRecipients = 50

// Reports returns where this machine keeps the weekly reports.
func (c *Config) Reports() ReportsConfig { return c.reports }

// ReportsOf returns where the weekly reports of a fork go; nowhere, for one that config
// does not have.
func (c *Config) ReportsOf(fork string) ForkReports {
	to := c.forkReports[fork]
	to.Mail.To = slices.Clone(to.Mail.To)
	return to
}

func reportsKeys() keySet {
	return keySet{table: "[reports]", now: []string{"dir", "url"}, other: configSets}
}

func forkReportsKeys() keySet {
	return keySet{table: "[forks.NAME.reports]", now: []string{"files", "issue", "discourse", "mail"}, other: configSets}
}

func discourseKeys() keySet {
	return keySet{table: "[forks.NAME.reports.discourse]", now: []string{"url", "category", "user", "credential"}, other: configSets}
}

func mailKeys() keySet {
	return keySet{table: "[forks.NAME.reports.mail]", now: []string{"server", "tls", "from", "to", "user", "credential"}, other: configSets}
}

// reports reads [reports]; the directories of cfg are known.
func (r *configReader) reports(root *tomlTable, cfg *Config) ReportsConfig {
	path := keyPath{"reports"}
	t, _ := r.table(root, nil, "reports")
	reportsKeys().check(t, path, r.problems)
	dir := r.reportsDir(t, path.child("dir"), cfg)
	at, _ := r.pageAddress(t, path, "url", "the reports")
	r.show(path.child("dir"), dir)
	r.show(path.child("url"), at)
	return ReportsConfig{Dir: dir.value, URL: at.value}
}

// reportsDir reads where the reports are kept: what is there may be served to everybody,
// so it holds nothing else.
func (r *configReader) reportsDir(t *tomlTable, key keyPath, cfg *Config) text {
	dir, ok := r.text(t, key[:len(key)-1], "dir")
	switch {
	case !ok && cfg.StateDir == "":
		return text{from: fromDefault} // that it is missing was told
	case !ok:
		return text{filepath.Join(cfg.StateDir, "reports"), 0, fromDefault}
	case dir.line == 0:
	case !filepath.IsAbs(dir.value):
		r.problems.add(dir.line, key, "%q must be an absolute path", dir.value)
		return text{}
	case within(cfg.StateDir, dir.value):
		r.problems.add(dir.line, key, "%q holds state_dir %q, which nobody else is to read; name a folder of its own", dir.value, cfg.StateDir)
	case within(dir.value, cfg.CacheDir):
		r.problems.add(dir.line, key, "%q lies in cache_dir %q; a cache may be deleted, so put them side by side", dir.value, cfg.CacheDir)
	case within(cfg.CacheDir, dir.value):
		r.problems.add(dir.line, key, "%q holds cache_dir %q; name a folder of its own", dir.value, cfg.CacheDir)
	}
	dir.value = filepath.Clean(dir.value)
	return dir
}

// within reports whether a path is the folder dir or lies in it; both are absolute, or
// empty where they are not known.
func within(path, dir string) bool {
	if path == "" || dir == "" {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// pageAddress reads the address of pages, of what is named by role. The result is empty
// if it cannot be used; no problem repeats it, since it may hold a password.
func (r *configReader) pageAddress(t *tomlTable, path keyPath, key, role string) (value text, ok bool) {
	value, ok = r.text(t, path, key)
	if !ok || value.line == 0 {
		return text{from: value.from}, ok
	}
	if err := checkPageAddress(value.value); err != nil {
		r.problems.add(value.line, path.child(key), "the address of %s %v", role, err)
		return text{from: value.from}, true
	}
	value.value = strings.TrimRight(value.value, "/")
	return value, true
}

// checkPageAddress returns why an address cannot be that of pages, or nil. The error
// never contains the address.
func checkPageAddress(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil:
		return errors.New("is not a valid URL")
	case u.User != nil:
		return errors.New("contains a user name or password, and stands where others read it")
	case strings.ContainsAny(raw, `?#"<>\ `):
		return errors.New(`contains a space or one of ?#"<>\`)
	case u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "":
		return errors.New("must be an https URL, such as https://reports.example.org")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return errors.New("must be https; http is for this machine alone, such as http://127.0.0.1:8080")
	}
	return nil
}

// reportsOf reads [forks.NAME.reports].
func (r *configReader) reportsOf(fork *tomlTable, forkPath keyPath, forge string) ForkReports {
	path := forkPath.child("reports")
	t, _ := r.table(fork, forkPath, "reports")
	forkReportsKeys().check(t, path, r.problems)
	to := ForkReports{Files: r.flag(t, path, "files", true), Issue: r.flag(t, path, "issue", false)}
	if to.Issue && forge == ForgeGit {
		r.problems.add(t.values["issue"].line, path.child("issue"), "needs forge = %q; set that, or remove this key", ForgeGitHub)
	}
	if own, line := r.table(t, path, "discourse"); line > 0 {
		to.Discourse = r.discourse(own, path.child("discourse"), line)
	}
	if own, line := r.table(t, path, "mail"); line > 0 {
		to.Mail = r.mail(own, path.child("mail"), line)
	}
	return to
}

func (r *configReader) discourse(t *tomlTable, path keyPath, line int) DiscourseReports {
	discourseKeys().check(t, path, r.problems)
	at, ok := r.pageAddress(t, path, "url", "the Discourse")
	if !ok {
		r.missing(line, path.child("url"), "the address of the Discourse, such as https://forum.example.org")
	}
	category := r.whole(t, path, "category", parsed[int64]{text: text{from: fromDefault}}, 1, maxAppID)
	if t.values["category"] == nil {
		r.missing(line, path.child("category"), "the number of the category, which stands at the end of its address")
	}
	user, ok := r.text(t, path, "user")
	switch {
	case !ok:
		r.missing(line, path.child("user"), "the name of the user who posts")
	case user.line > 0 && strings.ContainsAny(user.value, "@/ "):
		r.problems.add(user.line, path.child("user"), "%q is no user's name; write it without '@'", user.value)
	}
	r.show(path.child("url"), at)
	r.show(path.child("category"), category.text)
	r.show(path.child("user"), user)
	credential := r.password(t, path)
	if t.values["credential"] == nil {
		r.missing(line, path.child("credential"), "where the key of the API is")
	}
	return DiscourseReports{URL: at.value, Category: int(category.value), User: user.value, Credential: credential}
}

func (r *configReader) missing(line int, key keyPath, what string) {
	r.problems.add(line, key, "is missing; it is %s", what)
}

func (r *configReader) mail(t *tomlTable, path keyPath, line int) MailReports {
	mailKeys().check(t, path, r.problems)
	server, way := r.mailServer(t, path, line)
	from, ok := r.text(t, path, "from")
	if !ok {
		r.missing(line, path.child("from"), "the address that the mail comes from")
	} else if from.line > 0 {
		if a, err := mail.ParseAddress(from.value); err != nil || !plainAddress(a.Address) {
			r.problems.add(from.line, path.child("from"), `%q is no address of mail, such as "auxsync@example.org"`, from.value)
		}
	}
	r.show(path.child("from"), from)
	m := MailReports{Server: server, TLS: way, From: from.value, To: r.recipients(t, path, line)}
	user, _ := r.text(t, path, "user")
	r.show(path.child("user"), user)
	m.User, m.Credential = user.value, r.password(t, path)
	switch named, given := t.values["user"], t.values["credential"]; {
	case named != nil && given == nil:
		r.problems.add(named.line, path.child("user"), "needs credential, where the password is")
	case named == nil && given != nil:
		r.problems.add(given.line, path.child("credential"), "needs user, whose password it is")
	case named != nil && m.TLS == MailNoTLS:
		r.problems.add(named.line, path.child("user"), "needs tls = %q or %q: the password would be sent in clear", MailStartTLS, MailOnlyTLS)
	}
	return m
}

// mailServer reads the server and how to connect to it.
func (r *configReader) mailServer(t *tomlTable, path keyPath, line int) (string, MailTLS) {
	server, ok := r.text(t, path, "server")
	way := r.choice(t, path, "tls", text{string(MailStartTLS), 0, fromDefault}, string(MailStartTLS), string(MailOnlyTLS), string(MailNoTLS))
	r.show(path.child("server"), server)
	r.show(path.child("tls"), way)
	if !ok {
		r.missing(line, path.child("server"), `the mail server and its port, such as "smtp.example.org:587"`)
	}
	if server.line == 0 {
		return "", MailTLS(way.value)
	}
	host, port, err := net.SplitHostPort(server.value)
	number, portErr := strconv.ParseUint(port, 10, 16)
	switch {
	case err != nil, portErr != nil, number == 0, net.ParseIP(host) == nil && (host == "" || !hostName(host)):
		r.problems.add(server.line, path.child("server"), `%q must be a host and a port, such as "smtp.example.org:587"`, server.value)
	case way.value == string(MailNoTLS) && !loopback(host):
		r.problems.add(way.line, path.child("tls"), `"none" is for a server on this machine alone, such as "127.0.0.1:25"`)
	case way.value == string(MailStartTLS) && number == 465:
		r.problems.add(max(server.line, way.line), path.child("tls"), `must be "tls" with port 465, where TLS begins with the first byte`)
	}
	return server.value, MailTLS(way.value)
}

// recipients reads who gets the mail.
func (r *configReader) recipients(t *tomlTable, path keyPath, line int) []string {
	key, v := path.child("to"), t.values["to"]
	switch {
	case v == nil:
		r.missing(line, key, "who gets the mail")
		return nil
	case v.kind != tomlArray:
		r.problems.add(v.line, key, "must be an array of strings, not %s", v.kind)
		return nil
	case len(v.list) == 0:
		r.problems.add(v.line, key, "names nobody; remove the table instead")
	case len(v.list) > maxRecipients:
		r.problems.add(v.line, key, "names %d, and %d are the most; name a mailing list", len(v.list), maxRecipients)
	}
	var all []string
	for _, item := range v.list {
		switch {
		case item.kind != tomlString:
			r.problems.add(v.line, key, "must hold strings, not %s", item.kind)
			return nil
		case !plainAddress(item.text):
			r.problems.add(v.line, key, `%q is no address of mail, such as "core@example.org"`, item.text)
		case slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, item.text) }):
			r.problems.add(v.line, key, "names %q twice", item.text)
		default:
			all = append(all, item.text)
		}
	}
	r.show(key, text{strings.Join(all, ", "), v.line, r.origin(v.line)})
	return all
}

// plainAddress reports whether s is an address of mail that every server takes: nothing
// quoted, and no name.
func plainAddress(s string) bool {
	a, err := mail.ParseAddress(s)
	name, host, _ := strings.Cut(s, "@")
	return err == nil && a.Address == s && a.Name == "" && len(s) <= 254 && name != "" && mailbox.MatchString(name) && hostName(host)
}

// mailbox is the part of an address before its '@', as far as every server takes it.
var mailbox = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}$")

// credentialName is what the name of a systemd credential looks like here; what a
// password may look like besides is not taken for one.
var credentialName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// password reads where a secret is that has no form of its own, so that it could be
// mistaken for the name of a credential; what cannot be one is not repeated.
func (r *configReader) password(t *tomlTable, path keyPath) string {
	v := t.values["credential"]
	if v != nil && v.kind == tomlString && v.text != "" && !strings.HasPrefix(v.text, "/") && !credentialName.MatchString(v.text) {
		r.problems.add(v.line, path.child("credential"), "must be an absolute path or the name of a systemd credential; is it the secret itself? Put that into a file and name the file here")
		return ""
	}
	return r.credential(t, path, "credential")
}
