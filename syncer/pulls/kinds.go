package pulls

import (
	"fmt"
	"slices"

	"github.com/auxolotl/auxsync/forks"
)

// guide explains one kind of conflict and how to settle it.
type guide struct {
	title string
	text  string
	// commands settles one file; nil where editing the file is all there is to
	// do. Comments begin with "# ".
	commands func(f forks.ConflictFile) []string
	// edit says that the file holds markers to remove.
	edit bool
	// choose says that the commands name objects which only the patch's own
	// commit has.
	choose bool
}

// markerGuide explains diff3 markers, once for all files that have them.
const markerGuide = "Between `<<<<<<<` and `|||||||` stands what upstream has now, between `|||||||` and `=======` what " +
	"both began from, between `=======` and `>>>>>>>` what the patch makes of it. " +
	"Write what should stand there, and remove the four marker lines."

// guideFor chooses by kind, and by the modes: links and submodules are never
// merged by line, whatever git calls the conflict.
func guideFor(f forks.ConflictFile) guide {
	switch {
	case f.Kind == forks.Submodule || hasMode(f, forks.ModeSubmodule):
		return guide{title: "A submodule that both sides moved", commands: chooseStage, choose: true,
			text: "Which commit the submodule should point at cannot be merged, only chosen."}
	case f.Kind == forks.Binary:
		return guide{title: "A binary file that both sides changed", commands: chooseStage, choose: true,
			text: "It cannot be merged by line, only chosen."}
	case f.Kind == forks.Content && hasMode(f, forks.ModeSymlink):
		return guide{title: "A symbolic link that both sides changed", commands: chooseStage, choose: true,
			text: "A link has one target, so choose."}
	}
	switch f.Kind {
	case forks.Content:
		return guide{title: "Both sides changed the same lines", edit: true,
			text: "Upstream and the patch changed lines that touch each other."}
	case forks.AddAdd:
		return guide{title: "Both sides added this file", edit: true,
			text: "Upstream and the patch each added it, with different content."}
	case forks.ModifyDelete:
		if !hasStage(f, 2) {
			return guide{title: "Upstream deleted the file, the patch changed it", commands: keepOrRemove,
				text: "The patch's form of it is there now. Keep it if it is still needed; otherwise remove it. If its content went to another file, the change may be carried over there: files that upstream's commit touched count as part of this conflict."}
		}
		return guide{title: "The patch deleted the file, upstream changed it", commands: keepOrRemove,
			text: "Upstream's form of it is there now. Keep it if it is still needed; otherwise remove it."}
	case forks.RenameDelete:
		return guide{title: "One side renamed the file, the other deleted it", commands: keepOrRemove,
			text: "Keep the file under its new name if it is still needed; otherwise remove it."}
	case forks.RenameRename:
		return guide{title: "Both sides renamed the file, differently", commands: renameOrRemove, edit: true,
			text: "One name should remain. Keep the file under that name and remove the other."}
	case forks.RenameAdd:
		return guide{title: "A renamed file meets a file that the other side added", commands: renameOrRemove, edit: true,
			text: "Two different files want one name. Give one of them another name, or make one file of both."}
	case forks.DirRename:
		return guide{title: "The file's directory was renamed on the other side", commands: renameOrRemove,
			text: "The file may have to move along to the directory's new name. Leave it where it is now, or move it."}
	case forks.FileDirectory:
		return guide{title: "A file on one side, a directory on the other", commands: renameOrRemove,
			text: "Both cannot have this name. The file was put aside under a longer name: give it a good one, or remove it."}
	case forks.DistinctTypes:
		return guide{title: "The two sides have things of different type here", commands: renameOrRemove,
			text: "Such as a file and a link. One was put aside under a longer name: choose one, and rename or remove the other."}
	case forks.ModeChange:
		return guide{title: "The two sides gave the file different modes", commands: chooseMode,
			text: "Decide whether it is executable."}
	}
	return guide{title: "A conflict of another kind", commands: renameOrRemove, edit: true,
		text: "Look at what git says about it, and make the file what it should be."}
}

// hasStage reports whether one of the inputs has the file: 2 is upstream with the
// patches before this one, 3 is the patch.
func hasStage(f forks.ConflictFile, n int) bool {
	return slices.ContainsFunc(f.Stages, func(s forks.Stage) bool { return s.Stage == n })
}

func hasMode(f forks.ConflictFile, mode forks.Mode) bool {
	return slices.ContainsFunc(f.Stages, func(s forks.Stage) bool { return s.Mode == mode })
}

func stage(f forks.ConflictFile, n int) (forks.Stage, bool) {
	i := slices.IndexFunc(f.Stages, func(s forks.Stage) bool { return s.Stage == n })
	if i < 0 {
		return forks.Stage{}, false
	}
	return f.Stages[i], true
}

func keepOrRemove(f forks.ConflictFile) []string {
	_, ours := stage(f, 2)
	_, theirs := stage(f, 3)
	who := "# one side deleted it"
	switch {
	case theirs && !ours:
		who = "# upstream deleted it, the patch keeps it"
	case ours && !theirs:
		who = "# the patch deletes it, upstream keeps it"
	}
	return []string{
		who + "; to keep it as it is there now:",
		"git add -- " + pathspec(f.Path),
		"# or to remove it:",
		"git rm -- " + pathspec(f.Path),
	}
}

func renameOrRemove(f forks.ConflictFile) []string {
	return []string{
		"# to keep it under this name, edited or not:",
		"git add -- " + pathspec(f.Path),
		"# or to give it another name:",
		"git mv -- " + forks.ShellWord(string(f.Path)) + " NEW-NAME",
		"# or to remove it:",
		"git rm -- " + pathspec(f.Path),
	}
}

func chooseMode(f forks.ConflictFile) []string {
	return []string{
		"# executable:",
		"git update-index --chmod=+x -- " + forks.ShellWord(string(f.Path)),
		"# or not:",
		"git update-index --chmod=-x -- " + forks.ShellWord(string(f.Path)),
	}
}

// chooseStage names the objects, so it works whatever name the patch has the
// file under, and for submodules that are not checked out.
func chooseStage(f forks.ConflictFile) []string {
	lines := []string{"# upstream's, which is there now: nothing to do"}
	s, ok := stage(f, 3)
	if !ok {
		return append(lines, "# or the patch's, which has no such file:", "git rm --cached -- "+pathspec(f.Path))
	}
	entry := fmt.Sprintf("%06o,%s,%s", uint32(s.Mode), s.ID, f.Path)
	lines = append(lines, "# or the patch's:", "git update-index --add --cacheinfo "+forks.ShellWord(entry))
	if s.Mode != forks.ModeSubmodule {
		lines = append(lines, "git checkout -- "+pathspec(f.Path))
	}
	return lines
}

// lines gives the commands for one file, if there are any.
func (g guide) lines(f forks.ConflictFile) []string {
	if g.commands == nil {
		return nil
	}
	return g.commands(f)
}
