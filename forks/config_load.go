package forks

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// fromDefault is the origin of a value that the file does not set.
const fromDefault = "default"

// maxWorkers bounds the passes that run at once; more would only wait for the disk.
const maxWorkers = 64

// configReader turns the tables of a file into a Config. It goes on past
// problems, so that all are told at once.
type configReader struct {
	problems *problemList
	env      func(string) string
	shown    []Effective
	placed   []placedTrack
	listens  bool // listen is set
	quiet    QuietHours
	limits   AskingLimits

	forkReports map[string]ForkReports
}

// text is a string in effect, and where it comes from. Its line is 0 if the file
// does not set it.
type text struct {
	value string
	line  int
	from  string
}

func (r *configReader) config(root *tomlTable) *Config {
	topKeys().check(root, nil, r.problems)
	cfg := &Config{}
	r.directories(cfg, root)
	workers := r.whole(root, nil, "workers", parsed[int64]{text{"1", 0, fromDefault}, 1}, 1, maxWorkers)
	r.show(keyPath{"workers"}, workers.text)
	cfg.Workers = int(workers.value)
	cfg.Listen = r.listen(root).value
	r.listens = root.values["listen"] != nil
	r.quiet = r.quietHours(root)
	r.limits = r.askingLimits(root)
	in := r.inherit(root, nil, builtin())
	cfg.Log = r.log(root)
	cfg.reports = r.reports(root, cfg)

	all, line := r.table(root, nil, "forks")
	if len(all.keys) == 0 {
		r.problems.add(line, keyPath{"forks"}, "there is no fork; add a table [forks.NAME]")
	}
	for _, name := range slices.Sorted(slices.Values(all.keys)) {
		r.fork(all, name, in)
	}
	r.checkPlaces()
	r.checkDashboards()
	r.checkStacks()
	for _, p := range r.placed {
		if p.track.IsPattern() {
			cfg.patterns = append(cfg.patterns, p.track)
		} else {
			cfg.tracks = append(cfg.tracks, p.track)
		}
	}
	cfg.shown, cfg.forkReports = r.shown, r.forkReports
	return cfg
}

func (r *configReader) directories(cfg *Config, root *tomlTable) {
	state := r.directory(root, "state_dir", "STATE_DIRECTORY", "XDG_STATE_HOME", ".local/state")
	cache := r.directory(root, "cache_dir", "CACHE_DIRECTORY", "XDG_CACHE_HOME", ".cache")
	cfg.StateDir, cfg.CacheDir = state.value, cache.value
	if state.value == "" || cache.value == "" {
		return
	}
	if rel, err := filepath.Rel(cache.value, state.value); err == nil && filepath.IsLocal(rel) {
		r.problems.add(max(state.line, cache.line), keyPath{"state_dir"},
			"%q lies in cache_dir %q; a cache may be deleted, so put them side by side", state.value, cache.value)
	}
}

// directory reads a folder. Its default is what the service manager made for the
// unit, else the user's own place for such things.
func (r *configReader) directory(root *tomlTable, key, unitVariable, xdgVariable, home string) text {
	path := keyPath{key}
	dir, present := r.text(root, nil, key)
	if present && dir.line > 0 {
		if !filepath.IsAbs(dir.value) {
			r.problems.add(dir.line, path, "%q must be an absolute path", dir.value)
			return text{}
		}
		dir.value = filepath.Clean(dir.value)
	}
	if !present {
		dir = r.defaultDirectory(unitVariable, xdgVariable, home)
		if dir.value == "" {
			r.problems.add(0, path, "has no default where neither $%s, $%s nor $HOME is an absolute path; set it", unitVariable, xdgVariable)
			return text{}
		}
	}
	r.show(path, dir)
	return dir
}

func (r *configReader) defaultDirectory(unitVariable, xdgVariable, home string) text {
	// A unit can have several folders; the first is the program's own.
	unit, _, _ := strings.Cut(r.env(unitVariable), ":")
	switch {
	case filepath.IsAbs(unit):
		return text{filepath.Clean(unit), 0, "default ($" + unitVariable + ")"}
	case filepath.IsAbs(r.env(xdgVariable)):
		return text{filepath.Join(r.env(xdgVariable), "auxsync"), 0, "default ($" + xdgVariable + ")"}
	case filepath.IsAbs(r.env("HOME")):
		return text{filepath.Join(r.env("HOME"), home, "auxsync"), 0, fromDefault}
	}
	return text{}
}

func (r *configReader) log(root *tomlTable) LogConfig {
	path := keyPath{"log"}
	table, _ := r.table(root, nil, "log")
	logKeys().check(table, path, r.problems)
	level := r.choice(table, path, "level", text{"info", 0, fromDefault}, "debug", "info", "warn", "error")
	format := r.choice(table, path, "format", text{"auto", 0, fromDefault}, "auto", "text", "json")
	r.show(path.child("level"), level)
	r.show(path.child("format"), format)
	return LogConfig{Level: level.value, Format: format.value}
}

// fork reads [forks.NAME] with its tracks.
func (r *configReader) fork(all *tomlTable, name string, in inherited) {
	path := keyPath{"forks", name}
	t, line := r.table(all, keyPath{"forks"}, name)
	if line == 0 {
		return // it is no table
	}
	if !ValidTrackName(name) && name != "policy" {
		r.problems.add(line, path, "a fork's name has 1 to 40 of a-z, 0-9 and '-', and does not begin with '-'")
	}
	forkKeys().check(t, path, r.problems)
	base := Track{Fork: name, Quiet: r.quiet, Limits: r.limits}
	base.AllowTransports = r.transports(t, path)
	upstream := r.remote(t, path, "upstream", line, base.AllowTransports)
	url := r.remote(t, path, "url", line, base.AllowTransports)
	base.Upstream, base.URL = upstream.value, url.value
	if SameRepository(base.Upstream, base.URL) {
		r.problems.add(url.line, path.child("url"), "is the same repository as upstream, and auxsync never pushes to upstream")
	}
	base.Credential = r.credential(t, path, "credential")
	base.Forge = r.forge(t, path)
	base.References = r.references(t, path, base.Forge)
	base.GitHub = r.github(t, path, line, base, url)
	base.Policy = r.policyFile(t, path)
	r.forkReports[name] = r.reportsOf(t, path, base.Forge)
	in = r.inherit(t, path, in)

	tracks, tracksLine := r.table(t, path, "tracks")
	if len(tracks.keys) == 0 && (tracksLine > 0 || t.values["tracks"] == nil) {
		r.problems.add(line, path.child("tracks"), "there is no track; add a table [forks.%s.tracks.NAME]", name)
	}
	for _, trackName := range tracks.keys {
		r.track(tracks, path.child("tracks"), trackName, base, in)
	}
}

// track reads [forks.NAME.tracks.NAME]; base has what the fork says.
func (r *configReader) track(all *tomlTable, tracksPath keyPath, name string, base Track, in inherited) {
	path := tracksPath.child(name)
	t, line := r.table(all, tracksPath, name)
	if line == 0 {
		return // it is no table
	}
	if !ValidTrackName(name) {
		r.problems.add(line, path, "a track's name has 1 to 40 of a-z, 0-9 and '-', does not begin with '-' and is not \"policy\"")
	}
	trackKeys().check(t, path, r.problems)
	follow := r.follow(t, path, line)
	branch := r.branch(t, path, line, name, follow.value)
	stack, _ := r.text(t, path, "stack_from")
	r.show(path.child("follow"), follow)
	r.show(path.child("branch"), branch)
	r.show(path.child("stack_from"), stack)
	in = r.inherit(t, path, in)

	base.Name, base.Follow, base.Branch, base.StackFrom = name, follow.value, branch.value, stack.value
	base.History, base.Interval, base.Jitter = History(in.history.value), in.interval.value, in.jitter.value
	base.PublishEvery, base.SecurityPattern = in.publishEvery.value, in.security.value
	in.hold.set(&base)
	base.Merger, base.CrossCheck = in.merger.value, in.crossCheck.value
	base.MergerDecides = t.values["merger"] != nil
	base.AllowTransports, base.GitHub.Ask = slices.Clone(base.AllowTransports), slices.Clone(base.GitHub.Ask)
	r.placed = append(r.placed, placedTrack{base, path, line, max(line, branch.line), stack.line})
}

// table returns a sub-table and its line. A table that is not there is empty and
// has line 0.
func (r *configReader) table(t *tomlTable, path keyPath, key string) (*tomlTable, int) {
	v := t.values[key]
	switch {
	case v == nil:
		return &tomlTable{}, 0
	case v.kind != tomlTableKind:
		r.problems.add(v.line, path.child(key), "must be a table, not %s", v.kind)
		return &tomlTable{}, 0
	}
	return v.table, v.line
}

// text returns a string. ok tells whether the file has the key at all; a value
// that cannot be used is told, and empty with line 0.
func (r *configReader) text(t *tomlTable, path keyPath, key string) (value text, ok bool) {
	v := t.values[key]
	switch {
	case v == nil:
		return text{from: fromDefault}, false
	case v.kind != tomlString:
		r.problems.add(v.line, path.child(key), "must be a string, not %s", v.kind)
	case v.text == "":
		r.problems.add(v.line, path.child(key), "is empty; leave it out for its default")
	case strings.ContainsFunc(v.text, unicode.IsControl):
		r.problems.add(v.line, path.child(key), "contains a control character")
	default:
		return text{v.text, v.line, r.origin(v.line)}, true
	}
	return text{from: r.origin(v.line)}, true
}

// choice returns one of several words.
func (r *configReader) choice(t *tomlTable, path keyPath, key string, or text, words ...string) text {
	value, ok := r.text(t, path, key)
	if !ok {
		return or
	}
	if value.line > 0 && !slices.Contains(words, value.value) {
		r.problems.add(value.line, path.child(key), "%q must be one of %s", value.value, strings.Join(words, ", "))
	}
	return value
}

func (r *configReader) history(t *tomlTable, path keyPath, inherited text) text {
	return r.choice(t, path, "history", inherited, string(Merging), string(Rewrite))
}

func (r *configReader) origin(line int) string { return fmt.Sprintf("%s:%d", r.problems.file, line) }

func (r *configReader) show(path keyPath, v text) {
	r.shown = append(r.shown, Effective{Key: path.String(), Value: v.value, From: v.from})
}
