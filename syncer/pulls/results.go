package pulls

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// results tells people on the page what came of commands in their comments, where it
// is not what they asked for: in one comment for each of theirs, once a pass has taken
// all of it. A comment that was deleted gets none.
func (p *page) results() {
	for _, c := range p.seen.Comments {
		if text := p.result(c.ID); text != "" {
			purpose := fmt.Sprintf("result %d", c.ID)
			if !p.told(purpose) {
				p.comment(purpose, text)
			}
		}
	}
}

// result is what to say about the commands of a comment; "" for nothing.
func (p *page) result(comment int64) string {
	var said []string
	for _, r := range slices.Backward(p.in.Results) {
		if id, ok := commentOf(r.Source); !ok || id != comment {
			continue
		}
		if r.Taken.IsZero() {
			return ""
		}
		if otherwise(r.Result) {
			said = append(said, fmt.Sprintf("%s: to %s, pass %d of %s says: %s", span(r.Who, 100), span(string(r.Verb), 30), r.Pass,
				span(r.Track, 100), span(r.Result, 300)))
		}
	}
	return strings.Join(said, "\n\n")
}

// otherwise reports whether a result is not what was asked for.
func otherwise(result string) bool {
	return strings.HasPrefix(result, "refused:") || strings.HasPrefix(result, "nothing to do")
}

// commentOf returns the comment that a request came from, see [Hearing].
func commentOf(source string) (id int64, ok bool) {
	number, ok := strings.CutPrefix(source, "comment ")
	if !ok {
		return 0, false
	}
	number, _, _ = strings.Cut(number, " part ")
	id, err := strconv.ParseInt(number, 10, 64)
	return id, err == nil
}
