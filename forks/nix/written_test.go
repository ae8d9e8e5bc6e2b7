package nix_test

import (
	"fmt"
	"strconv"
	"strings"

	"pgregory.net/rapid"
)

// written is an expression: its tokens, how tightly it binds, and its tree in brackets.
type written struct {
	toks []string
	bind int
	op   string
	dump string
}

// How tightly what is written binds; operators lie between.
const (
	bindsOpen   = 0
	bindsPipe   = 1
	bindsNot    = 8
	bindsHas    = 12
	bindsMinus  = 13
	bindsApply  = 14
	bindsSelect = 15
	bindsSimple = 16
)

var binaries = []struct {
	op          string
	bind        int
	left, right int // what an operand must bind at least
}{
	{"->", 2, 3, 2}, {"||", 3, 3, 4}, {"&&", 4, 4, 5}, {"==", 5, 6, 6}, {"!=", 5, 6, 6}, {"<", 6, 7, 7}, {"<=", 6, 7, 7},
	{">", 6, 7, 7}, {">=", 6, 7, 7}, {"//", 7, 8, 7}, {"+", 9, 9, 10}, {"-", 9, 9, 10}, {"*", 10, 10, 11}, {"/", 10, 10, 11}, {"++", 11, 12, 11},
}

// within returns the tokens, in parentheses if they bind less than they must.
func (w written) within(least int) []string {
	if w.bind >= least {
		return w.toks
	}
	return join3([]string{"("}, w.toks, []string{")"})
}

func join3(parts ...[]string) (all []string) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// source joins tokens by trivia; where two of them could become one, some is needed.
func source(t *rapid.T, toks []string) string {
	var b strings.Builder
	for i, tok := range toks {
		if i > 0 {
			least := 1
			if strings.Contains("()[]{};", toks[i-1]) || strings.Contains("()[]{};", tok) {
				least = 0
			}
			gaps := rapid.SliceOfN(rapid.SampledFrom([]string{" ", " ", " ", "\n", "\t", "\r\n", "# é\n", "#\xff\r", "/* * */", "/**/"}), least, 2)
			gap := strings.Join(gaps.Draw(t, "gap"), "")
			if strings.HasPrefix(gap, "/") { // a path, a URI and '/' would go on with it
				b.WriteByte(' ')
			}
			b.WriteString(gap)
		}
		b.WriteString(tok)
	}
	return b.String()
}

// expressions generates expressions of at most so many levels; pipes are left out where
// they are not wanted.
func expressions(levels int, pipes bool) *rapid.Generator[written] {
	return rapid.Custom(func(t *rapid.T) written {
		g := generator{t: t, levels: levels - 1, pipes: pipes}
		if levels <= 0 {
			return g.leaf()
		}
		forms := []func() written{g.leaf, g.binary, g.binary, g.unary, g.hasAttr, g.apply, g.selects, g.list, g.set, g.open, g.let, g.lambda, g.str, g.path}
		if pipes {
			forms = append(forms, g.pipe)
		}
		return forms[rapid.IntRange(0, len(forms)-1).Draw(t, "form")]()
	})
}

type generator struct {
	t      *rapid.T
	levels int
	pipes  bool
}

func (g generator) expr() written { return expressions(g.levels, g.pipes).Draw(g.t, "expression") }

func (g generator) some(from ...string) string { return rapid.SampledFrom(from).Draw(g.t, "word") }

func (g generator) many(least, most int) []struct{} {
	return make([]struct{}, rapid.IntRange(least, most).Draw(g.t, "many"))
}

func (g generator) name() string { return g.some("a", "b'", "c-d", "_", "or'", "lib", "__curPos") }

func (g generator) leaf() written {
	w := g.some("a", "b'", "c-d", "<n/lib>", "x:y", "1", "0", "2.5", "lib", "[]", "{}", "\"\"", "''''", "./a", "/b/c.d", "~/x", "e/f")
	tree := w
	switch {
	case w == "2.5":
		tree = "2.5e+00"
	case w == "x:y":
		tree = "uri:x:y"
	case w == "{}":
		tree = "{ }"
	case w == "\"\"":
		tree = "(str)"
	case w == "''''":
		tree = "(ind)"
	case strings.Contains(w, "/") && w[0] != '<':
		tree = "(path " + strconv.Quote(w) + ")"
	}
	return written{[]string{w}, bindsSimple, "", tree}
}

func (g generator) binary() written {
	b := rapid.SampledFrom(binaries).Draw(g.t, "operator")
	x, y := g.expr(), g.expr()
	return written{join3(x.within(b.left), []string{b.op}, y.within(b.right)), b.bind, b.op, "(" + x.dump + " " + b.op + " " + y.dump + ")"}
}

func (g generator) pipe() written {
	op := g.some("|>", "<|")
	x, y := g.expr(), g.expr()
	left, right := bindsPipe+1, bindsPipe+1
	if op == "|>" && x.op == op {
		left = bindsPipe
	}
	if op == "<|" && y.op == op {
		right = bindsPipe
	}
	return written{join3(x.within(left), []string{op}, y.within(right)), bindsPipe, op, "(" + x.dump + " " + op + " " + y.dump + ")"}
}

func (g generator) unary() written {
	op, bind := g.some("!", "-"), bindsMinus
	if op == "!" {
		bind = bindsNot
	}
	x := g.expr()
	return written{join3([]string{op}, x.within(bind)), bind, op, "(" + op + x.dump + ")"}
}

func (g generator) hasAttr() written {
	x, p := g.expr(), g.attrs(true)
	return written{join3(x.within(bindsHas), []string{"?"}, p.toks), bindsHas, "?", "(" + x.dump + " ? " + p.dump + ")"}
}

func (g generator) apply() written {
	f := g.expr()
	toks, tree := f.within(bindsSelect), "("+f.dump
	for range g.many(1, 3) {
		x := g.expr()
		toks, tree = join3(toks, x.within(bindsSelect)), tree+" "+x.dump
	}
	return written{toks, bindsApply, "", tree + ")"}
}

func (g generator) selects() written {
	x, p := g.expr(), g.attrs(true)
	w := written{join3(x.within(bindsSimple), []string{"."}, p.toks), bindsSelect, "", "(" + x.dump + "." + p.dump}
	if rapid.Bool().Draw(g.t, "default") {
		d := g.expr()
		w.toks, w.dump = join3(w.toks, []string{"or"}, d.within(bindsSelect)), w.dump+" or "+d.dump
	}
	w.dump += ")"
	return w
}

func (g generator) list() written {
	toks, trees := []string{"["}, []string{}
	for range g.many(0, 4) {
		x := g.expr()
		toks, trees = join3(toks, x.within(bindsSelect)), append(trees, x.dump)
	}
	return written{append(toks, "]"), bindsSimple, "", "[" + strings.Join(trees, " ") + "]"}
}

// attrs generates an attribute path; evaluated ones only where they may be.
func (g generator) attrs(dynamic bool) written {
	var w written
	for i := range g.many(1, 3) {
		a := g.attr(dynamic)
		if i > 0 {
			w.toks, w.dump = append(w.toks, "."), w.dump+"."
		}
		w.toks, w.dump = append(w.toks, a.toks...), w.dump+a.dump
	}
	return w
}

func (g generator) attr(dynamic bool) written {
	switch kind := rapid.IntRange(0, 5).Draw(g.t, "attribute"); {
	case kind == 5 && dynamic:
		x := g.expr()
		return written{toks: []string{"${" + source(g.t, x.toks) + "}"}, dump: "${" + x.dump + "}"}
	case kind == 4 && dynamic:
		return g.str()
	case kind == 3:
		return written{toks: []string{`"q r"`}, dump: `(str "q r")`}
	case kind == 2:
		return written{toks: []string{"or"}, dump: "or"}
	}
	n := g.name()
	return written{toks: []string{n}, dump: n}
}

// entries generates bindings and inherits; no name comes twice, as far as it is known.
func (g generator) entries(dynamic bool) written {
	var w written
	for i := range g.many(0, 3) {
		if rapid.IntRange(0, 3).Draw(g.t, "inherit") == 0 {
			n := fmt.Sprint("i", i)
			if rapid.Bool().Draw(g.t, "from") {
				x := g.expr()
				w.toks, w.dump = join3(w.toks, []string{"inherit", "("}, x.toks, []string{")", n, ";"}), w.dump+" inherit:"+x.dump+" "+n+";"
				continue
			}
			w.toks, w.dump = join3(w.toks, []string{"inherit", n, `"` + n + `2"`, ";"}), w.dump+" inherit "+n+" (str \""+n+"2\");"
			continue
		}
		p, x := g.attrs(dynamic), g.expr()
		first := fmt.Sprint("n", i)
		w.toks = join3(w.toks, []string{first, "."}, p.toks, []string{"="}, x.toks, []string{";"})
		w.dump += " " + first + "." + p.dump + "=" + x.dump + ";"
	}
	return w
}

func (g generator) set() written {
	e := g.entries(true)
	head := g.some("", "rec", "let")
	toks := join3([]string{"{"}, e.toks, []string{"}"})
	if head != "" {
		toks = append([]string{head}, toks...)
	}
	return written{toks, bindsSimple, "", head + "{" + e.dump + " }"}
}

func (g generator) open() written {
	x, y := g.expr(), g.expr()
	switch head := g.some("with", "assert", "if"); head {
	case "if":
		z := g.expr()
		return written{join3([]string{head}, x.toks, []string{"then"}, y.toks, []string{"else"}, z.toks), bindsOpen, "", "(if " + x.dump + " " + y.dump + " " + z.dump + ")"}
	default:
		return written{join3([]string{head}, x.toks, []string{";"}, y.toks), bindsOpen, "", "(" + head + " " + x.dump + "; " + y.dump + ")"}
	}
}

func (g generator) let() written {
	e, x := g.entries(false), g.expr()
	return written{join3([]string{"let"}, e.toks, []string{"in"}, x.toks), bindsOpen, "", "(let" + e.dump + " in " + x.dump + ")"}
}

func (g generator) lambda() written {
	x := g.expr()
	if rapid.Bool().Draw(g.t, "plain") {
		return written{join3([]string{"x", ":"}, x.toks), bindsOpen, "", "(x: " + x.dump + ")"}
	}
	toks, tree := []string{"{"}, "{"
	formals := g.many(0, 3)
	for i := range formals {
		n := fmt.Sprint("f", i)
		if i > 0 {
			toks = append(toks, ",")
		}
		toks, tree = append(toks, n), tree+" "+n
		if rapid.Bool().Draw(g.t, "default") {
			d := g.expr()
			toks, tree = join3(toks, []string{"?"}, d.toks), tree+"?"+d.dump
		}
	}
	end := g.some("", ",", "...")
	if len(formals) > 0 && end != "" {
		toks = append(toks, ",")
	}
	if end == "..." {
		toks, tree = append(toks, end), tree+" ..."
	}
	toks, tree = append(toks, "}"), tree+"}"
	switch g.some("", "before", "after") {
	case "before":
		toks, tree = append([]string{"at", "@"}, toks...), "at@"+tree
	case "after":
		toks, tree = append(toks, "@", "at"), "at@"+tree
	}
	return written{join3(toks, []string{":"}, x.toks), bindsOpen, "", "(" + tree + ": " + x.dump + ")"}
}

// str generates a string or, where texts are of that kind, an indented one.
func (g generator) str() written {
	quote, name := `"`, "(str"
	texts := []string{"a b", `\n`, `\${`, "$$", "$ ", "é", "''", "# x", "/*", "\r\n", `\"`, "\xff", "{}"}
	var b strings.Builder
	b.WriteString(quote)
	tree := name
	for range g.many(0, 3) {
		if chunk := strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 3).Draw(g.t, "text"), ""); chunk != "" {
			b.WriteString(chunk)
			tree += " " + strconv.Quote(chunk)
		}
		x := g.expr()
		b.WriteString("${" + source(g.t, x.toks) + "}")
		tree += " ${" + x.dump + "}"
	}
	return written{[]string{b.String() + quote}, bindsSimple, "", tree + ")"}
}

// path generates a path or an indented string, both with interpolations.
func (g generator) path() written {
	if rapid.Bool().Draw(g.t, "indented") {
		return g.indented()
	}
	start := g.some("./", "a/", "~/", "/", "../b-")
	if start == "../b-" {
		start = "../b/c-"
	}
	x := g.expr()
	w := written{[]string{start + "${" + source(g.t, x.toks) + "}"}, bindsSimple, "", "(path " + strconv.Quote(start) + " ${" + x.dump + "}"}
	if more := g.some("", "x", "/y.nix", "z/+"); more != "" {
		w.toks[0], w.dump = w.toks[0]+more, w.dump+" "+strconv.Quote(more)
	}
	w.dump += ")"
	return w
}

func (g generator) indented() written {
	texts := []string{"a b", "x\n  ", "''$", "'''", `''\n`, "$ ", "$$", `"`, "# x", "\t", "' ", "\xff", "é"}
	src, tree := "''", "(ind"
	for range g.many(0, 3) {
		if chunk := strings.Join(rapid.SliceOfN(rapid.SampledFrom(texts), 0, 3).Draw(g.t, "text"), ""); chunk != "" {
			src, tree = src+chunk, tree+" "+strconv.Quote(chunk)
		}
		x := g.expr()
		src, tree = src+"${"+source(g.t, x.toks)+"}", tree+" ${"+x.dump+"}"
	}
	return written{[]string{src + "''"}, bindsSimple, "", tree + ")"}
}
