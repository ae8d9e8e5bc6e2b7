package githubtest

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// command is one ref that a push wants moved.
type command struct {
	old, new, ref string
	refused       string // what git shows in parentheses
}

// receive takes a push: first the rules of the service, then git.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, c *call, body []byte) {
	commands, capabilities, pack := readPush(body)
	if len(commands) == 0 {
		c.repo.backend(w, r, "git-receive-pack", body)
		return
	}
	s.mu.Lock()
	before := c.tips()
	remarks := s.judge(c, commands, pack)
	s.mu.Unlock()
	refused := slices.ContainsFunc(commands, func(m *command) bool { return m.refused != "" })
	switch {
	case !refused:
		c.repo.backend(w, r, "git-receive-pack", body)
	case slices.Contains(capabilities, "atomic") || allRefused(commands):
		for _, m := range commands {
			if m.refused == "" {
				m.refused = "atomic transaction failed"
			}
		}
		report(w, remarks, commands, nil)
	default:
		s.receiveSome(w, r, c, commands, capabilities, pack, remarks)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.repo.pusher, c.repo.updated = c.actor, s.now()
	c.now = s.now()
	for _, m := range commands {
		if m.refused == "" && m.new != zeroID && strings.HasPrefix(m.ref, "refs/heads/") && c.repo.ref(m.ref) == m.new {
			c.notifyLog(append([]string{m.new, "--not"}, before...)...)
		}
	}
	s.follow(c.repo)
}

func allRefused(commands []*command) bool {
	return !slices.ContainsFunc(commands, func(m *command) bool { return m.refused == "" })
}

// tips are the branches as they are.
func (c *call) tips() []string {
	var ids []string
	for _, b := range c.repo.branches() {
		ids = append(ids, b[1])
	}
	return ids
}

// readPush reads the commands in front of a pack.
func readPush(body []byte) (commands []*command, capabilities []string, pack []byte) {
	for len(body) >= 4 {
		n, err := strconv.ParseUint(string(body[:4]), 16, 16)
		if err != nil || n != 0 && (n < 4 || int(n) > len(body)) {
			return nil, nil, nil
		}
		if n == 0 {
			return commands, capabilities, body[4:]
		}
		text, flags, flagged := strings.Cut(strings.TrimSuffix(string(body[4:n]), "\n"), "\x00")
		if flagged {
			capabilities = strings.Fields(flags)
		}
		body = body[n:]
		f := strings.SplitN(text, " ", 3)
		if len(f) != 3 {
			return nil, nil, nil // a shallow push, or a signed one
		}
		commands = append(commands, &command{old: f[0], new: f[1], ref: f[2]})
	}
	return nil, nil, nil
}

// judge marks the commands that GitHub refuses and returns what it says beside.
func (s *Server) judge(c *call, commands []*command, pack []byte) string {
	env, remove := c.unpack(commands, pack)
	defer remove()
	var remarks string
	for _, m := range commands {
		branch, isBranch := strings.CutPrefix(m.ref, "refs/heads/")
		if g := c.repo.guard(branch); isBranch && g != nil {
			if why := c.protected(g, m, env); why != "" {
				m.refused = "protected branch hook declined"
				remarks += fmt.Sprintf("error: GH006: Protected branch update failed for %s.\nerror: %s\n", m.ref, why)
				continue
			}
		}
		if file := c.newWorkflow(m, env); file != "" {
			m.refused = c.workflowRefusal(file)
		}
	}
	return remarks
}

func (c *call) workflowRefusal(file string) string {
	if c.token.app != nil {
		return fmt.Sprintf("refusing to allow a GitHub App to create or update workflow `%s` without `workflows` permission", file)
	}
	return fmt.Sprintf("refusing to allow a Personal Access Token to create or update workflow `%s` without `workflow` scope", file)
}

// unpack puts the objects of a push beside the repository's own, where nothing else
// sees them, if somebody has to look at them.
func (c *call) unpack(commands []*command, pack []byte) (env []string, remove func()) {
	look := !c.token.may("workflows", CanWrite) || len(c.repo.guards) > 0
	if !look || len(pack) == 0 {
		return nil, func() {}
	}
	dir, err := os.MkdirTemp("", "auxsync-push-*")
	if err != nil {
		return nil, func() {}
	}
	env = []string{"GIT_OBJECT_DIRECTORY=" + dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES=" + filepath.Join(c.repo.dir, "objects")}
	_, _ = c.repo.run(env, string(pack), "index-pack", "--stdin", "--fix-thin") // a bad pack is for git to refuse
	return env, func() { _ = os.RemoveAll(dir) }
}

// protected says why a rule forbids a move.
func (c *call) protected(g *Protection, m *command, env []string) string {
	forced := false
	if m.old != zeroID && m.new != zeroID {
		_, forward := c.repo.run(env, "", "merge-base", "--is-ancestor", m.old, m.new)
		forced = !forward
	}
	switch {
	case m.new == zeroID && !g.AllowDelete:
		return "Cannot delete this branch"
	case m.new == zeroID:
		return ""
	case forced && !g.AllowForce:
		return "Cannot force-push to this branch"
	case len(g.Push) > 0 && !slices.ContainsFunc(g.Push, func(l string) bool { return strings.EqualFold(l, c.actor.login) }):
		return "You're not authorized to push to this branch. Visit https://docs.github.com/about-protected-branches/ for more information."
	case g.Reviews > 0:
		return "Changes must be made through a pull request."
	}
	for _, name := range g.Contexts {
		if !c.repo.succeeded(m.new, name) {
			return fmt.Sprintf("Required status check %q is expected.", name)
		}
	}
	return ""
}

// newWorkflow names a workflow file that a push brings and the token may not; a file
// that some branch has with the same content may go anywhere.
func (c *call) newWorkflow(m *command, env []string) string {
	if m.new == zeroID || c.token.may("workflows", CanWrite) {
		return ""
	}
	const dir = ".github/workflows/"
	coming, _ := c.repo.run(env, "", "ls-tree", "-r", m.new, "--", dir)
	if coming == "" {
		return ""
	}
	known := map[string]bool{}
	for _, tip := range c.tips() {
		out, _ := c.repo.run(nil, "", "ls-tree", "-r", tip, "--", dir)
		for line := range strings.Lines(out) {
			known[line] = true
		}
	}
	for line := range strings.Lines(coming) {
		if !known[line] {
			_, file, _ := strings.Cut(strings.TrimSpace(line), "\t")
			return file
		}
	}
	return ""
}

// receiveSome hands git the commands that were not refused, and adds the others to
// its report.
func (s *Server) receiveSome(w http.ResponseWriter, r *http.Request, c *call, commands []*command, capabilities []string, pack []byte, remarks string) {
	var body bytes.Buffer
	flags := "\x00" + strings.Join(capabilities, " ")
	for _, m := range commands {
		if m.refused == "" {
			packet(&body, fmt.Sprintf("%s %s %s%s", m.old, m.new, m.ref, flags))
			flags = ""
		}
	}
	body.WriteString("0000")
	body.Write(pack)
	done := httptest.NewRecorder()
	c.repo.backend(done, r, "git-receive-pack", body.Bytes())
	report(w, remarks, commands, bandOne(done.Body.Bytes()))
}

// bandOne is what a side-band answer says on its first band: git's own report.
func bandOne(answer []byte) []byte {
	var out []byte
	for len(answer) >= 4 {
		n, err := strconv.ParseUint(string(answer[:4]), 16, 16)
		if err != nil || n < 5 || int(n) > len(answer) {
			break
		}
		if answer[4] == 1 {
			out = append(out, answer[5:n]...)
		}
		answer = answer[n:]
	}
	return out
}

// report answers a push that was refused, in part or whole. theirs is git's report
// of the rest, as packets with a flush.
func report(w http.ResponseWriter, remarks string, commands []*command, theirs []byte) {
	var inner, out bytes.Buffer
	if theirs == nil {
		packet(&inner, "unpack ok\n")
	}
	inner.Write(bytes.TrimSuffix(theirs, []byte("0000")))
	for _, m := range commands {
		if m.refused != "" {
			packet(&inner, fmt.Sprintf("ng %s %s\n", m.ref, m.refused))
		}
	}
	inner.WriteString("0000")
	if remarks != "" {
		packet(&out, "\x02"+remarks)
	}
	packet(&out, "\x01"+inner.String())
	out.WriteString("0000")
	w.Header().Set("Content-Type", "application/x-git-receive-pack-result")
	w.Header().Set("Cache-Control", "no-cache")
	_, _ = w.Write(out.Bytes()) // a client that went away is no concern of a server's
}

// packet writes a line as git sends it.
func packet(out *bytes.Buffer, s string) { fmt.Fprintf(out, "%04x%s", len(s)+4, s) }
