package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/auxolotl/auxsync/"

// arrows says which packages of the module each package may import, beside its
// tests. What is not listed may not exist.
func arrows() map[string][]string {
	all := []string{"forks", "forks/maintainers", "forks/nix", "forks/store", "reports", "reports/publish", "reports/web", "reports/weekly", "syncer", "syncer/github", "syncer/merge", "syncer/merge/lines", "syncer/pulls", "syncer/rebase", "syncer/repo", "systemd",
		"cmd/auxsync/control", "cmd/auxsync/demo", "cmd/auxsync/scripttest"}
	return map[string][]string{
		"cmd/auxsync":                        all,
		"cmd/auxsync/control":                {"forks"},
		"cmd/auxsync/demo":                   {"forks", "reports/weekly", "syncer/github/githubtest"},
		"cmd/auxsync/scripttest":             {"forks", "syncer/github/githubtest", "syncer/github/githubtest/described", "syncer/repo/repotest"},
		"forks":                              nil,
		"forks/maintainers":                  {"forks", "forks/nix"},
		"forks/nix":                          nil,
		"forks/store":                        {"forks"},
		"reports":                            {"forks"},
		"reports/browsertest":                nil,
		"reports/publish":                    {"forks", "reports/weekly"},
		"reports/web":                        {"forks", "reports"},
		"reports/weekly":                     {"forks"},
		"reports/weekly/weeklytest":          {"forks", "reports/weekly"},
		"syncer":                             {"forks", "forks/maintainers", "syncer/branches", "syncer/crash", "syncer/merge", "syncer/prove", "syncer/pulls", "syncer/rebase", "syncer/repo"},
		"syncer/branches":                    {"forks"},
		"syncer/crash":                       nil,
		"syncer/github":                      {"forks"},
		"syncer/github/githubtest":           {"syncer/repo/repotest"},
		"syncer/github/githubtest/described": {"syncer/github/githubtest", "syncer/github/githubtest/api", "syncer/repo/repotest"},
		"syncer/github/githubtest/api":       nil,
		"syncer/merge":                       {"forks", "syncer/merge/lines", "syncer/merge/renames"},
		"syncer/merge/lines":                 nil,
		"syncer/merge/mergetest":             {"forks", "syncer/repo/repotest"},
		"syncer/merge/renames":               {"forks", "syncer/merge/lines"},
		"syncer/prove":                       {"forks", "syncer/merge"},
		"syncer/pulls":                       {"forks"},
		"syncer/pulls/pullstest":             {"forks", "syncer/pulls", "syncer/repo/repotest"},
		"syncer/rebase":                      {"forks", "syncer/merge", "syncer/merge/renames", "syncer/resolve"},
		"syncer/repo":                        {"forks", "syncer/crash"},
		"syncer/resolve":                     {"forks", "syncer/merge/lines"},
		"syncer/repo/repotest":               {"forks"},
		"syncer/syncertest":                  {"forks", "forks/maintainers", "syncer", "syncer/merge", "syncer/merge/lines", "syncer/rebase", "syncer/repo", "syncer/repo/repotest"},
		"systemd":                            nil,
	}
}

// heavy says where a dependency may be used: each lives in one package.
func heavy() map[string][]string {
	return map[string][]string{
		"github.com/go-git/":                      {"syncer/repo"},
		"github.com/pelletier/go-toml":            {"forks"},
		"github.com/bmatcuk/doublestar":           {"forks"},
		"github.com/pressly/goose":                {"forks/store"},
		"github.com/rogpeppe/go-internal":         {"cmd/auxsync", "cmd/auxsync/scripttest"},
		"github.com/spf13/cobra":                  {"cmd/auxsync"},
		"github.com/google/go-github":             {"syncer/github"},
		"github.com/hashicorp/go-retryablehttp":   {"reports/publish", "syncer/github"},
		"github.com/wneessen/go-mail":             {"reports/publish"},
		"github.com/bradleyfalzon/ghinstallation": {"syncer/github"},
		"github.com/getkin/kin-openapi":           {"syncer/github/githubtest/described"},
		"github.com/hmarr/codeowners":             {"forks/maintainers"},
		"github.com/chromedp/":                    {"reports/browsertest"},
		"go.yaml.in/yaml":                         {"forks/maintainers"},
		"modernc.org/sqlite":                      {"forks/store"},
		// Processes: git in syncer/repo, and what people run in the demo and in scripts.
		"os/exec": {"cmd/auxsync/demo", "cmd/auxsync/scripttest", "syncer/github/githubtest", "syncer/merge/mergetest", "syncer/repo", "syncer/repo/repotest"},
		"unsafe":  {},
		"C":       {},
	}
}

// eachImport parses the files of the module, tests left out, and calls do for each
// import. `go list` is not asked: in a test its answer may come from the cache.
func eachImport(t *testing.T, do func(pkg, imported, file string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			do(path.Dir(rel), imported, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestArrowsBetweenPackagesPointDown(t *testing.T) {
	t.Parallel()
	allowed, seen := arrows(), map[string]bool{}
	eachImport(t, func(pkg, imported, file string) {
		may, listed := allowed[pkg]
		seen[pkg] = true
		if !listed {
			t.Errorf("%s: package %s is not in the design's table", file, pkg)
		}
		if own, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(may, own) {
			t.Errorf("%s: %s may not import %s", file, pkg, own)
		}
	})
	for pkg := range allowed {
		if !seen[pkg] {
			t.Errorf("package %s of the table has no files that import anything", pkg)
		}
	}
}

func TestEachHeavyDependencyLivesInOnePackage(t *testing.T) {
	t.Parallel()
	rules := heavy()
	eachImport(t, func(pkg, imported, file string) {
		for prefix, where := range rules {
			if imported != prefix && !strings.HasPrefix(imported, strings.TrimSuffix(prefix, "/")+"/") {
				continue
			}
			if !slices.Contains(where, pkg) {
				t.Errorf("%s: %s may not import %s", file, pkg, imported)
			}
		}
	})
}
