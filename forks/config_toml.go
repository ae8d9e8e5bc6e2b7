package forks

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// keyPath is the way from the top of the file to a key.
type keyPath []string

func (p keyPath) child(key string) keyPath { return append(slices.Clip(p), key) }

// String joins the keys with dots and quotes those that are not bare.
func (p keyPath) String() string {
	parts := make([]string, len(p))
	for i, key := range p {
		parts[i] = key
		if !bareKey(key) {
			parts[i] = strconv.Quote(key)
		}
	}
	return strings.Join(parts, ".")
}

func bareKey(key string) bool {
	for _, c := range []byte(key) {
		if c != '-' && c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return key != ""
}

// tomlTable is a table with the order of its keys.
type tomlTable struct {
	keys   []string
	values map[string]*tomlValue
}

// tomlValue is a value with the line of its key; of an item of an array it is the
// item's own, and 0 where that is not known. For arrays list is set, for tables table;
// text is set for strings, and for integers and booleans as they are written.
type tomlValue struct {
	line   int
	kind   string // in words: "a string", "an integer" ...
	text   string
	list   []*tomlValue
	table  *tomlTable
	header bool // a table that has its own [header]
}

const (
	tomlString     = "a string"
	tomlInteger    = "an integer"
	tomlBoolean    = "a boolean"
	tomlArray      = "an array"
	tomlTableKind  = "a table"
	tomlDate       = "a date or time"
	tomlTableArray = "an array of tables"
)

func (t *tomlTable) set(key string, v *tomlValue) {
	if t.values == nil {
		t.values = map[string]*tomlValue{}
	}
	t.keys = append(t.keys, key)
	t.values[key] = v
}

// parseTOML reads a document into tables that know their lines. Duplicates are
// problems of their own; where the document is not TOML, that is the only one.
func parseTOML(data []byte, problems *problemList) *tomlTable {
	b := treeBuilder{problems: problems}
	b.parser.Reset(data)
	for i, c := range data {
		if c == '\n' {
			b.newlines = append(b.newlines, i)
		}
	}
	root := &tomlTable{}
	table, path := root, keyPath{}
	for b.parser.NextExpression() {
		switch e := b.parser.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table, path = b.header(root, e)
		case unstable.KeyValue:
			b.keyValue(table, path, e)
		}
	}
	if err := b.parser.Error(); err != nil {
		line, message := 0, err.Error()
		var at *unstable.ParserError
		if errors.As(err, &at) {
			line, message = b.line(b.parser.Range(at.Highlight)), at.Message
		}
		problems.list = nil
		problems.add(line, nil, "is not TOML: %s", message)
		return nil
	}
	if len(problems.list) == 0 {
		// The decoder knows rules that the parser leaves out, such as the ranges
		// of dates and numbers.
		var ignored map[string]any
		var at *toml.DecodeError
		if err := toml.Unmarshal(data, &ignored); errors.As(err, &at) {
			line, _ := at.Position()
			problems.add(line, keyPath(at.Key()), "is not TOML: %s", strings.TrimPrefix(at.Error(), "toml: "))
			return nil
		}
	}
	return root
}

// treeBuilder turns the parser's expressions into tables.
type treeBuilder struct {
	parser   unstable.Parser
	problems *problemList
	newlines []int // where they stand
}

// line returns the line that r begins in, from 1.
func (b *treeBuilder) line(r unstable.Range) int {
	before, _ := slices.BinarySearch(b.newlines, int(r.Offset))
	return before + 1
}

// maxDepth bounds how deep tables stand in each other; a policy needs three levels.
const maxDepth = 16

// tooDeep reports whether a key that stands in path is longer than anybody means it.
func (b *treeBuilder) tooDeep(path keyPath, e *unstable.Node) bool {
	depth := len(path)
	for it := e.Key(); it.Next(); depth++ {
		if depth == maxDepth {
			b.problems.add(b.line(it.Node().Raw), nil, "a key has more than %d parts", maxDepth)
			return true
		}
	}
	return false
}

// header opens the table that a [header] or [[header]] names.
func (b *treeBuilder) header(root *tomlTable, e *unstable.Node) (*tomlTable, keyPath) {
	table, path := root, keyPath{}
	if b.tooDeep(path, e) {
		return &tomlTable{}, path // what follows is read, and goes nowhere
	}
	for it := e.Key(); it.Next(); {
		key, line := string(it.Node().Data), b.line(it.Node().Raw)
		path = path.child(key)
		v := table.values[key]
		switch {
		case v == nil:
			v = &tomlValue{line: line, kind: tomlTableKind, table: &tomlTable{}}
			table.set(key, v)
		case v.table == nil:
			b.twice(line, path, v)
			v = &tomlValue{table: &tomlTable{}} // what follows is read, and goes nowhere
		}
		if it.IsLast() {
			b.open(v, line, path, e.Kind == unstable.ArrayTable)
		}
		table = v.table
	}
	return table, path
}

// open marks the table of a header's last key.
func (b *treeBuilder) open(v *tomlValue, line int, path keyPath, array bool) {
	switch {
	case v.kind == "": // already told
	case array && (v.kind == tomlTableArray || len(v.table.keys) == 0 && !v.header):
		v.kind, v.table = tomlTableArray, &tomlTable{}
	case v.header || array || v.kind == tomlTableArray:
		b.twice(line, path, v)
		v.table = &tomlTable{}
	default:
		v.header, v.line = true, line
	}
}

func (b *treeBuilder) twice(line int, path keyPath, first *tomlValue) {
	b.problems.add(line, path, "is defined twice; the first time is in line %d", first.line)
}

// keyValue adds key = value, where key may have dots.
func (b *treeBuilder) keyValue(table *tomlTable, path keyPath, e *unstable.Node) {
	if b.tooDeep(path, e) {
		return
	}
	for it := e.Key(); it.Next(); {
		key, line := string(it.Node().Data), b.line(it.Node().Raw)
		path = path.child(key)
		v := table.values[key]
		switch {
		case it.IsLast() && v == nil:
			v = b.value(path, e.Value())
			v.line = line
			table.set(key, v)
			return
		case it.IsLast() || v != nil && v.table == nil:
			b.twice(line, path, v)
			return
		case v == nil:
			v = &tomlValue{line: line, kind: tomlTableKind, table: &tomlTable{}}
			table.set(key, v)
		}
		table = v.table
	}
}

func (b *treeBuilder) value(path keyPath, n *unstable.Node) *tomlValue {
	switch n.Kind {
	case unstable.String:
		return &tomlValue{kind: tomlString, text: string(n.Data)}
	case unstable.Array:
		v := &tomlValue{kind: tomlArray}
		for it := n.Children(); it.Next(); {
			item := b.value(path, it.Node())
			if raw := it.Node().Raw; raw.Length > 0 {
				item.line = b.line(raw)
			}
			v.list = append(v.list, item)
		}
		return v
	case unstable.InlineTable:
		v := &tomlValue{kind: tomlTableKind, table: &tomlTable{}, header: true}
		for it := n.Children(); it.Next(); {
			b.keyValue(v.table, path, it.Node())
		}
		return v
	case unstable.Bool:
		return &tomlValue{kind: tomlBoolean, text: string(n.Data)}
	case unstable.Integer:
		return &tomlValue{kind: tomlInteger, text: string(n.Data)}
	case unstable.Float:
		return &tomlValue{kind: "a float"}
	}
	return &tomlValue{kind: tomlDate}
}
