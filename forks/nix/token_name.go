package nix

// String names the kind as errors do: "a name", "'then'", "'=='".
func (t Tok) String() string {
	switch t {
	case EOF:
		return "the end of the file"
	case Word:
		return "a name"
	case IntLit:
		return "an integer"
	case FloatLit:
		return "a floating-point number"
	case URILit:
		return "a URI"
	case SearchPathLit:
		return "a search path"
	case PathStart:
		return "a path"
	case PathMore:
		return "more of a path"
	case StringOpen:
		return "'\"'"
	case StringText:
		return "text of a string"
	case StringClose:
		return "'\"'"
	case IndentOpen:
		return "\"''\""
	case IndentText:
		return "text of an indented string"
	case IndentClose:
		return "\"''\""
	case InterpOpen:
		return "'${'"
	case KeyAssert:
		return "'assert'"
	case KeyElse:
		return "'else'"
	case KeyIf:
		return "'if'"
	case KeyIn:
		return "'in'"
	case KeyInherit:
		return "'inherit'"
	case KeyLet:
		return "'let'"
	case KeyOr:
		return "'or'"
	case KeyRec:
		return "'rec'"
	case KeyThen:
		return "'then'"
	case KeyWith:
		return "'with'"
	case LeftBrace:
		return "'{'"
	case RightBrace:
		return "'}'"
	case LeftBracket:
		return "'['"
	case RightBracket:
		return "']'"
	case LeftParen:
		return "'('"
	case RightParen:
		return "')'"
	case Equals:
		return "'='"
	case Semicolon:
		return "';'"
	case Colon:
		return "':'"
	case Comma:
		return "','"
	case Dot:
		return "'.'"
	case Ellipsis:
		return "'...'"
	case At:
		return "'@'"
	case Question:
		return "'?'"
	case Not:
		return "'!'"
	case Plus:
		return "'+'"
	case Minus:
		return "'-'"
	case Times:
		return "'*'"
	case Slash:
		return "'/'"
	case Concat:
		return "'++'"
	case Update:
		return "'//'"
	case Less:
		return "'<'"
	case LessEqual:
		return "'<='"
	case Greater:
		return "'>'"
	case GreaterEqual:
		return "'>='"
	case Equal:
		return "'=='"
	case NotEqual:
		return "'!='"
	case And:
		return "'&&'"
	case Or:
		return "'||'"
	case Implies:
		return "'->'"
	case PipeInto:
		return "'|>'"
	case PipeFrom:
		return "'<|'"
	}
	return "no token"
}
