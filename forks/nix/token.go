package nix

import "iter"

// A Tok is the kind of a token.
type Tok uint8

// The kinds of tokens. A string is StringOpen, any number of StringText and
// interpolations, StringClose; an indented string is built alike. A path is PathStart,
// and then, with nothing between them, interpolations and PathMore.
const (
	EOF Tok = iota // the last token of a file: no text, and the trivia that ends the file
	bad            // what is no token; never in a File
	Word
	IntLit
	FloatLit
	URILit
	SearchPathLit
	PathStart
	PathMore
	StringOpen
	StringText
	StringClose
	IndentOpen // with the spaces and the newline that follow it, if only these do
	IndentText
	IndentClose
	InterpOpen

	KeyAssert
	KeyElse
	KeyIf
	KeyIn
	KeyInherit
	KeyLet
	KeyOr
	KeyRec
	KeyThen
	KeyWith

	LeftBrace
	RightBrace
	LeftBracket
	RightBracket
	LeftParen
	RightParen
	Equals
	Semicolon
	Colon
	Comma
	Dot
	Ellipsis
	At

	Question
	Not
	Plus
	Minus
	Times
	Slash
	Concat
	Update
	Less
	LessEqual
	Greater
	GreaterEqual
	Equal
	NotEqual
	And
	Or
	Implies
	PipeInto
	PipeFrom
)

// A Token is a piece of the source and the trivia (blanks and comments) before it.
// Trivia is Lead..Start, the token itself Start..End, and Lead is the End of the token
// before it: the tokens of a file tile its source.
type Token struct {
	Tok              Tok
	Lead, Start, End int32
}

// keyword returns the keyword that a word is, or Word.
func keyword(word string) Tok {
	switch word {
	case "assert":
		return KeyAssert
	case "else":
		return KeyElse
	case "if":
		return KeyIf
	case "in":
		return KeyIn
	case "inherit":
		return KeyInherit
	case "let":
		return KeyLet
	case "or":
		return KeyOr
	case "rec":
		return KeyRec
	case "then":
		return KeyThen
	case "with":
		return KeyWith
	}
	return Word
}

// A TriviaKind tells blanks from comments.
type TriviaKind uint8

// The kinds of trivia.
const (
	Blank        TriviaKind = iota // spaces, tabs, carriage returns, newlines
	LineComment                    // from '#' up to the end of its line
	BlockComment                   // from "/*" to "*/"
)

// Trivia is a run of blanks, or one comment.
type Trivia struct {
	Kind       TriviaKind
	Start, End int
}

// Trivia gives what stands before a token of this file, in order.
func (f *File) Trivia(t Token) iter.Seq[Trivia] {
	return func(yield func(Trivia) bool) {
		for at := int(t.Lead); at < int(t.Start); {
			kind, end := triviaAt(f.text[:t.Start], at)
			if !yield(Trivia{kind, at, end}) {
				return
			}
			at = end
		}
	}
}

// triviaAt returns the trivia that begins at an offset, and where it ends: at the
// same offset if there is none, and -1 for a comment that is never closed.
func triviaAt(src string, at int) (kind TriviaKind, end int) {
	end = at
	if at >= len(src) {
		return Blank, end
	}
	switch src[at] {
	case ' ', '\t', '\r', '\n':
		for end < len(src) && (src[end] == ' ' || src[end] == '\n' || src[end] == '\t' || src[end] == '\r') {
			end++
		}
		return Blank, end
	case '#':
		for end < len(src) && src[end] != '\n' && src[end] != '\r' {
			end++
		}
		return LineComment, end
	case '/':
		if at+1 < len(src) && src[at+1] == '*' {
			return BlockComment, closeComment(src, at+2)
		}
	}
	return Blank, end
}

// closeComment returns the offset after the "*/" at or after an offset, or -1.
func closeComment(src string, at int) int {
	for ; at+1 < len(src); at++ {
		if src[at] == '*' && src[at+1] == '/' {
			return at + 2
		}
	}
	return -1
}
