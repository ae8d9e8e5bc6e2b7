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

// regionMark is what the begin mark carries, so that a region tells what it is about.
type regionMark struct {
	ID    forks.ProposalID `json:"id"`
	Track string           `json:"track"`
}

// Framed puts a region between its marks. The dashboard's has no track and no id.
func Framed(track string, id forks.ProposalID, region string) string {
	payload, err := json.Marshal(regionMark{id, track})
	if err != nil {
		panic(err) // two strings always marshal
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
	begin := beginPattern.FindStringSubmatchIndex(existing)
	end := strings.Index(existing, endMark)
	switch {
	case strings.Count(existing, beginStart) != 1 || strings.Count(existing, endMark) != 1:
		return "", false
	case begin == nil || begin[1] > end:
		return "", false
	}
	var mark regionMark
	payload, err := base64.StdEncoding.DecodeString(existing[begin[2]:begin[3]])
	if err != nil || json.Unmarshal(payload, &mark) != nil {
		return "", false
	}
	return existing[:begin[0]] + region + existing[end+len(endMark):], true
}
