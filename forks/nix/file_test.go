package nix_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// corpus returns the files of testdata.
func corpus(t testing.TB) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob("testdata/*.nix")
	if err != nil || len(names) == 0 {
		t.Fatalf("no testdata: %v", err)
	}
	files := map[string][]byte{}
	for _, name := range names {
		if files[name], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func TestEveryConstructIsInTestdataAndPrintedByteForByte(t *testing.T) {
	t.Parallel()
	missing := map[string]bool{}
	for k := nix.KindIdent; k <= nix.KindParen; k++ {
		missing[k.String()] = true
	}
	for tok := nix.Word; tok <= nix.PipeFrom; tok++ {
		missing[tok.String()] = true
	}
	for name, src := range corpus(t) {
		f, err := nix.Parse(src, nix.Limits{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		checkFile(t, f, src)
		nix.Walk(f.Root, func(n nix.Node) bool {
			delete(missing, n.Kind().String())
			return true
		})
		for _, tok := range f.Tokens() {
			delete(missing, tok.Tok.String())
		}
	}
	for what := range missing {
		t.Errorf("no file of testdata has %s", what)
	}
}

func TestLinesEndWithNewlinesAndColumnsAreBytes(t *testing.T) {
	t.Parallel()
	f := read(t, "# é\r\n{\n  a = \"\r\";\n}\n")
	for offset, want := range map[int]nix.Position{
		-1: {1, 1}, 0: {1, 1}, 4: {1, 5}, 5: {1, 6}, 6: {2, 1}, 7: {2, 2}, 8: {3, 1}, 15: {3, 8}, 17: {3, 10}, 19: {4, 1}, 20: {4, 2}, 21: {5, 1}, 99: {5, 1},
	} {
		if got := f.Position(offset); got != want {
			t.Errorf("offset %d is at %v, want %v", offset, got, want)
		}
	}
	for lines, want := range map[[2]int]string{
		{1, 1}: "# é\r\n", {2, 3}: "{\n  a = \"\r\";\n", {4, 9}: "}\n", {3, 2}: "", {9, 12}: "", {0, 1}: "# é\r\n", {0, -5}: "", {5, 5}: "",
	} {
		r := f.Lines(lines[0], lines[1])
		if got := f.Source()[r.Start:r.End]; got != want {
			t.Errorf("lines %v are %q, want %q", lines, got, want)
		}
	}
}

func TestTheNodesAroundAnOffsetAreFoundFromTheRootDown(t *testing.T) {
	t.Parallel()
	src := "# c\n{ a.b = [ 1 22 ]; } # d"
	f := read(t, src)
	for part, want := range map[string][]nix.Kind{
		"# c": nil,
		"{ a": {nix.KindAttrSet},
		"a.b": {nix.KindAttrSet, nix.KindBinding, nix.KindAttrPath, nix.KindIdent},
		".b":  {nix.KindAttrSet, nix.KindBinding, nix.KindAttrPath},
		" 22": {nix.KindAttrSet, nix.KindBinding, nix.KindList},
		"2 ]": {nix.KindAttrSet, nix.KindBinding, nix.KindList, nix.KindInt},
		"; }": {nix.KindAttrSet, nix.KindBinding},
		" # ": nil,
	} {
		if got := kinds(f.EnclosingAt(strings.Index(src, part))); !slices.Equal(got, want) {
			t.Errorf("at %q: %v, want %v", part, got, want)
		}
	}
	at := strings.Index(src, "1")
	if got := kinds(f.Enclosing(nix.Range{Start: at, End: at + 4})); !slices.Equal(got, []nix.Kind{nix.KindAttrSet, nix.KindBinding, nix.KindList}) {
		t.Errorf("around two items: %v", got)
	}
	if got := f.Enclosing(nix.Range{Start: at, End: len(src)}); got != nil {
		t.Errorf("around a part and the end of the file: %v", kinds(got))
	}
	if got := f.EnclosingAt(-1); got != nil {
		t.Errorf("before the file: %v", kinds(got))
	}
}

func kinds(nodes []nix.Node) []nix.Kind {
	var ks []nix.Kind
	for _, n := range nodes {
		ks = append(ks, n.Kind())
	}
	return ks
}

func TestTheTokensOfANodeAreItsOwnAndThoseOfItsChildren(t *testing.T) {
	t.Parallel()
	src := "[ a /* b */ \"c${d}\" ./e/${f} ] # g"
	f := read(t, src)
	list := f.Root.(*nix.List)
	var got []string
	for _, tok := range f.TokensOf(list.Items[1]) {
		got = append(got, src[tok.Start:tok.End])
	}
	if want := []string{`"`, "c", "${", "d", "}", `"`}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := len(f.TokensOf(list)), len(f.Tokens())-1; got != want {
		t.Errorf("the root has %d tokens, want %d", got, want)
	}
	var trivia []string
	for _, tok := range f.Tokens() {
		for tr := range f.Trivia(tok) {
			trivia = append(trivia, fmt.Sprint(tr.Kind, src[tr.Start:tr.End]))
		}
	}
	if want := []string{"0 ", "0 ", "2/* b */", "0 ", "0 ", "0 ", "0 ", "1# g"}; !slices.Equal(trivia, want) {
		t.Errorf("got %q, want %q", trivia, want)
	}
	if got := f.Text(list.Items[2]); got != "./e/${f}" {
		t.Errorf("the text is %q", got)
	}
}

func TestWalkLeavesOutWhatItIsToldTo(t *testing.T) {
	t.Parallel()
	var seen []string
	f := read(t, "{ a = [ 1 ]; b = 2; }")
	nix.Walk(f.Root, func(n nix.Node) bool {
		seen = append(seen, f.Text(n))
		return n.Kind() != nix.KindList
	})
	if want := []string{"{ a = [ 1 ]; b = 2; }", "a = [ 1 ];", "a", "a", "[ 1 ]", "b = 2;", "b", "b", "2"}; !slices.Equal(seen, want) {
		t.Errorf("got %q, want %q", seen, want)
	}
}

func TestTimeGrowsWithSizeOnly(t *testing.T) {
	t.Parallel()
	// Each of these makes a reader that looks ahead without memory take hours.
	for _, src := range []string{
		strings.Repeat("a.", 150_000) + "a", "[ " + strings.Repeat("+", 300_000), strings.Repeat("<a", 150_000) + " 1",
		strings.Repeat("{", 300_000), strings.Repeat("a/", 150_000) + "a", strings.Repeat("''", 300_001), strings.Repeat("a:", 150_000) + "a",
		strings.Repeat("$", 300_000), "''" + strings.Repeat("$", 300_000) + "''", strings.Repeat("/*", 300_000), strings.Repeat("1.", 300_000),
		"[" + strings.Repeat("-a", 150_000) + "]", strings.Repeat("~", 300_000), strings.Repeat("\"${", 150_000),
	} {
		if f, err := nix.Parse([]byte(src), nix.Limits{}); err == nil {
			checkFile(t, f, []byte(src))
		}
	}
}
