package repo

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// The oldest git that has merge-tree --write-tree -z.
const (
	leastMajor = 2
	leastMinor = 39
)

// Options says which git program to use and how.
type Options struct {
	Path string      // the program; "" looks for git in PATH
	Log  *zap.Logger // nil logs nothing
	// Home is the HOME of every child and should be an empty directory; "" means
	// /dev/null, below which nothing can be read or written.
	Home string
	// Started is when this process started: what an earlier one left behind in a
	// cache is swept if it is older. Zero means the moment of [New].
	Started time.Time
}

// Git is the git program with a hardened child environment. It is safe for
// concurrent use.
type Git struct {
	path    string
	version string
	log     *zap.Logger
	started time.Time
	env     []string // the same for every child

	mu    sync.Mutex
	swept map[string]bool // caches whose leftovers were removed
}

// New finds the program and checks its version. An error is Fatal: without git
// 2.39 or newer nothing works.
func New(ctx context.Context, o Options) (*Git, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Started.IsZero() {
		o.Started = time.Now()
	}
	name := o.Path
	if name == "" {
		name = "git"
	}
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return nil, fatal(fmt.Sprintf("install git %d.%d or newer", leastMajor, leastMinor), "find git: %w", err)
	}
	g := &Git{
		path: path, log: o.Log, started: o.Started,
		env: baseEnvironment(o.Home), swept: map[string]bool{},
	}
	out, err := g.output(ctx, call{args: []string{"version"}, limit: 4 << 10})
	if err != nil {
		return nil, fmt.Errorf("ask %s for its version: %w", path, err)
	}
	version, ok := parseVersion(out)
	if !ok {
		return nil, fatal(fmt.Sprintf("install git %d.%d or newer", leastMajor, leastMinor),
			"%s is %s", path, escapeLine(strings.TrimSpace(string(out))))
	}
	g.version = version
	return g, nil
}

// Version returns the version of the program, such as "2.39.5".
func (g *Git) Version() string { return g.version }

// parseVersion reads the answer of "git version"; ok is false if it is not a
// version that will do.
func parseVersion(out []byte) (version string, ok bool) {
	m := regexp.MustCompile(`^git version ((\d+)\.(\d+)[0-9A-Za-z.-]*)`).FindSubmatch(out)
	if m == nil {
		return "", false
	}
	major, err := strconv.Atoi(string(m[2]))
	if err != nil {
		return "", false
	}
	minor, err := strconv.Atoi(string(m[3]))
	if err != nil {
		return "", false
	}
	return string(m[1]), major > leastMajor || major == leastMajor && minor >= leastMinor
}

func fatal(next, format string, args ...any) error {
	return &forks.Problem{Kind: forks.Fatal, Err: fmt.Errorf(format, args...), Next: next}
}
