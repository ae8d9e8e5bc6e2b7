package browsertest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Options say how pages are looked at.
type Options struct {
	// Program is the path of Chromium.
	Program string
	// Axe is the path of axe-core's axe.min.js; "" leaves out what it would find.
	Axe string
	// Screenshots is a directory in which a picture of each page is kept; "" for none.
	Screenshots string
}

// Browser is a running Chromium. It is for one test at a time.
type Browser struct {
	ctx  context.Context
	axe  string
	keep string

	mu   sync.Mutex // guards seen
	seen []string   // addresses that the page asked for
}

// Open starts a browser with a profile of its own, which ends with the test.
func Open(t *testing.T, o Options) *Browser {
	t.Helper()
	b := &Browser{keep: o.Screenshots}
	if o.Axe != "" {
		text, err := os.ReadFile(o.Axe)
		if err != nil {
			t.Fatalf("read axe-core: %v; install it with npm, and name its axe.min.js", err)
		}
		b.axe = string(text)
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(o.Program), chromedp.UserDataDir(t.TempDir()), chromedp.DisableGPU,
		chromedp.Flag("disable-component-update", true))
	if os.Geteuid() == 0 {
		flags = append(flags, chromedp.NoSandbox) // Chromium refuses to run as root with it
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), flags...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	b.ctx = ctx
	return b
}

// hear notes what the page asks the network for.
func (b *Browser) hear(event any) {
	if request, ok := event.(*network.EventRequestWillBeSent); ok {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.seen = append(b.seen, request.Request.URL)
	}
}

// requests takes the addresses that were asked for since it was called last.
func (b *Browser) requests() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	seen := b.seen
	b.seen = nil
	return seen
}

// look is one way of looking at a page.
type look struct {
	width int64
	theme string
}

func (l look) String() string { return fmt.Sprintf("%d-%s", l.width, l.theme) }

// Check opens a page, which is served from loopback, on a phone of 360 px and on a screen
// of 1400 px, light and dark, with all its details unfolded. It fails the test where the
// page is wider than the screen, asks for anything else, says something on the console,
// has a drawing with text that is too small, cut off or on top of other text, or where
// axe-core finds something serious.
func (b *Browser) Check(t *testing.T, name string, page []byte) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write(page)
	}))
	defer server.Close()
	for _, l := range []look{{360, "light"}, {360, "dark"}, {1400, "light"}, {1400, "dark"}} {
		t.Run(name+"-"+l.String(), func(t *testing.T) {
			for _, finding := range b.findings(t, server.URL+"/", l) {
				t.Error(finding)
			}
			b.picture(t, name+"-"+l.String()+".png")
		})
	}
}

// findings opens an address and says what is wrong with its page.
func (b *Browser) findings(t *testing.T, address string, l look) []string {
	t.Helper()
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	messages := chromedp.Console(ctx)
	b.requests()
	_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: l.theme}},
	})
	if err == nil {
		err = chromedp.Do(ctx, chromedp.EmulateViewport(l.width, 900), chromedp.Navigate(address))
	}
	if err != nil {
		t.Fatalf("open the page: %v", err)
	}
	found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](measure))
	if err != nil {
		t.Fatalf("measure the page: %v", err)
	}
	for _, seen := range b.requests() {
		if seen != address {
			found = append(found, "asks the network for "+seen)
		}
	}
	if b.axe != "" {
		script := b.axe + ";\n" + audit
		serious, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](script, chromedp.EvalAwaitPromise))
		if err != nil {
			t.Fatalf("run axe-core: %v", err)
		}
		found = append(found, serious...)
	}
	return append(found, said(ctx, t, messages)...)
}

// lastWord marks the end of what a page said.
const lastWord = "browsertest: that was all"

// said reads the console until now. The order of its messages is kept, so a message of
// our own is the last.
func said(ctx context.Context, t *testing.T, messages func(func(chromedp.ConsoleMessage, error) bool)) (list []string) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.Evaluate[chromedp.Void](`console.log("`+lastWord+`")`)); err != nil {
		t.Fatalf("write to the console: %v", err)
	}
	for m, err := range messages {
		if err != nil {
			t.Fatalf("read the console: %v", err)
		}
		if strings.Contains(m.Text, lastWord) {
			break
		}
		list = append(list, "says on the console: "+m.String())
	}
	return list
}

// picture keeps how the whole page looks.
func (b *Browser) picture(t *testing.T, name string) {
	t.Helper()
	if b.keep == "" {
		return
	}
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(b.keep, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(b.keep, name), picture, 0o644)
	}
	if err != nil {
		t.Fatalf("keep the picture %s: %v", name, err)
	}
}
