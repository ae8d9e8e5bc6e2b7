package demo

import "time"

// The subjects of the fork's own commits. Each of them is a patch of the stack
// but the last three: two that fold into their merge, and the merge of a topic.
const (
	welcomeInit   = "aux-welcome: init at 0.3"
	quillPatch    = "quill: build as gnu17"
	lanternMerge  = "Merge nixos-unstable, keep our settings of lanternfs"
	tidemarkInit  = "python3Packages.tidemark: init at 1.4.0"
	tidemarkUnit  = "nixos/tidemark: init"
	helioPatch    = "helio: draw on Wayland"
	jiqPatch      = "jiq: 1.9.1 -> 1.9.2"
	harborPatch   = "harbor: 4.1.0 -> 4.1.1, downloads from the Aux mirror"
	harborAddress = "harbor: follow the mirror to its new address"
	tarnPatch     = "tarn: read the configuration that Aux writes"
	loomPatch     = "loom: init at 2.0.1"
	mistlePatch   = "mistle: fetch from the attic of Aux"

	// The rest of a message that would notify people, if it were pushed to a forge.
	welcomeThanks = "Asked for in aux/pkgs#7. Thanks @rowan-a for the words."

	lanternPatch  = "lanternfs: 2.8.0 -> 2.8.1, with the long-term codec"
	lanternModule = "nixos/lanternfs: open the firewall only if asked"
	tidemarkMerge = "Merge branch 'tidemark'"
)

// fork is the history of the fork's own commits. Its first commit follows
// upstream's at [Branched].
type fork struct {
	script
	main  line
	added tree
	cast  cast
	own   map[string]*commit // by subject
}

func newFork(u *upstream) (*fork, error) {
	added, err := handWritten("fork")
	if err != nil {
		return nil, err
	}
	branched := u.tips[Branched]
	f := &fork{
		script: script{now: branched.at.Add(20 * time.Minute), step: 131 * time.Minute},
		main:   line{tip: branched, tree: branched.after},
		added:  added,
		cast:   u.cast,
		own:    map[string]*commit{},
	}
	f.untilMerge()
	f.now = u.tips[Merged].at.Add(40 * time.Minute)
	f.mergeByHand(u.tips[Merged])
	f.sinceMerge()
	for _, c := range f.commits {
		f.own[c.subject()] = c
	}
	return f, f.err
}

// add puts files that were written by hand.
func (f *fork) add(paths ...string) edit {
	return func(t tree) error {
		for _, path := range paths {
			t[path] = f.added[path]
		}
		return nil
	}
}

func (f *fork) welcome() edit {
	return f.add(byName("aux-welcome"), "pkgs/by-name/au/aux-welcome/welcome.md")
}

// quillAsGNU17 is the one change that upstream takes as it is.
func quillAsGNU17() edit {
	return swap(byName("quill"), "\n  doCheck = true;\n", `
  # GCC 15 takes bool for a keyword, and quill has a type of that name.
  env.NIX_CFLAGS_COMPILE = "-std=gnu17";

  doCheck = true;
`)
}

const lanternNix = "nixos/modules/services/network-filesystems/lanternfs.nix"

// askForFirewall declares the option that lanternModule is about.
func askForFirewall() edit {
	return swap(lanternNix, "    peers = lib.mkOption", `    openFirewall = lib.mkOption {
      type = lib.types.bool;
      default = false;
      description = "Whether peers outside of this machine are let in.";
    };

    peers = lib.mkOption`)
}

func (f *fork) untilMerge() {
	c, lantern := f.cast, byName("lanternfs")
	f.commit(&f.main, c.ada, lanternPatch,
		bump(lantern, "lanternfs", "2.8.0", "2.8.1"),
		swap(lantern, `"--with-codec=zstd"`, `"--with-codec=zstd,long-term"`))
	f.commit(&f.main, c.bento, welcomeInit+"\n\n"+welcomeThanks, f.welcome())
	f.commit(&f.main, c.ada, lanternModule, askForFirewall(),
		swap(lanternNix, "allowedTCPPorts = [ 7411 ];", "allowedTCPPorts = lib.mkIf cfg.openFirewall [ 7411 ];"))
	f.commit(&f.main, c.esme, quillPatch, quillAsGNU17())
}

// mergeByHand is the merge in which Caro settled what both sides had changed in
// lanternfs: upstream's version and port, the fork's codec and firewall.
func (f *fork) mergeByHand(upstream *commit) {
	f.takeIn(&f.main, upstream, f.cast.caro, lanternMerge+`

Upstream went to 3.0 and lets the port be chosen. We take both, and keep the
long-term codec and the closed firewall.`,
		f.welcome(), quillAsGNU17(), askForFirewall(),
		swap(byName("lanternfs"), `"--with-codecs=zstd"`, `"--with-codecs=zstd,long-term"`),
		swap(lanternNix, "allowedTCPPorts = [ cfg.port ];", "allowedTCPPorts = lib.mkIf cfg.openFirewall [ cfg.port ];"))
}

func (f *fork) sinceMerge() {
	c := f.cast
	harbor, helio := byName("harbor"), "pkgs/applications/editors/helio/default.nix"

	topic := f.main.cut()
	module, unit := pythonModule("tidemark"), "nixos/modules/services/desktops/tidemark.nix"
	f.commit(topic, c.noor, tidemarkInit, f.add(module),
		swap("pkgs/top-level/python-packages.nix", "  tidewater = ", "  tidemark = callPackage ../development/python-modules/tidemark { };\n\n  tidewater = "))
	f.commit(topic, c.noor, tidemarkUnit, f.add(unit),
		swap("nixos/modules/module-list.nix", "  ./services/misc/almanac.nix\n", "  ./services/desktops/tidemark.nix\n  ./services/misc/almanac.nix\n"))

	f.commit(&f.main, c.caro, helioPatch,
		swap(helio, "withWayland ? false", "withWayland ? true"),
		swap(helio, "    (lib.mesonEnable \"x11\" withX11)\n", "    (lib.mesonEnable \"x11\" withX11)\n    (lib.mesonOption \"cursor-theme\" \"aux-axolotl\")\n"))
	f.merge(&f.main, topic, c.caro, tidemarkMerge)
	f.commit(&f.main, c.dmitri, jiqPatch, bump(byName("jiq"), "jiq", "1.9.1", "1.9.2"))
	f.commit(&f.main, c.pim, harborPatch, bump(harbor, "harbor", "4.1.0", "4.1.1"),
		swap(harbor, "  # These want to talk", `  # The mirror serves the same archives and counts nobody.
  postPatch = ''
    substituteInPlace src/net/downloads.rs \
      --replace-fail https://dl.harbor-tools.example https://mirror.aux.example/harbor
  '';

  # These want to talk`))
	f.commit(&f.main, c.dmitri, tarnPatch,
		swap("pkgs/tools/misc/tarn/default.nix", "--sysconf=/etc/tarn.conf", "--sysconf=/etc/xdg/tarn.toml"))
	f.commit(&f.main, c.esme, harborAddress,
		swap(harbor, "https://mirror.aux.example/harbor", "https://attic.aux.example/harbor"))
	f.commit(&f.main, c.ines, loomPatch, f.add(byName("loom")))
	f.commit(&f.main, c.pim, mistlePatch,
		swap(byName("mistle"), "https://larks-attic.example/mistle-20190630.tar.xz", "https://attic.aux.example/letters/mistle-20190630.tar.xz"))
}
