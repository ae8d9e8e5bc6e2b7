package nix_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// Each source that is not valid, and its error.
var wrong = []struct{ src, err string }{
	{"", "line 1, column 1: expected an expression, found the end of the file"},
	{"\n# nothing\n", "line 3, column 1: expected an expression, found the end of the file"},
	{"{ a = 1 }", `line 1, column 9: expected ';' after the value of an attribute, found "}"`},
	{"{\r\n  a = ;\r\n}", `line 2, column 7: expected a value after '=', found ";"`},
	{"{ a.b 1; }", `line 1, column 7: expected '=' or '.' after the name of an attribute, found "1"`},
	{"{ a = 1; ", "line 1, column 10: expected a binding, 'inherit' or '}', found the end of the file"},
	{"{ 1 = 2; }", `line 1, column 3: expected a binding, 'inherit' or '}', found "1"`},
	{"{ a }", "line 1, column 6: expected ':' after the argument of a function, found the end of the file"},
	{"{ a, 1 }: a", `line 1, column 6: expected the name of an argument, '...' or '}' in a function's pattern, found "1"`},
	{"{ a b }: a", `line 1, column 5: expected '=' or '.' after the name of an attribute, found "b"`},
	{"{ a ? 1; }: a", `line 1, column 8: expected ',' or '}' after an argument of a function's pattern, found ";"`},
	{"{ ..., a }: a", `line 1, column 6: expected '}' at the end of a function's pattern, found ","`},
	{"{ , }: a", `line 1, column 3: expected a binding, 'inherit' or '}', found ","`},
	{"x@y: x", `line 1, column 3: expected '{' at the start of a function's pattern, found "y"`},
	{"{ a }@{ b }: a", `line 1, column 7: expected a name for all arguments after '@', found "{"`},
	{"{ or }: 1", `line 1, column 6: expected '=' or '.' after the name of an attribute, found "}"`},
	{"or", `line 1, column 1: expected an expression, found "or"`},
	{"a.b or", "line 1, column 7: expected a default after 'or', found the end of the file"},
	{"a.", "line 1, column 3: expected an attribute after '.', found the end of the file"},
	{"a ? 1", `line 1, column 5: expected an attribute after '?', found "1"`},
	{"a == b == c", `line 1, column 8: expected parentheses, since comparisons of one kind do not chain, found "=="`},
	{"a < b > c", `line 1, column 7: expected parentheses, since comparisons of one kind do not chain, found ">"`},
	{"a |> b <| c", `line 1, column 8: expected the end of the file after the whole expression, found "<|"`},
	{"a <| b |> c", `line 1, column 8: expected the end of the file after the whole expression, found "|>"`},
	{"a +", "line 1, column 4: expected an operand after '+', found the end of the file"},
	{"a + x: x", `line 1, column 6: expected the end of the file after the whole expression, found ":"`},
	{"a |> x: x", `line 1, column 7: expected the end of the file after the whole expression, found ":"`},
	{"a + let b = 1; in b", `line 1, column 5: expected an operand after '+', found "let"`},
	{"[ a; ]", `line 1, column 4: expected an item of a list or ']', found ";"`},
	{"[ -1 ]", `line 1, column 3: expected an item of a list or ']', found "-"`},
	{"[ x: x ]", `line 1, column 4: expected an item of a list or ']', found ":"`},
	{"(a", "line 1, column 3: expected ')' after an expression in parentheses, found the end of the file"},
	{"a)", `line 1, column 2: expected the end of the file after the whole expression, found ")"`},
	{"}", `line 1, column 1: expected an expression, found "}"`},
	{"with a, b", `line 1, column 7: expected ';' after the scope of with, found ","`},
	{"assert a b", "line 1, column 11: expected ';' after the condition of assert, found the end of the file"},
	{"if a then b", "line 1, column 12: expected 'else' after the first branch of if, found the end of the file"},
	{"if a else b", `line 1, column 6: expected 'then' after the condition of if, found "else"`},
	{"let a = 1; a", "line 1, column 13: expected '=' or '.' after the name of an attribute, found the end of the file"},
	{"let a = 1;", "line 1, column 11: expected a binding, 'inherit' or 'in', found the end of the file"},
	{"let ${a} = 1; in 1", "line 1, column 5: expected a name that is known without evaluating: let takes no other, found an interpolation"},
	{"{ inherit a", "line 1, column 12: expected a name or ';' after 'inherit', found the end of the file"},
	{"{ inherit (a b; }", `line 1, column 15: expected ')' after the source of inherit, found ";"`},
	{"{\n  inherit a\n    \"b${c}\"; }", "line 3, column 5: expected a name that is known without evaluating: inherit takes no other, found an interpolation"},
	// Strings, comments, paths, numbers.
	{"[\n \"a\n]", `line 2, column 2: expected a '"' that ends the string which begins here, found the end of the file`},
	{`"\`, `line 1, column 1: expected a '"' that ends the string which begins here, found the end of the file`},
	{"''a\n'", "line 1, column 1: expected a \"''\" that ends the indented string which begins here, found the end of the file"},
	{"\"a${b\"", `line 1, column 6: expected a '"' that ends the string which begins here, found the end of the file`},
	{"\"${}\"", `line 1, column 4: expected an expression after '${', found "}"`},
	{"\"${a b;}\"", `line 1, column 7: expected '}' at the end of an interpolation, found ";"`},
	{"1 /* a *", `line 1, column 3: expected "*/" somewhere after the "/*" that begins here, found the end of the file`},
	{"1 /*/", `line 1, column 3: expected "*/" somewhere after the "/*" that begins here, found the end of the file`},
	{"./a/ b", "line 1, column 4: a path ends with a slash here, which Nix does not accept"},
	{"./${a}/", "line 1, column 7: a path ends with a slash here, which Nix does not accept"},
	{"./a//b", "line 1, column 7: expected '${' further on in a path that has two slashes in a row, found the end of the file"},
	{"9223372036854775808", "line 1, column 1: an integer stands here that is too large for 64 bits"},
	{"[ 1.5e999 ]", "line 1, column 3: a floating-point number stands here that is too large or too small for 64 bits"},
	{"0.1e-400", "line 1, column 1: a floating-point number stands here that is too large or too small for 64 bits"},
	// Bytes.
	{"\ufeff{ }", "line 1, column 1: the file begins with a byte order mark, which Nix does not accept"},
	{"a\n é", `line 2, column 2: "\u00e9" begins nothing that Nix has outside strings and comments`},
	{"a \xff", `line 1, column 3: "\xff" begins nothing that Nix has outside strings and comments`},
	{"a \x00", "line 1, column 3: a zero byte stands here, so this is no text"},
	{"\"é\x00\"", "line 1, column 4: a string holds a zero byte, which Nix does not accept"},
	{"a\f", `line 1, column 2: "\f" begins nothing that Nix has outside strings and comments`},
	{"~", `line 1, column 1: "~" begins nothing that Nix has outside strings and comments`},
	{"{ a = 'b'; }", `line 1, column 7: "'" begins nothing that Nix has outside strings and comments`},
	// What a merge leaves behind.
	{"{\n<<<<<<< ours\n  a = 1;\n=======\n", "line 2, column 1: a conflict marker stands here, so the file is a merge that nobody finished"},
	{"{ a = b\n||||||| base\n", "line 2, column 1: a conflict marker stands here, so the file is a merge that nobody finished"},
	// What is quoted stays short, of one line, and in ASCII.
	{"a. http://" + strings.Repeat("x", 100), `line 1, column 4: expected an attribute after '.', found "http://xxxxxxxxxxxxxxxxx"…`},
}

func TestAnErrorNamesItsPlaceAndWhatWasExpected(t *testing.T) {
	t.Parallel()
	for _, c := range wrong {
		f, err := nix.Parse([]byte(c.src), nix.Limits{})
		if err == nil {
			t.Errorf("%q is read as %s", c.src, dump(f.Root))
			continue
		}
		if err.Error() != c.err {
			t.Errorf("%q\n got %s\nwant %s", c.src, err, c.err)
		}
		checkError(t, err, false)
	}
}

func checkError(t *testing.T, err error, limit bool) {
	t.Helper()
	var e *nix.Error
	if !errors.As(err, &e) || e.Limit != limit || e.Message == "" || e.Position.Line < 1 || e.Position.Column < 1 {
		t.Errorf("got %#v, want an Error with Limit %v", err, limit)
	}
	for _, r := range err.Error() {
		if r < ' ' || r > '~' && r != '…' {
			t.Errorf("%q is not safe to show", err)
		}
	}
}

func TestAFileBeyondALimitIsRefusedAndSaysSo(t *testing.T) {
	t.Parallel()
	deep := func(n int, before, middle, after string) string {
		return strings.Repeat(before, n) + middle + strings.Repeat(after, n)
	}
	for name, src := range map[string]string{
		"size":             strings.Repeat(" ", 2<<20) + "1",
		"tokens":           "[" + strings.Repeat("1 ", 1_000_000) + "]",
		"parentheses":      deep(400_000, "(", "1", ")"),
		"open parentheses": deep(900_000, "(", "", ""),
		"lists":            deep(5_000, "[", "", "]"),
		"sets":             deep(5_000, "{a=", "1", ";}"),
		"strings":          deep(5_000, `"${`, "1", `}"`),
		"functions":        deep(5_000, "a: ", "1", ""),
		"patterns":         deep(5_000, "{a?", "1", "}: 1"),
		"not":              deep(5_000, "!", "1", ""),
		"minus":            deep(5_000, "-", "1", ""),
		"left":             deep(5_000, "1 + ", "1", ""),
		"right":            deep(5_000, "1 ++ ", "1", ""),
		"tests":            deep(5_000, "", "a", " ? a"),
		"pipes in":         deep(5_000, "a |> ", "a", ""),
		"pipes from":       deep(5_000, "a <| ", "a", ""),
		"defaults":         deep(5_000, "a.b or ", "a", ""),
		"else":             deep(5_000, "if 1 then 1 else ", "1", ""),
		"attributes":       deep(5_000, "{${", "a", "}=1;}"),
		"left in left":     deep(50, "(", "1", strings.Repeat(" + 1", 100)+")"),
	} {
		f, err := nix.Parse([]byte(src), nix.Limits{})
		if err == nil {
			t.Errorf("%s: %d nodes deep, and read", name, depth(f.Root))
			continue
		}
		checkError(t, err, true)
	}
}

func TestTheDepthThatIsLimitedIsThatOfTheTree(t *testing.T) {
	t.Parallel()
	for _, src := range []string{"(((1)))", "[[[[]]]]", "{a={b={};};}", `"${"${"a"}"}"`, "1 + 1 + 1 + 1", "1 ++ 1 ++ 1 ++ 1", "a: b: c: d", "!!!1", "f ({ a, b ? (c) }@d: e)", "let a = b.c or d.e or [f]; in a", "./${a}/b", "a |> b |> c", "a <| b <| c"} {
		d := depth(read(t, src).Root)
		if _, err := nix.Parse([]byte(src), nix.Limits{Depth: d}); err != nil {
			t.Errorf("%s is %d nodes deep: %v", src, d, err)
		}
		_, err := nix.Parse([]byte(src), nix.Limits{Depth: d - 1})
		if err == nil {
			t.Errorf("%s is %d nodes deep, and read with a limit of one less", src, d)
			continue
		}
		checkError(t, err, true)
	}
}
