package resolve_test

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/resolve"
)

// marked is a stand-in for what package pulls knows of markers.
func marked(content []byte, inputs ...[]byte) bool {
	for line := range bytes.Lines(content) {
		if bytes.HasPrefix(line, []byte("<<<<<<<")) && !slices.ContainsFunc(inputs, func(in []byte) bool { return bytes.Contains(in, line) }) {
			return true
		}
	}
	return false
}

func hash(content []byte) (h forks.Hash) {
	sum := sha256.Sum256(content)
	copy(h[:], sum[:])
	return h
}

// conflict is a conflict of contents in a file.
func conflict(path, base, ours, theirs string) resolve.Conflict {
	c := resolve.Conflict{Mode: forks.ModeRegular, Base: []byte(base), Ours: []byte(ours), Theirs: []byte(theirs),
		File: forks.ConflictFile{Path: forks.Path(path), Kind: forks.Content}}
	for i, content := range [][]byte{c.Base, c.Ours, c.Theirs} {
		c.File.Stages = append(c.File.Stages, forks.Stage{Stage: i + 1, Mode: forks.ModeRegular, ID: hash(content)})
	}
	return c
}

func answer(content string) resolve.Entry {
	return resolve.Entry{Mode: forks.ModeRegular, Content: []byte(content)}
}

// memory remembers decisions as those of some person.
func memory(by string, list ...resolve.Decision) *resolve.Memory {
	known, blobs := records(by, list)
	return remembers(known, blobs)
}

func records(by string, list []resolve.Decision) ([]forks.Resolution, map[forks.Hash][]byte) {
	var known []forks.Resolution
	blobs := map[forks.Hash][]byte{}
	for _, d := range list {
		r := forks.Resolution{ID: forks.NewResolutionID("aux", forks.ProposalID(by), d.Key), Key: d.Key, Mode: d.Result.Mode, By: by}
		if d.Result.Mode != 0 || len(d.Result.Content) > 0 {
			r.Result = hash(d.Result.Content)
			blobs[r.Result] = d.Result.Content
		}
		known = append(known, r)
	}
	return known, blobs
}

func remembers(known []forks.Resolution, blobs map[forks.Hash][]byte) *resolve.Memory {
	return resolve.NewMemory(known, func(h forks.Hash) ([]byte, error) { return blobs[h], nil })
}

func apply(t interface{ Fatal(...any) }, c resolve.Conflict, m *resolve.Memory) resolve.Outcome {
	out, err := c.Apply(m.For("p1"), marked)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// texts draws a base and two sides that changed some of its lines, and perhaps its end.
func texts(t *rapid.T) (base, ours, theirs string) {
	line := rapid.SampledFrom([]string{"a\n", "b\n", "c\n", "dd\n", "\n", "x = 1;\r\n", "=======\n"})
	lines := rapid.SliceOfN(line, 1, 12).Draw(t, "base")
	side := func(name string) string {
		out := slices.Clone(lines)
		for range rapid.IntRange(1, 3).Draw(t, name+" edits") {
			i := rapid.IntRange(0, len(out)-1).Draw(t, name+" at")
			switch rapid.IntRange(0, 2).Draw(t, name+" how") {
			case 0:
				out[i] = rapid.SampledFrom([]string{name + "\n", "a\n", "new\n"}).Draw(t, name+" line")
			case 1:
				out[i] = ""
			default:
				out[i] += name + " more\n"
			}
		}
		text := strings.Join(out, "")
		if rapid.Bool().Draw(t, name+" ends") {
			text = strings.TrimSuffix(text, "\n")
		}
		return text
	}
	return strings.Join(lines, ""), side("ours"), side("theirs")
}

func TestApplyingWhatWasDerivedGivesThePersonsFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := texts(t)
		c := conflict("pkgs/x/default.nix", base, ours, theirs)
		want := answer(rapid.SampledFrom([]string{ours, theirs, base, ours + theirs, "", theirs + "tail"}).Draw(t, "answer"))
		if rapid.IntRange(0, 5).Draw(t, "what") == 0 {
			want = resolve.Entry{} // the file goes
		}
		list := c.Derive(want, marked)
		if len(list) == 0 {
			t.Fatal("nothing was derived")
		}
		out := apply(t, c, memory("ada", list...))
		if !out.Settled || out.Entry.Mode != want.Mode || !bytes.Equal(out.Entry.Content, want.Content) {
			t.Fatalf("got %+v of %d decisions, want %q", out, len(list), want.Content)
		}
	})
}

func TestAnotherByteOfAnySideIsAnotherConflict(t *testing.T) {
	t.Parallel()
	base, ours, theirs := "a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n"
	m := memory("ada", conflict("x.nix", base, ours, theirs).Derive(answer("a\nboth\nc\n"), marked)...)
	if out := apply(t, conflict("y/z.nix", "0\n"+base, "0\n"+ours, "0\n"+theirs), m); string(out.Entry.Content) != "0\na\nboth\nc\n" {
		t.Fatalf("the same hunk in another file: got %+v", out)
	}
	for name, c := range map[string]resolve.Conflict{
		"base":              conflict("x.nix", "a\nB\nc\n", ours, theirs),
		"ours":              conflict("x.nix", base, "a\nours \nc\n", theirs),
		"theirs":            conflict("x.nix", base, ours, "a\ntheirs\r\nc\n"),
		"sides exchanged":   conflict("x.nix", base, theirs, ours),
		"the class of path": conflict("x.md", base, ours, theirs),
		"one hunk more":     conflict("x.nix", base+"d\ne\nf\n", ours+"d\n1\nf\n", theirs+"d\n2\nf\n"),
	} {
		if out := apply(t, c, m); out.Settled {
			t.Errorf("%s: settled as %q", name, out.Entry.Content)
		}
	}
}

func TestAChangeBesideTheHunksIsADecisionAboutTheFile(t *testing.T) {
	t.Parallel()
	c := conflict("x.nix", "a\nb\nc\nd\n", "a\nours\nc\nd\n", "a\ntheirs\nc\nd\n")
	list := c.Derive(answer("a\nboth\nc\nD\n"), marked)
	if len(list) != 1 || string(list[0].Result.Content) != "a\nboth\nc\nD\n" {
		t.Fatalf("got %+v", list)
	}
	m := memory("ada", list...)
	if out := apply(t, c, m); !out.Settled {
		t.Error("the same file is not settled")
	}
	if out := apply(t, conflict("x.nix", "0\na\nb\nc\nd\n", "0\na\nours\nc\nd\n", "0\na\ntheirs\nc\nd\n"), m); out.Settled {
		t.Error("another file with the same hunk is settled")
	}
}

func TestMarkersAreNeverRememberedOrLeft(t *testing.T) {
	t.Parallel()
	c := conflict("x.nix", "a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n")
	if list := c.Derive(answer("a\n<<<<<<< upstream\nc\n"), marked); len(list) != 0 {
		t.Errorf("derived %+v", list)
	}
	good := c.Derive(answer("a\nboth\nc\n"), marked)
	good[0].Result.Content = []byte("<<<<<<< upstream\n")
	if out := apply(t, c, memory("ada", good...)); out.Settled || out.Why == "" {
		t.Errorf("got %+v", out)
	}
}

func TestWhatIsTooLargeOrNotOfOnePathIsNotRemembered(t *testing.T) {
	t.Parallel()
	c := conflict("x.nix", "a\n", "b\n", "c\n")
	if list := c.Derive(answer(strings.Repeat("x", resolve.MaxResult+1)), marked); len(list) != 0 {
		t.Error("a large result is remembered")
	}
	c.File.Kind = forks.RenameRename
	if list := c.Derive(answer("b\n"), marked); len(list) != 0 {
		t.Error("a conflict of names is remembered")
	}
}

func TestWhatMayNotBeUsedIsNot(t *testing.T) {
	t.Parallel()
	c := conflict("x.nix", "a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n")
	ada, blobs := records("ada", c.Derive(answer("a\nboth\nc\n"), marked))
	bob, more := records("bob", c.Derive(answer("a\nneither\nc\n"), marked))
	for h, b := range more {
		blobs[h] = b
	}
	again := slices.Clone(ada)
	again[0].Track = "rel"
	with := func(list []forks.Resolution, change func(*forks.Resolution)) []forks.Resolution {
		list = slices.Clone(list)
		change(&list[0])
		return list
	}
	revoke := func(r *forks.Resolution) { r.Revoked = &forks.Revoked{By: "eve"} }
	refuse := func(r *forks.Resolution) { r.Refused = []forks.PatchID{"p0", "p1"} }
	other := func(r *forks.Resolution) { r.Refused = []forks.PatchID{"p2"} }
	for _, test := range []struct {
		name    string
		known   []forks.Resolution
		settled bool
		why     string
	}{
		{"it is known", ada, true, ""},
		{"two tracks know it", slices.Concat(ada, again), true, ""},
		{"two people disagree", slices.Concat(ada, bob), false, "decided in two ways"},
		{"one of two was revoked", slices.Concat(with(ada, revoke), bob), true, ""},
		{"it was revoked in one track", slices.Concat(ada, with(again, revoke)), false, ""},
		{"it was refused for the patch", with(ada, refuse), false, "did not want"},
		{"it was refused in another track's record", slices.Concat(ada, with(again, refuse)), false, "did not want"},
		{"it was refused for another patch", with(ada, other), true, ""},
	} {
		out := apply(t, c, remembers(test.known, blobs))
		if out.Settled != test.settled || test.why == "" && out.Why != "" || !strings.Contains(out.Why, test.why) {
			t.Errorf("%s: got %+v", test.name, out)
		}
	}
}

func TestTheOldestDecisionSaysWhoDecided(t *testing.T) {
	t.Parallel()
	c := conflict("x.nix", "a\nb\nc\n", "a\nours\nc\n", "a\ntheirs\nc\n")
	list := c.Derive(answer("a\nboth\nc\n"), marked)
	ada, blobs := records("ada", list)
	bob, _ := records("bob", list)
	ada[0].At, bob[0].At = time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	bob[0].Proposal, bob[0].Track = "c0123456789", "aux"
	out := apply(t, c, remembers(slices.Concat(ada, bob), blobs))
	if got, want := resolve.Told(out.Used[0]), "as bob decided on 2026-01-02 in c0123456789 on track aux"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
