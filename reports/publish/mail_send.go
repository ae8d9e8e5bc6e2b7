package publish

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"net"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"

	"github.com/wneessen/go-mail/smtp"

	"github.com/auxolotl/auxsync/forks"
)

// posting is the way of one message to the server.
type posting struct {
	mail    *Mail
	ctx     context.Context
	secrets []string
}

// send brings a message to the server. What goes wrong before the server took it leaves
// nothing there.
func (m *Mail) send(ctx context.Context, to *mail.Address, message []byte, password forks.Secret) error {
	p := &posting{m, ctx, m.secretsOf(password)}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", m.config.Server)
	if err != nil {
		return p.failed("connect", "", err)
	}
	defer func() { _ = conn.Close() }()
	// Closing it ends every exchange that waits.
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	client, err := p.enter(&sparing{Conn: conn, left: maxHeard}, password)
	if err != nil {
		return err
	}
	return p.post(client, to, message)
}

// enter greets the server, encrypts the connection and logs in. Whoever called it closes
// the connection.
func (p *posting) enter(conn net.Conn, password forks.Secret) (*smtp.Client, error) {
	m := p.mail
	if m.config.Security == MailTLS {
		secured := tls.Client(conn, m.tls())
		if err := secured.HandshakeContext(p.ctx); err != nil {
			return nil, p.failed("encrypt", nextSecurity, err)
		}
		conn = secured
	}
	client, err := smtp.NewClient(conn, m.host)
	if err != nil {
		return nil, p.failed("connect", nextServer, err)
	}
	if err := client.Hello(m.config.Hello); err != nil {
		return nil, p.failed("greet", nextServer, err)
	}
	if m.config.Security == MailStartTLS {
		if offered, _ := client.Extension("STARTTLS"); !offered {
			return nil, forks.AskPerson(nextSecurity, "mail server %s: it does not offer STARTTLS, and without it the report would be sent in clear", forks.Inert(m.config.Server))
		}
		if err := client.StartTLS(m.tls()); err != nil {
			return nil, p.failed("encrypt", nextSecurity, err)
		}
	}
	if password.IsZero() {
		return client, nil
	}
	return client, p.login(client, password)
}

// What a person does about a refusal.
const (
	nextServer   = "check the server's address, and that it takes mail from this machine"
	nextSecurity = "check the server's name and certificate, and how it encrypts"
	nextPassword = "check the user and the password in the credential"
	nextFrom     = "check that the server takes mail from this address"
	nextTo       = "check this recipient's address"
	nextMessage  = "ask who runs the server why"
)

// login never sees an open connection: NewMail refuses that.
func (p *posting) login(client *smtp.Client, password forks.Secret) error {
	m := p.mail
	_, offered := client.Extension("AUTH")
	ways := strings.Fields(strings.ToUpper(offered))
	var way smtp.Auth
	switch {
	case slices.Contains(ways, "PLAIN"):
		way = smtp.PlainAuth("", m.config.User, password.Reveal(), m.host, false)
	case slices.Contains(ways, "LOGIN"):
		way = smtp.LoginAuth(m.config.User, password.Reveal(), m.host, false)
	default:
		return forks.AskPerson("use a port for people's own mail, such as 587, or take the user away", "mail server %s: it offers no login with a password", forks.Inert(m.config.Server))
	}
	return p.failed("log in", nextPassword, client.Auth(way))
}

// post hands the message over.
func (p *posting) post(client *smtp.Client, to *mail.Address, message []byte) error {
	if err := client.Mail(envelope(p.mail.from)); err != nil {
		return p.failed("send from "+p.mail.from.Address, nextFrom, err)
	}
	if err := client.Rcpt(envelope(to)); err != nil {
		return p.failed("send to "+to.Address, nextTo, err)
	}
	w, err := client.Data()
	if err != nil {
		return p.failed("send the report", nextMessage, err)
	}
	if _, err := w.Write(message); err != nil {
		return p.failed("send the report", nextMessage, err)
	}
	if err := w.Close(); err != nil {
		return p.failed("send the report", nextMessage, err)
	}
	_ = client.Quit() // the server has it, however they part
	return nil
}

// envelope is an address as commands have it: without the person's name.
func envelope(a *mail.Address) string { return (&mail.Address{Address: a.Address}).String() }

func (m *Mail) tls() *tls.Config {
	c := &tls.Config{}
	if m.config.TLS != nil {
		c = m.config.TLS.Clone()
	}
	if c.ServerName == "" {
		c.ServerName = m.host
	}
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	return c
}

// failed explains an error, and gives nil for nil. A reply that is final, and a certificate
// that does not hold, need a person; everything else passes by itself.
func (p *posting) failed(doing, next string, err error) error {
	if err == nil {
		return nil
	}
	server := forks.Inert(p.mail.config.Server)
	if ended := p.ctx.Err(); ended != nil {
		return forks.RetryLater("", "mail server %s: %s: no answer in time: %w", server, doing, ended)
	}
	var said *textproto.Error
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &said) && said.Code >= 500 || errors.As(err, &untrusted) {
		return forks.AskPerson(next, "mail server %s: %s: %s", server, doing, p.quoted(err))
	}
	return forks.RetryLater("", "mail server %s: %s: %s", server, doing, p.quoted(err))
}

// quoted shows words that may be the server's, which knows the password.
func (p *posting) quoted(err error) string {
	words := err.Error()
	for _, secret := range p.secrets {
		words = strings.ReplaceAll(words, secret, forks.Secret{}.String())
	}
	return forks.Clip(forks.Inert(words), 300)
}

func encoded(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

// maxHeard is how many bytes a server may say in one session.
const maxHeard = 1 << 20

// sparing is a connection on which a server cannot talk without end.
type sparing struct {
	net.Conn
	left int
}

func (s *sparing) Read(b []byte) (int, error) {
	if s.left <= 0 {
		return 0, errors.New("the server says more than is read")
	}
	n, err := s.Conn.Read(b[:min(len(b), s.left)])
	s.left -= n
	return n, err
}
