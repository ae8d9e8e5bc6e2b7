package publish

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/mail"
	"slices"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// MailSecurity says how a connection to a mail server is encrypted.
type MailSecurity string

// The ways of encryption. None of them gives way to a weaker one.
const (
	MailStartTLS MailSecurity = "starttls" // begun in clear, and given up where the server cannot go on encrypted
	MailTLS      MailSecurity = "tls"      // encrypted from the first byte
	MailPlain    MailSecurity = "none"     // never encrypted; then nobody logs in
)

// MailConfig is what a [Mail] is made of.
type MailConfig struct {
	Server   string       // "host:port"
	Security MailSecurity // "" is MailStartTLS
	From     string       // "auxsync@example.org", or with a name before it in angle brackets
	To       []string     // written alike; each address once
	// User logs in with Secret, which is read anew each time; "" sends without.
	User   string
	Secret func() (forks.Secret, error)
	Hello  string // this machine's name, as told to the server; "" is "localhost"
	// TLS is what else is to hold for encryption, such as other roots; nil is Go's defaults.
	TLS *tls.Config
}

// Mail sends reports by mail: to each recipient a message of its own, so that one who is
// refused costs the others nothing.
//
// A mail server cannot be asked what it took. After an attempt whose end is not known, the
// same message is sent again: a second one with the Message-ID of the first, which most
// mail programs show as one, is better than none.
type Mail struct {
	config MailConfig
	host   string
	domain string // of From
	from   *mail.Address
	to     []*mail.Address
}

// NewMail makes the sink. It sends nothing. What is wrong with the config needs a person.
func NewMail(c MailConfig) (*Mail, error) {
	if c.Security == "" {
		c.Security = MailStartTLS
	}
	if c.Hello == "" {
		c.Hello = "localhost"
	}
	m := &Mail{config: c}
	host, port, err := net.SplitHostPort(c.Server)
	switch {
	case err != nil || host == "" || port == "":
		return nil, forks.AskPerson(`write it as "mail.example.org:587"`, "mail: %q is not the address of a mail server", forks.Inert(c.Server))
	case !slices.Contains([]MailSecurity{MailStartTLS, MailTLS, MailPlain}, c.Security):
		return nil, forks.AskPerson(`write "starttls", "tls" or "none"`, "mail: %q is no way to encrypt mail", forks.Inert(string(c.Security)))
	case c.User != "" && c.Security == MailPlain:
		return nil, forks.AskPerson(`use "starttls" or "tls"`, "mail: the password would be sent to %s in clear", forks.Inert(c.Server))
	case c.User != "" && c.Secret == nil:
		return nil, forks.AskPerson("name the credential that holds it", "mail: there is no password for the user %q", forks.Inert(c.User))
	case strings.ContainsFunc(c.Hello, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, forks.AskPerson(`write it as "host.example.org"`, "mail: %q is no name of a machine", forks.Inert(c.Hello))
	case len(c.To) == 0:
		return nil, forks.AskPerson("name at least one", "mail: there are no recipients")
	}
	m.host = host
	if m.from, err = mailAddress(c.From); err != nil {
		return nil, err
	}
	m.domain = m.from.Address[strings.LastIndexByte(m.from.Address, '@')+1:]
	for _, text := range c.To {
		to, err := mailAddress(text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(m.to, func(one *mail.Address) bool { return strings.EqualFold(one.Address, to.Address) }) {
			return nil, forks.AskPerson("name each recipient once", "mail: %s would get each report twice", forks.Inert(to.Address))
		}
		m.to = append(m.to, to)
	}
	return m, nil
}

// mailAddress reads an address that is safe in a command and in a header.
func mailAddress(text string) (*mail.Address, error) {
	a, err := mail.ParseAddress(text)
	if err != nil || forks.Inert(text) != text || strings.ContainsAny(a.Address, " <>\"\\") || strings.Contains(a.Name, "=?") {
		return nil, forks.AskPerson(`write it as "ada@example.org" or "Ada <ada@example.org>"`, "mail: %q is not a mail address", forks.Inert(text))
	}
	return a, nil
}

// Name is "mail".
func (m *Mail) Name() string { return "mail" }

// Parts are the recipients' addresses.
func (m *Mail) Parts() []string {
	var parts []string
	for _, to := range m.to {
		parts = append(parts, to.Address)
	}
	return parts
}

// Deliver sends the report to one recipient, and returns the message's Message-ID. A server
// that refuses for good needs a person, one that refuses for now or does not answer is
// tried again. It ends when ctx does. Whether an earlier attempt was begun makes no
// difference, as said at [Mail].
func (m *Mail) Deliver(ctx context.Context, p Post, part string, _ bool) (string, error) {
	at := slices.IndexFunc(m.to, func(to *mail.Address) bool { return to.Address == part })
	if at < 0 {
		return "", forks.AskPerson("add the address to the recipients, or leave it", "mail: %q is no recipient", forks.Inert(part))
	}
	var password forks.Secret
	if m.config.User != "" {
		var err error
		switch password, err = m.config.Secret(); {
		case err != nil:
			return "", fmt.Errorf("mail: password: %w", err)
		case password.IsZero():
			return "", forks.AskPerson("write the password into the credential's file", "mail: the credential of the user %q is empty", forks.Inert(m.config.User))
		}
	}
	id, message, err := m.letter(p, m.to[at])
	if err != nil {
		return "", fmt.Errorf("mail: write the message: %w", err)
	}
	if err := m.send(ctx, m.to[at], message, password); err != nil {
		return "", err
	}
	return id, nil
}

// secretsOf are the forms in which a server that was told a password can repeat it.
func (m *Mail) secretsOf(password forks.Secret) []string {
	if password.IsZero() {
		return nil
	}
	text := password.Reveal()
	return []string{text, encoded(text), encoded("\x00" + m.config.User + "\x00" + text)}
}
