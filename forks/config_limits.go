package forks

import "strconv"

// Limits of [AskingLimits] where nobody says anything, and the most that can be set.
const (
	defaultOpen   = 10
	defaultPerDay = 3
	maxAsking     = 1000
)

// askingLimits reads [limits] open and per_day, where 0 sets no bound. Whatever else is
// wrong with the table is told where the quiet hours are read.
func (r *configReader) askingLimits(root *tomlTable) AskingLimits {
	path, table := keyPath{"limits"}, &tomlTable{}
	if v := root.values["limits"]; v != nil && v.kind == tomlTableKind {
		table = v.table
	}
	open := r.limit(table, path, "open", defaultOpen)
	perDay := r.limit(table, path, "per_day", defaultPerDay)
	r.show(path.child("open"), open.text)
	r.show(path.child("per_day"), perDay.text)
	return AskingLimits{Open: int(open.value), PerDay: int(perDay.value)}
}

// limit reads how many conflicts may be asked about.
func (r *configReader) limit(t *tomlTable, path keyPath, key string, or int64) parsed[int64] {
	return r.whole(t, path, key, parsed[int64]{text{strconv.FormatInt(or, 10), 0, fromDefault}, or}, 0, maxAsking)
}

// askingPolicy is what a policy says of [AskingLimits]; nil where it says nothing.
type askingPolicy struct{ open, perDay *int }

// askingDecided reads what a policy's [limits] say of how much is asked. Whatever else is
// wrong with the table is told where the limits about people are read.
func (r *configReader) askingDecided(root *tomlTable) (p askingPolicy) {
	v := root.values["limits"]
	if v == nil || v.kind != tomlTableKind {
		return p
	}
	path := keyPath{"limits"}
	for _, one := range []struct {
		key string
		to  **int
	}{{"open", &p.open}, {"per_day", &p.perDay}} {
		if n := r.limit(v.table, path, one.key, 0); n.line > 0 {
			r.show(path.child(one.key), n.text)
			value := int(n.value)
			*one.to = &value
		}
	}
	return p
}

// apply returns limits with what the policy decides.
func (p askingPolicy) apply(l AskingLimits) AskingLimits {
	if p.open != nil {
		l.Open = *p.open
	}
	if p.perDay != nil {
		l.PerDay = *p.perDay
	}
	return l
}
