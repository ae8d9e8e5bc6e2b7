package githubtest

import (
	"fmt"
	"net/http"
	"regexp"
)

// The two mutations, as clients write them: whatever their names and selections,
// with the id in a variable or in an input object.
var mutation = regexp.MustCompile(`\b(convertPullRequestToDraft|markPullRequestReadyForReview)\s*\(\s*input\s*:\s*(\$\w+|\{\s*pullRequestId\s*:\s*(\$\w+|"[^"]*")\s*\})\s*\)`)

// answerGraphQL answers the two mutations. GraphQL says 200 to nearly everything.
func (s *Server) answerGraphQL(c *call) answer {
	c.route = &route{method: "POST", pattern: graphQLPath}
	if refused := s.admit(c); refused != nil {
		return *refused
	}
	var in struct {
		Query     string         `json:"query"`
		Variables map[string]any `json:"variables"`
	}
	found := []string(nil)
	if c.r.Method == http.MethodPost && c.read(&in) {
		found = mutation.FindStringSubmatch(in.Query)
	}
	if found == nil {
		s.violate("GraphQL: neither of the mutations that the server has: " + fmt.Sprintf("%.200q", in.Query))
		return graphQLError("PARSE_ERROR", "the query is not understood")
	}
	if refused := s.spend(c); refused != nil {
		return *refused
	}
	id := nodeArgument(found, in.Variables)
	for _, r := range s.repos {
		s.follow(r)
		for _, i := range r.items {
			if i.pull != nil && node("PR", i.pull.id) == id {
				return c.draft(r, i, found[1])
			}
		}
	}
	return graphQLError("NOT_FOUND", fmt.Sprintf("Could not resolve to a node with the global id of '%s'", id))
}

func nodeArgument(found []string, variables map[string]any) string {
	input := found[2]
	if found[3] != "" {
		input = found[3]
	}
	if input[0] != '$' {
		return input[1 : len(input)-1]
	}
	switch v := variables[input[1:]].(type) {
	case string:
		return v
	case map[string]any:
		id, _ := v["pullRequestId"].(string)
		return id
	}
	return ""
}

// draft makes a pull request a draft or ready.
func (c *call) draft(r *repository, i *issue, name string) answer {
	c.repo = r
	allowed := c.token.may("pull_requests", CanWrite) && c.token.reaches(r) && (i.author == c.actor || c.token.permission(r) >= Write)
	toDraft := name == "convertPullRequestToDraft"
	switch {
	case !allowed:
		return graphQLError("FORBIDDEN", c.token.refusal())
	case !i.open:
		return graphQLError("UNPROCESSABLE", "Pull request is closed")
	case toDraft && r.o.NoDrafts:
		return graphQLError("UNPROCESSABLE", "Draft pull requests are not supported in this repository")
	}
	c.setDraft(i, toDraft)
	view := object{"id": node("PR", i.pull.id), "isDraft": i.pull.draft, "number": i.number}
	return ok(object{"data": object{name: object{"pullRequest": view, "clientMutationId": nil}}})
}

func (c *call) setDraft(i *issue, draft bool) {
	if i.pull.draft == draft {
		return
	}
	i.pull.draft, i.updated = draft, c.now
	kind := "ready_for_review"
	if draft {
		kind = "convert_to_draft"
	}
	c.s.event(i, c.actor, event{kind: kind}, true)
}

func graphQLError(kind, message string) answer {
	return ok(object{"data": nil, "errors": []any{object{"type": kind, "message": message}}})
}
