package publish_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"math/big"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// sent is a message that the server took.
type sent struct {
	from, to string
	data     []byte
}

// post is a mail server: a real one, whose mind the test makes up.
type post struct {
	t       *testing.T
	address string
	roots   *x509.CertPool

	mu     sync.Mutex
	taken  []sent
	logins int
	// What the server says to a recipient, and to a message after its data; nil takes it.
	rcpt, data func(to string) error
	// holds is closed for a server that does not answer to a sender.
	holds chan struct{}
}

type postOptions struct {
	noTLS    bool // does not offer STARTTLS
	implicit bool // encrypted from the first byte
	user     string
	password string
	ways     []string // of login; PLAIN
	// refusal is what a wrong password is told, made of the right one and the one that was told.
	refusal func(told string) string
}

func newPost(t *testing.T, o postOptions) *post {
	t.Helper()
	p := &post{t: t}
	certificate, roots := selfSigned(t)
	p.roots = roots
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{post: p, o: o}, nil }))
	server.Domain = "mail.example.org"
	server.ErrorLog = quiet{}
	if o.ways == nil {
		o.ways = []string{sasl.Plain}
	}
	if !o.noTLS {
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.address = l.Addr().String()
	if o.implicit {
		l = tls.NewListener(l, server.TLSConfig)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(l)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close() // which it may not have begun to serve
		<-ended
	})
	return p
}

func (p *post) all() []sent {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.taken)
}

// now changes the server's mind.
func (p *post) now(rcpt, data func(to string) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rcpt, p.data = rcpt, data
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type session struct {
	*post
	o        postOptions
	from, to string
	known    bool
}

func (s *session) AuthMechanisms() []string {
	if s.o.user == "" {
		return nil
	}
	return s.o.ways
}

func (s *session) Auth(way string) (sasl.Server, error) {
	check := func(user, password string) error {
		s.mu.Lock()
		s.logins++
		s.mu.Unlock()
		if user != s.o.user || password != s.o.password {
			words := "Authentication failed"
			if s.o.refusal != nil {
				words = s.o.refusal(password)
			}
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: words}
		}
		s.known = true
		return nil
	}
	if way == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer is the old way that some servers know alone.
type loginServer struct {
	check func(user, password string) error
	step  int
	user  string
}

func (l *loginServer) Next(said []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(said)
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.user, string(said))
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mu.Lock()
	holds := s.holds
	s.mu.Unlock()
	if holds != nil {
		<-holds
	}
	if s.o.user != "" && !s.known {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.to = to
	if s.rcpt != nil {
		return s.rcpt(to)
	}
	return nil
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.data != nil {
		if err := s.data(s.to); err != nil && !errors.Is(err, errTakenAllTheSame) {
			return err
		} else if err != nil {
			s.taken = append(s.taken, sent{s.from, s.to, data})
			return &smtp.SMTPError{Code: 421, Message: "Going down"}
		}
	}
	s.taken = append(s.taken, sent{s.from, s.to, data})
	return nil
}

// errTakenAllTheSame has the message taken, and the sender told otherwise.
var errTakenAllTheSame = errors.New("taken all the same")

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

// selfSigned makes a certificate for 127.0.0.1, and what trusts it.
func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example.org"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(made)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}
