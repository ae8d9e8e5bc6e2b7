package weekly

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

// MaxEntries is how many reports a feed has.
const MaxEntries = 20

// FeedInfo is what a feed says of itself. Only Fork is needed.
type FeedInfo struct {
	Fork   string
	Title  string // "" for one made of the fork's name
	Self   string // https address of the feed; "" for none
	Home   string // of the page that people read; "" for none
	Author string // "" for auxsync
	// ID is the feed's for ever, whatever its addresses become, and the beginning of its
	// entries'; "" for [FeedID] of the fork.
	ID string
}

// FeedID is the id of a fork's feed: a tag URI (RFC 4151), which depends on no address.
func FeedID(fork string) string { return "tag:auxsync,2026:reports/" + tagPart(fork) }

// tagPart is a name in the characters that a tag URI takes as they are; others become their
// bytes in hex.
func tagPart(name string) string {
	var b strings.Builder
	for _, c := range []byte(name) {
		if c < utf8.RuneSelf && (isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-') {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// The parts of an Atom feed (RFC 4287) that are used.
type (
	atomFeed struct {
		XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
		Title   string      `xml:"title"`
		ID      string      `xml:"id"`
		Updated string      `xml:"updated"`
		Author  atomAuthor  `xml:"author"`
		Links   []atomLink  `xml:"link"`
		Entries []atomEntry `xml:"entry"`
	}
	atomAuthor struct {
		Name string `xml:"name"`
	}
	atomLink struct {
		Rel  string `xml:"rel,attr"`
		Type string `xml:"type,attr"`
		Href string `xml:"href,attr"`
	}
	atomEntry struct {
		Title     string     `xml:"title"`
		ID        string     `xml:"id"`
		Published string     `xml:"published"`
		Updated   string     `xml:"updated"`
		Links     []atomLink `xml:"link"`
		Summary   atomText   `xml:"summary"`
	}
	atomText struct {
		Type string `xml:"type,attr"`
		Text string `xml:",chardata"`
	}
)

// Feed writes reports as an Atom feed: the newest week first, [MaxEntries] at most. Of
// several reports of one week of a fork, the one that was made last counts. A feed of the
// same reports is the same, byte for byte.
func Feed(info FeedInfo, reports []Report) ([]byte, error) {
	list := newest(reports)
	feed := atomFeed{
		Title: feedText(info.Title, plainName(info.Fork)+": weekly sync reports"), ID: info.ID,
		Author: atomAuthor{feedText(info.Author, "auxsync")}, Updated: atomTime(time.Unix(0, 0)),
	}
	if feed.ID == "" {
		feed.ID = FeedID(info.Fork)
	}
	feed.Links = append(atomLinks("self", "application/atom+xml", info.Self), atomLinks("alternate", "text/html", info.Home)...)
	var updated time.Time
	for _, r := range list {
		id := feed.ID
		if r.Fork != info.Fork {
			id = FeedID(r.Fork)
		}
		feed.Entries = append(feed.Entries, entryOf(r, id+"/"+r.Week.String()))
		if r.Made.After(updated) {
			updated = r.Made
			feed.Updated = atomTime(updated)
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	if err := e.Encode(feed); err != nil {
		return nil, fmt.Errorf("write the feed %s: %w", forks.Clip(forks.Inert(feed.ID), 80), err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// newest are the reports of a feed, in its order.
func newest(reports []Report) []Report {
	list := slices.Clone(reports)
	slices.SortStableFunc(list, func(a, b Report) int {
		switch {
		case b.Week.Before(a.Week):
			return -1
		case a.Week.Before(b.Week):
			return 1
		case a.Fork != b.Fork:
			return strings.Compare(a.Fork, b.Fork)
		}
		return b.Made.Compare(a.Made)
	})
	list = slices.CompactFunc(list, func(a, b Report) bool { return a.Week == b.Week && a.Fork == b.Fork })
	return list[:min(len(list), MaxEntries)]
}

func entryOf(r Report, id string) atomEntry {
	text := feedText(r.Summary, "")
	for i, n := range r.Needed {
		if i == MaxNeeded {
			break
		}
		text += fmt.Sprintf("\n%d. %s: %s", i+1, feedText(n.What, ""), feedText(n.Do, ""))
	}
	published := r.To
	if r.Made.Before(r.To) {
		published = r.Made
	}
	return atomEntry{
		Title: Title(r), ID: id, Published: atomTime(published), Updated: atomTime(r.Made),
		Links: atomLinks("alternate", "text/html", r.Links.Self), Summary: atomText{Type: "text", Text: text},
	}
}

// atomLinks is a link, where the address may be one.
func atomLinks(rel, kind, address string) []atomLink {
	if address = linkable(address); address == "" {
		return nil
	}
	return []atomLink{{Rel: rel, Type: kind, Href: address}}
}

// feedText is a text for readers of feeds. What XML 1.0 has no form for is not inert, so it
// is a visible escape here.
func feedText(s, without string) string {
	const width = 600
	if s = strings.TrimSpace(brief(s, width)); s == "" {
		return without
	}
	return s
}

func atomTime(t time.Time) string { return t.UTC().Format(time.RFC3339) }
