package forks

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// Config is a config file with every default filled in.
type Config struct {
	StateDir string // absolute; holds the database, its lock and unpublished results
	CacheDir string // absolute; holds what a fetch can bring back
	Log      LogConfig
	Workers  int    // passes that may run at the same time, 1 or more
	Listen   string // host:port of the status page, which is public and read-only; "" for none

	tracks      []Track
	patterns    []Track
	shown       []Effective
	reports     ReportsConfig
	forkReports map[string]ForkReports
}

// LogConfig says what is logged, and how.
type LogConfig struct {
	Level  string // debug, info, warn or error
	Format string // auto, text or json; auto is for whoever runs the program to settle
}

// Effective is one key with the value that it has in effect.
type Effective struct {
	Key   string // path of the key, such as forks.nix.tracks.main.history
	Value string // as text; a credential is the path or name given, never its content
	From  string // file and line, such as config.toml:12, or "default"
}

// maxConfigSize bounds what is read, in bytes: nobody writes that much by hand.
const maxConfigSize = 1 << 20

// Load reads a config file. env gives the environment that defaults depend on,
// such as [os.Getenv]. Everything wrong with the file is one [ConfigError].
func Load(path string, env func(string) string) (*Config, error) {
	data, err := readFile(path, maxConfigSize)
	if err != nil {
		message := err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			message = "does not exist; write it with `auxsync init`, or name another with --config"
		}
		return nil, &ConfigError{Problems: []ConfigProblem{{File: path, Message: message}}, Err: err}
	}
	return Parse(data, path, env)
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, errTooLarge(limit)
	}
	return data, nil
}

func errTooLarge(limit int) error {
	return fmt.Errorf("is larger than %d bytes; is it the right file?", limit)
}

// Parse reads the text of a config file; name stands for it in problems and
// origins.
func Parse(data []byte, name string, env func(string) string) (*Config, error) {
	problems := &problemList{file: name}
	var cfg *Config
	if root := parseTOML(data, problems); root != nil {
		r := configReader{problems: problems, env: env, forkReports: map[string]ForkReports{}}
		cfg = r.config(root)
	}
	err := problems.err()
	if err == nil {
		return cfg, nil
	}
	var told *ConfigError
	if errors.As(err, &told) && cfg != nil {
		told.StateDir = cfg.StateDir
	}
	return nil, err
}

// Tracks returns the tracks of one branch each, sorted by fork, and in the file's
// order within one. What a pattern stands for is not among them: see [Config.Expand].
func (c *Config) Tracks() []Track { return slices.Clone(c.tracks) }

// Show returns every key with its value in effect: first the top of the file, then
// fork by fork in the order of names, with its tracks and patterns in the file's.
func (c *Config) Show() []Effective { return slices.Clone(c.shown) }

// Track finds a track by its name, if only one fork has a track of that name, or
// by fork/name. The tracks that patterns stand for are known if they are given, as
// [Config.Expand] made them; see also [Config.PatternsOf]. The error is a
// [TrackNameError].
func (c *Config) Track(name string, expanded ...Track) (Track, error) {
	var found, all []string
	var match Track
	for _, t := range slices.Concat(c.tracks, expanded) {
		full := t.Fork + "/" + t.Name
		all = append(all, full)
		if name == full || name == t.Name {
			found = append(found, full)
			match = t
		}
	}
	if len(found) == 1 {
		return match, nil
	}
	if len(found) > 1 {
		return Track{}, &TrackNameError{Name: name, Candidates: found, Ambiguous: true}
	}
	var patterns []string
	for _, p := range c.patterns {
		patterns = append(patterns, p.Fork+"/"+p.Name)
	}
	return Track{}, &TrackNameError{Name: name, Candidates: all, Patterns: patterns}
}

// TrackNameError is a wrong use: a name that is no track's, or several tracks'.
type TrackNameError struct {
	Name       string
	Candidates []string // fork/name of each track that could be meant
	Patterns   []string // fork/name of each pattern, where no track was found
	Ambiguous  bool     // several tracks have this name
}

// Error names the tracks that exist.
func (e *TrackNameError) Error() string {
	list := strings.Join(e.Candidates, ", ")
	if e.Ambiguous {
		return fmt.Sprintf("several tracks are named %q; name one of %s", e.Name, list)
	}
	for _, p := range e.Patterns {
		if p == e.Name || strings.HasSuffix(p, "/"+e.Name) {
			return fmt.Sprintf("%q is a pattern; name one of its tracks, such as %s-…", e.Name, e.Name)
		}
	}
	switch patterns := strings.Join(e.Patterns, ", "); {
	case patterns == "":
		return fmt.Sprintf("no track is named %q; there are %s", e.Name, list)
	case list == "":
		return fmt.Sprintf("no track is named %q; there are those of the patterns %s", e.Name, patterns)
	default:
		return fmt.Sprintf("no track is named %q; there are %s, and those of the patterns %s", e.Name, list, patterns)
	}
}
