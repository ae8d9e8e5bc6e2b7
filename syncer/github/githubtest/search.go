package githubtest

import (
	"net/http"
	"strings"
	"time"
)

// searched is what the search index knows of a repository: it is behind by design.
type searched struct {
	at    time.Time
	views []any
}

// searchLag is how long it takes until a change can be found.
const searchLag = time.Minute

// searchIssues answers from an index that lags. It understands repo:, is:, author:,
// label: and words of the title.
func searchIssues(c *call) answer {
	q := c.r.URL.Query().Get("q")
	if strings.TrimSpace(q) == "" {
		return c.invalid("Search", "q", "missing", "")
	}
	var in *repository
	var tests []func(object) bool
	for word := range strings.FieldsSeq(q) {
		key, value, qualified := strings.Cut(word, ":")
		value = strings.Trim(value, `"`)
		switch {
		case !qualified:
			tests = append(tests, func(v object) bool {
				return strings.Contains(strings.ToLower(v["title"].(string)), strings.ToLower(word))
			})
		case key == "repo":
			in, _ = c.s.repository(value)
		case key == "author":
			tests = append(tests, func(v object) bool { return strings.EqualFold(v["user"].(object)["login"].(string), value) })
		case key == "is" || key == "type" || key == "state":
			tests = append(tests, func(v object) bool { return isA(v, value) })
		case key == "label":
			tests = append(tests, func(v object) bool { return hasLabel(v, value) })
		}
	}
	if in == nil || in.o.Private && (!c.token.reaches(in) || c.token.permission(in) < Read) {
		return c.refuse(http.StatusUnprocessableEntity, "Validation Failed")
	}
	found := []any{}
	for _, v := range c.indexed(in) {
		keep := true
		for _, test := range tests {
			keep = keep && test(v.(object))
		}
		if keep {
			found = append(found, v)
		}
	}
	return ok(object{"total_count": len(found), "incomplete_results": false, "items": found, "search_type": "lexical"})
}

// indexed refreshes the index when it is old, after having answered from it.
func (c *call) indexed(r *repository) []any {
	known := c.s.search[r.id]
	if c.now.Sub(known.at) >= searchLag {
		views := list(r.items, c.s.issueView)
		for _, v := range views {
			v.(object)["score"] = 1.0
		}
		c.s.search[r.id] = searched{at: c.now, views: views}
	}
	return known.views
}

func isA(v object, what string) bool {
	switch what {
	case "pr", "pull-request":
		return v["pull_request"] != nil
	case "issue":
		return v["pull_request"] == nil
	case "open", "closed":
		return v["state"] == what
	}
	return true
}

func hasLabel(v object, name string) bool {
	for _, l := range v["labels"].([]any) {
		if strings.EqualFold(l.(object)["name"].(string), name) {
			return true
		}
	}
	return false
}
