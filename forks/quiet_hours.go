package forks

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// QuietHours are the times of each day at which nobody is bothered: nothing new is
// asked, and nobody is reminded. The zero value has none.
type QuietHours struct {
	Zone   *time.Location // nil is UTC
	Ranges []QuietRange
}

// QuietRange is a part of each day, in minutes since midnight as the clock on the wall
// shows them. It goes over midnight where Last is not after First.
type QuietRange struct {
	First int
	Last  int // the first minute that is not quiet any more
}

// maxQuiet bounds the ranges of a day.
const maxQuiet = 10

// Until returns when the quiet hours of which now is part end; zero if it is part of
// none. Where the clock on the wall is put forward or back, what it shows counts.
func (q QuietHours) Until(now time.Time) time.Time {
	if !q.holds(now) {
		return time.Time{}
	}
	end := now.Truncate(time.Minute)
	for range 2 * 24 * 60 { // they never fill a day
		if end = end.Add(time.Minute); !q.holds(end) {
			break
		}
	}
	return end
}

// Local is a time as the clock on the wall shows it: in the zone in which quiet hours and
// the days of a policy are counted.
func (q QuietHours) Local(at time.Time) time.Time {
	if q.Zone == nil {
		return at.UTC()
	}
	return at.In(q.Zone)
}

// holds reports whether a time is part of the quiet hours.
func (q QuietHours) holds(at time.Time) bool {
	if len(q.Ranges) == 0 {
		return false
	}
	at = q.Local(at)
	minute := at.Hour()*60 + at.Minute()
	return slices.ContainsFunc(q.Ranges, func(r QuietRange) bool {
		if r.First < r.Last {
			return minute >= r.First && minute < r.Last
		}
		return minute >= r.First || minute < r.Last
	})
}

// parseQuietRange reads a range such as "22:00-07:00".
func parseQuietRange(text string) (QuietRange, error) {
	first, last, ok := strings.Cut(text, "-")
	from, err := time.Parse("15:04", first)
	to, err2 := time.Parse("15:04", last)
	if !ok || err != nil || err2 != nil || len(first) != 5 || len(last) != 5 {
		return QuietRange{}, fmt.Errorf(`%q must be two times of the day, such as "22:00-07:00"`, text)
	}
	if from.Equal(to) {
		return QuietRange{}, fmt.Errorf("%q would be the whole day", text)
	}
	return QuietRange{from.Hour()*60 + from.Minute(), to.Hour()*60 + to.Minute()}, nil
}

// quietHours reads timezone and [limits] quiet_hours.
func (r *configReader) quietHours(root *tomlTable) (q QuietHours) {
	zone, ok := r.text(root, nil, "timezone")
	if !ok {
		zone = text{"UTC", 0, fromDefault}
	}
	r.show(keyPath{"timezone"}, zone)
	if zone.value == "Local" {
		r.problems.add(zone.line, keyPath{"timezone"}, `"Local" is another zone on each machine; name one, such as "Europe/Berlin"`)
	} else if loaded, err := time.LoadLocation(zone.value); err != nil {
		r.problems.add(zone.line, keyPath{"timezone"}, `%q is not known on this machine; name a zone such as "Europe/Berlin", or "UTC"`, zone.value)
	} else {
		q.Zone = loaded
	}
	path := keyPath{"limits"}
	table, _ := r.table(root, nil, "limits")
	limitsKeys().check(table, path, r.problems)
	at, shown := path.child("quiet_hours"), text{"none", 0, fromDefault}
	if v := table.values["quiet_hours"]; v != nil {
		var written []string
		q.Ranges, written = r.quietRanges(v, at)
		shown = text{strings.Join(written, ", "), v.line, r.origin(v.line)}
		if len(written) == 0 {
			shown.value = "none"
		}
	}
	r.show(at, shown)
	return q
}

// quietRanges reads a list of ranges. Together they must leave some time of the day.
func (r *configReader) quietRanges(v *tomlValue, at keyPath) (list []QuietRange, written []string) {
	if v.kind != tomlArray {
		r.problems.add(v.line, at, `must be an array of strings, such as ["22:00-07:00"], not %s`, v.kind)
		return nil, nil
	}
	if len(v.list) > maxQuiet {
		r.problems.add(v.line, at, "names %d times of the day; at most %d", len(v.list), maxQuiet)
		return nil, nil
	}
	quiet := make([]bool, 24*60)
	for _, item := range v.list {
		if item.kind != tomlString {
			r.problems.add(v.line, at, "must hold strings, not %s", item.kind)
			continue
		}
		one, err := parseQuietRange(item.text)
		if err != nil {
			r.problems.add(v.line, at, "%v", err)
			continue
		}
		list, written = append(list, one), append(written, item.text)
		for m := one.First; m != one.Last; m = (m + 1) % len(quiet) {
			quiet[m] = true
		}
	}
	if !slices.Contains(quiet, false) {
		r.problems.add(v.line, at, "leaves no time of the day at which somebody could be asked")
		return nil, nil
	}
	return list, written
}
