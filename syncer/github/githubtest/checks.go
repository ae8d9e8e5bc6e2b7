package githubtest

import (
	"fmt"
	"net/http"
	"unicode/utf8"
)

// CheckRun is what somebody's CI says of a commit.
type CheckRun struct {
	Name string
	// Status is queued, in_progress or completed; Conclusion is set with the last:
	// success, failure, neutral, cancelled, skipped, timed_out or action_required.
	Status, Conclusion string

	id int64
}

// SetCheckRun has CI say something of a commit; a run of the same name is replaced.
func (s *Server) SetCheckRun(repo, sha string, run CheckRun) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	for _, old := range r.runs[sha] {
		if old.Name == run.Name {
			old.Status, old.Conclusion = run.Status, run.Conclusion
			return
		}
	}
	run.id = s.nextID()
	r.runs[sha] = append(r.runs[sha], &run)
}

// SetStatus has somebody else than the client set a status of a commit.
func (s *Server) SetStatus(repo, login, sha, context, state string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.mustRepo(repo)
	r.statuses[sha] = append(r.statuses[sha], &status{
		id: s.nextID(), state: state, context: context, creator: s.mustAccount(login), created: s.now(),
	})
}

func postStatus(c *call) answer {
	var in struct {
		State, Description, Context string
		Target                      string `json:"target_url"`
	}
	if !c.read(&in) {
		return c.malformed()
	}
	if in.Context == "" {
		in.Context = "default"
	}
	sha := c.vars["sha"]
	known := map[string]bool{"error": true, "failure": true, "pending": true, "success": true}
	switch {
	case len(sha) != 40 || c.repo.line("cat-file", "-t", sha) != "commit":
		return c.refuse(http.StatusUnprocessableEntity, "No commit found for SHA: "+sha)
	case !known[in.State]:
		return c.invalid("Status", "state", "custom", "state is not included in the list")
	case utf8.RuneCountInString(in.Description) > 140:
		return c.invalid("Status", "description", "custom", "description is too long (maximum is 140 characters)")
	case utf8.RuneCountInString(in.Context) > 255:
		return c.invalid("Status", "context", "custom", "context is too long (maximum is 255 characters)")
	case len(c.repo.statuses[sha]) >= 1000:
		return c.invalid("Status", "", "custom", "This SHA and context has reached the maximum number of statuses.")
	}
	st := &status{
		id: c.s.nextID(), state: in.State, context: in.Context, description: in.Description, target: in.Target,
		creator: c.actor, created: c.now,
	}
	c.repo.statuses[sha] = append(c.repo.statuses[sha], st)
	return answer{status: http.StatusCreated, body: c.s.statusView(c.repo, sha, st)}
}

// latest is the last status of each context, in the order the contexts came up.
func (r *repository) latest(sha string) []*status {
	var contexts []string
	last := map[string]*status{}
	for _, st := range r.statuses[sha] {
		if last[st.context] == nil {
			contexts = append(contexts, st.context)
		}
		last[st.context] = st
	}
	out := make([]*status, 0, len(contexts))
	for _, name := range contexts {
		out = append(out, last[name])
	}
	return out
}

// succeeded says whether a status or a check of a name is green on a commit.
func (r *repository) succeeded(sha, name string) bool { return r.awaited(sha, name) == "" }

// awaited is the word for what keeps a status or a check of a name from being green on
// a commit; "" if it is.
func (r *repository) awaited(sha, name string) string {
	state := "expected"
	for _, run := range r.runs[sha] {
		if run.Name == name && run.Status == "completed" {
			state = run.Conclusion
		} else if run.Name == name {
			state = "pending"
		}
	}
	for _, st := range r.latest(sha) {
		if st.context == name {
			state = st.state
		}
	}
	switch state {
	case "success", "neutral", "skipped":
		return ""
	case "expected", "pending":
		return state
	}
	return "failing"
}

// combined is one word for all statuses; none at all is pending.
func combined(all []*status) string {
	word := "success"
	if len(all) == 0 {
		word = "pending"
	}
	for _, st := range all {
		switch st.state {
		case "error", "failure":
			return "failure"
		case "pending":
			word = "pending"
		}
	}
	return word
}

// withCommit resolves the path's ref.
func withCommit(c *call, do func(sha string) answer) answer {
	sha := c.repo.commitOf(c.vars["ref"])
	if sha == "" {
		return c.refuse(http.StatusUnprocessableEntity, "No commit found for SHA: "+c.vars["ref"])
	}
	return do(sha)
}

func getCombinedStatus(c *call) answer {
	return withCommit(c, func(sha string) answer {
		latest := c.repo.latest(sha)
		url := fmt.Sprintf("%s/commits/%s", c.s.repoURL(c.repo), sha)
		return ok(object{
			"state": combined(latest), "sha": sha, "total_count": len(latest),
			"statuses":   list(latest, func(st *status) object { return c.s.statusView(c.repo, sha, st) }),
			"repository": c.s.repoView(c.repo), "commit_url": url, "url": url + "/status",
		})
	})
}

func listStatuses(c *call) answer {
	return withCommit(c, func(sha string) answer {
		all := c.repo.statuses[sha]
		out := make([]any, 0, len(all))
		for n := len(all) - 1; n >= 0; n-- { // newest first
			out = append(out, c.s.statusView(c.repo, sha, all[n]))
		}
		return ok(out)
	})
}

func listCheckRuns(c *call) answer {
	return withCommit(c, func(sha string) answer {
		runs := c.repo.runs[sha]
		return ok(object{
			"total_count": len(runs),
			"check_runs":  list(runs, func(run *CheckRun) object { return c.s.checkRunView(c.repo, sha, run) }),
		})
	})
}
