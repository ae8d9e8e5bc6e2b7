package publish

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"github.com/auxolotl/auxsync/forks"
)

// maxSubject is how long a subject may be, in characters.
const maxSubject = 200

// letter writes the message for a recipient. The Markdown is its text, as it was made to be
// read as it is. The page is attached and not an alternative of the text: it is one for
// browsers, and mail programs show neither its style nor its charts.
func (m *Mail) letter(p Post, to *mail.Address) (id string, message []byte, err error) {
	fork := plainName(p.Report.Fork)
	week := p.Report.Week.String()
	msg := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithNoDefaultUserAgent())
	msg.FromMailAddress(m.from)
	msg.ToMailAddress(to)
	msg.Subject(subjectOf(p.Title))
	msg.SetDateWithValue(p.Report.Made.UTC())
	// The same for all recipients, and for every attempt.
	msg.SetMessageIDWithValue(fmt.Sprintf("auxsync.%s.%s@%s", fork, week, m.domain))
	msg.SetGenHeader("Auto-Submitted", "auto-generated")
	msg.SetGenHeader("X-Auto-Response-Suppress", "All")
	msg.SetGenHeader("List-Id", fmt.Sprintf("<%s.auxsync.%s>", fork, m.domain))
	msg.SetBodyString(gomail.TypeTextPlain, string(p.Markdown))
	if len(p.HTML) > 0 {
		err := msg.AttachReader(fmt.Sprintf("%s-%s.html", fork, week), bytes.NewReader(p.HTML), gomail.WithFileContentType("text/html; charset=utf-8"))
		if err != nil {
			return "", nil, err
		}
	}
	var out bytes.Buffer
	if _, err := msg.WriteTo(&out); err != nil {
		return "", nil, err
	}
	return msg.GetMessageID(), out.Bytes(), nil
}

// subjectOf makes a title a subject that stays one line: also after what is decoded where
// it is read, and however a long one is folded.
func subjectOf(title string) string {
	title = strings.ReplaceAll(forks.Inert(title), "=?", "= ?")
	return forks.Clip(strings.Join(strings.Fields(title), " "), maxSubject)
}
