package githubtest

import (
	"fmt"
	"net/http"
)

// EditFile commits a file to a branch, as the web editor does, and returns the
// commit.
func (b *Browser) EditFile(branch, path, content string) string {
	b.s.t.Helper()
	return b.commit(branch, "Update "+path, path, &content)
}

// DeleteFile commits a file's removal to a branch and returns the commit.
func (b *Browser) DeleteFile(branch, path string) string {
	b.s.t.Helper()
	return b.commit(branch, "Delete "+path, path, nil)
}

func (b *Browser) commit(branch, message, path string, content *string) (commit string) {
	b.s.t.Helper()
	b.act("edit "+path+" of "+branch, func(c *call) answer {
		if !c.repo.can(c.actor, Write) || c.repo.o.Archived {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		var a answer
		commit, a = c.commitFile(branch, message, path, content)
		return a
	})
	return commit
}

// commitFile changes one file on a branch for real.
func (c *call) commitFile(branch, message, path string, content *string) (string, answer) {
	tip := c.repo.tip(branch)
	if tip == "" {
		return "", c.notFound()
	}
	tree := c.repo.put(tip, path, content)
	if tree == "" || tree == c.repo.line("rev-parse", tip+"^{tree}") {
		return "", c.refuse(http.StatusUnprocessableEntity, "there are no changes to commit")
	}
	commit := c.repo.commitTree(tree, message+"\n", c.signs(), c.byGitHub(), tip)
	if commit == "" || !c.repo.setRef("refs/heads/"+branch, commit, tip) {
		return "", c.refuse(http.StatusConflict, branch+" was moved meanwhile")
	}
	c.repo.pusher, c.repo.updated = c.actor, c.now
	return commit, noBody()
}

// DeleteBranch deletes a branch, as the button below a merged pull request does.
func (b *Browser) DeleteBranch(branch string) {
	b.s.t.Helper()
	b.act("delete "+branch, func(c *call) answer {
		tip := c.repo.tip(branch)
		if tip == "" || !c.repo.can(c.actor, Write) || !c.repo.setRef("refs/heads/"+branch, "", tip) {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		return noBody()
	})
}

// AcceptSuggestion commits the suggestion of a comment on lines to the head branch,
// and returns the commit.
func (b *Browser) AcceptSuggestion(lineCommentID int64) (commit string) {
	b.s.t.Helper()
	b.act(fmt.Sprintf("accept the suggestion of comment %d", lineCommentID), func(c *call) answer {
		i, l := c.repo.commented(lineCommentID)
		if l == nil {
			return c.notFound()
		}
		if !c.repo.can(c.actor, Write) {
			return c.refuse(http.StatusForbidden, "not allowed")
		}
		var a answer
		commit, a = c.accept(i, l)
		return a
	})
	return commit
}

// commented finds a comment on lines.
func (r *repository) commented(id int64) (*issue, *lineComment) {
	for _, i := range r.items {
		if i.pull == nil {
			continue
		}
		for _, l := range i.pull.lines {
			if l.id == id {
				return i, l
			}
		}
	}
	return nil, nil
}

// SuggestionRefused accepts a suggestion that must not be accepted any more, and
// returns GitHub's words.
func (b *Browser) SuggestionRefused(lineCommentID int64) string {
	b.s.t.Helper()
	why := b.try(func(c *call) answer {
		i, l := c.repo.commented(lineCommentID)
		if l == nil {
			return c.notFound()
		}
		_, a := c.accept(i, l)
		return a
	})
	if why == "" {
		b.s.t.Fatalf("%s: the suggestion of comment %d was accepted", b.login, lineCommentID)
	}
	return why
}
