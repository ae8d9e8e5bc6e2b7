package web_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

func styleHash(body string) string {
	m := style.FindStringSubmatch(body)
	if m == nil {
		return "no style"
	}
	sum := sha256.Sum256([]byte(m[1]))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Whatever others write, a page is well-formed, printable, loads nothing, says
// nothing in our name and does not speak of proposals.
func TestHostileTextIsInertOnEveryPage(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{
		"word", " ", "<script>alert(1)</script>", "</style><style>*{display:none}</style>", `" onmouseover="x`, "'", "<!--", "]]>", "&#60;", "javascript:x",
		"\x1b[2J", "\u202e", "\u2066", "\n", "\x00", "\xff", "漢字", "{{.}}", "%s%d", "\t", strings.Repeat("long", 400), "../", "since 2026-03-03 08:15 UTC", "🙂",
	})
	var s source
	h := page(&s) // made once: parsing the pages takes longer than writing them
	rapid.Check(t, func(t *rapid.T) {
		texts := rapid.SliceOfN(rapid.Map(rapid.SliceOfN(piece, 0, 6), func(p []string) string { return strings.Join(p, "") }), 7, 7).Draw(t, "texts")
		next := 0
		text := func() string { next++; return texts[next%len(texts)] }
		s = exampleSource()
		for i := range s.overview.Tracks {
			status := &s.overview.Tracks[i]
			status.Branch, status.Follow, status.Upstream = text(), text(), text()
			status.Health, status.Trouble, status.PolicyTrouble = text(), text(), text()
			status.ForgeTrouble = &reports.ForgeTrouble{Since: now, Why: text()}
			if status.LastPass != nil {
				status.LastPass.Outcome = text()
			}
			if status.Hold != nil {
				status.Hold = &forks.Hold{Reason: text()}
			}
			if status.Stopped != nil {
				status.Stopped = &forks.Stop{Reason: text(), Next: text()}
			}
			for j := range status.Conflicts {
				c := &status.Conflicts[j]
				c.Subject, c.Reason = text(), text()
			}
			for j := range status.Decisions {
				status.Decisions[j].Question, status.Decisions[j].Patch = text(), forks.PatchID(text())
			}
		}
		for i := range s.conflicts.Conflicts {
			c := &s.conflicts.Conflicts[i]
			c.Subject, c.Author.Name, c.Reason, c.Patch = text(), text(), text(), forks.PatchID(text())
			c.FixRef, c.OntoRef = forks.Ref(text()), forks.Ref(text())
			c.Conflict.CauseSubject, c.Conflict.CauseAuthor.Name, c.Conflict.CausePatch = text(), text(), forks.PatchID(text())
			for j := range c.Conflict.Files {
				c.Conflict.Files[j] = forks.ConflictFile{Path: forks.Path(text()), Kind: forks.ConflictKind(text())}
			}
		}
		list := s.patches["nixpkgs/aux-unstable"]
		for _, patches := range [][]forks.Patch{list.Patches, list.Ended} {
			for i := range patches {
				p := &patches[i]
				p.ID, p.Subject, p.Author.Name, p.Ahead = forks.PatchID(text()), text(), text(), forks.Outcome(text())
				switch {
				case p.Out != nil:
					p.Out.By, p.Out.Reason = text(), text()
				case p.End != nil:
					p.End.By, p.End.Reason = text(), text()
				default:
					p.Published = forks.Outcome(text())
				}
			}
		}
		for _, path := range []string{"/", "/nixpkgs/aux-unstable", "/nixpkgs/aux-next", "/nix/aux-2-30", "/nixpkgs/x%1b%e2%80%ae"} {
			checkPage(t, path, get(h, path))
		}
		checkText(t, "/healthz", get(h, "/healthz").Body.String())
	})
}

func checkPage(t *rapid.T, path string, w *httptest.ResponseRecorder) {
	body := w.Body.String()
	if !strings.Contains(w.Header().Get("Content-Security-Policy"), "'sha256-"+styleHash(body)+"'") {
		t.Fatalf("%s: the style is not the one that the policy allows", path)
	}
	wellFormed(t, path, body)
	checkText(t, path, body)
	if strings.Contains(strings.ToLower(style.ReplaceAllString(body, "")), "proposal") {
		t.Fatalf("%s speaks of proposals:\n%s", path, body)
	}
}

func checkText(t *rapid.T, path, text string) {
	bad := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
	if i := strings.IndexFunc(text, bad); i >= 0 || !utf8.ValidString(text) {
		t.Fatalf("%s is not inert at %d: %q", path, i, text)
	}
}

func TestOnlyKnownHostsAreLinked(t *testing.T) {
	t.Parallel()
	for upstream, link := range map[string]string{
		"https://github.com/NixOS/nixpkgs":             "https://github.com/NixOS/nixpkgs/commit/",
		"https://github.com/NixOS/nixpkgs.git":         "https://github.com/NixOS/nixpkgs/commit/",
		"https://codeberg.org/aux/nix/":                "https://codeberg.org/aux/nix/commit/",
		"https://git.example.org/up/nix.git":           "",
		"https://github.com.example.org/NixOS/nixpkgs": "",
		"https://github.com:8443/NixOS/nixpkgs":        "",
		"http://github.com/NixOS/nixpkgs":              "",
		"https://user@github.com/NixOS/nixpkgs":        "",
		"https://github.com/NixOS/nixpkgs/tree":        "",
		"https://github.com/../nixpkgs":                "",
		"git@github.com:NixOS/nixpkgs":                 "",
		"/srv/git/nixpkgs.git":                         "",
	} {
		s := exampleSource()
		s.overview.Tracks = s.overview.Tracks[:1]
		s.overview.Tracks[0].Upstream = upstream
		body := get(page(s), "/").Body.String()
		want := `<code>09ac3f3c5a</code>, upstream’s newest commit`
		if link != "" {
			want = `<a href="` + link + s.overview.Tracks[0].Base.String() + `"><code>09ac3f3c5a</code></a>, upstream’s newest commit`
		}
		if !strings.Contains(body, want) {
			t.Errorf("%s: no %s in\n%s", upstream, want, body)
		}
	}
}
