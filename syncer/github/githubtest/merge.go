package githubtest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

func getMerged(c *call) answer {
	return withPull(c, func(i *issue) answer {
		if i.pull.merged.IsZero() {
			return c.notFound()
		}
		return noBody()
	})
}

type mergeRequest struct {
	Title   string `json:"commit_title"`
	Message string `json:"commit_message"`
	SHA     string `json:"sha"`
	Method  string `json:"merge_method"`
}

func putMerge(c *call) answer {
	return withPull(c, func(i *issue) answer {
		in := mergeRequest{Method: "merge"}
		if !c.read(&in) {
			return c.malformed()
		}
		return c.merge(i, in)
	})
}

// merge presses one of the three buttons.
func (c *call) merge(i *issue, in mergeRequest) answer {
	p := i.pull
	if !i.open {
		return c.refuse(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	if in.SHA != "" && in.SHA != p.headSHA {
		return c.refuse(http.StatusConflict, "Head branch was modified. Review and try the merge again.")
	}
	if why := c.unmergeable(i, in.Method); why != "" {
		return c.refuse(http.StatusMethodNotAllowed, why)
	}
	var commit string
	switch in.Method {
	case "merge":
		commit = c.mergeCommit(i, in)
	case "squash":
		commit = c.squash(i, in)
	case "rebase":
		commit = c.replay(i)
	}
	if commit == "" {
		return c.refuse(http.StatusMethodNotAllowed, "Pull Request is not mergeable")
	}
	if !c.repo.setRef("refs/heads/"+p.base, commit, p.baseSHA) {
		return c.refuse(http.StatusMethodNotAllowed, "Base branch was modified. Review and try the merge again.")
	}
	c.notifyCommits(p.baseSHA, commit)
	p.baseSHA = commit
	c.s.merged(i, c.actor, commit)
	if c.repo.o.DeleteBranchOnMerge && c.repo.setRef("refs/heads/"+p.head, "", p.headSHA) {
		c.s.event(i, c.actor, event{kind: "head_ref_deleted"}, true)
	}
	c.s.follow(c.repo)
	return ok(object{"sha": commit, "merged": true, "message": "Pull Request successfully merged"})
}

// unmergeable says why the button is grey; "" if it is green.
func (c *call) unmergeable(i *issue, method string) string {
	p, o := i.pull, c.repo.o
	switch {
	case p.draft:
		return "Pull Request is still a draft"
	case method == "merge" && o.NoMerge:
		return "Merge commits are not allowed on this repository."
	case method == "squash" && o.NoSquash:
		return "Squash merges are not allowed on this repository."
	case method == "rebase" && o.NoRebase:
		return "Rebase merges are not allowed on this repository."
	case !c.repo.compare(p.baseSHA, p.headSHA).clean:
		return "Pull Request is not mergeable"
	}
	g := c.repo.guard(p.base)
	if g == nil {
		return ""
	}
	for _, name := range g.Contexts {
		if word := c.repo.awaited(p.headSHA, name); word != "" {
			return fmt.Sprintf("Required status check %q is %s.", name, word)
		}
	}
	if approvals(i) < g.Reviews {
		return fmt.Sprintf("At least %d approving review is required by reviewers with write access.", g.Reviews)
	}
	return ""
}

// approvals counts the people with write access whose last word is approval.
func approvals(i *issue) int {
	last := map[*account]string{}
	for _, r := range i.pull.reviews {
		if r.state != "COMMENTED" {
			last[r.author] = r.state
		}
	}
	n := 0
	for who, state := range last {
		if state == "APPROVED" && i.repo.can(who, Write) {
			n++
		}
	}
	return n
}

func (c *call) mergedTree(ours, theirs string) string {
	out, ok := c.repo.run(nil, "", "merge-tree", "--write-tree", ours, theirs)
	if !ok {
		return ""
	}
	return strings.TrimSpace(out)
}

func (c *call) mergeCommit(i *issue, in mergeRequest) string {
	p := i.pull
	title := in.Title
	if title == "" {
		title = fmt.Sprintf("Merge pull request #%d from %s/%s", i.number, c.repo.owner.login, p.head)
	}
	message := in.Message
	if message == "" {
		message = i.title
	}
	tree := c.mergedTree(p.baseSHA, p.headSHA)
	if tree == "" {
		return ""
	}
	return c.repo.commitTree(tree, title+"\n\n"+message+"\n", c.signs(), c.byGitHub(), p.baseSHA, p.headSHA)
}

func (c *call) squash(i *issue, in mergeRequest) string {
	p := i.pull
	title := in.Title
	if title == "" {
		title = fmt.Sprintf("%s (#%d)", i.title, i.number)
	}
	message := in.Message
	if message == "" {
		for _, subject := range c.between(p.baseSHA, p.headSHA, "* %s") {
			message += subject + "\n\n"
		}
	}
	tree := c.mergedTree(p.baseSHA, p.headSHA)
	if tree == "" {
		return ""
	}
	return c.repo.commitTree(tree, strings.TrimSpace(title+"\n\n"+message)+"\n", c.signs(), c.byGitHub(), p.baseSHA)
}

// between lists the commits from base to head, oldest first, merges left out.
func (c *call) between(base, head, format string) []string {
	out, _ := c.repo.run(nil, "", "log", "--reverse", "--topo-order", "--no-merges", "--format="+format, base+".."+head)
	lines := strings.Split(out, "\n")
	return slices.DeleteFunc(lines, func(l string) bool { return l == "" })
}

// replay puts the commits of a pull request on its base, one by one.
func (c *call) replay(i *issue) string {
	tip := i.pull.baseSHA
	for _, commit := range c.between(i.pull.baseSHA, i.pull.headSHA, "%H") {
		tree := c.picked(tip, commit)
		if tree == "" {
			return ""
		}
		fields := strings.SplitN(c.repo.line("log", "-1", "--date=raw", "--format=%an%x00%ae%x00%ad", commit), "\x00", 3)
		message, _ := c.repo.run(nil, "", "log", "-1", "--format=%B", commit)
		tip = c.repo.commitTree(tree, strings.TrimRight(message, "\n")+"\n", signature{fields[0], fields[1], fields[2]}, c.byGitHub(), tip)
	}
	return tip
}

// picked is the tree of a commit's change put on another commit. Git merges trees
// by their commits' common ancestor, so it is given three commits that have the
// right one.
func (c *call) picked(onto, commit string) string {
	me := c.byGitHub()
	before := c.repo.line("rev-parse", "--verify", "--quiet", commit+"^^{tree}")
	if before == "" {
		before = "4b825dc642cb6eb9a060e54bf8d69288fbee4904" // the empty tree
	}
	base := c.repo.commitTree(before, "base", me, me)
	ours := c.repo.commitTree(onto+"^{tree}", "ours", me, me, base)
	theirs := c.repo.commitTree(commit+"^{tree}", "theirs", me, me, base)
	if base == "" || ours == "" || theirs == "" {
		return ""
	}
	return c.mergedTree(ours, theirs)
}
