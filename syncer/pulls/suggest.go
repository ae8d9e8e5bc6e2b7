package pulls

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of a review.
const (
	maxSuggestions     = 30
	maxSuggestionBytes = 8_000 // of one comment
	maxReviewBytes     = 50_000
	// maxUnchanged is how many lines of upstream's side a hunk may have. The markers
	// stand around them, and a diff shows three lines around each change: with more, its
	// lines lie in two hunks of the diff, on which no single comment can stand, and one
	// comment that cannot stand takes the whole review with it.
	maxUnchanged = 6
)

// Suggestions is a review of the fix branch's commit, as auxsync pushed it, in which
// each way to settle a hunk is a suggestion that a person accepts with a tap; nil if
// there is none. A hunk is left out if nobody could see what the tap does (characters
// without a shape, carriage returns inside a line), or if it is too long for the
// forge. Where a side ends without a newline, the suggestion ends with one.
func Suggestions(c Case, commit forks.Hash) *forks.SuggestedReview {
	review := &forks.SuggestedReview{Commit: commit}
	size, left := 0, 0
	for _, f := range c.Files {
		for i, h := range f.Hunks {
			comments := c.choices(f, i)
			n := 0
			for _, s := range comments {
				n += len(s.Body)
			}
			if !f.tappable(h) || len(review.Comments)+len(comments) > maxSuggestions || size+n > maxReviewBytes {
				left++
				continue
			}
			size += n
			review.Comments = append(review.Comments, comments...)
		}
	}
	if len(review.Comments) == 0 {
		return nil
	}
	review.Body = "Each comment below is one way to settle the lines it stands on: tap **Commit suggestion** on one for each conflict"
	if !c.Shorter {
		review.Body += ", and delete `" + ConflictFileName + "` after the last"
	}
	review.Body += ". Where none fits, edit the file"
	if left > 0 {
		review.Body += fmt.Sprintf(" (there is none for %s)", count(left, "more conflict"))
	}
	review.Body += ", or comment `/auxsync keep ours`, `/auxsync take upstream` or `/auxsync drop`."
	return review
}

// tappable counts the hunks, those of them that can be suggested, and the files
// without any.
func (c Case) tappable() (suggested, hunks, others int) {
	for _, f := range c.files() {
		if len(f.Hunks) == 0 {
			others++
		}
		for _, h := range f.Hunks {
			hunks++
			if f.tappable(h) {
				suggested++
			}
		}
	}
	return min(suggested, maxSuggestions), hunks, others
}

// tappable reports whether a hunk can be settled by suggestions.
func (f CaseFile) tappable(h Hunk) bool {
	if !utf8.ValidString(string(f.Path)) || len(h.Ours) > maxUnchanged {
		return false
	}
	// Forges count a lone carriage return as the end of a line, git does not.
	if bytes.Count(f.Content, []byte("\r")) != bytes.Count(f.Content, []byte("\r\n")) {
		return false
	}
	if h.First < 1 || h.Last <= h.First || h.Last > bytes.Count(f.Content, []byte("\n")) {
		return false
	}
	size := 0
	for _, side := range [][]string{h.Ours, h.Theirs} {
		for _, line := range side {
			size += len(line)
			line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
			if inertCode(line) != line {
				return false
			}
		}
	}
	return size <= maxSuggestionBytes
}

// choices are the comments for the hunk with index i, each replacement once.
func (c Case) choices(f CaseFile, i int) []forks.SuggestedChange {
	h := f.Hunks[i]
	if !f.tappable(h) {
		return nil
	}
	var comments []forks.SuggestedChange
	given := map[string]bool{}
	add := func(words string, side Side) {
		text := ended(strings.Join(h.lines(side, false), ""))
		if given[text] {
			return
		}
		given[text] = true
		comments = append(comments, forks.SuggestedChange{Path: f.Path, First: h.First, Last: h.Last, Body: words + "\n\n" + suggestion(text)})
	}
	add("**Keep ours**: the lines of this fork's patch.", Theirs)
	add("**Take upstream's**: the lines that upstream has now.", Ours)
	if c.bothReads(f, i) {
		add("**Both**: upstream's lines, then the patch's.", Both)
	}
	return comments
}

// bothReads reports whether the file is known to be well-formed with both sides of
// hunk i, whichever side the others are settled with.
func (c Case) bothReads(f CaseFile, i int) bool {
	if c.Reads == nil {
		return false
	}
	for _, others := range []Side{Ours, Theirs} {
		content := chooseEach(f.Content, f.Hunks, func(j int) Side {
			if j == i {
				return Both
			}
			return others
		})
		if ok, known := c.Reads(f.Path, content); !ok || !known {
			return false
		}
	}
	return true
}

// ended gives text that is not empty a newline at its end.
func ended(text string) string {
	if text == "" || strings.HasSuffix(text, "\n") {
		return text
	}
	return text + "\n"
}

// suggestion is the block that a forge offers to commit in place of the lines.
func suggestion(text string) string {
	fence := strings.Repeat("`", max(3, longestRun(text)+1))
	return fence + "suggestion\n" + text + fence + "\n"
}
