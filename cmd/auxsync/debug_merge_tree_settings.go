package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/merge"
	textmerge "github.com/auxolotl/auxsync/syncer/merge/lines"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// settingsOfMerges matches the keys that a merge of trees follows.
const settingsOfMerges = `^(merge\..*|diff\.renames|diff\.renamelimit|core\.quotepath)$`

// mergeSettings are what a repository's settings say of merges.
type mergeSettings struct {
	options   merge.Options // without attributes
	quotePath bool
	// drivers are the names of merge drivers that run a command.
	drivers map[string]bool
	// driver is the name of the one for paths without the attribute; "" is none.
	driver string
}

// readMergeSettings reads settings as git does, where the last one of a key counts and a
// wrong one ends the command, and then strategy options. Whether renames are looked for is
// a setting if renames is true; without, only a strategy option says so.
func readMergeSettings(list []repo.Setting, strategies []string, renames bool) (mergeSettings, error) {
	s := mergeSettings{quotePath: true, drivers: map[string]bool{}}
	var limit, off [2]string // diff's and merge's, which comes first if both are set
	for _, one := range list {
		var err error
		switch one.Key {
		case "merge.conflictstyle":
			s.options.Style, err = conflictStyle(one)
		case "merge.renames":
			off[1], err = renamesOff(one)
		case "diff.renames":
			off[0], err = renamesOff(one)
		case "merge.renamelimit":
			limit[1], err = numberSetting(one)
		case "diff.renamelimit":
			limit[0], err = numberSetting(one)
		case "merge.directoryrenames":
			s.options.DirectoryRenames = directoryRenames(one)
		case "merge.renormalize":
			var on bool
			if on, err = boolSetting(one); on {
				err = fmt.Errorf("%s is set, which is not followed here: lines are merged as they are", one.Key)
			}
		case "merge.default":
			s.driver = one.Value
		case "core.quotepath":
			s.quotePath, err = boolSetting(one)
		default:
			if name, ok := strings.CutSuffix(strings.TrimPrefix(one.Key, "merge."), ".driver"); ok {
				s.drivers[name] = true
			}
		}
		if err != nil {
			return s, err
		}
	}
	if n := cmp.Or(limit[1], limit[0]); n != "" {
		s.options.RenameLimit, _ = strconv.Atoi(n)
		s.options.RenameLimit = max(0, s.options.RenameLimit)
	}
	s.options.NoRenames = renames && cmp.Or(off[1], off[0]) == "off"
	return s, s.follow(strategies)
}

// follow follows strategy options; the last one counts.
func (s *mergeSettings) follow(strategies []string) error {
	for _, option := range strategies {
		switch option {
		case "ours":
			s.options.Favor = textmerge.FavorOurs
		case "theirs":
			s.options.Favor = textmerge.FavorTheirs
		case "no-renames":
			s.options.NoRenames = true
		case "find-renames":
			s.options.NoRenames = false
		default:
			return fmt.Errorf("unknown strategy option: -X%s; there are ours, theirs, no-renames and find-renames", forks.Clip(forks.Inert(option), 100))
		}
	}
	return nil
}

func conflictStyle(one repo.Setting) (textmerge.Style, error) {
	switch one.Value {
	case "merge":
		return textmerge.StyleMerge, nil
	case "diff3":
		return textmerge.StyleDiff3, nil
	case "zdiff3":
		return textmerge.StyleZdiff3, nil
	}
	return 0, wrongSetting(one, "merge, diff3 or zdiff3")
}

// directoryRenames reads what becomes of new files in moved directories. Git passes over
// a value that it does not know.
func directoryRenames(one repo.Setting) merge.DirectoryRenames {
	on, err := boolSetting(one)
	switch {
	case err != nil:
		return merge.DirectoryRenamesConflict
	case on:
		return merge.DirectoryRenamesFollow
	}
	return merge.DirectoryRenamesIgnore
}

// renamesOff reads whether a setting turns the search for renames off: "off" or "on".
func renamesOff(one repo.Setting) (string, error) {
	switch strings.ToLower(one.Value) {
	case "copy", "copies":
		return "on", nil
	}
	on, err := boolSetting(one)
	if on {
		return "on", err
	}
	return "off", err
}

// boolSetting reads true or false as git does: in words, or as a number.
func boolSetting(one repo.Setting) (bool, error) {
	if !one.HasValue {
		return true, nil
	}
	switch strings.ToLower(one.Value) {
	case "true", "yes", "on":
		return true, nil
	case "false", "no", "off", "":
		return false, nil
	}
	n, err := numberSetting(one)
	if err != nil {
		return false, wrongSetting(one, "true or false")
	}
	return n != "0", nil
}

// numberSetting reads a number, with a unit of k, m or g or without, as its decimal
// digits.
func numberSetting(one repo.Setting) (string, error) {
	text, unit := strings.TrimSpace(one.Value), int64(1)
	for suffix, times := range map[string]int64{"k": 1 << 10, "m": 1 << 20, "g": 1 << 30} {
		if number, ok := strings.CutSuffix(strings.ToLower(text), suffix); ok {
			text, unit = number, times
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 32)
	if n *= unit; err != nil || n < -1<<31 || n >= 1<<31 {
		return "", wrongSetting(one, "a number")
	}
	return strconv.FormatInt(n, 10), nil
}

func wrongSetting(one repo.Setting, want string) error {
	return fmt.Errorf("the setting %s is %q, not %s", one.Key, forks.Clip(forks.Inert(one.Value), 100), want)
}

// attributesHere tells an engine what the repository says of single paths.
type attributesHere struct {
	*repo.MergeAttributes
	settings mergeSettings
}

// Attribute implements [merge.Attributes].
func (a *attributesHere) Attribute(ctx context.Context, path string) (merge.Attribute, error) {
	said, err := a.Of(ctx, path)
	if err != nil {
		return merge.Attribute{}, err
	}
	driver, err := a.settings.driverOf(said.Merge, path)
	return merge.Attribute{Driver: driver, MarkerSize: markerSize(said.MarkerSize)}, err
}

// driverOf is the driver that an attribute's value names. One that nobody knows is that
// for text, as in git.
func (s *mergeSettings) driverOf(value, path string) (merge.Driver, error) {
	switch value {
	case "set":
		return merge.DriverText, nil
	case "unset":
		return merge.DriverBinary, nil
	case "unspecified":
		value = s.driver
	}
	switch {
	case s.drivers[value]:
		return 0, fmt.Errorf("%s is merged by the driver %s, which is a command of the repository's settings: it is not run here",
			forks.Clip(forks.Inert(path), 200), forks.Clip(forks.Inert(value), 100))
	case value == "binary":
		return merge.DriverBinary, nil
	case value == "union":
		return merge.DriverUnion, nil
	}
	return merge.DriverText, nil
}

// markerSize reads the digits that a value begins with; zero if there are none.
func markerSize(value string) int {
	digits := strings.IndexFunc(value, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(value)
	}
	n, err := strconv.ParseInt(value[:digits], 10, 32)
	if err != nil {
		return 0
	}
	return int(n)
}
