package maintainers_test

import (
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks/maintainers"
	"pgregory.net/rapid"
)

// drawNix makes an expression out of what packages are written with.
func drawNix(t *rapid.T, deep int) string {
	sub := func() string { return drawNix(t, deep-1) }
	name := func() string {
		return rapid.SampledFrom([]string{"lib", "maintainers", "teams", "meta", "alice", "bob", "x", "old", "members", "override", "overrideAttrs"}).Draw(t, "name")
	}
	if deep <= 0 {
		return name()
	}
	switch rapid.IntRange(0, 19).Draw(t, "form") {
	case 0:
		return "{ meta = " + sub() + "; }"
	case 1:
		return "{ maintainers = " + sub() + "; teams = " + sub() + "; }"
	case 2:
		return "[ (" + sub() + ") " + name() + " (" + sub() + ") ]"
	case 3:
		return "(with " + sub() + "; " + sub() + ")"
	case 4:
		return "(let " + name() + " = " + sub() + "; inherit (" + sub() + ") x; in " + sub() + ")"
	case 5:
		return "({ " + name() + ", ... }: " + sub() + ")"
	case 6:
		return "(" + name() + ": " + sub() + ")"
	case 7:
		return "(" + sub() + " " + sub() + ")"
	case 8:
		return "(" + sub() + ")." + name() + "." + name()
	case 9:
		return "(" + sub() + " // " + sub() + ")"
	case 10:
		return "(" + sub() + " ++ " + sub() + ")"
	case 11:
		return "(if x then " + sub() + " else " + sub() + ")"
	case 12:
		return "rec { " + name() + " = " + sub() + "; inherit alice; }"
	case 13:
		return "(" + sub() + ").overrideAttrs (old: " + sub() + ")"
	case 14:
		return "(map " + sub() + " " + sub() + ")"
	case 15:
		return "(builtins.attrValues " + sub() + ")"
	case 16:
		return "(import ./other.nix " + sub() + ")"
	case 17:
		return "(" + sub() + " |> " + sub() + ")"
	case 18:
		return "(lib." + rapid.SampledFrom([]string{"optional", "optionals", "singleton", "mkIf", "recursiveUpdate", "removeAttrs", "concatLists", "makeOverridable"}).Draw(t, "function") + " " + sub() + " " + sub() + ")"
	}
	return "lib.maintainers." + name()
}

func TestWhoeverIsNamedIsWrittenInTheTreeAndTheAnswerIsAlwaysTheSame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		tree := metaTree{unnamed: "{ lib, x }:\n" + drawNix(t, 7), "pkgs/x/other.nix": drawNix(t, 4)}
		metas, err := maintainers.NewCache().Meta(tree, unnamed, nil)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := maintainers.NewCache().Meta(tree, unnamed, []maintainers.Lines{{1, 9}})
		same, _ := maintainers.NewCache().Meta(tree, unnamed, []maintainers.Lines{{1, 9}})
		if len(again) != len(same) {
			t.Fatal("two answers to one question")
		}
		for i, m := range append(metas, again...) {
			if len(m.Handles)+len(m.Teams)+len(m.Doubts) == 0 {
				t.Fatalf("answer %d says nothing", i)
			}
			for _, n := range append(m.Handles, m.Teams...) {
				file, _, _ := strings.Cut(n.Where, ":")
				if !strings.Contains(tree[file], n.Name) {
					t.Fatalf("%s is not in %s", n.Name, n.Where)
				}
			}
		}
	})
}
