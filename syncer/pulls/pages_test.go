package pulls_test

import (
	"bytes"
	"flag"
	"fmt"
	"html"
	"os"
	"path/filepath"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	rendering "github.com/yuin/goldmark/renderer/html"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

var pages = flag.String("pages", "", "write the texts as web pages, as a phone shows them, into this directory")

// page looks like a forge's page on a phone: its bar, the title, then the text.
const page = `<!doctype html>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>%[1]s</title>
<style>
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1f2328; overflow-wrap: anywhere; max-width: 360px }
header { background: #24292f; height: 48px } main { padding: 12px }
h1 { font-size: 22px; font-weight: 400; line-height: 1.25; margin: 4px 0 8px } .by { color: #59636e; font-size: 13px; margin: 0 0 8px }
article { border: 1px solid #d1d9e0; border-radius: 6px; padding: 12px; font-size: 14px }
article > :first-child { margin-top: 0 } p, ul { margin: 0 0 10px } ul { padding-left: 20px }
h2 { font-size: 20px; border-bottom: 1px solid #d1d9e0; margin: 20px 0 10px; padding-bottom: 4px }
code { font: .86em ui-monospace, monospace; background: #eff1f3; border-radius: 6px; padding: 2px 4px }
pre { font-size: 13px; background: #f6f8fa; border-radius: 6px; padding: 12px; overflow: auto } pre code { padding: 0; background: none; white-space: pre }
table { display: block; overflow: auto; border-collapse: collapse } td, th { border: 1px solid #d1d9e0; padding: 4px 8px }
details { margin: 10px 0 } a { color: #0969da }
</style>
<header></header><main><h1>%[1]s</h1><p class="by">Draft · auxsync wants to merge 1 commit</p><article>
%[2]s</article></main>
`

// TestPagesToLookAt writes pages for people to look at:
//
//	go test ./syncer/pulls -run Pages -pages DIR
func TestPagesToLookAt(t *testing.T) {
	t.Parallel()
	if *pages == "" {
		t.Skip("no -pages DIR")
	}
	ready, closed := simpleCase(), simpleCase()
	ready.Proposal.Status = forks.Ready
	closed.Proposal.Status = forks.Declined
	write := func(name, title, text string) {
		var b bytes.Buffer
		md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(rendering.WithUnsafe()))
		if err := md.Convert([]byte(text), &b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(*pages, name+".html"), fmt.Appendf(nil, page, html.EscapeString(title), b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]pulls.Case{"simple": simpleCase(), "many-kinds": exampleCase(), "ready": ready, "closed": closed} {
		write(name, pulls.Title(c), pulls.Body(c))
	}
	d := exampleDashboard()
	write("dashboard", pulls.DashboardTitle(d.Fork), pulls.DashboardBody(d))
	for stage := 1; stage <= 4; stage++ {
		write(fmt.Sprintf("reminder-%d", stage), pulls.Title(simpleCase()), pulls.Remind(simpleCase(), reminding(stage)).Text)
	}
	for name, c := range endings() {
		write("ending-"+name[:1], name, pulls.Closing(c))
	}
}
