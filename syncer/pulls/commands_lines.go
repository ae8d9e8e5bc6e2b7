package pulls

import (
	"regexp"
	"strings"
)

// lineKind says how a line of a comment is shown.
type lineKind int

const (
	plainLine    lineKind = iota
	silentLine            // in code or hidden
	quotedLine            // the end of a quote, though nothing marks it
	doubtfulLine          // perhaps in code or hidden: what stands above can be read in two ways
)

type spokenLine struct {
	text string
	kind lineKind
}

// spokenLines says of each line of a Markdown text how it is shown, if it begins in
// its first column. It follows CommonMark as far as such a line can tell: it ends every
// list and every quote but for a paragraph's. Where it cannot know, it says so or calls
// the line silent, and never plain.
func spokenLines(body string) []spokenLine {
	s := &speech{}
	body = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(body)
	for text := range strings.SplitSeq(body, "\n") {
		s.take(text)
	}
	s.endParagraph(true)
	return s.lines
}

// speech reads a text line by line.
type speech struct {
	lines     []spokenLine
	paragraph int    // how many of the last lines are a paragraph
	quote     bool   // a quote's paragraph may go on
	end       ending // of the block that is open
	lost      bool   // nothing is known of what follows
}

// ending says what ends an open block. The zero value is no block.
type ending struct {
	fence  string // the run that opened a block of code
	marker string // what ends a block of HTML, in lower case: emptyLine for an empty line
	indent int    // of the line that began the block
}

const emptyLine = "\n"

func (e ending) open() bool { return e.fence != "" || e.marker != "" }

// take adds one line.
func (s *speech) take(text string) {
	content := strings.TrimLeft(text, " ")
	indent := len(text) - len(content)
	blank := strings.Trim(text, " \t") == ""
	switch {
	case s.lost:
		s.add(text, doubtfulLine)
	case s.end.open():
		s.inside(text, content, indent, blank)
	case blank:
		s.endParagraph(true)
		s.quote = false
		s.add(text, plainLine)
	case isQuote(text):
		s.endParagraph(false)
		s.quote = true
		s.add(text, silentLine)
	case indent < 4 && s.begins(content, indent):
		s.endParagraph(s.end.marker != emptyLine)
		s.quote = false
		s.add(text, silentLine)
	case s.quote:
		s.add(text, quotedLine)
	default:
		s.add(text, plainLine)
		s.paragraph++
	}
}

func (s *speech) add(text string, kind lineKind) {
	s.lines = append(s.lines, spokenLine{text, kind})
}

// isQuote also finds a quote that begins in a list.
func isQuote(text string) bool {
	for {
		text = strings.TrimLeft(text, " \t")
		if strings.HasPrefix(text, ">") {
			return true
		}
		text = strings.TrimLeft(text, "0123456789")
		if len(text) < 2 || !strings.ContainsRune("-+*.)", rune(text[0])) || text[1] != ' ' && text[1] != '\t' {
			return false
		}
		text = text[1:]
	}
}

// begins opens the block that a line begins, if it begins one.
func (s *speech) begins(content string, indent int) bool {
	s.end = ending{indent: indent}
	switch {
	case isFence(content):
		s.end.fence = fenceRun(content)
		return true
	case strings.HasPrefix(content, "<"):
		s.html(content)
		return true
	}
	s.end = ending{}
	return false
}

// html opens a block of HTML, unless it ends on its own line. Versions of Markdown
// differ about the rarer ones.
func (s *speech) html(content string) {
	marker, rare := htmlEnd(content)
	s.lost = rare
	s.end.marker = marker
	if marker != emptyLine && strings.Contains(strings.ToLower(content), marker) {
		s.end = ending{}
	}
}

// inside is a line of an open block. A block that is indented may be part of a list,
// which a line further left ends, and the block with it. A block up to an empty line
// may be a mere paragraph, which other blocks end.
func (s *speech) inside(text, content string, indent int, blank bool) {
	begins := isFence(content)
	if strings.HasPrefix(content, "<") {
		marker, rare := htmlEnd(content)
		begins = rare || marker != emptyLine
	}
	if !blank && indent < s.end.indent || s.end.marker == emptyLine && begins {
		s.lost = true
		s.add(text, doubtfulLine)
		return
	}
	kind, ends := silentLine, false
	switch {
	case s.end.fence != "":
		run := fenceRun(content)
		ends = indent < 4 && len(run) >= len(s.end.fence) && run[0] == s.end.fence[0] && strings.Trim(content[len(run):], " \t") == ""
	case s.end.marker == emptyLine:
		kind, ends = doubtfulLine, blank
	default:
		ends = strings.Contains(strings.ToLower(content), s.end.marker)
	}
	s.add(text, kind)
	if ends {
		s.end = ending{}
	}
}

func fenceRun(content string) string {
	for _, mark := range []string{"`", "~"} {
		if n := len(content) - len(strings.TrimLeft(content, mark)); n > 0 {
			return content[:n]
		}
	}
	return ""
}

func isFence(content string) bool {
	run := fenceRun(content)
	return len(run) >= 3 && (run[0] == '~' || !strings.Contains(content[len(run):], "`"))
}

// htmlEnd gives what ends the block of HTML that a line begins. rare says that this
// depends on the version of Markdown.
func htmlEnd(content string) (marker string, rare bool) {
	content = strings.ToLower(content)
	if strings.HasPrefix(content, "<!--") {
		return "-->", false
	}
	for _, tag := range []string{"<!", "<?", "<pre", "<script", "<style", "<textarea"} {
		rare = rare || strings.HasPrefix(content, tag)
	}
	return emptyLine, rare
}

// endParagraph finds the lines of the paragraph that begin inside code, or perhaps
// inside markup. Unless it ends for sure, what is open in it may be closed further down.
func (s *speech) endParagraph(sure bool) {
	lines := s.lines[len(s.lines)-s.paragraph:]
	s.paragraph = 0
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(line.text + "\n")
	}
	text := b.String()
	code, from := codeSpans(text), len(text)
	if at := markup.FindStringIndex(text); at != nil {
		from = at[0]
	}
	if at := strings.IndexByte(text, '`'); at >= 0 && !sure {
		from = min(from, at)
	}
	at := 0
	for i := range lines {
		for len(code) > 0 && code[0].end <= at {
			code = code[1:]
		}
		switch {
		case from < at:
			lines[i].kind = doubtfulLine
		case len(code) > 0 && code[0].start < at:
			lines[i].kind = silentLine
		}
		at += len(lines[i].text) + 1
	}
}

// markup is where a tag or a comment may begin within a line.
var markup = regexp.MustCompile(`<[A-Za-z/!?]`)

// stretch is a part of a text, in bytes.
type stretch struct{ start, end int }

// codeSpans finds the code in a paragraph, in order.
func codeSpans(text string) []stretch {
	var spans []stretch
	unclosed := map[int]bool{} // lengths of runs that nothing closes from here on
	for i := 0; i < len(text); {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i += 2
		case text[i] != '`':
			i++
		default:
			run := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
			end := -1
			if !unclosed[run] {
				end = closingRun(text, i+run, run)
				unclosed[run] = end < 0
			}
			if end >= 0 {
				spans = append(spans, stretch{i, end})
			}
			i = max(i+run, end)
		}
	}
	return spans
}

// closingRun finds the end of the next run of exactly n backticks.
func closingRun(text string, from, n int) int {
	for i := from; i < len(text); {
		next := strings.IndexByte(text[i:], '`')
		if next < 0 {
			return -1
		}
		i += next
		run := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		i += run
		if run == n {
			return i
		}
	}
	return -1
}
