package demo

import "strings"

// Noor's commit, which comes at the wrong moment.
const (
	helloSubject = "hello: try a greeting from Aux too"
	helloText    = "greetings from Aux"
)

func greetFromAux(_, text string) (string, bool) {
	const line = `    "$out/bin/hello" --greeting "well met"` + "\n"
	return strings.Replace(text, line, line+`    "$out/bin/hello" --greeting "`+helloText+`"`+"\n", 1), true
}

// upstreamSide takes upstream's side of each conflict, and leaves the rest.
func upstreamSide(_, text string) (string, bool) {
	var b strings.Builder
	keep := true
	for line := range strings.Lines(text) {
		switch {
		case strings.HasPrefix(line, "<<<<<<< "):
		case strings.HasPrefix(line, "||||||| "), strings.TrimRight(line, "\r\n") == "=======":
			keep = false
		case strings.HasPrefix(line, ">>>>>>> "):
			keep = true
		case keep:
			b.WriteString(line)
		}
	}
	return b.String(), true
}

// upstreamLoomWithPatterns is upstream's package with the one thing that only
// the fork's has.
func upstreamLoomWithPatterns(path, text string) (string, bool) {
	theirs, _ := upstreamSide(path, text)
	return strings.Replace(theirs, "\n  meta = {", `
  # The workshop of SIG Home weaves from these.
  postInstall = ''
    install -Dm644 patterns/twill.loom -t $out/share/loom/patterns
  '';

  meta = {`, 1), true
}

// deleted lets a file go.
func deleted(_, _ string) (string, bool) { return "", false }

// asItIs keeps a file as it is on the fix branch.
func asItIs(_, text string) (string, bool) { return text, true }
