package pulls

import (
	"fmt"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Limits of what is told of the patches of an umbrella.
const (
	maxMembersTold = 60    // patches
	maxFilesTold   = 5     // files of each
	maxMembersText = 8_000 // bytes of all in the body of a pull request
)

// NoteMember is one patch of an umbrella as people are told of it. All its texts are
// hostile, except the id.
type NoteMember struct {
	Patch   forks.PatchID
	Subject string
	Author  forks.Person
	Files   []forks.ConflictFile
	// Maintainers says who maintains what it touches, where that is known.
	Maintainers []string
}

// one chooses the words for one patch, or those for the patches of an umbrella.
func (n Note) one(patch, patches string) string {
	if len(n.Members) > 0 {
		return patches
	}
	return patch
}

// thePatches lists the patches of an umbrella with their files.
func (n Note) thePatches(b *strings.Builder) {
	fmt.Fprintf(b, "## The %s\n\nOne commit of upstream is in the way of all of them, so they are asked about at once. Each has a commit of its own on the branch.\n\n",
		count(len(n.Members), "patch"))
	room := maxMembersText
	for i, m := range n.Members {
		line := m.line()
		if room -= len(line); i == maxMembersTold || room < 0 {
			fmt.Fprintf(b, "- … and %s more\n", count(len(n.Members)-i, "patch"))
			break
		}
		b.WriteString(line)
	}
}

// line is one patch in a list.
func (m NoteMember) line() string {
	var files []string
	for i, f := range m.Files {
		if i == maxFilesTold {
			files = append(files, fmt.Sprintf("and %d more", len(m.Files)-i))
			break
		}
		files = append(files, span(string(f.Path), maxSubject))
	}
	line := fmt.Sprintf("- %s, by %s (patch %s): %s", span(m.Subject, maxSubject), span(m.Author.Name, maxGlance), span(string(m.Patch), maxSubject), strings.Join(files, ", "))
	if len(m.Maintainers) > 0 {
		var names []string
		for i, who := range m.Maintainers {
			if i == maxPlain {
				names = append(names, fmt.Sprintf("and %d more", len(m.Maintainers)-i))
				break
			}
			names = append(names, span(shortMail(who), maxName))
		}
		line += "; maintained by " + strings.Join(names, ", ")
	}
	return line + "\n"
}

// whose says whose file a file is, among several patches.
func (n Note) whose(path forks.Path) string {
	for _, m := range n.Members {
		for _, f := range m.Files {
			if f.Path == path {
				return " of patch " + span(string(m.Patch), maxSubject)
			}
		}
	}
	return ""
}

// waysApart lists what can be done with some of the patches only.
func (n Note) waysApart(b *strings.Builder) {
	if len(n.Members) == 0 {
		return
	}
	b.WriteString("\n**Settle some of them.** Merge what is settled, and leave this file and the markers of the others as they are: " +
		"what is settled is taken in, and the others are asked about again.\n")
	fmt.Fprintf(b, "\n**Ask one by one.** `auxsync split %s` on the host asks about each patch by itself.\n", n.ID)
}

// nextOfAll is [Note.next] for an umbrella.
func (n Note) nextOfAll() string {
	return fmt.Sprintf(`- Neither branch moves while upstream moves on. What you push to %s is yours: auxsync never overwrites it.
- At its next pass after the merge auxsync takes the difference between %s as it is now (%s) and what you merged, cuts it by the files of each patch, and takes each part as that patch's new form. Message and author stay the patch's own; you are recorded as who resolved it. Then it deletes both helper branches, unless they hold work of yours that was not merged.
- A patch of which a conflict marker is left is not taken in, nor, while the conflict file is there, one whose conflict shows no markers: it is asked about in a new round, with what you merged of it. The others are taken in.
- A patch of which the merge leaves nothing is dropped.
- If files change that belong to none of the patches, nothing is taken in, and somebody is asked first.
- If upstream settles the conflict of a patch by itself, no decision is needed about that one.
`, span(n.fix(), maxPath), span(n.onto(), maxPath), span(n.Onto.Short(), maxPath))
}

// umbrellaTitle is [Title] for an umbrella.
func umbrellaTitle(c Case) string {
	cause := c.Conflict.Cause.Short()
	if strings.TrimSpace(c.Conflict.CauseSubject) != "" {
		subject, _, _ := strings.Cut(strings.TrimSpace(c.Conflict.CauseSubject), "\n")
		cause = quotedTitle(subject, maxTitlePatch)
	}
	return fmt.Sprintf("[%s] upstream %s meets %s (%s)", c.Track, cause, count(len(c.Members), "patch"), c.extent())
}

// quickForAll are the commands that settle all patches of an umbrella at once, and the
// one that asks about them one by one.
func (c Case) quickForAll() string {
	return "- `/auxsync take upstream` – upstream's lines in all of them; the rest of the patches stays\n" +
		"- `/auxsync keep ours` – the patches' lines in all of them\n" +
		"- `/auxsync drop` – no longer carry any of the patches\n" +
		"- `/auxsync split` – ask about each patch by itself\n"
}

// publishedAll tells that what was settled of an umbrella stands in the branch.
func (c Case) publishedAll() string {
	return fmt.Sprintf("Taken in by pass %d and published by pass %d (%s): %s now carries what was decided about these %s.%s\n\n"+
		"**Undo.** An ordinary commit on the branch changes it: `git log --grep=%s` there lists the commits of the patches that were settled here, and `git revert` takes one out.\n",
		c.Taken.Pass, c.Published.Pass, span(c.Proposal.Reason, maxSubject), span(c.Branch, maxBranch), count(len(c.Members), "patch"), c.thanks(), c.ID)
}
