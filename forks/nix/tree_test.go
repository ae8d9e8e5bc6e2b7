package nix_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// read parses a source that is valid.
func read(t testing.TB, src string) *nix.File {
	t.Helper()
	f, err := nix.Parse([]byte(src), nix.Limits{})
	if err != nil {
		t.Fatalf("%q: %v", src, err)
	}
	return f
}

// checkFile checks what the package promises of every file that it reads.
func checkFile(t interface {
	Helper()
	Fatalf(string, ...any)
}, f *nix.File, src []byte) {
	t.Helper()
	if f.Source() != string(src) {
		t.Fatalf("the source is %q", f.Source())
	}
	if got := nix.Print(f); got != string(src) {
		t.Fatalf("printed as %q", got)
	}
	checkTokens(t, f)
	whole := nix.Range{Start: int(f.Tokens()[0].Start), End: int(f.Tokens()[len(f.Tokens())-1].Lead)}
	if f.Root.Range() != whole {
		t.Fatalf("the root is %v, its tokens %v", f.Root.Range(), whole)
	}
	checkNode(t, f.Root)
}

func checkTokens(t interface {
	Helper()
	Fatalf(string, ...any)
}, f *nix.File) {
	t.Helper()
	at := int32(0)
	for i, tok := range f.Tokens() {
		if tok.Lead != at || tok.Start < tok.Lead || tok.End < tok.Start || (tok.Tok == nix.EOF) != (i == len(f.Tokens())-1) || (tok.Tok == nix.EOF) != (tok.Start == tok.End) {
			t.Fatalf("token %d is %+v after one that ends at %d", i, tok, at)
		}
		trivia := int(tok.Lead)
		for tr := range f.Trivia(tok) {
			if tr.Start != trivia || tr.End <= tr.Start {
				t.Fatalf("trivia %+v at %d", tr, trivia)
			}
			trivia = tr.End
		}
		if trivia != int(tok.Start) {
			t.Fatalf("trivia of token %d ends at %d, not at %d", i, trivia, tok.Start)
		}
		at = tok.End
	}
	if int(at) != len(f.Source()) {
		t.Fatalf("the tokens end at %d of %d", at, len(f.Source()))
	}
}

func checkNode(t interface {
	Helper()
	Fatalf(string, ...any)
}, n nix.Node) {
	t.Helper()
	r := n.Range()
	if r.Start >= r.End || n.Kind().String() == "no kind" {
		t.Fatalf("%v is at %v", n.Kind(), r)
	}
	at := r.Start
	for _, c := range n.Children() {
		if c.Range().Start < at || c.Range().End > r.End {
			t.Fatalf("%v at %v is a child of %v at %v, or overlaps the one before it", c.Kind(), c.Range(), n.Kind(), r)
		}
		at = c.Range().End
		checkNode(t, c)
	}
}

// dump writes a tree with every node in brackets, without anything that has no meaning.
func dump(n nix.Node) string {
	switch n := n.(type) {
	case *nix.Ident:
		return n.Name
	case *nix.Int:
		return strconv.FormatInt(n.Value, 10)
	case *nix.Float:
		return strconv.FormatFloat(n.Value, 'e', -1, 64)
	case *nix.URI:
		return "uri:" + n.Value
	case *nix.SearchPath:
		return "<" + n.Value + ">"
	case *nix.Text:
		return strconv.Quote(n.Raw)
	case *nix.String:
		return "(str" + all(n.Parts) + ")"
	case *nix.IndentedString:
		return "(ind" + all(n.Parts) + ")"
	case *nix.Path:
		return "(path" + all(n.Parts) + ")"
	case *nix.Interpolation:
		return "${" + dump(n.Expr) + "}"
	case *nix.List:
		return "[" + strings.TrimPrefix(all(n.Items), " ") + "]"
	case *nix.AttrSet:
		if n.Rec {
			return "rec{" + all(n.Entries) + " }"
		}
		return "{" + all(n.Entries) + " }"
	case *nix.LegacyLet:
		return "let{" + all(n.Entries) + " }"
	case *nix.Binding:
		return dump(n.Path) + "=" + dump(n.Value) + ";"
	case *nix.AttrPath:
		names := make([]string, len(n.Attrs))
		for i, a := range n.Attrs {
			names[i] = dump(a)
		}
		return strings.Join(names, ".")
	case *nix.Inherit:
		if n.From != nil {
			return "inherit:" + dump(n.From) + all(n.Attrs) + ";"
		}
		return "inherit" + all(n.Attrs) + ";"
	}
	return dumpExpr(n)
}

func dumpExpr(n nix.Node) string {
	switch n := n.(type) {
	case *nix.Lambda:
		head := ""
		if n.Name != nil {
			head = n.Name.Name
		}
		if n.Pattern != nil {
			head += "@" + dump(n.Pattern)
		}
		return "(" + strings.TrimPrefix(head, "@") + ": " + dump(n.Body) + ")"
	case *nix.Pattern:
		rest := ""
		if n.Ellipsis {
			rest = " ..."
		}
		return "{" + all(n.Children()) + rest + "}"
	case *nix.Formal:
		if n.Default != nil {
			return n.Name.Name + "?" + dump(n.Default)
		}
		return n.Name.Name
	case *nix.Apply:
		return "(" + dump(n.Func) + all(n.Args) + ")"
	case *nix.With:
		return "(with " + dump(n.Scope) + "; " + dump(n.Body) + ")"
	case *nix.Let:
		return "(let" + all(n.Entries) + " in " + dump(n.Body) + ")"
	case *nix.Assert:
		return "(assert " + dump(n.Condition) + "; " + dump(n.Body) + ")"
	case *nix.If:
		return "(if " + dump(n.Condition) + " " + dump(n.Then) + " " + dump(n.Else) + ")"
	case *nix.Select:
		if n.Default != nil {
			return "(" + dump(n.Of) + "." + dump(n.Path) + " or " + dump(n.Default) + ")"
		}
		return "(" + dump(n.Of) + "." + dump(n.Path) + ")"
	case *nix.HasAttr:
		return "(" + dump(n.Of) + " ? " + dump(n.Path) + ")"
	case *nix.Binary:
		return "(" + dump(n.Left) + " " + n.Op + " " + dump(n.Right) + ")"
	case *nix.Unary:
		return "(" + n.Op + dump(n.Operand) + ")"
	case *nix.Paren:
		return dump(n.Inner)
	}
	return fmt.Sprintf("unknown %T", n)
}

func all(nodes []nix.Node) string {
	var b strings.Builder
	for _, n := range nodes {
		b.WriteString(" " + dump(n))
	}
	return b.String()
}
