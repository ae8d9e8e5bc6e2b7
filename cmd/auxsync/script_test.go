package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/auxolotl/auxsync/cmd/auxsync/scripttest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"auxsync": main})
}

// TestScripts runs what people do, one file a promise: see the names in
// testdata/script, and package scripttest for the commands of a script.
func TestScripts(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts found: %v", err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               scripttest.Setup,
		Cmds:                scripttest.Commands(),
		Condition:           scripttest.Condition,
		UpdateScripts:       os.Getenv("AUXSYNC_UPDATE_SCRIPTS") != "",
	})
}
