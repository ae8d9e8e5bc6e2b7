package publish_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/publish"
	"github.com/auxolotl/auxsync/reports/weekly"
)

var ctx = context.Background()

const canary = "pa$$wörd ca nary+/7"

var made = time.Date(2026, 11, 23, 6, 30, 0, 0, time.UTC)

func aPost() publish.Post {
	return publish.Post{
		Report:   weekly.Report{Fork: "nixpkgs", Week: forks.Week{Year: 2026, Number: 47}, Made: made},
		Title:    "nixpkgs, week 2026-W47: 6 h behind upstream",
		Markdown: []byte("# nixpkgs\n\nAll is well.\n"),
		HTML:     []byte("<!DOCTYPE html>\n<title>nixpkgs</title>\n<p>All is well: ü.\n"),
	}
}

// mailTo makes the sink for a server.
func mailTo(t *testing.T, p *post, change func(*publish.MailConfig)) *publish.Mail {
	t.Helper()
	c := publish.MailConfig{
		Server: p.address, From: "auxsync <auxsync@example.org>", To: []string{"ada@example.org", "Bob B. <bob@example.net>"},
		Hello: "aux.example.org", TLS: &tls.Config{RootCAs: p.roots},
	}
	if change != nil {
		change(&c)
	}
	m, err := publish.NewMail(c)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func kindOf(err error) string {
	var p *forks.Problem
	switch {
	case err == nil:
		return "nil"
	case errors.As(err, &p):
		return [...]string{"fatal", "retry", "person"}[p.Kind]
	}
	return "plain"
}

// letter is a message as its reader's program sees it.
type letter struct {
	mail.Header
	text       string
	attachment string
	file       string
	fileType   string
}

func parsed(t *testing.T, data []byte) letter {
	t.Helper()
	for line := range bytes.SplitSeq(data, []byte("\r\n")) {
		if len(line) > 998 || bytes.ContainsAny(line, "\r\n") {
			t.Errorf("a line that no server has to take: %.80q (%d)", line, len(line))
		}
	}
	msg, err := mail.ReadMessage(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/mixed" {
		t.Fatalf("%s: %v", kind, err)
	}
	l := letter{Header: msg.Header}
	r := multipart.NewReader(msg.Body, params["boundary"])
	part, err := r.NextRawPart()
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(quotedprintable.NewReader(part))
	if err != nil || !strings.HasPrefix(part.Header.Get("Content-Type"), "text/plain; charset=UTF-8") {
		t.Errorf("%v: %v", part.Header, err)
	}
	l.text = strings.ReplaceAll(string(text), "\r\n", "\n")
	if part, err = r.NextRawPart(); err != nil {
		t.Fatal(err)
	}
	l.file, l.fileType = part.FileName(), part.Header.Get("Content-Type")
	attached, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, part))
	if err != nil {
		t.Fatal(err)
	}
	l.attachment = string(attached)
	if _, err := r.NextRawPart(); err != io.EOF {
		t.Errorf("more parts: %v", err)
	}
	return l
}

func (l letter) subject(t *testing.T) string {
	t.Helper()
	s, err := new(mime.WordDecoder).DecodeHeader(l.Get("Subject"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEachRecipientGetsAMessageOfTheirOwn(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	if parts := m.Parts(); m.Name() != "mail" || !slices.Equal(parts, []string{"ada@example.org", "bob@example.net"}) {
		t.Errorf("%s %v", m.Name(), parts)
	}
	for _, part := range m.Parts() {
		ref, err := m.Deliver(ctx, aPost(), part, false)
		if err != nil || ref != "<auxsync.nixpkgs.2026-W47@example.org>" {
			t.Fatalf("%q: %v", ref, err)
		}
	}
	all := p.all()
	if len(all) != 2 || all[0].to != "ada@example.org" || all[1].to != "bob@example.net" || all[0].from != "auxsync@example.org" {
		t.Fatalf("%+v", all)
	}
	want := map[string]string{
		"From": `"auxsync" <auxsync@example.org>`, "To": `"Bob B." <bob@example.net>`, "Date": "Mon, 23 Nov 2026 06:30:00 +0000",
		"Message-Id": "<auxsync.nixpkgs.2026-W47@example.org>", "Auto-Submitted": "auto-generated",
		"List-Id": "<nixpkgs.auxsync.example.org>", "Subject": aPost().Title, "Cc": "", "Bcc": "",
	}
	l := parsed(t, all[1].data)
	for name, value := range want {
		if got := l.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if l.text != string(aPost().Markdown) || l.attachment != string(aPost().HTML) || l.file != "nixpkgs-2026-W47.html" || !strings.HasPrefix(l.fileType, "text/html; charset=utf-8") {
		t.Errorf("%+v", l)
	}
	if first := parsed(t, all[0].data); first.Get("Message-Id") != l.Get("Message-Id") || first.Get("To") != "<ada@example.org>" {
		t.Errorf("the first message: %v", first.Header)
	}
}

func TestWhatTheServerRefusesForNowIsSentLater(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	later := func(string) error { return &smtp.SMTPError{Code: 451, Message: "Try again\x1b[31m later"} }
	for _, mind := range [][2]func(string) error{{later, nil}, {nil, later}} {
		p.now(mind[0], mind[1])
		_, err := m.Deliver(ctx, aPost(), "ada@example.org", false)
		if kindOf(err) != "retry" || !strings.Contains(err.Error(), "451") || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%v", err)
		}
	}
	p.now(nil, nil)
	if _, err := m.Deliver(ctx, aPost(), "ada@example.org", true); err != nil || len(p.all()) != 1 {
		t.Errorf("%d messages: %v", len(p.all()), err)
	}
}

func TestOneRecipientWhoIsRefusedCostsTheOtherNothing(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	p.now(func(to string) error {
		if to == "ada@example.org" {
			return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user"}
		}
		return nil
	}, nil)
	m := mailTo(t, p, nil)
	_, err := m.Deliver(ctx, aPost(), "ada@example.org", false)
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "No such user") || !strings.Contains(err.Error(), "ada@example.org") || !strings.Contains(err.Error(), "check this recipient") {
		t.Errorf("%v", err)
	}
	if _, err := m.Deliver(ctx, aPost(), "bob@example.net", false); err != nil {
		t.Error(err)
	}
	if all := p.all(); len(all) != 1 || all[0].to != "bob@example.net" {
		t.Errorf("%+v", all)
	}
	p.now(nil, func(string) error { return &smtp.SMTPError{Code: 554, Message: "Looks like spam"} })
	if _, err := m.Deliver(ctx, aPost(), "bob@example.net", false); kindOf(err) != "person" {
		t.Errorf("refused after its data: %v", err)
	}
}

func TestAMessageThatMayHaveArrivedIsSentAgainAsTheSame(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	p.now(nil, func(string) error { return errTakenAllTheSame })
	if _, err := m.Deliver(ctx, aPost(), "ada@example.org", false); kindOf(err) != "retry" {
		t.Errorf("%v", err)
	}
	p.now(nil, nil)
	if _, err := m.Deliver(ctx, aPost(), "ada@example.org", true); err != nil {
		t.Error(err)
	}
	all := p.all()
	if len(all) != 2 {
		t.Fatalf("%d messages", len(all))
	}
	one, two := parsed(t, all[0].data), parsed(t, all[1].data)
	for _, name := range []string{"Message-Id", "Date", "Subject", "From", "To"} {
		if one.Get(name) == "" || one.Get(name) != two.Get(name) {
			t.Errorf("%s: %q and %q", name, one.Get(name), two.Get(name))
		}
	}
	if one.text != two.text {
		t.Error("another text")
	}
}

func TestWithoutSTARTTLSNothingIsSent(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{noTLS: true, user: "aux", password: canary})
	m := mailTo(t, p, func(c *publish.MailConfig) {
		c.User, c.Secret = "aux", func() (forks.Secret, error) { return forks.NewSecret(canary), nil }
	})
	_, err := m.Deliver(ctx, aPost(), "ada@example.org", false)
	if kindOf(err) != "person" || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("%v", err)
	}
	if len(p.all()) != 0 || p.logins != 0 {
		t.Errorf("%d messages, %d logins", len(p.all()), p.logins)
	}
}

func TestACertificateThatDoesNotHoldNeedsAPerson(t *testing.T) {
	t.Parallel()
	for _, way := range []publish.MailSecurity{publish.MailStartTLS, publish.MailTLS} {
		p := newPost(t, postOptions{implicit: way == publish.MailTLS})
		m := mailTo(t, p, func(c *publish.MailConfig) { c.Security, c.TLS = way, nil })
		_, err := m.Deliver(ctx, aPost(), "ada@example.org", false)
		if kindOf(err) != "person" || !strings.Contains(err.Error(), "certificate") || len(p.all()) != 0 {
			t.Errorf("%s: %v", way, err)
		}
	}
}

func TestMailIsSentInEachWayThatTheServerKnows(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name     string
		o        postOptions
		security publish.MailSecurity
	}{
		{"plain", postOptions{noTLS: true}, publish.MailPlain},
		{"starttls", postOptions{user: "aux", password: canary}, publish.MailStartTLS},
		{"the old login", postOptions{user: "aux", password: canary, ways: []string{"LOGIN"}}, publish.MailStartTLS},
		{"tls", postOptions{implicit: true, user: "aux", password: canary}, publish.MailTLS},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := newPost(t, c.o)
			read := 0
			m := mailTo(t, p, func(config *publish.MailConfig) {
				config.Security, config.User = c.security, c.o.user
				config.Secret = func() (forks.Secret, error) { read++; return forks.NewSecret(canary), nil }
			})
			for range 2 {
				if _, err := m.Deliver(ctx, aPost(), "ada@example.org", false); err != nil {
					t.Fatal(err)
				}
			}
			if len(p.all()) != 2 || c.o.user != "" && (read != 2 || p.logins != 2) {
				t.Errorf("%d messages, %d logins, password read %d times", len(p.all()), p.logins, read)
			}
		})
	}
}

func TestAWrongPasswordNeedsAPersonAndIsShownNowhere(t *testing.T) {
	t.Parallel()
	for name, refusal := range map[string]func(string) string{
		"":             nil,
		"as it is":     func(told string) string { return "not " + told },
		"encoded":      func(told string) string { return "not " + base64.StdEncoding.EncodeToString([]byte(told)) },
		"as it came":   func(told string) string { return base64.StdEncoding.EncodeToString([]byte("\x00aux\x00" + told)) },
		"line by line": func(told string) string { return "no\n" + told },
	} {
		p := newPost(t, postOptions{user: "aux", password: "another", refusal: refusal})
		m := mailTo(t, p, func(c *publish.MailConfig) {
			c.User, c.Secret = "aux", func() (forks.Secret, error) { return forks.NewSecret(canary), nil }
		})
		_, err := m.Deliver(ctx, aPost(), "ada@example.org", false)
		if kindOf(err) != "person" || !strings.Contains(err.Error(), "535") || !strings.Contains(err.Error(), "credential") {
			t.Errorf("%s: %v", name, err)
		}
		for _, form := range []string{canary, forks.Inert(canary), base64.StdEncoding.EncodeToString([]byte(canary)), base64.StdEncoding.EncodeToString([]byte("\x00aux\x00" + canary))} {
			for said := err; said != nil; said = errors.Unwrap(said) {
				if strings.Contains(said.Error(), form) || strings.Contains(fmt.Sprintf("%+v", said), form) {
					t.Errorf("%s: the password is in %v", name, said)
				}
			}
		}
		if strings.Contains(fmt.Sprintf("%+v", m), canary) {
			t.Error("the password is in the sink")
		}
	}
}

func TestAPasswordThatCannotBeReadIsNoReasonToSendWithout(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	for want, read := range map[string]func() (forks.Secret, error){
		"person": func() (forks.Secret, error) { return forks.Secret{}, nil },
		"retry":  func() (forks.Secret, error) { return forks.Secret{}, forks.RetryLater("", "busy") },
	} {
		m := mailTo(t, p, func(c *publish.MailConfig) { c.User, c.Secret = "aux", read })
		if _, err := m.Deliver(ctx, aPost(), "ada@example.org", false); kindOf(err) != want {
			t.Errorf("%v", err)
		}
	}
	if len(p.all()) != 0 {
		t.Error("sent")
	}
}

func TestADeliveryEndsWithItsContext(t *testing.T) {
	t.Parallel()
	mute, err := net.Listen("tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = mute.Close() })
	p := newPost(t, postOptions{})
	p.holds = make(chan struct{})
	t.Cleanup(func() { close(p.holds) })
	for name, address := range map[string]string{"before its greeting": mute.Addr().String(), "amid": p.address} {
		for _, way := range []publish.MailSecurity{publish.MailStartTLS, publish.MailTLS} {
			if way == publish.MailTLS && address == p.address {
				continue
			}
			m := mailTo(t, p, func(c *publish.MailConfig) { c.Server, c.Security = address, way })
			ending, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
			_, err := m.Deliver(ending, aPost(), "ada@example.org", false)
			cancel()
			if kindOf(err) != "retry" || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
		}
	}
}

func TestAServerThatIsNotThereOrTalksWithoutEndIsTriedAgain(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := l.Accept()
		if err != nil {
			return
		}
		for err == nil {
			_, err = conn.Write([]byte("220-hello, hello, hello, hello\r\n"))
		}
		_ = conn.Close()
	}()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, func(c *publish.MailConfig) { c.Server = l.Addr().String() })
	if _, err := m.Deliver(ctx, aPost(), "ada@example.org", false); kindOf(err) != "retry" || len(err.Error()) > 500 {
		t.Errorf("%v", err)
	}
	_ = l.Close()
	<-ended
	if _, err := m.Deliver(ctx, aPost(), "ada@example.org", false); kindOf(err) != "retry" {
		t.Errorf("%v", err)
	}
}

func TestATitleCannotAddAHeader(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	want := parsedHeaders(t, p, m, aPost())
	for _, title := range []string{
		"a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org\n\nbody", "a\r Bcc: eve@example.org", "a\x00b",
		"=?utf-8?q?a=0D=0ABcc:_eve@example.org?=", "=?utf-8?b?YQ0KQmNjOiBldmU=?=", "ü\r\nBcc: eve@example.org", "\u2028Bcc: x", "", " ", strings.Repeat(" ", 300) + "x",
		strings.Repeat("long ", 400), strings.Repeat("x", 3000), strings.Repeat("ü", 3000), "a\u202egro.elpmaxe",
	} {
		post := aPost()
		post.Title = title
		if got := parsedHeaders(t, p, m, post); !slices.Equal(got, want) {
			t.Errorf("%.60q: headers %v", title, got)
		}
	}
}

// parsedHeaders are the names of the headers of what is delivered.
func parsedHeaders(t *testing.T, p *post, m *publish.Mail, post publish.Post) (names []string) {
	t.Helper()
	if _, err := m.Deliver(ctx, post, "ada@example.org", false); err != nil {
		t.Fatal(err)
	}
	all := p.all()
	l := parsed(t, all[len(all)-1].data)
	for name := range l.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	if s := l.subject(t); strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x202e || r == 0x2028 }) || len([]rune(s)) > 200 {
		t.Errorf("subject %q", s)
	}
	if l.text != string(post.Markdown) {
		t.Errorf("text %.100q", l.text)
	}
	return names
}

func TestATextArrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	for _, text := range []string{
		".\n", "..\n.\n.x\n", "a\n.\nQUIT\nMAIL FROM:<eve@example.org>\n", strings.Repeat("long ", 2000) + "\n", strings.Repeat("x", 5000) + "\n",
		strings.Repeat("ü", 5000) + "\n", "From here\n\nFrom there\n", "trailing \nand\t\n", "no newline", "= =3D =\n", "--boundary\n--\n", "",
	} {
		post := aPost()
		post.Title = "Woche 47: ü, 日本語, " + strings.Repeat("und so weiter ", 5)
		post.Markdown = []byte(text)
		if _, err := m.Deliver(ctx, post, "ada@example.org", false); err != nil {
			t.Fatal(err)
		}
		all := p.all()
		l := parsed(t, all[len(all)-1].data)
		if l.text != text {
			t.Errorf("%.60q came as %.60q", text, l.text)
		}
		if got := l.subject(t); got != strings.TrimSpace(post.Title) {
			t.Errorf("subject %q", got)
		}
	}
}

func TestAForkWithAnUnusualNameHasAPlainMessageID(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	m := mailTo(t, p, nil)
	seen := map[string]bool{}
	for _, fork := range []string{"nixpkgs", "Nix>\r\nBcc: x", "Nix> x", strings.Repeat("n", 80)} {
		post := aPost()
		post.Report.Fork = fork
		ref, err := m.Deliver(ctx, post, "ada@example.org", false)
		if a, bad := mail.ParseAddress(ref); err != nil || bad != nil || seen[ref] || "<"+a.Address+">" != ref {
			t.Errorf("%q: %q %v %v", fork, ref, err, bad)
		}
		seen[ref] = true
	}
}

func TestAMailConfigThatIsWrongNeedsAPerson(t *testing.T) {
	t.Parallel()
	p := newPost(t, postOptions{})
	for want, change := range map[string]func(*publish.MailConfig){
		"address of a mail server": func(c *publish.MailConfig) { c.Server = "mail.example.org" },
		"no way to encrypt":        func(c *publish.MailConfig) { c.Security = "maybe" },
		"in clear":                 func(c *publish.MailConfig) { c.Security, c.User = publish.MailPlain, "aux" },
		"no password":              func(c *publish.MailConfig) { c.User = "aux" },
		"no name of a machine":     func(c *publish.MailConfig) { c.Hello = "a\r\nMAIL FROM:<>" },
		"no recipients":            func(c *publish.MailConfig) { c.To = nil },
		"twice":                    func(c *publish.MailConfig) { c.To = []string{"ada@example.org", "Ada <Ada@example.org>"} },
		"not a mail address":       func(c *publish.MailConfig) { c.To = []string{"ada"} },
		`"auxsync\n@x" is not`:     func(c *publish.MailConfig) { c.From = "auxsync\n@x" },
	} {
		c := publish.MailConfig{Server: p.address, From: "auxsync@example.org", To: []string{"ada@example.org"}}
		change(&c)
		if _, err := publish.NewMail(c); kindOf(err) != "person" || !strings.Contains(strings.ReplaceAll(err.Error(), `\\`, `\`), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	if _, err := mailTo(t, p, nil).Deliver(ctx, aPost(), "eve@example.org", false); kindOf(err) != "person" {
		t.Errorf("somebody who is no recipient: %v", err)
	}
}
