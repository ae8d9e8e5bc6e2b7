package pulls

import (
	"encoding/base64"
	"encoding/json"
	"regexp"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// The marks of auxsync's region in a body that people may write in too. They are HTML
// comments, which are not shown.
const (
	markStart     = "<!-- auxsync:"
	beginStart    = markStart + "begin"
	endMark       = markStart + "end -->"
	dashboardMark = markStart + "dashboard -->"
)

var beginPattern = regexp.MustCompile(`<!-- auxsync:begin v1 ([A-Za-z0-9+/]+=*) -->`)

// Mark is what the begin mark carries, unseen: what a region is about, and what auxsync
// itself set on its page, so that nobody is overruled where the record was lost. The
// dashboard's has no track and no id.
type Mark struct {
	ID    forks.ProposalID `json:"id"`
	Track string           `json:"track"`
	// Title is the digest of the title that goes with the region; "" if that is a person's.
	Title string `json:"title,omitempty"`
	// Labels, Assignees and Reviewers are as in [forks.PullRecord].
	Labels    []string `json:"labels,omitempty"`
	Assignees []string `json:"assignees,omitempty"`
	Reviewers []string `json:"reviewers,omitempty"`
}

// Framed puts a region between its marks.
func Framed(mark Mark, region string) string {
	payload, err := json.Marshal(mark)
	if err != nil {
		panic(err) // strings always marshal
	}
	region = strings.NewReplacer(beginStart, broken(beginStart), endMark, broken(endMark)).Replace(region)
	return beginStart + " v1 " + base64.StdEncoding.EncodeToString(payload) + " -->\n" + region + "\n" + endMark
}

// unmarked breaks what reads like one of auxsync's marks in text that holds words of
// others.
func unmarked(s string) string { return strings.ReplaceAll(s, markStart, broken(markStart)) }

func broken(mark string) string { return "<!" + zeroWidth + strings.TrimPrefix(mark, "<!") }

// PlaceRegion puts a region made by [Framed] in place of the one in an existing body,
// and keeps what people wrote before and behind it, byte for byte. An empty body
// becomes the region. ok is false if the body has not exactly one region: then it is
// people's, and nothing may be written.
func PlaceRegion(existing, region string) (body string, ok bool) {
	if existing == "" {
		return region, true
	}
	_, begin, end, ok := regionIn(existing)
	if !ok {
		return "", false
	}
	return existing[:begin] + region + existing[end:], true
}

// regionIn finds the one region in a body, with its marks.
func regionIn(body string) (mark Mark, begin, end int, ok bool) {
	at := beginPattern.FindStringSubmatchIndex(body)
	end = strings.Index(body, endMark)
	switch {
	case strings.Count(body, beginStart) != 1 || strings.Count(body, endMark) != 1:
		return mark, 0, 0, false
	case at == nil || at[1] > end:
		return mark, 0, 0, false
	}
	payload, err := base64.StdEncoding.DecodeString(body[at[2]:at[3]])
	if err != nil || json.Unmarshal(payload, &mark) != nil {
		return Mark{}, 0, 0, false
	}
	return mark, at[0], end + len(endMark), true
}
