package nix

// A Node is an expression or a part of one. The concrete types are in this file and no
// others exist. A node is read only.
type Node interface {
	// Kind names the node's concrete type.
	Kind() Kind
	// Range is the node's bytes, from its first token to its last: the trivia before
	// the first is not in it.
	Range() Range
	// Children are the nodes directly in this one, in the order of the source; they
	// never overlap.
	Children() []Node

	height() int32
}

// A Range is a half-open interval of byte offsets.
type Range struct{ Start, End int }

// Has reports whether the byte at an offset is in the range.
func (r Range) Has(offset int) bool { return r.Start <= offset && offset < r.End }

// span is what all nodes have. Its tall is the number of nodes from this one down to
// the lowest below it.
type span struct{ start, end, tall int32 }

func (s *span) Range() Range  { return Range{int(s.start), int(s.end)} }
func (s *span) height() int32 { return s.tall }

// What stands alone.
type (
	// Ident is a name: a variable, or an attribute's or argument's name. "or" is one
	// where Nix takes it for one, and so is "__curPos".
	Ident struct {
		span
		Name string
	}
	// Int is an integer.
	Int struct {
		span
		Value int64
	}
	// Float is a floating-point number.
	Float struct {
		span
		Value float64
	}
	// URI is a string without quotes, as https://example.org.
	URI struct {
		span
		Value string
	}
	// SearchPath is <nixpkgs/lib>; Value is without the angle brackets.
	SearchPath struct {
		span
		Value string
	}
)

// Strings and paths. Their parts are [Text] and [Interpolation].
type (
	// String is "…".
	String struct {
		span
		Parts []Node
	}
	// IndentedString is ''…''.
	IndentedString struct {
		span
		Parts []Node
	}
	// Path is a path: ./a, /a, a/b, ~/a, ./${a}/b.
	Path struct {
		span
		Parts []Node
	}
	// Text is a piece of a string or path as the source has it, escapes included.
	Text struct {
		span
		Raw string
	}
	// Interpolation is ${…} in a string, in a path, or as the name of an attribute.
	Interpolation struct {
		span
		Expr Node
	}
)

// Collections, and what is in them.
type (
	// List is [ … ].
	List struct {
		span
		Items []Node
	}
	// AttrSet is { … } or rec { … }. Its entries are [Binding] and [Inherit].
	AttrSet struct {
		span
		Rec     bool
		Entries []Node
	}
	// LegacyLet is let { … }: its value is that of its attribute "body".
	LegacyLet struct {
		span
		Entries []Node
	}
	// Binding is path = value; with the semicolon.
	Binding struct {
		span
		Path  *AttrPath
		Value Node
	}
	// Inherit is inherit a b; or inherit (from) a b; with the semicolon. Its attributes
	// are as those of an [AttrPath], but each has a static name.
	Inherit struct {
		span
		From  Node // nil if the names come from the scope around
		Attrs []Node
	}
	// AttrPath is a."b".${c}. Its attributes are [Ident], [String] and [Interpolation].
	AttrPath struct {
		span
		Attrs []Node
	}
)

// Functions.
type (
	// Lambda is a function of one argument. At least one of Name and Pattern is there.
	Lambda struct {
		span
		Name    *Ident
		Pattern *Pattern
		Body    Node
	}
	// Pattern is { a, b ? 1, ... }.
	Pattern struct {
		span
		Formals  []*Formal
		Ellipsis bool
	}
	// Formal is one argument of a pattern.
	Formal struct {
		span
		Name    *Ident
		Default Node // or nil
	}
	// Apply is a function and all arguments that follow it directly: in "f a b" the
	// arguments are two. Where Nix takes "or" for an argument ("f or"), these two are
	// an Apply of their own.
	Apply struct {
		span
		Func Node
		Args []Node
	}
)

// What decides and binds.
type (
	// With is with scope; body.
	With struct {
		span
		Scope, Body Node
	}
	// Let is let entries in body. Its entries are [Binding] and [Inherit].
	Let struct {
		span
		Entries []Node
		Body    Node
	}
	// Assert is assert condition; body.
	Assert struct {
		span
		Condition, Body Node
	}
	// If is if condition then … else ….
	If struct {
		span
		Condition, Then, Else Node
	}
)

// Operators.
type (
	// Select is of.path, or of.path or default.
	Select struct {
		span
		Of      Node
		Path    *AttrPath
		Default Node // or nil
	}
	// HasAttr is of ? path.
	HasAttr struct {
		span
		Of   Node
		Path *AttrPath
	}
	// Binary is left op right; Op is the operator as it is written.
	Binary struct {
		span
		Op          string
		Left, Right Node
	}
	// Unary is !operand or -operand.
	Unary struct {
		span
		Op      string
		Operand Node
	}
	// Paren is (inner).
	Paren struct {
		span
		Inner Node
	}
)
