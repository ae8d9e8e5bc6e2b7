package forks

import (
	"fmt"
	"time"
)

// Week is a week of ISO 8601: it begins on Monday, and belongs to the year that its
// Thursday is in. Some years have a week 53.
type Week struct{ Year, Number int }

// WeekAt is the week of a time in a time zone.
func WeekAt(t time.Time, zone *time.Location) Week {
	year, number := t.In(zone).ISOWeek()
	return Week{year, number}
}

// ParseWeek reads what String wrote, such as 2026-W47.
func ParseWeek(text string) (Week, error) {
	var w Week
	if n, err := fmt.Sscanf(text, "%4d-W%2d", &w.Year, &w.Number); n != 2 || err != nil || w.String() != text || !w.exists() {
		return Week{}, fmt.Errorf("%q is no week; write it as 2026-W47", Inert(text))
	}
	return w, nil
}

func (w Week) exists() bool { return w.Year > 0 && w.Number > 0 && WeekAt(w.noon(3), time.UTC) == w }

// String gives the week as ISO 8601 does, such as 2026-W47.
func (w Week) String() string { return fmt.Sprintf("%04d-W%02d", w.Year, w.Number) }

// MarshalText writes the week as String does.
func (w Week) MarshalText() ([]byte, error) { return []byte(w.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (w *Week) UnmarshalText(text []byte) (err error) {
	*w, err = ParseWeek(string(text))
	return err
}

// Start is the first moment of the week's Monday in a time zone. That is not midnight where
// clocks go forward over it, and the first of two where they go back to it.
func (w Week) Start(zone *time.Location) time.Time {
	y, m, d := w.noon(0).Date()
	start := time.Date(y, m, d, 0, 0, 0, 0, zone)
	changed, next := start.ZoneBounds()
	if start.Day() != d { // it stands for a midnight that never was
		return next
	}
	if !changed.IsZero() {
		_, is := start.Zone()
		_, was := changed.Add(-1).Zone()
		if first := start.Add(time.Duration(is-was) * time.Second); first.Before(changed) && first.Day() == d {
			return first
		}
	}
	return start
}

// End is when the next week starts: seven days later by the calendar, which is not
// always 168 hours.
func (w Week) End(zone *time.Location) time.Time { return w.Add(1).Start(zone) }

// Add is the week n weeks later, earlier if n is negative.
func (w Week) Add(n int) Week { return WeekAt(w.noon(7*n), time.UTC) }

// Before reports whether w comes before other.
func (w Week) Before(other Week) bool {
	return w.Year < other.Year || w.Year == other.Year && w.Number < other.Number
}

// noon is noon in UTC, so many days after the week's Monday.
func (w Week) noon(days int) time.Time {
	// 4 January is always in week 1.
	fourth := time.Date(w.Year, time.January, 4, 12, 0, 0, 0, time.UTC)
	monday := (int(fourth.Weekday()) + 6) % 7 // days since Monday
	return fourth.AddDate(0, 0, -monday+7*(w.Number-1)+days)
}
