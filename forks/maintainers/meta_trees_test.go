package maintainers_test

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

var (
	trees   = flag.String("trees", "", "directories, separated by commas, whose .nix files are to be asked about: git directories (HEAD) or plain ones")
	samples = flag.Int("samples", 0, "how many answers to show")
)

func TestEveryFileOfTheGivenTreesIsAnswered(t *testing.T) {
	if *trees == "" {
		t.Skip("no -trees given")
	}
	for _, dir := range strings.Split(*trees, ",") {
		t.Run(dir, func(t *testing.T) { answerTree(t, readTree(t, dir)) })
	}
}

func answerTree(t *testing.T, tree blobs) {
	c := maintainers.NewCache()
	files, naming, handles, teams, doubtful := 0, 0, 0, 0, 0
	why := map[string]int{}
	var answers []string
	var slowest time.Duration
	var slow string
	began := time.Now()
	for _, name := range slices.Sorted(maps.Keys(tree)) {
		if !strings.HasSuffix(name, ".nix") {
			continue
		}
		files++
		asked := time.Now()
		metas, err := c.Meta(tree, name, nil)
		if took := time.Since(asked); took > slowest {
			slowest, slow = took, name
		}
		if err != nil {
			t.Fatal(err)
		}
		var shown strings.Builder
		for _, m := range metas {
			handles, teams, doubtful = handles+len(m.Handles), teams+len(m.Teams), doubtful+len(m.Doubts)
			for _, d := range m.Doubts {
				why[d.Why]++
			}
			fmt.Fprintf(&shown, "\n   %s", shownMeta(m, name))
		}
		if len(metas) > 0 && metas[0].Path == name {
			naming++
		}
		if shown.Len() > 0 || strings.Contains(string(tree[name].content), "maintainers") {
			answers = append(answers, name+shown.String())
		}
	}
	if files == 0 {
		t.Fatal("no .nix file")
	}
	t.Logf("%d files, %d name somebody: %d handles, %d teams, %d doubts; %.2f ms a file, at most %v (%s)",
		files, naming, handles, teams, doubtful, time.Since(began).Seconds()*1000/float64(files), slowest, slow)
	for _, w := range slices.SortedFunc(maps.Keys(why), func(a, b string) int { return why[b] - why[a] }) {
		t.Logf("%6d %s", why[w], w)
	}
	random := rand.New(rand.NewSource(1))
	random.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	for _, a := range answers[:min(*samples, len(answers))] {
		t.Log(a)
	}
}

// blobs are the files of a tree that was read as a whole.
type blobs map[string]blob

type blob struct {
	content []byte
	id      forks.Hash
}

func (b blobs) File(name string) ([]byte, forks.Hash, error) {
	return b[name].content, b[name].id, nil
}

func (b blobs) Names(string) ([]string, error) { return nil, nil }

func readTree(t *testing.T, dir string) blobs {
	t.Helper()
	if _, err := os.Stat(filepath.Join(dir, "objects")); err == nil {
		return readHead(t, dir)
	}
	tree := blobs{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(name, ".nix") {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		below, err := filepath.Rel(dir, name)
		tree[filepath.ToSlash(below)] = blob{content: content}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

// readHead reads the .nix files of HEAD; what a partial clone does not have is left out.
func readHead(t *testing.T, dir string) blobs {
	t.Helper()
	list, err := exec.Command("git", "-C", dir, "ls-tree", "-r", "-z", "HEAD").Output()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var ids strings.Builder
	for _, entry := range strings.Split(string(list), "\x00") {
		about, name, _ := strings.Cut(entry, "\t")
		if fields := strings.Fields(about); strings.HasSuffix(name, ".nix") && strings.HasPrefix(fields[0], "100") {
			names = append(names, name)
			fmt.Fprintln(&ids, fields[2])
		}
	}
	cat := exec.Command("git", "-C", dir, "cat-file", "--batch")
	cat.Env = append(os.Environ(), "GIT_NO_LAZY_FETCH=1")
	cat.Stdin = strings.NewReader(ids.String())
	out, err := cat.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cat.Start(); err != nil {
		t.Fatal(err)
	}
	tree, r := blobs{}, bufio.NewReader(out)
	for _, name := range names {
		about, err := r.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var id, kind string
		var size int
		if n, _ := fmt.Sscanf(about, "%s %s %d", &id, &kind, &size); n < 3 {
			t.Logf("%s is not there", name)
			continue
		}
		content := make([]byte, size+1)
		if _, err := io.ReadFull(r, content); err != nil {
			t.Fatal(err)
		}
		hash, err := forks.ParseHash(id)
		if err != nil {
			t.Fatal(err)
		}
		tree[name] = blob{content[:size], hash}
	}
	if err := cat.Wait(); err != nil {
		t.Fatal(err)
	}
	return tree
}
