package pulls_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

func exampleNote() pulls.Note {
	stages := []forks.Stage{{Stage: 1, Mode: forks.ModeRegular, ID: hash(31)}, {Stage: 2, Mode: forks.ModeRegular, ID: hash(32)}, {Stage: 3, Mode: forks.ModeRegular, ID: hash(33)}}
	return pulls.Note{
		Track: track, Branch: "aux-unstable", Fork: "https://git.example.org/aux/nixpkgs.git",
		Upstream: "https://git.example.org/up/nixpkgs.git", Follow: "nixos-unstable",
		ID: forks.NewProposalID(track, "p0123456789", hash(7), 1), Onto: hash(21),
		Subject: "hello: use our mirror", Author: forks.Person{Name: "Ada", Email: "ada@example.org"},
		Message: "hello: use our mirror\n\nThe mirror is faster.\r\n\r\nIt is also ours.\n",
		Conflict: forks.Conflict{
			Patch: "p0123456789", Cause: hash(7), Clean: hash(6),
			CauseSubject: "hello: 2.12 -> 2.13", CauseAuthor: forks.Person{Name: "Grace"},
			Files: []forks.ConflictFile{
				{Path: "pkgs/by-name/he/hello/package.nix", Kind: forks.Content, Stages: stages, Message: "Merge conflict in pkgs/by-name/he/hello/package.nix"},
				{Path: "pkgs/old.nix", Kind: forks.ModifyDelete, Stages: []forks.Stage{stages[0], stages[2]}},
				{Path: "pkgs/by-name/ja/jq/package.nix", Kind: forks.Content, Stages: stages},
				{Path: "logo.png", Kind: forks.Binary, Stages: stages},
			},
		},
	}
}

var update = flag.Bool("update", false, "rewrite the files in testdata")

// checkGolden compares got with a file of testdata.
func checkGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("differs from %s; -update rewrites it. Got:\n%s", path, got)
	}
}

func TestConflictFileReadsAsIntended(t *testing.T) {
	t.Parallel()
	checkGolden(t, "conflict.md", pulls.ConflictFile(exampleNote()))
	checkGolden(t, "fix-message.txt", []byte(pulls.FixMessage(exampleNote())))
}

func TestConflictFileExplainsEveryKind(t *testing.T) {
	t.Parallel()
	titles := map[string]forks.ConflictKind{}
	for _, kind := range []forks.ConflictKind{
		forks.Content, forks.ModifyDelete, forks.AddAdd, forks.RenameDelete, forks.RenameRename, forks.RenameAdd, forks.DirRename,
		forks.FileDirectory, forks.DistinctTypes, forks.Binary, forks.Submodule, forks.ModeChange, forks.OtherConflict,
	} {
		n := exampleNote()
		n.Conflict.Files = []forks.ConflictFile{{Path: "x", Kind: kind, Stages: n.Conflict.Files[0].Stages}}
		text := string(pulls.ConflictFile(n))
		_, after, _ := strings.Cut(text, "\n### ")
		title, _, _ := strings.Cut(after, "\n")
		if other, twice := titles[title]; twice || title == "" {
			t.Errorf("%s is explained as %q, like %s", kind, title, other)
		}
		titles[title] = kind
		if !strings.Contains(text, "- `x` (`"+string(kind)+"`)") {
			t.Errorf("%s: the file and its kind are not named", kind)
		}
	}
}

func TestConflictFileSaysWhatIsSpecial(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*pulls.Note)
		want   string
	}{
		{"a merged branch names inner commit and merge", func(n *pulls.Note) { n.Conflict.Inner = hash(41) },
			"commit `" + hash(41).String() + "`, which came in with the merge `" + hash(7).String() + "`"},
		{"an earlier patch in the way", func(n *pulls.Note) { n.Conflict.CausePatch = "pabc" }, "the earlier patch `pabc`"},
		{"upstream had it", func(n *pulls.Note) { n.Conflict.SuggestDrop = hash(42) }, hash(42).String() + "` already contained this change"},
		{"no subject", func(n *pulls.Note) { n.Subject = " " }, "`(empty)`, by `Ada`"},
		{"upstream deleted", func(n *pulls.Note) {}, "# upstream deleted it"},
		{"the patch deletes", func(n *pulls.Note) { n.Conflict.Files[1].Stages = n.Conflict.Files[0].Stages[:2] }, "# the patch deletes it"},
		{"a link is chosen", func(n *pulls.Note) {
			n.Conflict.Files = []forks.ConflictFile{{Path: "l", Kind: forks.Content, Stages: []forks.Stage{{Stage: 3, Mode: forks.ModeSymlink, ID: hash(5)}}}}
		}, "--cacheinfo 120000," + hash(5).String() + ",l"},
		{"many files are added at once", func(n *pulls.Note) {
			n.Conflict.Files = slices.Repeat(n.Conflict.Files[:1], 21)
		}, "git add --update -- :/"},
	} {
		n := exampleNote()
		c.change(&n)
		if text := string(pulls.ConflictFile(n)); !strings.Contains(text, c.want) {
			t.Errorf("%s: %q is not in\n%s", c.name, c.want, text)
		}
	}
}

func TestConflictFileNeverShowsACredential(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"https://bob:canary@host/x", "https://canary@host/x", "ssh://git:canary@host/x", "https://host/x?token=canary", "ext::canary"} {
		n := exampleNote()
		n.Fork, n.Upstream = address, address
		if text := string(pulls.ConflictFile(n)); strings.Contains(text, "canary") {
			t.Errorf("%s is shown", address)
		}
	}
}

// hostile draws texts that try to leave their place. All letters of it are from
// the Greek alphabet, which nothing of ours uses.
func hostile(t *rapid.T, name string) string {
	pieces := rapid.SampledFrom([]string{
		"`", "``", "```", "````", "~~~", "\n", "\r\n", "\n\n", "    ", "\t", "α", "@β", "γ/δ#1", "#1", "GH-1", "</details>", "-->", "<img src=α>",
		"![α](β)", "](", "\\", "\\`", "\x00", "\x1b[31m", "\u202e", "\u200b", "\xff", "$(α)", "';α;'", "\"", "$'", "- ", "-", ":(glob)**", "*", "\n```\n@β\n", "|", "&lt;", " ",
		"<!-- auxsync:end -->", "<!-- auxsync:begin v1 e30= -->", "<!-- auxsync:dashboard -->", "\n```suggestion\n", "www.α.β", "&#64;β", "https://α.β/γ/δ/issues/1",
	})
	return strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, name), "")
}

func hostileNote(t *rapid.T) pulls.Note {
	n := exampleNote()
	n.Branch, n.Follow = hostile(t, "branch"), hostile(t, "follow")
	n.Fork, n.Upstream = "/"+hostile(t, "fork"), "/"+hostile(t, "upstream")
	n.Subject, n.Author.Name, n.Message = hostile(t, "subject"), hostile(t, "author"), hostile(t, "title")+"\n\n"+hostile(t, "message")
	n.Conflict.CauseSubject, n.Conflict.CauseAuthor.Name = hostile(t, "cause"), hostile(t, "cause author")
	n.Conflict.CausePatch = forks.PatchID(hostile(t, "cause patch"))
	kinds := []forks.ConflictKind{forks.Content, forks.ModifyDelete, forks.RenameAdd, forks.Binary, forks.ModeChange, "`α`"}
	for i := range n.Conflict.Files {
		f := &n.Conflict.Files[i]
		f.Path, f.Message = forks.Path("α"+hostile(t, "path")), hostile(t, "git")
		f.Kind = rapid.SampledFrom(kinds).Draw(t, "kind")
	}
	return n
}

func TestNothingHostileLeavesItsCodeSpan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := string(pulls.ConflictFile(hostileNote(t)))
		prose, err := proseOf(text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		if i := strings.IndexFunc(prose, func(r rune) bool { return unicode.Is(unicode.Greek, r) || strings.ContainsRune("@<[]|~\\$&", r) }); i >= 0 {
			t.Fatalf("outside of code stands %q", prose[max(0, i-20):min(len(prose), i+20)])
		}
		if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Fatalf("shows %q raw", text[i:i+1])
		}
	})
}

// proseOf removes code blocks and code spans as CommonMark reads them: a fence
// ends at a line of at least as many backticks, a span at a run of exactly as
// many.
func proseOf(text string) (string, error) {
	var prose strings.Builder
	fence := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		trimmed := strings.TrimLeft(line, " ")
		ticks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		switch {
		case fence != "":
			if len(ticks) >= len(fence) && strings.Trim(trimmed, "` ") == "" {
				fence = ""
			}
		case len(ticks) >= 3 && !strings.Contains(trimmed[len(ticks):], "`"):
			fence = ticks
		default:
			rest, err := withoutSpans(line)
			if err != nil {
				return "", err
			}
			prose.WriteString(rest + "\n")
		}
	}
	if fence != "" {
		return "", fmt.Errorf("a code block does not end")
	}
	return prose.String(), nil
}

func withoutSpans(line string) (string, error) {
	var prose strings.Builder
	for {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			prose.WriteString(line)
			return prose.String(), nil
		}
		prose.WriteString(line[:start])
		run := len(line[start:]) - len(strings.TrimLeft(line[start:], "`"))
		rest, end := line[start+run:], -1
		for i := 0; i < len(rest); {
			n := len(rest[i:]) - len(strings.TrimLeft(rest[i:], "`"))
			if n == run {
				end = i + n
				break
			}
			i += max(n, 1)
		}
		if end < 0 {
			return "", fmt.Errorf("a code span does not end: %q", line)
		}
		line = rest[end:]
	}
}

func TestFixMessageNotifiesAndLinksNobody(t *testing.T) {
	t.Parallel()
	for _, subject := range []string{
		"fixes #1", "thanks @ada", "closes up/nix#12", "see GH-1 and gh-2", "https://forge.example/up/nix/issues/1", "!3", "@org/team", "a\n\nCo-authored-by: @x",
	} {
		n := exampleNote()
		n.Subject = subject
		msg := pulls.FixMessage(n)
		first, rest, _ := strings.Cut(msg, "\n")
		for _, bad := range []string{"#1", "@a", "@o", "@x", "GH-1", "gh-2", "://", "!3"} {
			if strings.Contains(msg, bad) {
				t.Errorf("%q: the message has %q", subject, bad)
			}
		}
		if !strings.HasPrefix(first, "Conflict "+string(n.ID)+": ") || !strings.HasPrefix(rest, "\nThis patch") {
			t.Errorf("%q: message\n%s", subject, msg)
		}
	}
}
