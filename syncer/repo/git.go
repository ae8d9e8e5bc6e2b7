package repo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jonboulle/clockwork"
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
	Clock   clockwork.Clock // nil is the machine's
	// Stall is for how long an exchange with a remote may be silent before it is
	// ended; zero is 5 minutes. One over HTTP that only trickles, below 1 kB a
	// second, is ended after a fifth of that.
	Stall time.Duration
}

const (
	defaultStall = 5 * time.Minute
	lastBreath   = 5 * time.Second // for children that were killed to be gone
)

// Git is the git program with a hardened child environment. It is safe for
// concurrent use.
type Git struct {
	path     string
	version  string
	log      *zap.Logger
	clock    clockwork.Clock
	started  time.Time
	stall    time.Duration
	env      []string // the same for every child
	children children

	mu        sync.Mutex
	places    map[string]*place // by git directory
	scratches map[string]bool   // folders of scratch repositories
}

// New finds the program and checks its version. An error is Fatal: without git
// 2.39 or newer nothing works.
func New(ctx context.Context, o Options) (*Git, error) {
	if o.Log == nil {
		o.Log = zap.NewNop()
	}
	if o.Clock == nil {
		o.Clock = clockwork.NewRealClock()
	}
	if o.Started.IsZero() {
		o.Started = time.Now()
	}
	if o.Stall == 0 {
		o.Stall = defaultStall
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
		path: path, log: o.Log, clock: o.Clock, started: o.Started, stall: o.Stall,
		env: baseEnvironment(o.Home), children: children{groups: map[int]bool{}},
		places: map[string]*place{}, scratches: map[string]bool{},
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

// Kill ends all children at once, with SIGKILL to their process groups, and lets
// none start any more. It does not wait. What they left behind is swept by Close,
// or by the next process.
func (g *Git) Kill() { g.children.kill() }

// Close ends what still runs and removes all that is temporary, whatever its age,
// from the caches that were opened and with them the scratch repositories. The
// lock of the state directory makes that safe: no other process writes to a
// cache. It is called once, after the last user.
func (g *Git) Close() error {
	g.children.kill()
	g.children.await(lastBreath)
	g.mu.Lock()
	defer g.mu.Unlock()
	var errs []error
	for dir, p := range g.places {
		if p.opened.Load() {
			errs = append(errs, tidy(dir, g.log))
		}
	}
	for dir := range g.scratches {
		errs = append(errs, os.RemoveAll(dir))
	}
	return errors.Join(errs...)
}

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
