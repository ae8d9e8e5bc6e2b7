package weekly_test

import (
	"flag"
	"os/exec"
	"testing"

	"github.com/auxolotl/auxsync/reports/browsertest"
	"github.com/auxolotl/auxsync/reports/weekly"
)

var (
	browser     = flag.Bool("browser", false, "fail where Chromium or axe-core is missing, instead of leaving out what they look at")
	axe         = flag.String("axe", "", "path of axe-core's axe.min.js")
	screenshots = flag.String("screenshots", "", "keep pictures of the pages in this directory")
)

func TestPagesHoldInARealBrowser(t *testing.T) {
	program, err := exec.LookPath("chromium")
	switch {
	case err != nil && *browser:
		t.Fatalf("Chromium is missing: %v", err)
	case err != nil:
		t.Skip("there is no chromium to look at pages with")
	case testing.Short():
		t.Skip("a browser takes long")
	case *axe == "" && *browser:
		t.Fatal("axe-core is missing: name its axe.min.js with -axe")
	case *axe == "":
		t.Log("without -axe, what axe-core would find is left out")
	}
	b := browsertest.Open(t, browsertest.Options{Program: program, Axe: *axe, Screenshots: *screenshots})
	for _, sample := range samples() {
		page, err := weekly.HTML(sample.report)
		if err != nil {
			t.Fatal(err)
		}
		b.Check(t, sample.name, page)
	}
}
