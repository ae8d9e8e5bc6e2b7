package weekly_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

// sample is a report that pages are held against.
type sample struct {
	name   string
	report weekly.Report
}

func samples() []sample {
	return []sample{
		{"busy", weeklytest.Busy()}, {"quiet", weeklytest.Quiet()}, {"broken", weeklytest.Broken()},
		{"first", weeklytest.First()}, {"hostile", weeklytest.Hostile()}, {"empty", weekly.Report{}},
	}
}

// reporter is a test, or a draw of rapid's.
type reporter interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func pageOf(t reporter, r weekly.Report) string {
	t.Helper()
	page, err := weekly.HTML(r)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return string(page)
}

var styleElement = regexp.MustCompile(`(?s)<style>(.*?)</style>`)

// checkPage holds a page to what every page promises.
func checkPage(t reporter, name, page string) {
	t.Helper()
	checkInert(t, name, page)
	checkClosed(t, name, page)
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	p := pageLaws{t: t, name: name, ids: map[string]bool{}}
	p.walk(root)
	if p.headings[1] != 1 || p.lang != "en" || p.mains != 1 {
		t.Errorf("%s: %d h1, language %q, %d main", name, p.headings[1], p.lang, p.mains)
	}
	for _, id := range p.meant {
		if !p.ids[id] {
			t.Errorf("%s: #%s is meant and not there", name, id)
		}
	}
	sum := sha256.Sum256([]byte(styleElement.FindStringSubmatch(page)[1]))
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if p.policy != want {
		t.Errorf("%s: the policy is\n%s, not\n%s", name, p.policy, want)
	}
}

// checkInert looks for anything that is not shown as what it is.
func checkInert(t reporter, name, page string) {
	t.Helper()
	bad := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if i := strings.IndexFunc(page, bad); i >= 0 || !utf8.ValidString(page) {
		t.Fatalf("%s is not inert at %d: %q", name, i, page[max(0, i-40):min(len(page), i+40)])
	}
}

// checkClosed reads the page as strictly as XML is read: each element is closed where it
// was opened.
func checkClosed(t reporter, name, page string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
	}
}

// pageLaws looks at each element of a page.
type pageLaws struct {
	t        reporter
	name     string
	ids      map[string]bool
	meant    []string // ids that something points to
	headings [7]int   // by level
	level    int
	lang     string
	policy   string
	mains    int
}

func (p *pageLaws) walk(n *html.Node) {
	if n.Type == html.CommentNode {
		p.t.Errorf("%s has a comment: %s", p.name, n.Data)
	}
	if n.Type == html.ElementNode {
		p.element(n)
		p.attributes(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		p.walk(c)
	}
}

func (p *pageLaws) element(n *html.Node) {
	switch n.Data {
	case "script", "iframe", "object", "embed", "form", "base", "link", "img", "video", "audio", "use", "image", "foreignobject", "a:href":
		p.t.Errorf("%s has a <%s>", p.name, n.Data)
	case "html":
		p.lang = attribute(n, "lang")
	case "main":
		p.mains++
	case "meta":
		if attribute(n, "http-equiv") == "Content-Security-Policy" {
			p.policy = attribute(n, "content")
		}
	case "h1", "h2", "h3", "h4", "h5", "h6":
		level := int(n.Data[1] - '0')
		if level > p.level+1 {
			p.t.Errorf("%s: h%d follows h%d", p.name, level, p.level)
		}
		if textOf(n) == "" {
			p.t.Errorf("%s: an empty %s", p.name, n.Data)
		}
		p.level = level
		p.headings[level]++
	case "svg":
		if strings.Contains(attribute(n, "class"), "chart") {
			title, text := childText(n, "title"), childText(n, "desc")
			if attribute(n, "role") != "img" || attribute(n, "aria-labelledby") == "" || title == "" || text == "" {
				p.t.Errorf("%s: a drawing without words: %q %q", p.name, title, text)
			}
		}
	case "a":
		if textOf(n) == "" {
			p.t.Errorf("%s: a link without words", p.name)
		}
	}
}

func (p *pageLaws) attributes(n *html.Node) {
	for _, a := range n.Attr {
		switch {
		case strings.HasPrefix(a.Key, "on") || slices.Contains([]string{"style", "src", "srcset", "srcdoc", "action", "formaction", "background", "ping"}, a.Key):
			p.t.Errorf("%s: <%s> has %s=%q", p.name, n.Data, a.Key, a.Val)
		case a.Key == "id":
			if p.ids[a.Val] {
				p.t.Errorf("%s: the id %s is there twice", p.name, a.Val)
			}
			p.ids[a.Val] = true
		case a.Key == "aria-labelledby":
			p.meant = append(p.meant, strings.Fields(a.Val)...)
		case a.Key == "href" && strings.HasPrefix(a.Val, "#"):
			p.meant = append(p.meant, a.Val[1:])
		case a.Key == "href":
			if u, err := url.Parse(a.Val); err != nil || n.Data != "a" || u.Scheme != "https" || u.Host == "" || u.User != nil {
				p.t.Errorf("%s: <%s> leads to %q", p.name, n.Data, a.Val)
			}
		}
	}
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return strings.TrimSpace(b.String())
}

func childText(n *html.Node, name string) string {
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Data == name {
			return textOf(c)
		}
	}
	return ""
}

func TestPagesAreValidAndNeedNothingElse(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		checkPage(t, s.name, pageOf(t, s.report))
	}
}

func TestTheSameReportGivesTheSamePage(t *testing.T) {
	t.Parallel()
	for _, s := range samples() {
		first, again := pageOf(t, s.report), pageOf(t, s.report)
		if first != again {
			t.Errorf("%s differs", s.name)
		}
	}
}

// skeleton has the elements of a page and their attributes, without what these say.
func skeleton(page string) (list []string) {
	z := html.NewTokenizer(strings.NewReader(page))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			return list
		}
		if token := z.Token(); kind != html.TextToken {
			text := kind.String() + " " + token.Data
			for _, a := range token.Attr {
				text += " " + a.Key
			}
			list = append(list, text)
		}
	}
}

// Whatever others write, the page is built as it is with harmless words in their place.
func TestHostileTextOnlyEverIsText(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom(append(weeklytest.HostileTexts(), weeklytest.HostileURLs()...))
	texts := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(piece, 1, 3), func(p []string) string { return strings.Join(p, " ") + "." }), 5, 9)
	page := func(t reporter, replace func(n int) string) string {
		r, n := weeklytest.Busy(), 0
		weeklytest.ReplaceTexts(&r, func(field, old string) string {
			switch field {
			// How many lines it has, and what is a link, depends on these.
			case "Diff", "How", "Zone", "URL", "Agreed", "Self", "Feed", "Page", "Upstream", "Fork", "Policy":
				return old
			}
			if n++; old == "" {
				return old
			}
			return replace(n)
		})
		r.Fork = replace(0)
		return pageOf(t, r)
	}
	harmless := page(t, func(int) string { return "word" })
	rapid.Check(t, func(t *rapid.T) {
		words := texts.Draw(t, "texts")
		hostile := page(t, func(n int) string { return words[n%len(words)] })
		checkPage(t, "hostile", hostile)
		if got, want := skeleton(hostile), skeleton(harmless); !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Fatalf("the page is built differently from its element %d on:\n%v, not\n%v", i, got[i:min(i+5, len(got))], want[i:min(i+5, len(want))])
		}
	})
}

func TestADifferenceIsInertLineByLine(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	r.Tracks[0].Stack.Changed[0].Diff = strings.Join(weeklytest.HostileTexts(), "\n+")
	page := pageOf(t, r)
	checkPage(t, "difference", page)
	if !strings.Contains(page, `<span class="add">&#43;nul\x00 bell\x07 esc\x1b[2J\r`) {
		t.Error("a line of it is not shown as what it is")
	}
}

func TestOnlyPlainHTTPSAddressesAreLinks(t *testing.T) {
	t.Parallel()
	good := []string{"https://forum.example.org/t/42", "https://forum.example.org:8443/t?a=1&b=2#c"}
	for _, address := range append(append(weeklytest.HostileURLs(), "https://xn--e1awd7f.example/", "https://пример.example/", "https://a.example/\u202e", "mailto:a@b.example", ""), good...) {
		r := weeklytest.Quiet()
		r.Links = weekly.Links{Self: address}
		page := pageOf(t, r)
		checkPage(t, address, page)
		linked := strings.Contains(page, "This report on the web")
		if want := slices.Contains(good, address) || address == "https://xn--e1awd7f.example/" || address == weeklytest.HostileURLs()[3]; linked != want {
			t.Errorf("%q: linked is %v", address, linked)
		}
	}
}

// inOrder reports the first of texts that does not come after those before it.
func inOrder(page string, texts []string) string {
	for _, text := range texts {
		i := strings.Index(page, text)
		if i < 0 {
			return text
		}
		page = page[i+len(text):]
	}
	return ""
}

func TestThePageHasEverythingInItsOrder(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	need, track := &r.Needed[0], &r.Tracks[0]
	need.What, need.Do, need.Long = "what becomes of it", "say so", true
	track.Stack.Changed[0].Diff = "@@ a file\n- x\n+ y\n"
	page := html.UnescapeString(pageOf(t, r))
	if missing := inOrder(page, []string{
		"<h1>", "<main", `<p class="lead"><bdi>` + r.Summary + `</bdi></p>`,
		"Decisions needed</h2>", "What becomes of it", "Say so", "It has waited for more than three weeks",
		"Tracks</h2>", "Lag of " + track.Track + " over the week", "The lag was ", "at most ", " at the end.",
		"Stack</h4>", "31 kept, ", "Difference to the base, in added plus removed lines: from ", "<details>",
		`<span class="head">@@ a file`, `<span class="del">- x`, `<span class="add">+ y`, "Upstream has these now, with thanks", track.Stack.Upstreamed[0].Subject, track.Stack.Upstreamed[0].Author,
		"Conflicts</h2>", " in the median, and ", "Security</h2>", r.Security.Waiting[0].Subject,
		"What upstream did for us</h2>", "Commits on the paths of each SIG", "Open roles", r.Upstream[0].OpenRoles[0].Path, "To take one, change ",
		"Readiness</h2>", "<h3>Lag</h3>", "Goal: at most ", "agreed here", "No goal agreed yet", "The busiest of them gave ",
		"How decisions are made here</h2>", "What auxsync will not do by itself", "Decisions taken this week", "Because: ",
		"What auxsync did by itself</h2>", "Undo: ", r.Deeds[0].Command, "Service</h2>", "auxsync " + r.Service.Version, "</main>",
	}); missing != "" {
		t.Errorf("%q is not where it should be", missing)
	}
}

func TestWhatIsEmptyIsOneCalmLine(t *testing.T) {
	t.Parallel()
	page := pageOf(t, weekly.Report{Service: weekly.Service{Up: -1, ForgeLeast: -1}})
	for _, line := range []string{
		"Nothing waits for a decision.", "No track is on record.", "No conflict was opened, and none is open.",
		"No commit of upstream’s that mentions a security fix waits, and none was taken in.", "Nothing of upstream’s was taken in this week.", "Nothing.", "None.",
	} {
		if !strings.Contains(page, `<p class="calm">`+line) {
			t.Errorf("there is no %q", line)
		}
	}
	if strings.Contains(page, "<svg") || strings.Contains(page, "<details") {
		t.Error("an empty report has a drawing or a difference")
	}
}

func TestAWeekThatIsNotOverSaysSo(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	r.Over, r.To = false, r.From.AddDate(0, 0, 3)
	page := pageOf(t, r)
	if !strings.Contains(page, "The week is not over: this tells of it until") || !strings.Contains(page, ">Sun</text>") {
		t.Error("it does not say so, or its axis ends early")
	}
}
