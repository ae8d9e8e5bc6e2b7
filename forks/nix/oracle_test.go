package nix_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// The oracle is Nix itself. A newer one than Debian's 2.8 has pipes and refuses zero
// bytes; where the two differ for such a reason, differs gives it.
func differs(f *nix.File, err error, oracle string) (reason string) {
	if err != nil {
		if strings.Contains(err.Error(), "zero byte") {
			return "a string with a zero byte: refused since Nix 2.26"
		}
		return ""
	}
	for _, tok := range f.Tokens() {
		if tok.Tok == nix.PipeInto || tok.Tok == nix.PipeFrom {
			return "pipes: Nix has them since 2.24"
		}
	}
	for _, meaning := range []string{"already defined", "duplicate formal function argument"} {
		if strings.Contains(oracle, meaning) {
			return "an attribute or argument twice: an error of meaning, not of syntax"
		}
	}
	return ""
}

func nixProgram(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(args[0])
	if err != nil {
		t.Skipf("%s is not here (Debian's package nix-bin has it)", args[0])
	}
	cmd := exec.Command(path, args[1:]...)
	home := t.TempDir()
	cmd.Dir = home
	cmd.Env = []string{"HOME=" + home, "NIX_REMOTE=dummy://", "NIX_CONF_DIR=" + home, "PATH=" + os.Getenv("PATH")}
	return cmd
}

// sources is what the oracle is asked about: all that other tests have, what is
// generated, and all of these spoilt in up to three places, the same in each run.
func sources(t *testing.T, spoilt int) []string {
	t.Helper()
	var all []string
	for _, c := range shapes {
		all = append(all, c.src)
	}
	for _, c := range wrong {
		all = append(all, c.src)
	}
	for _, c := range constants {
		all = append(all, c.src)
	}
	for _, src := range corpus(t) {
		all = append(all, string(src))
	}
	sort.Strings(all)
	for seed := range 400 {
		all = append(all, generated(seed, seed%8 == 0))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range spoilt {
		src := []byte(all[r.IntN(len(all))])
		for range 1 + r.IntN(3) {
			src = spoil(src, r.IntN(4), r.IntN(1<<20), r.IntN(1<<20))
		}
		all = append(all, string(src))
	}
	return all
}

// generated returns an expression that depends on nothing but the seed.
func generated(seed int, pipes bool) string {
	return strings.Join(expressions(4, pipes).Example(seed).toks, " ")
}

func TestNixAgreesOnWhatIsValid(t *testing.T) {
	t.Parallel()
	all := sources(t, 2500)
	answers := ask(t, all)
	valid, reasons := 0, map[string]int{}
	for i, src := range all {
		f, err := nix.Parse([]byte(src), nix.Limits{})
		if err == nil {
			valid++
		}
		if (err == nil) == (answers[i] == "") {
			continue
		}
		if reason := differs(f, err, answers[i]); reason != "" {
			reasons[reason]++
			continue
		}
		t.Errorf("%q\n we: %v\nnix: %s", src, err, answers[i])
	}
	t.Logf("%d sources, %d valid, differences: %v", len(all), valid, reasons)
	if valid < len(all)/10 || valid > len(all)*9/10 {
		t.Errorf("%d of %d are valid: the sources are too much alike", valid, len(all))
	}
}

// ask returns what Nix says of each source: nothing if it is valid. One process reads
// many: each is the body of a function in a file, so that it is never evaluated, and
// its names are looked up in "with {}", so that none is undefined.
func ask(t *testing.T, all []string) []string {
	t.Helper()
	var got []string
	for some := range slices.Chunk(all, 1000) { // Nix keeps all that it reads
		got = append(got, askSome(t, some)...)
	}
	return got
}

// askSome asks one process. Of a file that ends too early it says nothing but takes the
// next line as more of the same: that line is a parenthesis, and an error in each case.
func askSome(t *testing.T, some []string) []string {
	t.Helper()
	repl := nixProgram(t, "nix", "repl", "--extra-experimental-features", "nix-command")
	dir := t.TempDir()
	var in, out bytes.Buffer
	for i, src := range some {
		name := filepath.Join(dir, fmt.Sprintf("%d.nix", i))
		if err := os.WriteFile(name, []byte("_: with {};\n"+src), 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&in, "import %s\n)\n", name)
	}
	repl.Stdin, repl.Stdout, repl.Stderr = &in, &out, &out
	if err := repl.Run(); err != nil {
		t.Fatalf("%v: %s", err, out.Bytes()[max(0, out.Len()-500):])
	}
	plain := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(out.String(), "")
	if n := strings.Count(plain, "at «string»:"); n != len(some) {
		t.Fatalf("%d answers about %d sources", n, len(some))
	}
	return answers(plain, dir, len(some))
}

// answers reads what the program wrote.
func answers(plain, dir string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = "unexpected end of file"
	}
	about := regexp.MustCompile(`(«lambda @|at) ` + regexp.QuoteMeta(dir) + `/(\d+)\.nix:\d+`)
	message := ""
	for line := range strings.Lines(plain) {
		if strings.Contains(line, "error: ") {
			message = strings.TrimSpace(line)
		}
		m := about.FindStringSubmatch(line)
		if m == nil || message == "" && m[1] == "at" {
			continue
		}
		i, err := strconv.Atoi(m[2])
		if err != nil || i >= n {
			continue
		}
		if all[i] = message; m[1] != "at" {
			all[i] = ""
		}
		if !strings.Contains(line, "error: ") {
			message = ""
		}
	}
	return all
}

// Nix writes its own tree of a source and of the same source with parentheses around all
// that we read as one. Where the trees are one, we and Nix bind alike.
func TestNixBindsAlike(t *testing.T) {
	t.Parallel()
	var files []string
	var srcs []string
	dir := t.TempDir()
	all := sources(t, 800)
	answers := ask(t, all)
	for i, src := range all {
		f, err := nix.Parse([]byte(src), nix.Limits{})
		if err != nil || answers[i] != "" {
			continue
		}
		for _, text := range []string{src, parenthesised(f)} {
			name := filepath.Join(dir, fmt.Sprintf("%d.nix", len(files)))
			if err := os.WriteFile(name, []byte("with {};\n"+text), 0o600); err != nil {
				t.Fatal(err)
			}
			files, srcs = append(files, name), append(srcs, text)
		}
	}
	out, err := nixProgram(t, append([]string{"nix-instantiate", "--parse"}, files...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out[max(0, len(out)-500):])
	}
	trees := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(trees) != len(files) {
		t.Fatalf("%d trees of %d files", len(trees), len(files))
	}
	for i := 0; i < len(trees); i += 2 {
		if trees[i] != trees[i+1] {
			t.Errorf("%s\nand %s\nare %s\nand %s", srcs[i], srcs[i+1], trees[i], trees[i+1])
		}
	}
	t.Logf("%d trees", len(trees)/2)
}

// parenthesised returns a file's source with parentheses around all that may have them.
func parenthesised(f *nix.File) string {
	before, after := map[int]int{}, map[int]int{}
	nix.Walk(f.Root, func(n nix.Node) bool {
		switch n.Kind() {
		case nix.KindBinary, nix.KindUnary, nix.KindHasAttr, nix.KindSelect, nix.KindApply, nix.KindLambda, nix.KindLet, nix.KindWith, nix.KindAssert, nix.KindIf:
			before[n.Range().Start]++
			after[n.Range().End]++
		}
		return true
	})
	var b strings.Builder
	for at := 0; at <= len(f.Source()); at++ {
		b.WriteString(strings.Repeat(")", after[at]) + strings.Repeat("(", before[at]))
		if at < len(f.Source()) {
			b.WriteByte(f.Source()[at])
		}
	}
	return b.String()
}

func TestNixGivesConstantsTheSameValues(t *testing.T) {
	t.Parallel()
	var list strings.Builder
	var want []string
	for _, c := range constants {
		if strings.ContainsRune(c.value, '\ufffd') || strings.Contains(c.src, "\xff") { // JSON cannot hold it
			continue
		}
		list.WriteString("(" + c.src + ")\n")
		want = append(want, c.value)
	}
	name := filepath.Join(t.TempDir(), "list.nix")
	if err := os.WriteFile(name, []byte("["+list.String()+"]"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := nixProgram(t, "nix-instantiate", "--eval", "--strict", "--json", name).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	if err := json.Unmarshal(out, &got); err != nil || len(got) != len(want) {
		t.Fatalf("%v: %s", err, out)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%q is %q for Nix", want[i], got[i])
		}
	}
}
