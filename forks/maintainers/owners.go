package maintainers

import (
	"fmt"
	"slices"
	"strings"
)

// Owners says who owns which paths of a tree, by the tree's own files: one file of the
// CODEOWNERS form for all, or an OWNERS file in each folder that has one. It never
// changes. A nil Owners knows nobody.
type Owners struct {
	rules   *ruleFile
	folders map[string]*folderFile // by path of the file
	problem string
}

// rulePaths are the places of a file for all paths, the first that is there counts.
var rulePaths = [...]string{"ci/OWNERS", ".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}

const (
	folderName     = "OWNERS"
	mostOwners     = 256 << 10 // bytes of a file
	mostOwnersLine = 4 << 10   // bytes of a line

	// What matching a path costs grows with each of these.
	mostOwnedPath  = 512   // bytes of a path
	mostOwnedDepth = 64    // folders of a path
	mostRules      = 2_000 // of a file for all paths
	mostGlobs      = 200   // of a file of a folder
	mostWildcards  = 8     // of a pattern
)

// Owners reads the tree's owners. It is never nil: what cannot be read is left out, and
// told by [Owners.Problem]. An error is the tree's own.
func (c *Cache) Owners(t Tree) (*Owners, error) {
	top, err := t.Names("")
	if err != nil {
		return nil, fmt.Errorf("looking for files of owners: %w", err)
	}
	for _, path := range rulePaths {
		if path == "ci/OWNERS" && slices.Contains(top, folderName) {
			continue // the one of a folder, as the top has one of its own
		}
		content, blob, err := t.File(path)
		if err != nil {
			return nil, fmt.Errorf("reading owners: %w", err)
		}
		if content == nil {
			continue
		}
		rules := once(c.tables, key{as: tableRules, path: path, blob: blob}, len(content), func() *ruleFile {
			return readRules(path, content)
		})
		return &Owners{rules: rules, problem: rules.problem}, nil
	}
	return c.folderOwners(t, top)
}

// Problem says in words what cannot be read, or that the tree has no owners; "" if
// nothing is amiss. It is safe to show.
func (o *Owners) Problem() string {
	if o == nil {
		return "there is no file of owners"
	}
	return o.problem
}

// Of returns the owners of a path as they are written: "@login", "@org/team" or a mail
// address; in OWNERS files of folders also a login alone. rule is what decided, as
// "path:line: pattern"; "" where nothing says anything about the path. Names can be empty
// with a rule: it says that nobody in particular owns the path. The names must not be
// changed, and are hostile, as the rule is.
//
// A path longer than 512 bytes or deeper than 64 folders has no owners.
//
// In a file for all paths the last rule that matches decides. Of folders the nearest
// one that names somebody does, up to one that says "set noparent".
func (o *Owners) Of(path string) (names []Named, rule string) {
	path = strings.Trim(path, "/")
	switch {
	case o == nil || path == "" || len(path) > mostOwnedPath, strings.Count(path, "/") > mostOwnedDepth:
		return nil, ""
	case o.rules != nil:
		return o.rules.of(path)
	}
	return o.ofFolders(path)
}
