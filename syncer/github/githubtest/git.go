package githubtest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// run runs git on the repository. It returns what was printed and whether it
// succeeded.
func (r *repository) run(env []string, stdin string, args ...string) (string, bool) {
	cmd := exec.Command("git", args...)
	cmd.Env = append(append(repotest.Env(), "GIT_DIR="+r.dir), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out bytes.Buffer
	cmd.Stdout = &out
	err := cmd.Run()
	return out.String(), err == nil
}

// line runs git and returns its one line; "" if it failed.
func (r *repository) line(args ...string) string {
	out, ok := r.run(nil, "", args...)
	if !ok {
		return ""
	}
	return strings.TrimSpace(out)
}

// tip returns the commit of a branch, "" if there is none. It reads the files
// themselves: every request asks for it.
func (r *repository) tip(branch string) string { return r.ref("refs/heads/" + branch) }

func (r *repository) ref(name string) string {
	if name != filepath.ToSlash(filepath.Clean(name)) || strings.Contains(name, "..") {
		return ""
	}
	for range 2 { // a ref may be packed between the two looks
		if raw, err := os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name))); err == nil {
			return strings.TrimSpace(string(raw))
		}
		packed, err := os.ReadFile(filepath.Join(r.dir, "packed-refs"))
		if err != nil {
			continue
		}
		for line := range bytes.Lines(packed) {
			if id, found := strings.CutSuffix(strings.TrimSpace(string(line)), " "+name); found {
				return id
			}
		}
	}
	return ""
}

// setRef moves a ref that is still at old; new "" removes it.
func (r *repository) setRef(name, new, old string) bool {
	if new == "" {
		_, ok := r.run(nil, "", "update-ref", "-d", name, old)
		return ok
	}
	if old == "" {
		old = zeroID
	}
	_, ok := r.run(nil, "", "update-ref", name, new, old)
	return ok
}

const zeroID = "0000000000000000000000000000000000000000"

// commitOf resolves a commit's name, a branch or a tag; "" if there is none.
func (r *repository) commitOf(rev string) string {
	for _, name := range []string{"refs/heads/" + rev, "refs/tags/" + rev, rev} {
		if strings.HasPrefix(name, "-") {
			continue
		}
		if id := r.line("rev-parse", "--verify", "--quiet", name+"^{commit}"); id != "" {
			return id
		}
	}
	return ""
}

// defaultBranch is what HEAD names.
func (r *repository) defaultBranch() string {
	raw, err := os.ReadFile(filepath.Join(r.dir, "HEAD"))
	if err != nil {
		return "main"
	}
	return strings.TrimPrefix(strings.TrimSpace(string(raw)), "ref: refs/heads/")
}

// comparison is what lies between two commits.
type comparison struct {
	related                    bool // they have a commit in common
	ahead                      int  // commits that the base has not
	additions, deletions, file int
	clean                      bool // git merges them without a conflict
}

// compare compares head with base; answers are kept, as commits do not change.
func (r *repository) compare(base, head string) *comparison {
	key := base + " " + head
	if c := r.facts[key]; c != nil {
		return c
	}
	c := &comparison{related: r.line("merge-base", base, head) != ""}
	c.ahead, _ = strconv.Atoi(r.line("rev-list", "--count", base+".."+head))
	if c.related {
		out, _ := r.run(nil, "", "diff", "--numstat", "--no-renames", base+"..."+head)
		for line := range strings.Lines(out) {
			var added, deleted int
			_, _ = fmt.Sscanf(line, "%d %d", &added, &deleted) // "-" for binary files counts as nothing
			c.additions, c.deletions, c.file = c.additions+added, c.deletions+deleted, c.file+1
		}
		_, c.clean = r.run(nil, "", "merge-tree", "--write-tree", base, head)
	}
	r.facts[key] = c
	return c
}

// contains says whether a commit is part of a branch's history.
func (r *repository) contains(tip, commit string) bool {
	_, ok := r.run(nil, "", "merge-base", "--is-ancestor", commit, tip)
	return ok
}

// commitTree makes a commit without touching any ref..
func (r *repository) commitTree(tree, message string, author, committer signature, parents ...string) string {
	args := []string{"commit-tree", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	out, ok := r.run([]string{
		"GIT_AUTHOR_NAME=" + author.name, "GIT_AUTHOR_EMAIL=" + author.mail, "GIT_AUTHOR_DATE=" + author.date,
		"GIT_COMMITTER_NAME=" + committer.name, "GIT_COMMITTER_EMAIL=" + committer.mail, "GIT_COMMITTER_DATE=" + committer.date,
	}, message, args...)
	if !ok {
		return ""
	}
	return strings.TrimSpace(out)
}

// signature is an author or committer of a commit.
type signature struct{ name, mail, date string }

func (c *call) signs() signature {
	return signature{c.actor.login, fmt.Sprintf("%d+%s@users.noreply.github.com", c.actor.id, c.actor.login), fmt.Sprintf("%d +0000", c.now.Unix())}
}

func (c *call) byGitHub() signature {
	return signature{"GitHub", "noreply@github.com", fmt.Sprintf("%d +0000", c.now.Unix())}
}

// put makes the tree of a commit with one file changed; content nil removes it. The
// mode of a file that exists is kept.
func (r *repository) put(commit, path string, content *string) string {
	index, err := os.CreateTemp("", "auxsync-index-*")
	if err != nil {
		return ""
	}
	index.Close()
	os.Remove(index.Name()) // git wants no file rather than an empty one
	defer os.Remove(index.Name())
	env := []string{"GIT_INDEX_FILE=" + index.Name()}
	if _, ok := r.run(env, "", "read-tree", commit); !ok {
		return ""
	}
	mode, blob := "100644", ""
	if entry := r.line("ls-tree", commit, "--", path); entry != "" {
		mode = strings.Fields(entry)[0]
	}
	if content != nil {
		out, ok := r.run(nil, *content, "hash-object", "-w", "--stdin")
		if !ok {
			return ""
		}
		blob = strings.TrimSpace(out)
	}
	info := fmt.Sprintf("%s %s\t%s\x00", mode, blob, path)
	if content == nil {
		info = fmt.Sprintf("0 %s\t%s\x00", zeroID, path)
	}
	if _, ok := r.run(env, info, "update-index", "-z", "--add", "--index-info"); !ok {
		return ""
	}
	tree, ok := r.run(env, "", "write-tree")
	if !ok {
		return ""
	}
	return strings.TrimSpace(tree)
}
