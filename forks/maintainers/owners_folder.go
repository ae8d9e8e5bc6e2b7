package maintainers

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A folderFile is an OWNERS file for the folder that it is in and all below, in the form
// of Gerrit's code owners.
type folderFile struct {
	path     string
	dir      string // "" for the top
	noParent bool   // what the folders above say does not count here
	line     int    // of the first line that speaks of the whole folder, 0 for none
	names    []Named
	imports  []folderImport
	perFile  []folderRule
	globs    int // of all perFile
	problem  string
}

// A folderRule holds for files with certain names, in the folder and below it.
type folderRule struct {
	globs    string // as written
	files    []*regexp.Regexp
	noParent bool // neither the folder's other owners nor those above count
	names    []Named
	imports  []folderImport
	where    string
}

// A folderImport takes over the owners that another file names for its whole folder.
type folderImport struct{ path string }

// ownerPattern is a mail address or a login, with or without "@" before it.
var ownerPattern = regexp.MustCompile(`^@?[A-Za-z0-9][A-Za-z0-9._%+/-]{0,100}(?:@[A-Za-z0-9.-]{1,150})?$`)

// readFolder reads an OWNERS file of a folder.
func readFolder(name string, content []byte) *folderFile {
	f := &folderFile{path: name, dir: folderOf(name)}
	lines := lineReader{path: name}
	lines.each(content, func(n int, line string) error {
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			return nil
		}
		if rest, ok := strings.CutPrefix(line, "per-file"); ok && strings.TrimLeft(rest, " \t") != rest {
			return f.readPerFile(strings.TrimSpace(rest), n)
		}
		said, err := f.readGrant(line, n)
		if err != nil {
			return err
		}
		if f.line == 0 {
			f.line = n
		}
		f.noParent = f.noParent || said.noParent
		f.names = append(f.names, said.names...)
		f.imports = append(f.imports, said.imports...)
		return nil
	})
	f.problem = lines.problem()
	return f
}

// readPerFile reads "glob,glob=grant,grant".
func (f *folderFile) readPerFile(text string, line int) error {
	globs, grants, ok := strings.Cut(text, "=")
	if !ok {
		return fmt.Errorf("a per-file rule without '='")
	}
	rule := folderRule{globs: strings.TrimSpace(globs), where: placeOf(f.path, line)}
	for grant := range strings.SplitSeq(grants, ",") {
		said, err := f.readGrant(strings.TrimSpace(grant), line)
		if err != nil {
			return err
		}
		rule.noParent = rule.noParent || said.noParent
		rule.names = append(rule.names, said.names...)
		rule.imports = append(rule.imports, said.imports...)
	}
	for _, glob := range splitGlobs(globs) {
		if f.globs++; f.globs > mostGlobs {
			return fmt.Errorf("more than %d globs are not read", mostGlobs)
		}
		if err := fewWildcards(glob); err != nil {
			return err
		}
		files, err := globPattern(glob)
		if err != nil {
			return err
		}
		rule.files = append(rule.files, files)
	}
	if len(rule.files) == 0 {
		return fmt.Errorf("a per-file rule for no files")
	}
	f.perFile = append(f.perFile, rule)
	return nil
}

func (r *folderRule) matches(below string) bool {
	return slices.ContainsFunc(r.files, func(files *regexp.Regexp) bool { return files.MatchString(below) })
}

// readGrant reads what a line says beside the files that it is about.
func (f *folderFile) readGrant(text string, line int) (folderRule, error) {
	if fields := strings.Fields(text); len(fields) == 2 && fields[0] == "set" && fields[1] == "noparent" {
		return folderRule{noParent: true}, nil
	}
	if from, ok := cutImport(text); ok {
		at, ok := importPath(f.dir, from)
		if !ok {
			return folderRule{}, fmt.Errorf("%q is not a file of this tree", from)
		}
		return folderRule{imports: []folderImport{{at}}}, nil
	}
	switch {
	case text == "*": // everybody owns it, so nobody in particular is named
		return folderRule{}, nil
	case !ownerPattern.MatchString(text):
		return folderRule{}, fmt.Errorf("%q is neither a mail address nor a login", text)
	}
	return folderRule{names: []Named{{text, placeOf(f.path, line)}}}, nil
}

func cutImport(text string) (from string, ok bool) {
	if from, ok = strings.CutPrefix(text, "file:"); ok {
		return strings.TrimSpace(from), true
	}
	from, ok = strings.CutPrefix(text, "include ")
	return strings.TrimSpace(from), ok
}

// importPath is the path in the tree of a file that one in dir imports. Files of other
// projects have a colon.
func importPath(dir, from string) (string, bool) {
	if from == "" || strings.Contains(from, ":") {
		return "", false
	}
	if !strings.HasPrefix(from, "/") {
		from = path.Join(dir, from)
	} else if from = path.Clean(from); from == "/" {
		return "", false
	}
	from = strings.TrimLeft(from, "/")
	return from, from != ".." && !strings.HasPrefix(from, "../")
}

// folderOf is the folder that a path is in, "" for the top.
func folderOf(name string) string {
	if i := strings.LastIndexByte(name, '/'); i >= 0 {
		return name[:i]
	}
	return ""
}
