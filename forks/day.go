package forks

import (
	"cmp"
	"fmt"
	"strings"
	"time"
)

// DayOf is the day of a time in its own time zone.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day{y, m, d}
}

// String gives the day as policies have it, such as 2026-12-20.
func (d Day) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

// MarshalText writes the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Day) UnmarshalText(text []byte) (err error) {
	*d, err = parseDay(string(text), string(text))
	return err
}

// Compare is negative if d is before e, positive if it is after it.
func (d Day) Compare(e Day) int {
	return cmp.Or(cmp.Compare(d.Year, e.Year), cmp.Compare(d.Month, e.Month), cmp.Compare(d.Day, e.Day))
}

// Next is the day after d.
func (d Day) Next() Day { return DayOf(time.Date(d.Year, d.Month, d.Day+1, 12, 0, 0, 0, time.UTC)) }

// Has reports whether a day is in the range.
func (r DayRange) Has(d Day) bool { return r.First.Compare(d) <= 0 && d.Compare(r.Last) <= 0 }

// Meets reports whether two ranges have a day in common.
func (r DayRange) Meets(s DayRange) bool {
	return r.First.Compare(s.Last) <= 0 && s.First.Compare(r.Last) <= 0
}

// String gives the range as policies have it, such as 2026-12-20..2027-01-06.
func (r DayRange) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	return r.First.String() + ".." + r.Last.String()
}

// lastOf returns the last day of the time without a gap that has d and that the ranges
// make together; ok is false if none of them has d.
func lastOf(ranges []DayRange, d Day) (last Day, ok bool) {
	for i := 0; i < len(ranges); i++ {
		if r := ranges[i]; r.Has(d) && (!ok || last.Compare(r.Last) < 0) {
			last, ok = r.Last, true
			d, i = last.Next(), -1 // another one may go on from there
		}
	}
	return last, ok
}

// The years that a policy may name: others are slips.
const firstYear, lastYear = 2000, 2199

// parseDayRange reads a day, or two with ".." between them.
func parseDayRange(s string) (DayRange, error) {
	first, last, isRange := strings.Cut(s, "..")
	if !isRange {
		last = first
	}
	var r DayRange
	var err error
	if r.First, err = parseDay(first, s); err != nil {
		return DayRange{}, err
	}
	if r.Last, err = parseDay(last, s); err != nil {
		return DayRange{}, err
	}
	if r.Last.Compare(r.First) < 0 {
		return DayRange{}, fmt.Errorf("%q ends before it begins", s)
	}
	return r, nil
}

// parseDay reads one day of a range that is written as whole.
func parseDay(s, whole string) (Day, error) {
	t, err := time.Parse(time.DateOnly, strings.TrimSpace(s))
	if err != nil {
		// The form is right where the numbers alone are not.
		if len(s) == len(time.DateOnly) && strings.Trim(s, "0123456789-") == "" {
			return Day{}, fmt.Errorf("%q is no day of the calendar", s)
		}
		return Day{}, fmt.Errorf(`%q is neither a day, such as "2027-02-01", nor a range, such as "2026-12-20..2027-01-06"`, whole)
	}
	if t.Year() < firstYear || t.Year() > lastYear {
		return Day{}, fmt.Errorf("%q is not in the years %d to %d", s, firstYear, lastYear)
	}
	return DayOf(t), nil
}
