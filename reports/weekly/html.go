package weekly

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

//go:embed report.html
var htmlPage string

//go:embed report.css
var htmlStyle string

// HTML renders a report as one page that needs nothing else: no script, no picture, no
// font, no request to any host, which its own Content-Security-Policy forbids too. It can
// be kept as a file, printed, or sent. The same report gives the same bytes.
//
// Texts of others are inert in it; addresses are links only where they are https. The
// error says what of the page could not be written, which no report should cause.
func HTML(r Report) ([]byte, error) {
	w := &htmlWords{report: &r, zone: zoneOf(r)}
	page, err := template.New("report").Funcs(w.funcs()).Parse(htmlPage)
	if err != nil {
		return nil, fmt.Errorf("parse the page of weekly reports: %w", err)
	}
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return nil, fmt.Errorf("write the report of %s as a page: %w", r.Week, err)
	}
	return b.Bytes(), nil
}

// htmlPolicy is the Content-Security-Policy of the page: its style, and nothing else.
func htmlPolicy() string {
	sum := sha256.Sum256([]byte(htmlStyle))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
}

// htmlWords says what is in a report as its page does. It is for one page.
type htmlWords struct {
	report *Report
	zone   *time.Location
	ids    int // drawings so far
}

func (w *htmlWords) funcs() template.FuncMap {
	return template.FuncMap{
		// The only texts that are not escaped. They are parts of the program.
		"style":  func() template.CSS { return template.CSS(htmlStyle) },
		"policy": htmlPolicy,

		"text":    func(s any) string { return brief(fmt.Sprint(s), htmlLongest) },
		"name":    func(s any) string { return brief(fmt.Sprint(s), htmlName) },
		"command": func(s string) string { return brief(s, htmlCommand) },
		"names":   func(list []string) string { return names(list, 5) },
		"span":    span, "number": numeral[int], "count": count, "share": percent, "bytes": size,
		"link": linkable, "at": w.at, "day": w.day, "days": w.days,
		"commit": w.commit,
		"stands": stands, "tone": htmlTone, "kind": htmlKind, "passes": passesText, "times": timesText, "cared": caredText,
		"about": htmlAbout, "meanings": w.meanings,
		"waited": func() string { return waitedText }, "roleBefore": func() string { return roleBefore }, "roleAfter": func() string { return roleAfter },
		"outcomes": htmlOutcomes, "diff": htmlDiff, "first": htmlFirst, "more": htmlMore,
		"need": func(n Need) string { return brief(needText(n), htmlLongest) }, "goal": wordsOf, "target": htmlTarget, "lag": w.lag, "divergence": w.divergence, "trend": w.trend, "sigs": w.sigs, "roles": w.roles,
		"became": w.became, "sentence": func(s string) string { return capital(brief(s, htmlLongest)) },
		"notes": func(list []PatchNote, title, since string) htmlNotes { return htmlNotes{title, since, list} },
	}
}

// id names the next drawing of the page.
func (w *htmlWords) id() string {
	w.ids++
	return fmt.Sprintf("chart-%d", w.ids)
}

// htmlNotes are patches under a title. Since is the word before their day.
type htmlNotes struct {
	Title, Since string
	List         []PatchNote
}

// htmlBecame is what became of a patch, and what or who did that.
type htmlBecame struct {
	Text, By string
	Commit   *htmlCommit
}

// became says what the ledger says of a patch; nil where that is nothing.
func (w *htmlWords) became(p PatchNote) *htmlBecame {
	b := htmlBecame{Text: brief(string(p.Outcome), htmlName), By: strings.TrimSpace(brief(p.By, htmlName))}
	if id, err := forks.ParseHash(p.By); err == nil {
		b.By, b.Commit = "", w.commit(id)
		b.Text = brief(string(p.Outcome), htmlName) + " by"
		if p.Outcome == forks.Upstreamed {
			b.Text = "upstream’s"
		}
	}
	if b.Text == "" {
		return nil
	}
	return &b
}

// htmlMoment is a time for programs and for people; nil where there is none.
type htmlMoment struct{ Exact, Words string }

func (w *htmlWords) at(t time.Time) *htmlMoment { return w.moment(t, "Mon 2 Jan 2006, 15:04") }

func (w *htmlWords) day(t time.Time) *htmlMoment { return w.moment(t, "2 January 2006") }

func (w *htmlWords) moment(t time.Time, layout string) *htmlMoment {
	if t.IsZero() {
		return nil
	}
	t = t.In(w.zone)
	return &htmlMoment{t.Format(time.RFC3339), t.Format(layout)}
}

// days says which days the report tells of.
func (w *htmlWords) days() string {
	from, to := w.report.From.In(w.zone), w.report.To.In(w.zone)
	if to.After(from) {
		to = to.Add(-1) // the end is the beginning of what comes after
	}
	switch {
	case from.Year() != to.Year():
		return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
	case from.Month() != to.Month():
		return from.Format("2 January") + " to " + to.Format("2 January 2006")
	}
	return from.Format("2") + " to " + to.Format("2 January 2006")
}
