package nix_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks/nix"
)

var trees = flag.String("trees", "", "directories, separated by commas, whose .nix files are to be read: git directories (HEAD) or plain ones")

func TestEveryFileOfTheGivenTreesIsReadByteForByte(t *testing.T) {
	if *trees == "" {
		t.Skip("no -trees given")
	}
	for _, dir := range strings.Split(*trees, ",") {
		t.Run(dir, func(t *testing.T) { readTree(t, dir) })
	}
}

func readTree(t *testing.T, dir string) {
	files, size, failed, tall := 0, 0, 0, 0
	var spent, slowest time.Duration
	var slow string
	eachNix(t, dir, func(name string, src []byte) {
		began := time.Now()
		f, err := nix.Parse(src, nix.Limits{Size: 64 << 20, Tokens: 1 << 26})
		took := time.Since(began)
		files, size, spent = files+1, size+len(src), spent+took
		if took > slowest {
			slow, slowest = name, took
		}
		if err != nil {
			failed++
			t.Logf("%s: %v", name, err)
			return
		}
		checkFile(t, f, src)
		tall = max(tall, depth(f.Root))
	})
	if files == 0 {
		t.Fatal("no .nix file")
	}
	t.Logf("%d files, %d bytes, %d not read, %.3f ms a file, at most %.1f ms (%s), at most %d nodes deep",
		files, size, failed, spent.Seconds()*1000/float64(files), slowest.Seconds()*1000, slow, tall)
}

func depth(n nix.Node) int {
	deepest := 0
	for _, c := range n.Children() {
		deepest = max(deepest, depth(c))
	}
	return deepest + 1
}

// eachNix calls visit for each .nix file of a directory, or of HEAD of a git directory.
func eachNix(t *testing.T, dir string, visit func(name string, src []byte)) {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "objects")); err == nil {
		eachBlob(t, dir, visit)
		return
	}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".nix") {
			return err
		}
		src, err := os.ReadFile(path)
		if err == nil {
			visit(path, src)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func eachBlob(t *testing.T, dir string, visit func(name string, src []byte)) {
	t.Helper()
	list, err := exec.Command("git", "-C", dir, "ls-tree", "-r", "-z", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var ids bytes.Buffer
	for _, entry := range strings.Split(string(list), "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(about); strings.HasSuffix(name, ".nix") && strings.HasPrefix(fields[0], "100") {
			names = append(names, name)
			fmt.Fprintln(&ids, fields[2])
		}
	}
	cat := exec.Command("git", "-C", dir, "cat-file", "--batch")
	cat.Stdin = &ids
	out, err := cat.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	for _, name := range names {
		var id, kind string
		var size int
		if _, err := fmt.Fscanf(r, "%s %s %d\n", &id, &kind, &size); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		src := make([]byte, size+1)
		if _, err := io.ReadFull(r, src); err != nil {
			t.Fatal(err)
		}
		visit(name, src[:size])
	}
	if err := cat.Wait(); err != nil {
		t.Fatal(err)
	}
}
