package crash

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Names returns the names of all crash points in the module's source, sorted.
// It reads the Go files below moduleRoot that are part of the program: not
// tests, not testdata, not folders that the go command skips. A name is a
// literal, or something that varies and a literal after it, which is listed with a
// star before it. Any other, and one that stands in two places, is an error. For
// tests.
func Names(moduleRoot string) ([]string, error) {
	found := map[string]token.Position{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(moduleRoot, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != moduleRoot && skippedDir(entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		return collect(fset, file, found)
	})
	if err != nil {
		return nil, fmt.Errorf("list crash points: %w", err)
	}
	names := make([]string, 0, len(found))
	for name := range found {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, nil
}

func skippedDir(name string) bool {
	return name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")
}

// collect adds the points of one file to found.
func collect(fset *token.FileSet, file *ast.File, found map[string]token.Position) error {
	local := importName(file)
	if local == "" {
		return nil
	}
	var failed error
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || failed != nil || !isAt(call.Fun, local) {
			return failed == nil
		}
		pos := fset.Position(call.Pos())
		name, ok := literal(call)
		if !ok {
			failed = fmt.Errorf("%s: the name of a crash point must be a string literal, not empty and without colon or star", pos)
			return false
		}
		if first, twice := found[name]; twice {
			failed = fmt.Errorf("%s: crash point %q already stands at %s", pos, name, first)
			return false
		}
		found[name] = pos
		return true
	})
	return failed
}

// importName returns what a file calls this package, or "" if it does not
// import it.
func importName(file *ast.File) string {
	for _, imp := range file.Imports {
		path, err := strconv.Unquote(imp.Path.Value)
		if err != nil || !strings.HasSuffix(path, "/syncer/crash") {
			continue
		}
		if imp.Name != nil {
			return imp.Name.Name
		}
		return "crash"
	}
	return ""
}

func isAt(fun ast.Expr, local string) bool {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "At" {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == local
}

// literal returns the name that a call gives, with a star for what varies.
func literal(call *ast.CallExpr) (string, bool) {
	if len(call.Args) != 1 {
		return "", false
	}
	arg, star := call.Args[0], ""
	if sum, ok := arg.(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		if _, fixed := sum.X.(*ast.BasicLit); fixed {
			return "", false
		}
		arg, star = sum.Y, "*"
	}
	lit, ok := arg.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	name, err := strconv.Unquote(lit.Value)
	return star + name, err == nil && name != "" && !strings.ContainsAny(name, ":*")
}
