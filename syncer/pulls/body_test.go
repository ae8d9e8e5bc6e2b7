package pulls_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/pulls"
)

const (
	helloConflicted = `{ stdenv, fetchurl }:
stdenv.mkDerivation rec {
  pname = "hello";
<<<<<<< 0700000000 hello: 2.12 -> 2.13
  version = "2.13";
  src = fetchurl {
    url = "mirror://gnu/hello/hello-${version}.tar.gz";
    hash = "sha256-jZkUKv2SV28wsM18tCqNxoCZmLxdYH2Idh9RLibH2yA=";
||||||| base
  version = "2.12";
  src = fetchurl {
    url = "mirror://gnu/hello/hello-${version}.tar.gz";
    hash = "sha256-zwSvhtwIUmjF9EcPuuSbGK+8Iht4CWqrhC2TSna60Ks=";
=======
  version = "2.12";
  src = fetchurl {
    url = "https://mirror.aux.example/hello-${version}.tar.gz";
    hash = "sha256-zwSvhtwIUmjF9EcPuuSbGK+8Iht4CWqrhC2TSna60Ks=";
>>>>>>> p0123456789 hello: use our mirror
  };
  meta = {
<<<<<<< 0700000000 hello: 2.12 -> 2.13
    changelog = "https://example.org/NEWS";
||||||| base
=======
    teams = [ ];
>>>>>>> p0123456789 hello: use our mirror
  };
}
`
	jqConflicted = "{ }:\n<<<<<<< u\n1\n||||||| base\n2\n=======\n>>>>>>> p\n"
)

// exampleCase is a conflict with hunks, and with files that have none.
func exampleCase() pulls.Case {
	c := pulls.Case{
		Note:         exampleNote(),
		UpstreamPage: "https://github.com/NixOS/nixpkgs", ForkPage: "https://github.com/auxolotl/nixpkgs",
		Asked: []pulls.Asked{
			{Login: "ada", Member: true, Reason: "wrote the patch"},
			{Login: "grace", Reason: "maintains the package hello"},
			{Login: "auxolotl/sig-core", Member: true, Reason: "looks after all that nobody else does"},
		},
		Met: []pulls.Met{
			{Source: "trailer", Where: "the patch's message", Why: "names nobody"},
			{Source: "author", Name: "ada@example.org", Where: "the patch", Accepted: true, Why: "asked"},
			{Source: "meta", Name: "eelco", Where: "pkgs/by-name/he/hello/package.nix:41", Why: "away until 2027-01-06"},
		},
		Plain: []string{"nobody-knows", "joe@example.org"},
		Reads: func(path forks.Path, _ []byte) (bool, bool) {
			return true, strings.HasSuffix(string(path), "hello/package.nix")
		},
		ApproveMerges: true,
	}
	c.Proposal = forks.Proposal{ID: c.ID, Patch: c.Conflict.Patch, Round: 1, Status: forks.Open, Conflict: c.Conflict, Onto: c.Onto, Fix: hash(22), Picked: hash(23), Opened: now}
	for i, f := range c.Conflict.Files {
		file := pulls.CaseFile{ConflictFile: f}
		switch i {
		case 0:
			file.Content = []byte(helloConflicted)
		case 1:
			file.Content = []byte("old\n")
		case 2:
			file.Content = []byte(jqConflicted)
		}
		var err error
		if file.Hunks, err = pulls.Hunks(file.Content); err != nil {
			panic(err)
		}
		c.Files = append(c.Files, file)
	}
	return c
}

// simpleCase is what most conflicts are: all of it can be settled by tapping.
func simpleCase() pulls.Case {
	c := exampleCase()
	c.Shorter = true
	c.Conflict.Files, c.Files = c.Conflict.Files[:1], c.Files[:1]
	return c
}

func TestBodyReadsAsIntended(t *testing.T) {
	t.Parallel()
	checkGolden(t, "body.md", []byte(pulls.Body(exampleCase())))
	checkGolden(t, "body-simple.md", []byte(pulls.Body(simpleCase())))
}

// The first screen of a phone has some twenty lines of forty characters.
func TestBodyBeginsWithWhatIsAskedAndWhatToTap(t *testing.T) {
	t.Parallel()
	for _, c := range []pulls.Case{exampleCase(), simpleCase()} {
		lines := 0
		text, _, _ := strings.Cut(pulls.Body(c), "\n## ")
		for line := range strings.Lines(text) {
			lines += (utf8.RuneCountInString(line) + 39) / 40
		}
		for _, want := range []string{"hello: 2.12 -> 2.13", "hello: use our mirror", "Files changed", "/auxsync take upstream", "/auxsync keep ours", "/auxsync drop", "helper branch", "next publication", "undoes"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q is not in the first screen:\n%s", want, text)
			}
		}
		if lines > 24 {
			t.Errorf("the first screen has %d lines:\n%s", lines, text)
		}
	}
}

func TestBodySaysWhatIsSpecial(t *testing.T) {
	t.Parallel()
	status := func(s forks.ProposalStatus) func(*pulls.Case) {
		return func(c *pulls.Case) { c.Proposal.Status, c.Proposal.Reason = s, "the reason" }
	}
	for _, c := range []struct {
		name   string
		change func(*pulls.Case)
		want   []string
		not    []string
	}{
		{"as opened", func(*pulls.Case) {}, []string{"](https://redirect.github.com/NixOS/nixpkgs/commit/0700", "do not fit together in 4 files",
			"https://github.com/auxolotl/nixpkgs/edit/auxsync/aux-main/fix/c", "/pkgs/by-name/he/hello/package.nix)", "is [deleted](https://github.com/auxolotl/nixpkgs/delete/auxsync/aux-main/fix/c",
			"@ada: `wrote", "`grace`: ", "@auxolotl/sig-core", "git rm -- AUXSYNC-CONFLICT.md"}, []string{"@grace", "github.com/NixOS/nixpkgs/commit/0700…"}},
		{"without the conflict file", func(c *pulls.Case) { c.Shorter = true }, []string{"git commit"}, []string{pulls.ConflictFileName}},
		{"ready", status(forks.Ready), []string{"All is settled", "then merge (approving"}, []string{"Which should stay"}},
		{"ready, and reviews do not merge", func(c *pulls.Case) { c.Proposal.Status = forks.Ready; c.ApproveMerges = false }, []string{"then merge."}, []string{"approv"}},
		{"unresolved", status(forks.Unresolved), []string{"needs another look:** `the reason`", "/auxsync drop"}, nil},
		{"harvested", status(forks.Harvested), []string{"nothing is asked any more", "```text\n<<<<<<<"}, []string{"/auxsync", "## Ways", "Edit it", "@ada"}},
		{"declined", status(forks.Declined), []string{"`/auxsync retry` asks again"}, []string{"## Ways"}},
		{"upstream has no page", func(c *pulls.Case) { c.UpstreamPage = "" }, []string{"commit `0700"}, []string{"redirect.github.com"}},
		{"upstream is elsewhere", func(c *pulls.Case) { c.UpstreamPage = "https://github.com.evil.example/a/b" }, []string{"commit `0700"}, []string{"evil", "redirect"}},
		{"the fork has no page", func(c *pulls.Case) { c.ForkPage = "" }, []string{"`AUXSYNC-CONFLICT.md` is deleted"}, []string{"Edit it"}},
		{"the page is not one", func(c *pulls.Case) { c.ForkPage = "https://x/y) ![a](b" }, nil, []string{"Edit it", "![a]"}},
		{"a path that climbs", func(c *pulls.Case) { c.Files[0].Path = "a/../../../x" }, nil, []string{"/fix/" + string(exampleCase().ID) + "/a/"}},
		{"a path that reads as a reference", func(c *pulls.Case) { c.Files[0].Path = "up/nix/issues/1/gh-2" }, []string{"/issues/%31/gh%2D2)"}, nil},
		{"a member with an odd name", func(c *pulls.Case) { c.Asked[0].Login = "ada @bob" }, []string{"`ada @\u200bbob`: "}, []string{" @ada"}},
		{"nobody is asked", func(c *pulls.Case) { c.Asked = nil }, []string{"Nobody could be found"}, nil},
		{"how people were found, who is asked first", nil, []string{"- `ada@…` by `author` in `the patch`: `asked`\n- `trailer` in `the patch's message`: `names nobody`\n- `eelco` by `meta` in `pkgs",
			"asked here: `nobody-knows`, `joe@…`.\n"}, []string{"ada@example", "joe@example"}},
		{"whom a name stands for", func(c *pulls.Case) {
			c.Met = []pulls.Met{{Source: "meta", Name: "eelco", Login: "edolstra", Why: "asked"}, {Source: "trailer", Name: "@Ada", Login: "ada", Why: "asked"}}
		}, []string{"- `eelco`, here `edolstra`, by `meta`: `asked`\n- `@\u200bAda` by `trailer`: `asked`\n"}, nil},
		{"nobody was met", func(c *pulls.Case) { c.Met, c.Plain = nil, nil }, []string{"## Who is asked"}, []string{"How they were found", "Named too"}},
		{"upstream had it", func(c *pulls.Case) { c.Conflict.SuggestDrop = hash(42) }, []string{"drop` – no longer carry the patch; upstream already has this change"}, nil},
		{"the files could not be read", func(c *pulls.Case) { c.Files = nil }, []string{"`logo.png` (`binary`)", "4 files"}, []string{"Files changed** and commit"}},
		{"no subject upstream", func(c *pulls.Case) { c.Conflict.CauseSubject = "" }, []string{"Upstream's `0700000000`"}, nil},
	} {
		in := exampleCase()
		if c.change != nil {
			c.change(&in)
		}
		text := pulls.Body(in)
		for _, want := range c.want {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not in\n%s", c.name, want, text)
			}
		}
		for _, not := range c.not {
			if strings.Contains(text, not) {
				t.Errorf("%s: %q is in\n%s", c.name, not, text)
			}
		}
	}
}

// The words that people are not shown, and no promise that nobody keeps.
func TestTextsUseTheWordsOfTheDesign(t *testing.T) {
	t.Parallel()
	c := exampleCase()
	for _, status := range []forks.ProposalStatus{forks.Open, forks.Ready, forks.Unresolved, forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned} {
		c.Proposal.Status = status
		text := strings.ToLower(pulls.Title(c) + pulls.Body(c) + pulls.Closing(c) + pulls.DashboardBody(exampleDashboard()))
		for _, word := range []string{"proposal", "culprit", "blame", "fault"} {
			if strings.Contains(text, word) {
				t.Errorf("%s: says %q", status, word)
			}
		}
	}
}

func TestBodyKeepsItsSizeAndItsStructure(t *testing.T) {
	t.Parallel()
	huge := func(s string) string { return strings.Repeat(s, 4096/len(s)) }
	for name, change := range map[string]func(*pulls.Case){
		"many hunks": func(c *pulls.Case) { c.Files[0].Hunks = slices.Repeat(c.Files[0].Hunks, 500) },
		"many files": func(c *pulls.Case) {
			c.Files, c.Conflict.Files = slices.Repeat(c.Files, 500), slices.Repeat(c.Conflict.Files, 500)
		},
		"long lines": func(c *pulls.Case) {
			c.Files[0].Hunks[0].Ours = slices.Repeat([]string{huge("😀") + "\n", huge("`") + "\n"}, 500)
		},
		"long paths": func(c *pulls.Case) {
			for i := range c.Files {
				c.Files[i].Path, c.Conflict.Files[i].Path = forks.Path(huge("\xff")), forks.Path(huge("\xff"))
			}
		},
		"everything":       func(c *pulls.Case) { fillEverything(c, huge("😀`")) },
		"everything pings": func(c *pulls.Case) { fillEverything(c, huge("@a")) },
	} {
		for _, status := range []forks.ProposalStatus{forks.Open, forks.Ready, forks.Unresolved, forks.Harvested} {
			c := exampleCase()
			c.Proposal.Status = status
			change(&c)
			framed := pulls.Framed(pulls.Mark{Track: c.Track, ID: c.ID}, pulls.Body(c))
			if len(framed) > 60_000 || !utf8.ValidString(framed) {
				t.Errorf("%s: %d bytes", name, len(framed))
			}
			if name != "long paths" && !strings.Contains(framed, "more") {
				t.Errorf("%s: does not say that something is left out", name)
			}
			checkMarkdown(t, framed, bodyShape(c))
		}
	}
}

func fillEverything(c *pulls.Case, text string) {
	c.Subject, c.Message, c.Author.Name, c.Branch, c.Follow = text, "x\n\n"+strings.Repeat(text+"\n", 100), text, text, text
	c.Conflict.CauseSubject, c.Conflict.CauseAuthor.Name, c.Conflict.CausePatch = text, text, forks.PatchID(text)
	c.Fork, c.Upstream, c.Proposal.Reason = "/"+text, "/"+text, text
	c.Asked = slices.Repeat([]pulls.Asked{{Login: text, Member: true, Reason: text}}, 500)
	c.Met = slices.Repeat([]pulls.Met{{Source: text, Name: text, Login: text + "x", Where: text, Why: text}, {Source: text, Where: text, Accepted: true, Why: text}}, 500)
	c.Plain = slices.Repeat([]string{text}, 500)
	for i := range c.Files {
		c.Files[i].Path, c.Files[i].Kind, c.Conflict.Files[i].Path = forks.Path(text), forks.ConflictKind(text), forks.Path(text)
	}
	c.Files, c.Conflict.Files = slices.Repeat(c.Files, 30), slices.Repeat(c.Conflict.Files, 30)
}

func TestBodyDropsHunksBeforeFiles(t *testing.T) {
	t.Parallel()
	c := exampleCase()
	c.Files[0].Hunks = slices.Repeat(c.Files[0].Hunks[:1], 500)
	text := pulls.Body(c)
	if !strings.Contains(text, "hunks more: see **Files changed**") || strings.Contains(text, "files more") || !strings.Contains(text, "`logo.png` (`binary`)") {
		t.Errorf("body\n%s", text)
	}
}

func hostileCase(t *rapid.T) pulls.Case {
	c := exampleCase()
	n := hostileNote(t)
	n.ID = c.ID
	c.Note = n
	c.Proposal.Reason, c.Proposal.ClosedBy = hostile(t, "reason"), hostile(t, "closed by")
	c.Asked = []pulls.Asked{{Login: "α" + hostile(t, "login"), Member: rapid.Bool().Draw(t, "member"), Reason: hostile(t, "asked")}}
	c.Met = []pulls.Met{{Source: hostile(t, "source"), Name: hostile(t, "name"), Login: hostile(t, "login"), Where: hostile(t, "where"), Accepted: rapid.Bool().Draw(t, "accepted"), Why: hostile(t, "why")}}
	c.Plain = []string{hostile(t, "plain"), "α@" + hostile(t, "mail")}
	c.Shorter = rapid.Bool().Draw(t, "shorter")
	if rapid.Bool().Draw(t, "odd pages") {
		c.ForkPage, c.UpstreamPage = "https://α.β/"+hostile(t, "fork page"), "https://github.com/"+hostile(t, "upstream page")
	}
	for i := range c.Files {
		f := &c.Files[i]
		f.ConflictFile = n.Conflict.Files[i]
		text := "a\n<<<<<<< u\n" + hunkSide(t) + "||||||| b\n" + hunkSide(t) + "=======\n" + hunkSide(t) + ">>>>>>> p\n"
		f.Content = []byte(text)
		f.Hunks, _ = pulls.Hunks(f.Content)
	}
	statuses := []forks.ProposalStatus{forks.Open, forks.Ready, forks.Unresolved, forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned}
	c.Proposal.Status = rapid.SampledFrom(statuses).Draw(t, "status")
	return c
}

func hunkSide(t *rapid.T) string {
	if text := hostile(t, "side"); text != "" {
		return strings.TrimSuffix(text, "\n") + "\n"
	}
	return ""
}

func TestNothingHostileLeavesItsPlaceInABody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := hostileCase(t)
		framed := pulls.Framed(pulls.Mark{Track: c.Track, ID: c.ID}, pulls.Body(c))
		checkMarkdown(t, framed, bodyShape(c))
		text, _, _ := strings.Cut(framed, "<details>\n<summary>On the command line") // commands work as they stand
		if found := pulls.Pings(ownMentions.ReplaceAllString(text, "")); len(found) > 0 {
			t.Fatalf("in a commit message it would ping %q:\n%s", found, text)
		}
		if got, ok := pulls.PlaceRegion("a"+framed+"b", framed); !ok || got != "a"+framed+"b" {
			t.Fatalf("the region is not found again in\n%s", framed)
		}
	})
}

// bodyShape is what a framed body has of HTML and links, whatever its texts.
func bodyShape(c pulls.Case) shape {
	s := shape{html: []string{"<!-- auxsync:begin"}, links: true}
	switch c.Proposal.Status {
	case forks.Harvested, forks.Withdrawn, forks.Declined, forks.Cleaned:
	default:
		titles := []string{"On the command line", "Undo", "What happens next"}
		if len(c.Met) > 0 {
			titles = append([]string{"How they were found"}, titles...)
		}
		for _, title := range titles {
			s.html = append(s.html, "<details>\n<summary>"+title+"</summary>", "</details>")
		}
	}
	s.html = append(s.html, "<!-- auxsync:end -->")
	return s
}
