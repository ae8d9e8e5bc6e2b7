package nix

// A Kind is the concrete type of a node.
type Kind uint8

// The kinds of nodes, each named as its type.
const (
	KindIdent Kind = iota
	KindInt
	KindFloat
	KindURI
	KindSearchPath
	KindString
	KindIndentedString
	KindPath
	KindText
	KindInterpolation
	KindList
	KindAttrSet
	KindLegacyLet
	KindBinding
	KindInherit
	KindAttrPath
	KindLambda
	KindPattern
	KindFormal
	KindApply
	KindWith
	KindLet
	KindAssert
	KindIf
	KindSelect
	KindHasAttr
	KindBinary
	KindUnary
	KindParen
)

// String names the kind as people do: "attribute set".
func (k Kind) String() string {
	switch k {
	case KindIdent:
		return "name"
	case KindInt:
		return "integer"
	case KindFloat:
		return "float"
	case KindURI:
		return "URI"
	case KindSearchPath:
		return "search path"
	case KindString:
		return "string"
	case KindIndentedString:
		return "indented string"
	case KindPath:
		return "path"
	case KindText:
		return "text"
	case KindInterpolation:
		return "interpolation"
	case KindList:
		return "list"
	case KindAttrSet:
		return "attribute set"
	case KindLegacyLet:
		return "let { }"
	case KindBinding:
		return "binding"
	case KindInherit:
		return "inherit"
	case KindAttrPath:
		return "attribute path"
	case KindLambda:
		return "function"
	case KindPattern:
		return "function pattern"
	case KindFormal:
		return "function argument"
	case KindApply:
		return "function call"
	case KindWith:
		return "with"
	case KindLet:
		return "let"
	case KindAssert:
		return "assert"
	case KindIf:
		return "if"
	case KindSelect:
		return "selection"
	case KindHasAttr:
		return "attribute test"
	case KindBinary:
		return "binary operation"
	case KindUnary:
		return "unary operation"
	case KindParen:
		return "parentheses"
	}
	return "no kind"
}

// Kind names the node's type.
func (*Ident) Kind() Kind          { return KindIdent }
func (*Int) Kind() Kind            { return KindInt }
func (*Float) Kind() Kind          { return KindFloat }
func (*URI) Kind() Kind            { return KindURI }
func (*SearchPath) Kind() Kind     { return KindSearchPath }
func (*String) Kind() Kind         { return KindString }
func (*IndentedString) Kind() Kind { return KindIndentedString }
func (*Path) Kind() Kind           { return KindPath }
func (*Text) Kind() Kind           { return KindText }
func (*Interpolation) Kind() Kind  { return KindInterpolation }
func (*List) Kind() Kind           { return KindList }
func (*AttrSet) Kind() Kind        { return KindAttrSet }
func (*LegacyLet) Kind() Kind      { return KindLegacyLet }
func (*Binding) Kind() Kind        { return KindBinding }
func (*Inherit) Kind() Kind        { return KindInherit }
func (*AttrPath) Kind() Kind       { return KindAttrPath }
func (*Lambda) Kind() Kind         { return KindLambda }
func (*Pattern) Kind() Kind        { return KindPattern }
func (*Formal) Kind() Kind         { return KindFormal }
func (*Apply) Kind() Kind          { return KindApply }
func (*With) Kind() Kind           { return KindWith }
func (*Let) Kind() Kind            { return KindLet }
func (*Assert) Kind() Kind         { return KindAssert }
func (*If) Kind() Kind             { return KindIf }
func (*Select) Kind() Kind         { return KindSelect }
func (*HasAttr) Kind() Kind        { return KindHasAttr }
func (*Binary) Kind() Kind         { return KindBinary }
func (*Unary) Kind() Kind          { return KindUnary }
func (*Paren) Kind() Kind          { return KindParen }
