package repo_test

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// grown is a commit with one of everything.
func grown(t *testing.T) (*repo.Quarantine, forks.Hash, forks.Hash) {
	t.Helper()
	b := newBench(t)
	commit := b.up.Commit(t, "main", repotest.Ada, "one of everything", files{
		"default.nix":          "{ }\n",
		"empty":                "",
		"pkgs/hello/a.patch":   "--- a\n",
		"pkgs/hello/package":   repotest.Executable("#!/bin/sh\n"),
		"pkgs/hello-world":     "beside the folder\n",
		"pkgs/link":            repotest.Symlink("hello/a.patch"),
		"pkgs/elsewhere":       repotest.Symlink("hello"),
		"pkgs/module":          repotest.Submodule(forks.Hash{7}),
		"-n/a:b\n\xff/x.nix":   "odd\n",
		"large":                strings.Repeat("x", 4<<20) + "x",
		"as large as may be":   strings.Repeat("x", 4<<20),
		"pkgs/hello/deep/file": "deep\n",
	})
	return b.quarantine(t), commit, b.up.Tree(t, commit)
}

func opened(t *testing.T, q *repo.Quarantine, id forks.Hash) *repo.Tree {
	t.Helper()
	tree, err := q.Tree(id)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestAFileIsReadFromACommitAndFromItsTree(t *testing.T) {
	t.Parallel()
	q, commit, top := grown(t)
	for _, id := range []forks.Hash{commit, top} {
		tree := opened(t, q, id)
		for path, want := range map[string]string{
			"default.nix":          "{ }\n",
			"empty":                "",
			"pkgs/hello/a.patch":   "--- a\n",
			"pkgs/hello/package":   "#!/bin/sh\n",
			"pkgs/hello-world":     "beside the folder\n",
			"pkgs/hello/deep/file": "deep\n",
			"-n/a:b\n\xff/x.nix":   "odd\n",
			"as large as may be":   strings.Repeat("x", 4<<20),
		} {
			content, blob, err := tree.File(path)
			if err != nil || content == nil || string(content) != want {
				t.Errorf("%q holds %.20q (there: %t), error %v", path, content, content != nil, err)
			}
			if wantBlob := lookup(t, q, top, path); blob != wantBlob {
				t.Errorf("%q is blob %s, want %s", path, blob, wantBlob)
			}
		}
	}
}

func TestWhatIsNoRegularFileIsNothing(t *testing.T) {
	t.Parallel()
	q, commit, _ := grown(t)
	tree := opened(t, q, commit)
	for _, path := range []string{
		"", "/", "nothing", "pkgs", "pkgs/", "pkgs/hello", "pkgs/hello/", "/default.nix", "default.nix/", "default.nix/x", "pkgs//hello-world",
		"./default.nix", "pkgs/../default.nix", "pkgs/link", "pkgs/elsewhere/a.patch", "pkgs/module", "pkgs/module/x", "large", "DEFAULT.nix",
		strings.Repeat("a/", 5000) + "a",
	} {
		content, blob, err := tree.File(path)
		if content != nil || !blob.IsZero() || err != nil {
			t.Errorf("%.40q holds %.20q, blob %s, error %v", path, content, blob, err)
		}
	}
}

func TestNamesListsFoldersAndFilesSorted(t *testing.T) {
	t.Parallel()
	q, commit, _ := grown(t)
	tree := opened(t, q, commit)
	for dir, want := range map[string][]string{
		"":                {"-n/", "as large as may be", "default.nix", "empty", "large", "pkgs/"},
		"pkgs":            {"hello-world", "hello/"},
		"pkgs/hello":      {"a.patch", "deep/", "package"},
		"-n":              {"a:b\n\xff/"},
		"pkgs/elsewhere":  nil,
		"pkgs/module":     nil,
		"default.nix":     nil,
		"nothing":         nil,
		"pkgs/":           nil,
		"pkgs/nothing/at": nil,
	} {
		names, err := tree.Names(dir)
		if err != nil || !slices.Equal(names, want) || (names == nil) != (want == nil) {
			t.Errorf("%q has %q, error %v, want %q", dir, names, err, want)
		}
	}
}

func TestTheEmptyTreeHasNoNamesButIsAFolder(t *testing.T) {
	t.Parallel()
	q, _, _ := grown(t)
	empty, err := forks.ParseHash("4b825dc642cb6eb9a060e54bf8d69288fbee4904")
	if err != nil {
		t.Fatal(err)
	}
	names, err := opened(t, q, empty).Names("")
	if names == nil || len(names) != 0 || err != nil {
		t.Errorf("%q (nil: %t), error %v", names, names == nil, err)
	}
}

func TestEachFolderIsReadOnce(t *testing.T) {
	t.Parallel()
	q, commit, _ := grown(t)
	tree := opened(t, q, commit)
	before := q.Reads()
	for range 3 {
		for _, path := range []string{"pkgs/hello/nothing", "pkgs/nothing", "pkgs/hello/deep/nothing"} {
			if _, _, err := tree.File(path); err != nil {
				t.Fatal(err)
			}
		}
		for _, dir := range []string{"", "pkgs", "pkgs/hello"} {
			if _, err := tree.Names(dir); err != nil {
				t.Fatal(err)
			}
		}
	}
	wantSame(t, "folders read", q.Reads()-before, 4)
}

func TestOnlyACommitOrATreeHasFiles(t *testing.T) {
	t.Parallel()
	q, _, top := grown(t)
	_, err := q.Tree(lookup(t, q, top, "default.nix"))
	var wrong *repo.WrongTypeError
	if !errors.As(err, &wrong) || wrong.Have != "blob" {
		t.Errorf("a blob: %v", err)
	}
	if _, err := q.Tree(forks.Hash{1}); !errors.Is(err, repo.ErrMissing) {
		t.Errorf("nothing: %v", err)
	}
	headless, err := q.Write("commit", []byte("author Ada <ada@example.org> 0 +0000\n\nno tree\n"))
	if err != nil {
		t.Fatal(err)
	}
	var damaged *repo.DamagedError
	if _, err := q.Tree(headless); !errors.As(err, &damaged) {
		t.Errorf("a commit without a tree: %v", err)
	}
}

// made writes a tree as it is told to, however wrong.
func made(t *testing.T, q *repo.Quarantine, entries ...any) forks.Hash {
	t.Helper()
	var data bytes.Buffer
	for i := 0; i < len(entries); i += 2 {
		id := entries[i+1].(forks.Hash)
		fmt.Fprintf(&data, "%s\x00%s", entries[i], id[:])
	}
	return wrote(t, q, "tree", data.Bytes())
}

func wrote(t *testing.T, q *repo.Quarantine, kind string, data []byte) forks.Hash {
	t.Helper()
	id, err := q.Write(kind, data)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAHostileTreeIsRead(t *testing.T) {
	t.Parallel()
	q := quarantine(t, newBench(t).cache)
	blob := wrote(t, q, "blob", []byte("content\n"))
	folder := made(t, q, "100644 inside", blob)
	tree := opened(t, q, made(t, q,
		"100644 ", blob,
		"100644 ..", blob,
		"40000 .", folder,
		"100644 a/inside", blob,
		"40000 a", folder,
		"100664 group", blob, // as old versions of git wrote it
		"100644 is-folder", folder,
		"40000 is-file", blob,
		"100644 twice", blob,
		"40000 twice", folder,
		"160000 is-here-too", folder,
		"100644 nowhere", forks.Hash{9},
	))
	for path, there := range map[string]bool{
		"": false, "..": false, "./inside": false, "a/inside": true, "a//inside": false, "group": true, "is-folder": false, "is-folder/inside": false,
		"is-file": false, "is-file/x": false, "twice": true, "twice/inside": false, "is-here-too/inside": false,
	} {
		content, _, err := tree.File(path)
		if err != nil || (content != nil) != there {
			t.Errorf("%q: there %t, error %v, want %t", path, content != nil, err, there)
		}
	}
	if _, _, err := tree.File("nowhere"); !errors.Is(err, repo.ErrMissing) {
		t.Errorf("a file whose object is nowhere: %v", err)
	}
	if names, err := tree.Names("is-file"); names != nil || err != nil {
		t.Errorf("a folder that is a file: %q, %v", names, err)
	}
	names, err := tree.Names("")
	if want := []string{"a/", "group", "is-file/", "is-folder", "nowhere", "twice", "twice/"}; err != nil || !slices.Equal(names, want) {
		t.Errorf("%q, error %v, want %q", names, err, want)
	}
	torn := opened(t, q, wrote(t, q, "tree", []byte("100644 a\x00short")))
	var damaged *repo.DamagedError
	if _, _, err := torn.File("a"); !errors.As(err, &damaged) {
		t.Errorf("a torn tree: %v", err)
	}
}

func TestAFolderThatIsTooLargeIsEmpty(t *testing.T) {
	t.Parallel()
	q := quarantine(t, newBench(t).cache)
	blob := wrote(t, q, "blob", []byte("content\n"))
	var data bytes.Buffer
	for n := 0; data.Len() <= 8<<20; n++ {
		fmt.Fprintf(&data, "100644 %09d%s\x00%s", n, strings.Repeat("x", 200), blob[:])
	}
	tree := opened(t, q, made(t, q, "40000 a", wrote(t, q, "tree", data.Bytes()), "100644 b", blob))
	if names, err := tree.Names("a"); names != nil || err != nil {
		t.Errorf("%d names, error %v", len(names), err)
	}
	if content, _, err := tree.File("b"); string(content) != "content\n" || err != nil {
		t.Errorf("the file beside it: %q, error %v", content, err)
	}
}
