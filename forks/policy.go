package forks

import (
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"
)

// Policy is what the people of a fork decide in the open: a policy.toml on the
// fork's branch [PolicyBranch], or a local file. It can name no command, no secret, and
// no address that the machine reaches. A nil Policy decides nothing.
type Policy struct {
	trackPolicy // of the top
	asking      askingPolicy
	tracks      map[string]trackPolicy
	roster      Roster
	goals       map[GoalName]Goal
	lines       map[string]int // of keys about people, by their path
	file        string         // as named by the caller
	shown       []Effective
}

// trackPolicy is what the top and [tracks.NAME] may decide; nil where they say nothing.
type trackPolicy struct {
	publishEvery, holdFor, maxLag, securityHoldFor *time.Duration
}

// maxPolicySize bounds what is read, in bytes: anybody who may push to the fork
// writes it.
const maxPolicySize = 64 << 10

// LoadPolicy reads a local policy file. Everything wrong with it is one
// [ConfigError].
func LoadPolicy(path string) (*Policy, error) {
	data, err := readFile(path, maxPolicySize)
	if err != nil {
		message := err.Error()
		if errors.Is(err, fs.ErrNotExist) {
			message = "does not exist; write it, or remove the key policy of the fork from config.toml"
		}
		return nil, &ConfigError{Problems: []ConfigProblem{{File: path, Message: message}}, Err: err}
	}
	return ParsePolicy(data, path)
}

// ParsePolicy reads the text of a policy; name stands for it in problems and
// origins. Everything wrong with it is one [ConfigError].
func ParsePolicy(data []byte, name string) (*Policy, error) {
	problems := &problemList{file: name}
	if len(data) > maxPolicySize {
		problems.add(0, nil, "%v", errTooLarge(maxPolicySize))
		return nil, problems.err()
	}
	if root := parseTOML(data, problems); root != nil {
		r := configReader{problems: problems}
		policy := r.policy(root)
		if problems.err() == nil {
			return policy, nil
		}
	}
	return nil, problems.err()
}

func (r *configReader) policy(root *tomlTable) *Policy {
	policyKeys().check(root, nil, r.problems)
	p := &Policy{tracks: map[string]trackPolicy{}, file: r.problems.file}
	p.trackPolicy = r.decided(root, nil)
	p.asking = r.askingDecided(root)
	tracks, _ := r.table(root, nil, "tracks")
	for _, name := range tracks.keys {
		path := keyPath{"tracks", name}
		t, line := r.table(tracks, keyPath{"tracks"}, name)
		if line == 0 {
			continue // it is no table
		}
		if !ValidTrackName(name) {
			r.problems.add(line, path, "a track's name has 1 to 40 of a-z, 0-9 and '-', does not begin with '-' and is not \"policy\"")
		}
		policyTrackKeys().check(t, path, r.problems)
		p.tracks[name] = r.decided(t, path)
	}
	people := rosterReader{configReader: r, lines: map[string]int{}, named: map[string]keyPath{}}
	p.roster = people.read(root)
	p.goals = r.goals(root)
	p.lines, p.shown = people.lines, r.shown
	return p
}

// Roster returns what the policy says of people, with every limit filled in. It is
// shared by all who ask, and not to be changed.
func (p *Policy) Roster() Roster {
	if p == nil {
		return Roster{Limits: defaultAskLimits()}
	}
	return p.roster
}

// decided reads what t decides for tracks.
func (r *configReader) decided(t *tomlTable, path keyPath) trackPolicy {
	unset := parsed[time.Duration]{}
	said := func(key string, d parsed[time.Duration]) *time.Duration {
		if d.line == 0 {
			return nil
		}
		r.show(path.child(key), d.text)
		return &d.value
	}
	return trackPolicy{
		publishEvery:    said("publish_every", r.publishEvery(t, path, unset)),
		holdFor:         said(keyHoldFor, r.holdTime(t, path, keyHoldFor, unset)),
		maxLag:          said(keyMaxLag, r.holdTime(t, path, keyMaxLag, unset)),
		securityHoldFor: said(keySecurityHoldFor, r.holdTime(t, path, keySecurityHoldFor, unset)),
	}
}

// Apply returns t with what the policy decides for it. What the policy says of the
// track counts before what it says of the track's pattern, then comes the top of the
// policy, then config.
func (p *Policy) Apply(t Track) Track {
	if p == nil {
		return t
	}
	t.Limits = p.asking.apply(t.Limits)
	// The one that counts most comes last.
	for _, said := range []trackPolicy{p.trackPolicy, p.tracks[t.Pattern], p.tracks[t.Name]} {
		for _, key := range []struct{ to, from *time.Duration }{
			{&t.PublishEvery, said.publishEvery}, {&t.HoldFor, said.holdFor}, {&t.MaxLag, said.maxLag}, {&t.SecurityHoldFor, said.securityHoldFor},
		} {
			if key.from != nil {
				*key.to = *key.from
			}
		}
	}
	return t
}

// UnknownTracks returns the tracks that the policy names and that are not among
// names, which has the fork's tracks and patterns. They are sorted. It is no mistake
// in the policy, for a track may go from config first.
func (p *Policy) UnknownTracks(names []string) []string {
	if p == nil {
		return []string{}
	}
	unknown := slices.Sorted(maps.Keys(p.tracks))
	return slices.DeleteFunc(unknown, func(name string) bool { return slices.Contains(names, name) })
}

// Show returns every key that the policy sets: those of tracks first, then those about
// people, then the goals, each kind of table in the order of the file.
func (p *Policy) Show() []Effective {
	if p == nil {
		return []Effective{}
	}
	return slices.Clone(p.shown)
}
