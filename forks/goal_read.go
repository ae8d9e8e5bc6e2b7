package forks

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"strings"
	"time"
)

// Bounds of goals.
const (
	maxGoalTime  = 365 * day
	maxGoalCount = 1_000_000
	maxAgreed    = 300 // bytes
)

func goalKeys() keySet {
	return keySet{table: "[goals.NAME]", now: []string{"goal", "agreed"}, host: hostKeys(), other: policySets}
}

// KindOfGoal returns what is measured under a name; ok is false where nothing is.
func KindOfGoal(name GoalName) (kind GoalKind, ok bool) {
	for _, kind := range GoalKinds() {
		if kind.Name == name {
			return kind, true
		}
	}
	return GoalKind{}, false
}

// Goals returns what the policy says was agreed, by name.
func (p *Policy) Goals() map[GoalName]Goal {
	goals := map[GoalName]Goal{}
	if p != nil {
		maps.Copy(goals, p.goals)
	}
	return goals
}

// goals reads [goals.NAME], and tells everything that is wrong there.
func (r *configReader) goals(root *tomlTable) map[GoalName]Goal {
	goals := map[GoalName]Goal{}
	all, _ := r.table(root, nil, "goals")
	for _, name := range all.keys {
		path := keyPath{"goals", name}
		kind, known := KindOfGoal(GoalName(name))
		if !known {
			r.problems.add(all.values[name].line, path, "auxsync does not measure that; %s", insteadOfGoal(name))
			continue
		}
		t, line := r.table(all, keyPath{"goals"}, name)
		if line == 0 {
			continue // it is no table
		}
		goalKeys().check(t, path, r.problems)
		if t.values["goal"] == nil {
			r.problems.add(line, path.child("goal"), "is missing; write it as goal = %s", kind.Unit.example())
		}
		goals[kind.Name] = Goal{Name: kind.Name, Value: r.goal(t, path, kind.Unit), Agreed: r.agreed(t, path)}
	}
	return goals
}

func insteadOfGoal(name string) string {
	var names []string
	for _, kind := range GoalKinds() {
		names = append(names, string(kind.Name))
	}
	if near := nearest(name, names); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "it measures " + strings.Join(names, ", ")
}

// example is how a goal of this unit is written.
func (u GoalUnit) example() string {
	switch u {
	case GoalTime:
		return `"24h"`
	case GoalShare:
		return `"95%"`
	}
	return "5"
}

// goal reads the value of a goal; 0 where it cannot be used.
func (r *configReader) goal(t *tomlTable, path keyPath, unit GoalUnit) (value float64) {
	var shown text
	switch unit {
	case GoalTime:
		v := r.span(t, path, "goal", parsed[time.Duration]{}, 0, maxGoalTime)
		shown, value = v.text, v.value.Seconds()
	case GoalShare:
		v := r.percent(t, path, "goal", parsed[float64]{})
		shown, value = v.text, v.value
	case GoalCount:
		v := r.whole(t, path, "goal", parsed[int64]{}, 0, maxGoalCount)
		shown, value = v.text, float64(v.value)
	}
	if shown.line > 0 {
		r.show(path.child("goal"), shown)
	}
	return value
}

// agreed reads where a goal was agreed, which people read and auxsync never opens.
func (r *configReader) agreed(t *tomlTable, path keyPath) string {
	address, ok := r.text(t, path, "agreed")
	if !ok || address.line == 0 {
		return ""
	}
	at := path.child("agreed")
	if err := checkAgreed(address.value); err != nil {
		r.problems.add(address.line, at, "%v", err)
		return ""
	}
	r.show(at, address)
	return address.value
}

// checkAgreed returns why people are not shown a text as an address, or nil. The error
// never contains the address, which may hold a password.
func checkAgreed(address string) error {
	u, err := url.Parse(address)
	switch {
	case len(address) > maxAgreed:
		return fmt.Errorf("has %d bytes; %d at most are shown", len(address), maxAgreed)
	case strings.ContainsAny(address, " \"<>\\^`{|}") || !isInert(address):
		return errors.New("has a character that stands in no address; write it in percent form, such as %20")
	case err != nil:
		return errors.New("is not a valid URL")
	case u.User != nil:
		return errors.New("contains a user name or password; anybody may read a policy")
	case u.Scheme != "https" || u.Hostname() == "":
		return errors.New(`must be an https address, such as "https://forum.example.org/t/42"`)
	}
	return nil
}
