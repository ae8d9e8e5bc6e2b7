package web

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// Widths of texts from others, in characters.
const (
	maxOutcome = 12
	maxName    = 60
	maxSubject = 200
	maxPath    = 400
	maxReason  = 1000
)

// Limits on what one page lists.
const (
	maxTracks    = 500
	maxPatches   = 500
	maxConflicts = 100
	maxFiles     = 20
)

// show makes text from others fit for a page, where html/template escapes it.
func show(s string, width int) string { return forks.Clip(forks.Inert(s), width) }

// listed cuts a list to limit and tells how many are left out.
func listed[T any](list []T, limit int) ([]T, int) {
	if len(list) <= limit {
		return list, 0
	}
	return list[:limit], len(list) - limit
}

// count writes a number with its noun: "1 patch", "2 patches".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// moment is a time as a page has it: for programs, for people, and how far away.
type moment struct {
	Exact string // RFC 3339
	Words string
	Ago   string
}

// stampLayout is how people read times, on the page and in [forks.Health.Words].
const stampLayout = "2006-01-02 15:04 MST"

// at makes a moment; nil if t is zero.
func at(t, now time.Time) *moment {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &moment{Exact: t.Format(time.RFC3339), Words: t.Format(stampLayout), Ago: reports.Ago(now, t)}
}

// phrase is a text that may end with a time.
type phrase struct {
	Text string
	At   *moment
}

// health splits words on passes from the time at their end.
func health(words string, now time.Time) phrase {
	text := show(words, maxReason)
	if before, after, ok := strings.Cut(text, " since "); ok {
		if t, err := time.Parse(stampLayout, after); err == nil {
			return phrase{Text: before + " since", At: at(t, now)}
		}
	}
	return phrase{Text: text}
}

// commit is a commit that people may want to look at.
type commit struct {
	Short string
	Link  string // its page; "" if the repository has none that is known for sure
}

// commitOf names a commit of a repository; nil if there is none.
func commitOf(repository string, h forks.Hash) *commit {
	if h.IsZero() {
		return nil
	}
	c := &commit{Short: h.Short()}
	if web := webAddress(repository); web != "" {
		c.Link = web + "/commit/" + h.String()
	}
	return c
}

// ownerAndName matches the path of a repository on the hosts of webAddress.
var ownerAndName = regexp.MustCompile(`^/[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$`)

// webAddress is the page of a repository; "" unless the address is that of a host
// whose pages lie at the address that git fetches from.
func webAddress(repository string) string {
	if transport, err := forks.Transport(repository); err != nil || transport != "https" {
		return ""
	}
	u, err := url.Parse(repository)
	if err != nil {
		return ""
	}
	path := strings.TrimSuffix(strings.TrimSuffix(u.Path, "/"), ".git")
	switch u.Host {
	case "github.com", "codeberg.org":
		if ownerAndName.MatchString(path) && !strings.Contains(path, "/.") {
			return "https://" + u.Host + path
		}
	}
	return ""
}
