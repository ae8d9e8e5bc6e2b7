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

	tracks []Track
	shown  []Effective
}

// LogConfig says what is logged, and how.
type LogConfig struct {
	Level  string // debug, info, warn or error
	Format string // text or json
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
	data, err := readConfig(path)
	if err != nil {
		message := err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			message = "does not exist; write it with `auxsync init`, or name another with --config"
		}
		return nil, &ConfigError{Problems: []ConfigProblem{{File: path, Message: message}}, Err: err}
	}
	return Parse(data, path, env)
}

func readConfig(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxConfigSize+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxConfigSize {
		return nil, fmt.Errorf("is larger than %d bytes; is it the right file?", maxConfigSize)
	}
	return data, nil
}

// Parse reads the text of a config file; name stands for it in problems and
// origins.
func Parse(data []byte, name string, env func(string) string) (*Config, error) {
	problems := &problemList{file: name}
	if root := parseTOML(data, problems); root != nil {
		r := configReader{problems: problems, env: env}
		cfg := r.config(root)
		if problems.err() == nil {
			return cfg, nil
		}
	}
	return nil, problems.err()
}

// Tracks returns all tracks, sorted by fork, and in the file's order within one.
func (c *Config) Tracks() []Track { return slices.Clone(c.tracks) }

// Show returns every key with its value in effect, in the order of [Config.Tracks].
func (c *Config) Show() []Effective { return slices.Clone(c.shown) }

// Track finds a track by its name, if only one fork has a track of that name, or
// by fork/name. The error is a [TrackNameError].
func (c *Config) Track(name string) (Track, error) {
	var found, all []string
	var match Track
	for _, t := range c.tracks {
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
	return Track{}, &TrackNameError{Name: name, Candidates: all}
}

// TrackNameError is a wrong use: a name that is no track's, or several tracks'.
type TrackNameError struct {
	Name       string
	Candidates []string // fork/name of each track that could be meant
	Ambiguous  bool     // several tracks have this name
}

// Error names the tracks that exist.
func (e *TrackNameError) Error() string {
	list := strings.Join(e.Candidates, ", ")
	if e.Ambiguous {
		return fmt.Sprintf("several tracks are named %q; name one of %s", e.Name, list)
	}
	return fmt.Sprintf("no track is named %q; there are %s", e.Name, list)
}
