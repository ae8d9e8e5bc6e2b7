package githubtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"time"
)

// app is a GitHub App with one installation.
type app struct {
	id, installation int64
	slug             string
	bot              *account
	key              *rsa.PublicKey
	rights           Rights
	repos            []*repository
	suspended        time.Time // zero: it is not
	created          time.Time
}

// App makes a GitHub App that is installed on repositories, and returns its private
// key in PEM. It acts as the bot "<slug>[bot]".
func (s *Server) App(id, installation int64, slug string, rights Rights, repos ...string) []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		s.t.Fatalf("key of the App %s: %v", slug, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	a := &app{id: id, installation: installation, slug: slug, key: &key.PublicKey, rights: rights, created: s.now()}
	a.bot = s.addAccount(slug+"[bot]", Bot)
	for _, full := range repos {
		a.repos = append(a.repos, s.mustRepo(full))
	}
	s.apps = append(s.apps, a)
	return pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
}

// Suspend suspends an installation, or ends that.
func (s *Server) Suspend(installation int64, suspended bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.apps {
		if a.installation == installation {
			a.suspended = time.Time{}
			if suspended {
				a.suspended = s.now()
			}
			return
		}
	}
	s.t.Fatalf("there is no installation %d", installation)
}

// claims is what an App signs.
type claims struct {
	Issuer  json.RawMessage `json:"iss"`
	Issued  int64           `json:"iat"`
	Expires int64           `json:"exp"`
}

// appOf checks a JSON web token and returns whose it is, or GitHub's complaint.
func (s *Server) appOf(jwt string) (*app, string) {
	const undecodable = "A JSON web token could not be decoded"
	parts := strings.Split(jwt, ".")
	if len(parts) != 3 {
		return nil, undecodable
	}
	var header struct {
		Algorithm string `json:"alg"`
	}
	var c claims
	if !decodePart(parts[0], &header) || !decodePart(parts[1], &c) || header.Algorithm != "RS256" {
		return nil, undecodable
	}
	var a *app
	for _, candidate := range s.apps {
		if strings.Trim(string(c.Issuer), `"`) == fmt.Sprint(candidate.id) {
			a = candidate
		}
	}
	if a == nil {
		return nil, "Integration not found"
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if err != nil || rsa.VerifyPKCS1v15(a.key, crypto.SHA256, sum[:], signature) != nil {
		return nil, undecodable
	}
	return a, s.untimely(c)
}

func decodePart(part string, into any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(part)
	return err == nil && json.Unmarshal(raw, into) == nil
}

// untimely says what is wrong with a token's times.
func (s *Server) untimely(c claims) string {
	now := s.clock.Now()
	issued, expires := time.Unix(c.Issued, 0), time.Unix(c.Expires, 0)
	switch {
	case c.Issued == 0 || issued.After(now.Add(time.Minute)):
		return "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
	case !expires.After(now):
		return "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires"
	case expires.After(now.Add(10*time.Minute + 30*time.Second)):
		return "'Expiration time' claim ('exp') is too far in the future"
	}
	return ""
}

// postAccessToken answers POST /app/installations/{installation_id}/access_tokens.
func postAccessToken(c *call) answer {
	if c.app.installation != int64(c.number("installation_id")) {
		return c.notFound()
	}
	if !c.app.suspended.IsZero() {
		return c.refuse(403, "This installation has been suspended")
	}
	var in struct {
		Repositories []string          `json:"repositories"`
		IDs          []int64           `json:"repository_ids"`
		Permissions  map[string]string `json:"permissions"`
	}
	if !c.read(&in) {
		return c.malformed()
	}
	s := c.s
	t := &token{
		secret: fmt.Sprintf("ghs_%036d", s.nextID()), owner: c.app.bot, rights: c.app.rights, app: c.app, repos: c.app.repos,
		expires: c.now.Add(time.Hour),
	}
	if why := t.narrow(in.Repositories, in.IDs, in.Permissions); why != "" {
		return c.refuse(422, why)
	}
	s.tokens[t.secret] = t
	return answer{status: 201, body: object{
		"token": t.secret, "expires_at": stamp(t.expires), "permissions": rightsView(t.rights), "repository_selection": "selected",
	}}
}

// narrow makes a token one for less than its App has; it says why that is not less.
func (t *token) narrow(names []string, ids []int64, permissions map[string]string) string {
	if len(names)+len(ids) > 0 {
		t.repos = nil
		for _, r := range t.app.repos {
			if slices.Contains(names, r.name) || slices.Contains(ids, r.id) {
				t.repos = append(t.repos, r)
			}
		}
		if len(t.repos) != len(names)+len(ids) {
			return "There is at least one repository that does not exist or is not accessible to the parent installation."
		}
	}
	if len(permissions) == 0 {
		return ""
	}
	t.rights = Rights{}
	for name, word := range permissions {
		level := map[string]Level{"read": CanRead, "write": CanWrite}[word]
		if name != "metadata" && level > t.app.rights[name] {
			return "The permissions requested are not granted to this installation."
		}
		t.rights[name] = level
	}
	return ""
}

func getApp(c *call) answer { return ok(c.s.appView(c.app)) }

// getInstallation answers GET /repos/{owner}/{repo}/installation.
func getInstallation(c *call) answer {
	for _, r := range c.app.repos {
		if r == c.repo {
			return ok(c.s.installationView(c.app, r.owner))
		}
	}
	return c.notFound()
}
