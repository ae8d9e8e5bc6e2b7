package scripttest

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// state reads the track's state from the fork: the truth.
func state(t tb) forks.State {
	r := repository(t, "fork")
	text, ok := r.File(t, string(forks.StateRef("aux")), "state.json")
	if !ok {
		t.Fatalf("the fork has no state of track aux")
	}
	s, err := forks.DecodeState([]byte(text))
	t.Check(err)
	return s
}

// conflict sets $id, $patch, $onto, $fix and $number for a patch's newest proposal.
func conflict(t tb, args []string) {
	s := state(t)
	for _, p := range slices.Backward(s.Proposals) {
		for _, patch := range slices.Concat(s.Patches, s.Ended) {
			if p.About(patch.ID) && patch.Subject == args[0] {
				t.Setenv("id", string(p.ID))
				t.Setenv("patch", string(patch.ID))
				t.Setenv("onto", strings.TrimPrefix(string(forks.OntoRef("aux", p.ID)), "refs/heads/"))
				t.Setenv("number", strconv.Itoa(p.Number))
				t.Setenv("fix", strings.TrimPrefix(string(forks.FixRef("aux", p.ID)), "refs/heads/"))
				return
			}
		}
	}
	t.Fatalf("the fork's state has no conflict of a patch %q", args[0])
}

func outcome(t tb, args []string) {
	var ledger strings.Builder
	for _, row := range state(t).Ledger {
		if row.Subject == args[0] && string(row.Ahead) == args[1] && string(row.Published) == args[2] {
			return
		}
		fmt.Fprintf(&ledger, "  %q %s %s by %q: %s\n", row.Subject, row.Ahead, row.Published, row.By, row.Reason)
	}
	t.Fatalf("the ledger has no row %q; it has\n%s", args, ledger.String())
}

func patches(t tb, args []string) {
	s := state(t)
	if want, err := strconv.Atoi(args[0]); err != nil || len(s.Patches) != want {
		t.Fatalf("the stack has %d patches, want %s: %v", len(s.Patches), args[0], s.Patches)
	}
}

func rev(t tb, args []string) {
	t.Setenv(args[2], resolve(t, repository(t, args[0]), args[1]).String())
}

func same(t tb, args []string) (bool, string) {
	r := repository(t, args[0])
	a, b := resolve(t, r, args[1]), resolve(t, r, args[2])
	return a == b, fmt.Sprintf("%s is %s, %s is %s", args[1], a, args[2], b)
}

func contains(t tb, args []string) (bool, string) {
	r := repository(t, args[0])
	whole, part := resolve(t, r, args[1]), resolve(t, r, args[2])
	missing := strings.TrimSpace(r.Git(t, "rev-list", "--count", part.String(), "--not", whole.String()))
	return missing == "0", fmt.Sprintf("%s lacks %s commits of %s", args[1], missing, args[2])
}

func content(t tb, args []string) {
	got, ok := repository(t, args[0]).File(t, args[1], args[2])
	if args[3] == "-" {
		if ok {
			t.Fatalf("%s has %s:\n%s", args[1], args[2], got)
		}
		return
	}
	if want := t.ReadFile(args[3]); !ok || got != want {
		t.Fatalf("%s at %s:\n%s\nwant:\n%s", args[2], args[1], got, want)
	}
}

func line(t tb, args []string) (bool, string) {
	text, ok := repository(t, args[0]).File(t, args[1], args[2])
	n, err := strconv.Atoi(args[3])
	t.Check(err)
	lines := strings.Split(text, "\n")
	if !ok || n > len(lines) {
		return false, fmt.Sprintf("%s at %s has no line %d:\n%s", args[2], args[1], n, text)
	}
	return lines[n-1] == args[4], fmt.Sprintf("%s at %s:\n%s", args[2], args[1], text)
}

// snapshot lists folders, and files with hashes of what they hold, and so also refs.
func snapshot(t tb, args []string) {
	var b strings.Builder
	for _, dir := range args[1:] {
		err := filepath.WalkDir(t.MkAbs(dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := strings.TrimPrefix(path, t.MkAbs("."))
			if d.IsDir() {
				fmt.Fprintf(&b, "%s/\n", name)
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			fmt.Fprintf(&b, "%s %x\n", name, sha256.Sum256(data))
			return nil
		})
		if err != nil && !os.IsNotExist(err) {
			t.Check(err)
		}
	}
	t.Check(os.WriteFile(t.MkAbs(args[0]), []byte(b.String()), 0o644))
}

// noCanary searches everything that a script left behind, except the files that hold
// the token and the webhook's secret: for them and all tokens of its GitHub, and for
// what they look like in a header, also where something follows.
func noCanary(t tb, _ []string) {
	forms := []string{Canary}
	forms = append(forms, t.Value(hubKey{}).(*hub).tokens...)
	for _, secret := range slices.Clone(forms) {
		for _, text := range []string{secret, "x-access-token:" + secret} {
			forms = append(forms, base64.StdEncoding.EncodeToString([]byte(text[:len(text)/3*3])))
		}
	}
	has := func(text string) bool {
		return slices.ContainsFunc(forms, func(form string) bool { return strings.Contains(text, form) })
	}
	for _, name := range []string{"stdout", "stderr"} {
		if has(t.ReadFile(name)) {
			t.Fatalf("the credential was printed on %s", name)
		}
	}
	t.Check(filepath.WalkDir(t.MkAbs("."), func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || filepath.Base(path) == "token" || filepath.Base(path) == "hook" {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && has(string(data)) {
			return fmt.Errorf("the credential is in %s", path)
		}
		return err
	}))
}
