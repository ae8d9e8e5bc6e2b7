package demo

import (
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// texts holds what was written by hand: start is upstream's first state,
// upstream and fork are the files that each of them adds later.
//
//go:embed tree
var texts embed.FS

// handWritten reads a folder of texts. Where a text says @@name@@ it gets an
// invented hash.
func handWritten(folder string) (tree, error) {
	sub, err := fs.Sub(texts, "tree/"+folder)
	if err != nil {
		return nil, err
	}
	hash := regexp.MustCompile(`@@(.+?)@@`)
	t := tree{}
	err = fs.WalkDir(sub, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		raw, err := fs.ReadFile(sub, path)
		t[path] = hash.ReplaceAllStringFunc(string(raw), func(s string) string { return hashOf(strings.Trim(s, "@")) })
		return err
	})
	return t, err
}

// Stage is a state of upstream.
type Stage int

const (
	// Branched is where the fork began.
	Branched Stage = iota
	// Merged is what a person of the fork merged by hand later.
	Merged
	// Contact is what auxsync finds when it sees the fork first.
	Contact
	// Later is what upstream has at the end of the story.
	Later
)

// upstream is the history of the repository that is followed.
type upstream struct {
	script
	main  line
	added tree // files that it adds later
	cast  cast
	tips  map[Stage]*commit
	named map[string]*commit // commits that the story speaks of
}

// The commits of upstream that the story speaks of.
const (
	harborBump  = "harbor bump"
	tarnRewrite = "tarn rewrite"
	loomMerge   = "loom merge"
	loomInit    = "loom init"
	mistleGone  = "mistle removal"
	quillFix    = "quill fix"
	jiqBump     = "jiq bump"
)

func newUpstream() (*upstream, error) {
	start, err := handWritten("start")
	if err != nil {
		return nil, err
	}
	added, err := handWritten("upstream")
	if err != nil {
		return nil, err
	}
	u := &upstream{
		script: script{now: time.Date(2026, time.March, 2, 6, 10, 0, 0, time.UTC), step: 97 * time.Minute},
		added:  added,
		cast:   everybody(),
		tips:   map[Stage]*commit{},
		named:  map[string]*commit{},
	}
	for _, chapter := range []struct {
		stage Stage
		write func()
	}{
		{Branched, func() { u.begin(start) }},
		{Merged, u.untilMerged},
		{Contact, u.untilContact},
		{Later, u.untilLater},
	} {
		chapter.write()
		u.tips[chapter.stage] = u.main.tip
	}
	return u, u.err
}

// between returns upstream's commits up to to, without those up to from.
// A nil from leaves nothing out.
func (u *upstream) between(from, to *commit) []*commit {
	var list []*commit
	inside := from == nil
	for _, c := range u.commits {
		if inside {
			list = append(list, c)
		}
		if c == from {
			inside = true
		}
		if c == to {
			break
		}
	}
	return list
}

// push commits straight to the branch.
func (u *upstream) push(by forks.Person, message string, edits ...edit) *commit {
	return u.commit(&u.main, by, message, edits...)
}

// pull merges a pull request of one or more commits.
func (u *upstream) pull(number int, by, merger forks.Person, topic string, write func(*line)) *commit {
	l := u.main.cut()
	write(l)
	login, _, _ := strings.Cut(by.Email, "@")
	message := fmt.Sprintf("Merge pull request #%d from %s/%s\n\n%s", number, login, topic, l.tip.subject())
	return u.merge(&u.main, l, merger, message)
}

// update bumps a package that lives in pkgs/by-name.
func (u *upstream) update(by forks.Person, name, from, to string) *commit {
	return u.push(by, fmt.Sprintf("%s: %s -> %s", name, from, to), bump(byName(name), name, from, to))
}

// begin writes the first thirty commits: the tree, then a package at a time.
func (u *upstream) begin(start tree) {
	c := u.cast
	add := func(by forks.Person, message string, prefixes ...string) {
		var edits []edit
		for path, text := range start {
			for _, prefix := range prefixes {
				if strings.HasPrefix(path, prefix) {
					edits = append(edits, put(path, text))
				}
			}
		}
		u.push(by, message, edits...)
	}
	add(c.juniper, "lib: the first functions", "lib/", "default.nix", "flake.nix", "README.md")
	add(c.juniper, "maintainers: who looks after what", "maintainers/", "ci/")
	add(c.moss, "top-level: find packages by their name", "pkgs/top-level/")
	add(c.juniper, "hello: init at 2.12.1", "pkgs/by-name/he/hello/")
	add(c.moss, "helio: init at 0.22.0", "pkgs/applications/editors/helio/")
	add(c.moss, "tarn: init at 1.7", "pkgs/tools/misc/tarn/")
	add(c.lark, "mistle: init at 0-unstable-2019-06-30", "pkgs/by-name/mi/mistle/")
	add(c.brisk, "harbor: init at 4.1.0", "pkgs/by-name/ha/harbor/")
	add(c.alder, "lanternfs: init at 2.8.0", "pkgs/by-name/la/lanternfs/")
	for _, e := range everyday() {
		handle, _, _ := strings.Cut(e.pkg.keepers, " ")
		subject := fmt.Sprintf("%s: init at %s", e.pkg.name, e.pkg.version)
		if e.pkg.builder == python {
			subject = "python3Packages." + subject
		}
		u.push(c.handle(handle), subject, put(e.path, e.pkg.text()))
	}
	add(c.rowan, "nixos: the first modules", "nixos/modules/")
	add(c.rowan, "nixos/doc: begin the notes for 26.05", "nixos/doc/")
	u.update(c.brisk, "gannet", "1.8.1", "1.8.2")
	u.pull(30112, c.lark, c.juniper, "tidewater", func(l *line) {
		path := pythonModule("tidewater")
		u.commit(l, c.lark, "python3Packages.tidewater: 0.9.3 -> 0.10.0", bump(path, "tidewater", "0.9.3", "0.10.0"))
		u.commit(l, c.lark, "python3Packages.tidewater: plot with matplotlib",
			swap(path, "  scipy,\n", "  scipy,\n  matplotlib,\n"),
			swap(path, "dependencies = [ numpy scipy ]", "dependencies = [ numpy scipy matplotlib ]"))
	})
}

// untilMerged writes what a person of the fork merges by hand: two of these
// change the lines that the fork has changed too.
func (u *upstream) untilMerged() {
	c := u.cast
	lantern, module := byName("lanternfs"), "nixos/modules/services/network-filesystems/lanternfs.nix"
	u.update(c.lark, "almanac", "1.22.0", "1.22.1")
	u.push(c.alder, "lanternfs: 2.8.0 -> 3.0.0", bump(lantern, "lanternfs", "2.8.0", "3.0.0"),
		swap(lantern, `"--with-codec=zstd"`, `"--with-codecs=zstd"`))
	u.update(c.brisk, "gannet", "1.8.2", "1.9.0")
	u.pull(30187, c.alder, c.rowan, "lanternfs-port", func(l *line) {
		u.commit(l, c.alder, "nixos/lanternfs: let the port be chosen",
			swap(module, "    };\n  };\n\n  config =", `    };

    port = lib.mkOption {
      type = lib.types.port;
      default = 7411;
      description = "Port to meet the peers on.";
    };
  };

  config =`),
			swap(module, "allowedTCPPorts = [ 7411 ];", "allowedTCPPorts = [ cfg.port ];"),
			swap(module, "--port 7411", "--port ${toString cfg.port}"))
	})
	u.push(c.moss, "pebble: move to by-name", u.toByName("pkgs/tools/text", "../tools/text", "pebble"))
	u.push(c.lark, "python3Packages.seabright: 1.2.0 -> 1.3.0", bump(pythonModule("seabright"), "seabright", "1.2.0", "1.3.0"))
	u.update(c.rowan, "kestrelctl", "0.31.4", "0.32.0")
	u.push(c.juniper, "lib.strings: add hasSuffix", swap("lib/strings.nix",
		"  hasPrefix =\n", `  hasSuffix =
    suffix: text:
    let
      rest = builtins.stringLength text - builtins.stringLength suffix;
    in
    rest >= 0 && builtins.substring rest (-1) text == suffix;

  hasPrefix =
`))
	u.push(c.juniper, "maintainers: add willow", swap("maintainers/maintainer-list.nix", "    githubId = 9100790;\n  };\n", `    githubId = 9100790;
  };
  willow = {
    name = "Willow Brandt";
    github = "willow-b";
    githubId = 9100811;
  };
`))
}

// toByName moves a package from pkgs/folder/name to pkgs/by-name and takes it
// off the list.
func (u *upstream) toByName(folder, listed, name string) edit {
	return func(t tree) error {
		for _, e := range []edit{
			move(folder+"/"+name+"/default.nix", byName(name)),
			swap("pkgs/top-level/all-packages.nix", "  "+name+" = callPackage "+listed+"/"+name+" { };\n\n", ""),
		} {
			if err := e(t); err != nil {
				return err
			}
		}
		return nil
	}
}

// untilContact writes what auxsync finds at first contact. Two of these have
// taken what the fork carries, one moves a package from under its patch, and
// four stand against a patch.
func (u *upstream) untilContact() {
	c := u.cast
	helio, quill, mistle := byName("helio"), byName("quill"), byName("mistle")
	notes := "nixos/doc/manual/release-notes/rl-2605.section.md"
	u.update(c.brisk, "wharf", "2.0.3", "2.1.0")
	u.update(c.alder, "ostler", "5.1.0", "5.1.1")
	u.push(c.moss, "helio: move to by-name", u.toByName("pkgs/applications/editors", "../applications/editors", "helio"),
		swap(helio, "    description = \"Text editor that leaves the sun on\";\n", "    description = \"Text editor for bright rooms\";\n"),
		swap(helio, "  strictDeps = true;\n", "  strictDeps = true;\n  __structuredAttrs = true;\n"))
	u.push(c.rowan, "nixos/doc: say that hosts may choose the port of lanternfs",
		swap(notes, "## Incompatibilities", "- `services.lanternfs.port` chooses where peers meet.\n\n## Incompatibilities"))
	u.named[quillFix] = u.push(c.alder, "quill: build as gnu17, for GCC 15", quillAsGNU17())
	u.update(c.brisk, "brindle", "0.14.2", "0.15.0")
	u.pull(30244, c.rowan, c.juniper, "kestrel-module", func(l *line) {
		u.commit(l, c.rowan, "kestrelctl: 0.32.0 -> 0.33.0", bump(byName("kestrelctl"), "kestrelctl", "0.32.0", "0.33.0"))
		module := "nixos/modules/services/networking/kestrel.nix"
		u.commit(l, c.rowan, "nixos/kestrel: init", put(module, u.added[module]),
			swap("nixos/modules/module-list.nix", "  ./services/networking/wharf.nix\n", "  ./services/networking/kestrel.nix\n  ./services/networking/wharf.nix\n"))
	})
	u.update(c.alder, "copperline", "2.3.0", "2.4.0")
	u.named[harborBump] = u.update(c.brisk, "harbor", "4.1.0", "4.2.0")
	u.push(c.moss, "cinder: move to by-name", u.toByName("pkgs/development/tools", "../development/tools", "cinder"))
	u.update(c.lark, "almanac", "1.22.1", "1.23.0")
	u.push(c.lark, "python3Packages.tidewater: 0.10.0 -> 0.10.2", bump(pythonModule("tidewater"), "tidewater", "0.10.0", "0.10.2"))
	u.named[tarnRewrite] = u.push(c.moss, "tarn: 1.7 -> 2.0.0, rewritten in Go, move to by-name",
		u.toByName("pkgs/tools/misc", "../tools/misc", "tarn"), put(byName("tarn"), u.added[byName("tarn")]))
	u.update(c.brisk, "gannet", "1.9.0", "1.9.1")
	u.named[jiqBump] = u.push(c.juniper, "jiq, python3Packages.pyjiq: update together",
		bump(byName("jiq"), "jiq", "1.9.1", "1.9.2"), bump(pythonModule("pyjiq"), "pyjiq", "1.9.1", "1.9.2"),
		swap(pythonModule("pyjiq"), "  pythonImportsCheck", "  # It speaks the protocol of exactly this jiq.\n  env.JIQ_VERSION = jiq.version;\n\n  pythonImportsCheck"))
	u.push(c.juniper, "lib.lists: add init", swap("lib/lists.nix", "  last =\n", "  init = list: builtins.genList (builtins.elemAt list) (builtins.length list - 1);\n\n  last =\n"))
	u.named[loomMerge] = u.pull(30301, c.moss, c.lark, "loom", func(l *line) {
		u.named[loomInit] = u.commit(l, c.moss, "loom: init at 2.1.0", put(byName("loom"), u.added[byName("loom")]))
	})
	u.push(c.juniper, "treewide: take licenses from lib", everywhere("license = licenses.", "license = lib.licenses."))
	u.push(c.rowan, "dovetail: 0.8.0 -> 0.9.0", bump("pkgs/applications/networking/dovetail/default.nix", "dovetail", "0.8.0", "0.9.0"))
	u.update(c.alder, "ostler", "5.1.1", "5.2.0")
	u.named[mistleGone] = u.push(c.lark, "mistle: remove, after seven years without a release", drop(mistle),
		swap(notes, "- `tarn` no longer", "- `mistle` is gone; `postbag` reads the same mail.\n- `tarn` no longer"))
	u.update(c.juniper, "hello", "2.12.1", "2.12.2")
	u.update(c.rowan, "kestrelctl", "0.33.0", "0.33.1")
	u.push(c.juniper, "README: name the modules", swap("README.md", "services and their options", "services, programs and their options"))
	u.update(c.brisk, "brindle", "0.15.0", "0.15.1")
	u.push(c.alder, "quill: 3.4.0 -> 3.4.2", bump(quill, "quill", "3.4.0", "3.4.2"))
}

// untilLater writes what upstream does while people of the fork decide.
func (u *upstream) untilLater() {
	c := u.cast
	u.update(c.brisk, "wharf", "2.1.0", "2.1.1")
	u.update(c.lark, "almanac", "1.23.0", "1.23.1")
	u.push(c.rowan, "dovetail: move to by-name", u.toByName("pkgs/applications/networking", "../applications/networking", "dovetail"))
	u.pull(30377, c.moss, c.alder, "helio-desktop", func(l *line) {
		u.commit(l, c.moss, "nixos/helio: install for one user only, if asked",
			swap("nixos/modules/programs/helio.nix", "    defaultEditor =", `    systemWide = lib.mkOption {
      type = lib.types.bool;
      default = true;
      description = "Whether everybody on the machine gets it.";
    };

    defaultEditor =`),
			swap("nixos/modules/programs/helio.nix", "environment.systemPackages = [", "environment.systemPackages = lib.optionals cfg.systemWide ["))
	})
	u.push(c.lark, "python3Packages.seabright: 1.3.0 -> 1.3.1", bump(pythonModule("seabright"), "seabright", "1.3.0", "1.3.1"))
	u.update(c.alder, "copperline", "2.4.0", "2.4.1")
	u.update(c.brisk, "gannet", "1.9.1", "1.9.2")
}
