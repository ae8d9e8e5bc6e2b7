package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/forks"
)

// DiscourseConfig is what a [Discourse] is made of.
type DiscourseConfig struct {
	URL      string // of the forum; https, or http on loopback
	User     string // who writes
	Category int    // the category's number; 0 for the forum's default
	// Key is the API key, read anew each time. It needs the scopes to write and read topics.
	Key   func() (forks.Secret, error)
	Clock clockwork.Clock
	// Transport carries the requests; nil is one like [http.DefaultTransport].
	Transport http.RoundTripper
}

// Discourse opens a topic of a forum for each report. A forum has at most one topic with
// an external id, and tells where that is: so there is never a second one.
type Discourse struct {
	config DiscourseConfig
	base   *url.URL
	wire   http.RoundTripper
}

// What Discourse takes, unless a forum's settings say otherwise, in characters.
const (
	minTopicTitle = 15
	maxTopicTitle = 255
	maxTopicText  = 32_000
)

// NewDiscourse makes the sink. It sends nothing. What is wrong with the config needs a
// person.
func NewDiscourse(c DiscourseConfig) (*Discourse, error) {
	base, err := url.Parse(c.URL)
	const next = `write it as "https://forum.example.org"`
	switch {
	case err != nil || base.Host == "" || base.User != nil || base.RawQuery != "" || base.Fragment != "":
		return nil, forks.AskPerson(next, "discourse: the address of the forum cannot be used") // it may hold a password
	case base.Scheme != "https" && (base.Scheme != "http" || !onLoopback(base.Hostname())):
		return nil, forks.AskPerson(next, "discourse: the address of the forum at %s is not https, and a key goes there", forks.Inert(base.Host))
	case c.User == "" || !isHeader(c.User):
		return nil, forks.AskPerson("name the account that writes the reports", "discourse: %q is no user of a forum", forks.Inert(c.User))
	case c.Category < 0:
		return nil, forks.AskPerson("write the number at the end of the category's address", "discourse: there is no category %d", c.Category)
	case c.Key == nil || c.Clock == nil:
		return nil, errors.New("discourse: it needs a key and a clock")
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	return &Discourse{config: c, base: base.JoinPath("/"), wire: patient(c.Transport, c.Clock)}, nil
}

func onLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func isHeader(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// Name is "discourse".
func (d *Discourse) Name() string { return "discourse" }

// Parts is one: the topic.
func (d *Discourse) Parts() []string { return []string{""} }

// Deliver opens the report's topic, and returns its address. A topic that is there already
// is left as it is: people may have edited it. What the forum refuses needs a person; a
// forum that does not answer is tried again, not before the time that it names.
func (d *Discourse) Deliver(ctx context.Context, p Post, _ string, begun bool) (string, error) {
	key, err := d.config.Key()
	switch {
	case err != nil:
		return "", fmt.Errorf("discourse: API key: %w", err)
	case key.IsZero() || !isHeader(key.Reveal()):
		return "", forks.AskPerson("write the API key into the credential's file", "discourse: the credential holds no API key")
	}
	t := &talk{d, key}
	id := externalID(p.Report.Fork, p.Report.Week)
	if begun {
		if ref, err := t.find(ctx, id); err != nil || ref != "" {
			return ref, err
		}
	}
	if n := utf8.RuneCount(p.Markdown); n > maxTopicText {
		return "", forks.AskPerson("report this as a mistake of auxsync", "discourse: the report has %d characters, and a topic takes %d", n, maxTopicText)
	}
	return t.open(ctx, id, topicTitle(p), p.Markdown)
}

// open opens a topic, unless there is one with that id.
func (t *talk) open(ctx context.Context, id, title string, text []byte) (string, error) {
	const doing = "open a topic"
	body, err := json.Marshal(struct {
		Title    string `json:"title"`
		Raw      string `json:"raw"`
		Category int    `json:"category,omitempty"`
		External string `json:"external_id"`
	}{title, string(text), t.config.Category, id})
	if err != nil {
		return "", fmt.Errorf("discourse: %w", err)
	}
	said, err := t.ask(ctx, doing, http.MethodPost, "posts.json", body)
	if err != nil {
		return "", err
	}
	if said.status == http.StatusUnprocessableEntity {
		// It may be about the external id. In which words is the forum's language.
		switch ref, err := t.find(ctx, id); {
		case err != nil || ref != "":
			return ref, err
		case said.mentionsExternalID():
			return "", t.refused(doing, said, "have the deleted topic of this report recovered, or leave it")
		}
		return "", t.refused(doing, said, "change the forum's settings so that it takes the report")
	}
	var opened struct {
		Action string `json:"action"`
		ID     int    `json:"topic_id"`
		Slug   string `json:"topic_slug"`
	}
	switch {
	case said.status != http.StatusOK:
		return "", t.unexpected(doing, said)
	case json.Unmarshal(said.body, &opened) != nil:
		return "", t.unexpected(doing, said)
	case opened.Action == "enqueued":
		return "", forks.AskPerson("approve it there, and let this user write without review", "discourse: %s: %s: it waits in the forum's review queue", t.host(), doing)
	case opened.ID < 1:
		return "", t.unexpected(doing, said)
	}
	return t.topic(opened.Slug, fmt.Sprint(opened.ID)), nil
}

// find returns the address of the topic with an external id; "" if there is none.
func (t *talk) find(ctx context.Context, id string) (string, error) {
	const doing = "look for the report's topic"
	said, err := t.ask(ctx, doing, http.MethodGet, "t/external_id/"+id+".json", nil)
	if err != nil {
		return "", err
	}
	switch {
	case said.status == http.StatusNotFound:
		return "", nil
	case said.status >= 300 && said.status < 400:
		// It tells the topic's address by leading there. The key does not follow.
		return t.led(doing, said)
	case said.status != http.StatusOK:
		return "", t.unexpected(doing, said)
	}
	var topic struct {
		ID   int    `json:"id"`
		Slug string `json:"slug"`
	}
	if json.Unmarshal(said.body, &topic) != nil || topic.ID < 1 {
		return "", t.unexpected(doing, said)
	}
	return t.topic(topic.Slug, fmt.Sprint(topic.ID)), nil
}

// topicPath is where topics are, below the forum's address.
var topicPath = regexp.MustCompile(`^t/(?:([^/]{1,300})/)?([0-9]{1,12})(?:\.json)?$`)

// led reads a topic's address from where an answer leads.
func (t *talk) led(doing string, said reply) (string, error) {
	to, err := t.base.Parse(said.location)
	if err != nil || !strings.EqualFold(to.Hostname(), t.base.Hostname()) {
		return "", forks.AskPerson("write the forum's own address into `url`", "discourse: %s: %s: it leads to another server, and the key does not go there", t.host(), doing)
	}
	below, _ := strings.CutPrefix(to.Path, t.base.Path)
	m := topicPath.FindStringSubmatch(below)
	if m == nil {
		return "", forks.AskPerson("check `url`, and what the key may do", "discourse: %s: %s: it leads to %s, which is no topic", t.host(), doing, quotedWords(to.Path))
	}
	return t.topic(m[1], m[2]), nil
}

// maxSlug is how long the readable part of a topic's address may be, in bytes: it does
// without.
const maxSlug = 300

// topic is the address of a topic, below the forum's own whatever the forum said.
func (t *talk) topic(slug, number string) string {
	if slug == "" || len(slug) > maxSlug || slug == "." || slug == ".." || strings.Contains(slug, "/") {
		return t.base.JoinPath("t", number).String()
	}
	return t.base.JoinPath("t", url.PathEscape(slug), number).String()
}

// topicTitle makes a title that a forum takes.
func topicTitle(p Post) string {
	title := strings.Join(strings.Fields(forks.Inert(p.Title)), " ")
	if utf8.RuneCountInString(title) < minTopicTitle {
		title = strings.TrimSpace(fmt.Sprintf("%s, auxsync's report of %s", title, p.Report.Week))
	}
	return forks.Clip(title, maxTopicTitle)
}

// externalID is the id of a report's topic: at most 50 letters, digits and dashes.
func externalID(fork string, week forks.Week) string {
	return strings.ToLower(fmt.Sprintf("auxsync-%s-%s", plainName(fork), week))
}

var plainPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,29}$`)

// plainName is a fork's name where only plain and short ones are taken: the name, or a
// number that belongs to it.
func plainName(fork string) string {
	if plainPattern.MatchString(fork) {
		return fork
	}
	sum := sha256.Sum256([]byte(fork))
	return hex.EncodeToString(sum[:10])
}

// mentionsExternalID reports whether a refusal names that field.
func (r reply) mentionsExternalID() bool {
	return bytes.Contains(bytes.ToLower(r.body), []byte("external"))
}
