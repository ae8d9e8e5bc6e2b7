package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// postOf is a small report in all forms.
func postOf(t *testing.T, fork, text string) Post {
	t.Helper()
	w := week(t, text)
	r := weekly.Report{Schema: weekly.Schema, Fork: fork, Week: w, Zone: "UTC", From: w.Start(time.UTC), To: w.End(time.UTC),
		Made: w.End(time.UTC).Add(time.Hour), Over: true, Summary: "nothing was lost"}
	data, err := weekly.JSON(r)
	if err != nil {
		t.Fatal(err)
	}
	page, err := weekly.HTML(r)
	if err != nil {
		t.Fatal(err)
	}
	return Post{Report: r, Title: weekly.Title(r), Markdown: weekly.Markdown(r), HTML: page, JSON: data}
}

func deliverTo(t *testing.T, f *Files, p Post) string {
	t.Helper()
	ref, err := f.Deliver(context.Background(), p, "", false)
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// treeOf returns the files below a directory, with what they hold.
func treeOf(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{false: 0o644, true: 0o755}[d.IsDir()]; info.Mode().Perm() != want && d.Type()&fs.ModeSymlink == 0 {
			t.Errorf("%s has the mode %s", name, info.Mode())
		}
		if d.Type().IsRegular() {
			data, err := os.ReadFile(name)
			if err != nil {
				return err
			}
			rel, _ := filepath.Rel(dir, name)
			files[rel] = string(data)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestReportsStandInATreeThatAWebServerMayServe(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "state", "reports")
	f := NewFiles(dir, "https://reports.example.org/aux")
	for _, text := range []string{"2026-W52", "2026-W53", "2027-W01"} {
		if got, want := deliverTo(t, f, postOf(t, "nix", text)), "https://reports.example.org/aux/nix/"+text[:4]+"/"+text+".html"; got != want {
			t.Errorf("it is at %s, want %s", got, want)
		}
	}
	last := postOf(t, "nix", "2027-W01")
	deliverTo(t, f, postOf(t, "lix", "2026-W53"))
	deliverTo(t, f, postOf(t, "nix", "2026-W51")) // an older one, late
	got := treeOf(t, dir)
	if len(got) != 1+2*3+3*5 {
		t.Errorf("%d files: %v", len(got), got)
	}
	for name, want := range map[string]string{
		"nix/2027/2027-W01.md": string(last.Markdown), "nix/2027/2027-W01.html": string(last.HTML), "nix/2027/2027-W01.json": string(last.JSON),
		"nix/latest.md": string(last.Markdown), "nix/latest.html": string(last.HTML),
	} {
		if got[name] != want {
			t.Errorf("%s has %q, want %q", name, got[name], want)
		}
	}
	inOrder(t, got["nix/feed.xml"], "2027-W01", "2026-W53", "2026-W52", "2026-W51")
	inOrder(t, got["index.html"], "<h2 id=\"fork-lix\">", "\"lix/2026/2026-W53.html\"", "<h2 id=\"fork-nix\">", "\"nix/2027/2027-W01.html\"", "\"nix/2026/2026-W51.html\"")
}

func inOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		_, after, ok := strings.Cut(rest, part)
		if !ok {
			t.Fatalf("there is no %q in its place in %s", part, text)
		}
		rest = after
	}
}

func TestFeedHasTheNewestTwentyReports(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := NewFiles(dir, "")
	for n := range 25 {
		deliverTo(t, f, postOf(t, "nix", forks.Week{Year: 2026, Number: n + 1}.String()))
	}
	feed := treeOf(t, dir)["nix/feed.xml"]
	if strings.Count(feed, "<entry") != 20 || !strings.Contains(feed, "2026-W25") || strings.Contains(feed, "2026-W05") {
		t.Errorf("the feed has %d entries: %s", strings.Count(feed, "<entry"), feed)
	}
}

func TestFilesThatAreRightAreNotWrittenAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := NewFiles(dir, "")
	p := postOf(t, "nix", "2026-W47")
	if got, want := deliverTo(t, f, p), filepath.Join(dir, "nix/2026/2026-W47.html"); got != want {
		t.Errorf("it is at %s, want %s", got, want)
	}
	old := time.Unix(1_000_000_000, 0)
	before := treeOf(t, dir)
	for name := range before {
		if err := os.Chtimes(filepath.Join(dir, name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	// One is damaged, one is gone, and one is what a crash left.
	for name, text := range map[string]string{"nix/2026/2026-W47.md": "half", "nix/2026/.2026-W47.html.new": "half"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(os.Remove(filepath.Join(dir, "index.html")), os.Remove(filepath.Join(dir, "nix/2026/2026-W47.html"))); err != nil {
		t.Fatal(err)
	}
	deliverTo(t, f, p)
	after := treeOf(t, dir)
	for name, text := range before {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || after[name] != text {
			t.Errorf("%s: %v, has %q", name, err, after[name])
			continue
		}
		rewritten := name == "index.html" || strings.HasSuffix(name, "W47.md") || strings.HasSuffix(name, "W47.html")
		if !info.ModTime().Equal(old) != rewritten {
			t.Errorf("%s was written at %s", name, info.ModTime())
		}
	}
	if len(after) != len(before) {
		t.Errorf("there are %v", after)
	}
}

func TestNothingIsWrittenOutsideOfTheDirectory(t *testing.T) {
	t.Parallel()
	for _, link := range []string{"nix", "nix/2026"} {
		outside, dir := t.TempDir(), t.TempDir()
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
		_, err := NewFiles(dir, "").Deliver(context.Background(), postOf(t, "nix", "2026-W47"), "", false)
		if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "move away") {
			t.Errorf("%s leads out: got %v", link, err)
		}
		if left, _ := os.ReadDir(outside); len(left) > 0 {
			t.Errorf("%s leads out, and there is %v", link, left)
		}
	}
	// A file that is a link is replaced, and what it leads to stays.
	outside, dir := filepath.Join(t.TempDir(), "precious"), t.TempDir()
	if err := errors.Join(os.WriteFile(outside, []byte("mine"), 0o600), os.Symlink(outside, filepath.Join(dir, "index.html"))); err != nil {
		t.Fatal(err)
	}
	deliverTo(t, NewFiles(dir, ""), postOf(t, "nix", "2026-W47"))
	if data, _ := os.ReadFile(outside); string(data) != "mine" || !strings.Contains(treeOf(t, dir)["index.html"], "W47") {
		t.Errorf("the file outside has %q", data)
	}
	for _, fork := range []string{"", "..", "a/b", "A", "."} {
		p := postOf(t, "nix", "2026-W47")
		p.Report.Fork = fork
		if _, err := NewFiles(dir, "").Deliver(context.Background(), p, "", false); forks.KindOf(err) != forks.NeedsPerson {
			t.Errorf("a fork named %q: got %v", fork, err)
		}
	}
}

func TestReportsOfOthersThatCannotBeReadKeepNone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := NewFiles(dir, "")
	deliverTo(t, f, postOf(t, "nix", "2026-W46"))
	for name, text := range map[string]string{"nix/2026/2026-W45.json": "{", "nix/2026/2026-W44.json": string(postOf(t, "lix", "2026-W44").JSON), "nix/2026/notes.txt": "mine", "nix/2025": "mine"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	deliverTo(t, f, postOf(t, "nix", "2026-W47"))
	got := treeOf(t, dir)
	if n := strings.Count(got["nix/feed.xml"], "<entry"); n != 2 {
		t.Errorf("the feed has %d entries", n)
	}
	if got["nix/2026/notes.txt"] != "mine" || got["nix/2025"] != "mine" {
		t.Error("a file of somebody else was changed")
	}
}

func TestTroubleWithTheDiskSaysWhatToDoAndPasses(t *testing.T) {
	t.Parallel()
	f := NewFiles("/srv/reports", "")
	for cause, want := range map[error]string{
		&fs.PathError{Op: "write", Path: "nix/feed.xml", Err: syscall.ENOSPC}: "there is no space for reports in /srv/reports: write nix/feed.xml: no space left on device; make room there",
		&fs.PathError{Op: "write", Path: "nix/feed.xml", Err: syscall.EDQUOT}: "make room there",
		&fs.PathError{Op: "mkdir", Path: "nix", Err: syscall.EACCES}:          "ReadWritePaths=",
		&fs.PathError{Op: "mkdir", Path: "nix", Err: syscall.EROFS}:           "ReadWritePaths=",
		&fs.PathError{Op: "open", Path: "nix", Err: syscall.EIO}:              "look at the disk",
	} {
		err := f.trouble(cause)
		if forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), want) || !errors.Is(err, cause) {
			t.Errorf("got %v, want %s", err, want)
		}
	}
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := NewFiles(file, "").Deliver(context.Background(), postOf(t, "nix", "2026-W47"), "", false); forks.KindOf(err) != forks.Retry || !strings.Contains(err.Error(), "move away") {
		t.Errorf("where the directory is a file: got %v", err)
	}
}

func TestADeliveryThatIsCalledOffLeavesWholeFilesOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := NewFiles(dir, "").Deliver(ctx, postOf(t, "nix", "2026-W47"), "", false); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if got := treeOf(t, dir); len(got) != 0 {
		t.Errorf("there is %v", got)
	}
}
