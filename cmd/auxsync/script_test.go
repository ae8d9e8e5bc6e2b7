package main

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auxolotl/auxsync/cmd/auxsync/scripttest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"auxsync": func() {
		p := parts{clock: laterClock(os.Getenv("LATER")), mergers: mergersOf(os.Getenv("MERGER"))}
		os.Exit(runWith(p, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
	}})
}

// later is the real clock, put forward.
type later struct {
	clockwork.Clock
	by time.Duration
}

// laterClock is the clock of a script's program: $LATER is by how much it is put forward.
func laterClock(by string) clockwork.Clock {
	d, err := time.ParseDuration(cmp.Or(by, "0s"))
	if err != nil {
		panic(err)
	}
	return later{clockwork.NewRealClock(), d}
}

func (l later) Now() time.Time                  { return l.Clock.Now().Add(l.by) }
func (l later) Since(t time.Time) time.Duration { return l.Now().Sub(t) }
func (l later) Until(t time.Time) time.Duration { return t.Sub(l.Now()) }

// TestScripts runs what people do, one file a promise: see the names in
// testdata/script, and package scripttest for the commands of a script. Under the race
// detector each process takes most of a second to begin: then only those scripts are
// run in which a daemon serves several people at once. The others are run without it.
func TestScripts(t *testing.T) {
	t.Parallel()
	files := scripts(t)
	if raced {
		files = withDaemon(t, files)
	}
	runScripts(t, files, scripttest.Setup)
}

// scripts lists all of them.
func scripts(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts found: %v", err)
	}
	return files
}

func runScripts(t *testing.T, files []string, setup func(*testscript.Env) error) {
	t.Helper()
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup,
		Cmds:                scripttest.Commands(),
		Condition:           scripttest.Condition,
		UpdateScripts:       os.Getenv("AUXSYNC_UPDATE_SCRIPTS") != "",
	})
}

// withDaemon keeps the scripts that begin a daemon.
func withDaemon(t *testing.T, files []string) []string {
	t.Helper()
	kept := slices.DeleteFunc(files, func(name string) bool {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return !bytes.Contains(text, []byte("\ndaemon "))
	})
	if len(kept) == 0 {
		t.Fatal("no script begins a daemon")
	}
	return kept
}
