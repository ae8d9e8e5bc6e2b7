package weekly

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// Numbers as every format writes them, so that two of them never seem to disagree.

// numeral writes a whole number with commas between thousands.
func numeral[T ~int | ~int64](n T) string {
	s := strconv.FormatInt(int64(n), 10)
	sign := ""
	if n < 0 {
		sign, s = "−", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// count writes a number with its noun: "1 patch", "2 patches".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return numeral(n) + " " + many
}

// span writes a length of time: "40 min", "6 h 20 min", "30 h", "3 days 4 h".
func span(s Seconds) string {
	const minute, hour, day = 60, 3600, 24 * 3600
	switch {
	case s <= 0:
		return "0 min"
	case s < minute:
		return "under 1 min"
	case s < hour:
		return fmt.Sprintf("%d min", s/minute)
	case s < 10*hour && s%hour >= minute:
		return fmt.Sprintf("%d h %d min", s/hour, s%hour/minute)
	case s < 2*day:
		return fmt.Sprintf("%d h", s/hour)
	case s < 10*day && s%day >= hour:
		return fmt.Sprintf("%d days %d h", s/day, s%day/hour)
	}
	return numeral(s/day) + " days"
}

// percent writes a share of 1: "97 %". What is not all is never "100 %", and what is not
// nothing never "0 %".
func percent(share float64) string {
	if math.IsNaN(share) || share < 0 {
		return "not known"
	}
	share = min(share, 1)
	switch p := math.Round(share * 100); {
	case share < 1 && p >= 100:
		return "over 99 %"
	case share > 0 && p == 0:
		return "under 1 %"
	default:
		return fmt.Sprintf("%.0f %%", p)
	}
}

// size writes a number of bytes in units of thousands.
func size(n int64) string {
	value, units := float64(max(n, 0)), []string{"bytes", "kB", "MB", "GB", "TB", "PB", "EB"}
	for value >= 1000 && len(units) > 1 {
		value, units = value/1000, units[1:]
	}
	if value < 10 && units[0] != "bytes" {
		return fmt.Sprintf("%.1f %s", value, units[0])
	}
	return fmt.Sprintf("%.0f %s", value, units[0])
}

// measure writes a value in its unit.
func measure(value float64, unit forks.GoalUnit) string {
	switch {
	case math.IsNaN(value) || math.IsInf(value, 0):
		return "not known"
	case unit == forks.GoalTime:
		return span(Seconds(min(max(value, 0), float64(longestLag))))
	case unit == forks.GoalShare:
		return percent(value)
	}
	return numeral(int64(math.Round(min(max(value, -1e15), 1e15))))
}

// middle is the median: of an even number the mean of the two in the middle; ok is false
// of none.
func middle[T ~int64](sorted []T) (median T, ok bool) {
	n := len(sorted)
	if n == 0 {
		return 0, false
	}
	low, high := sorted[(n-1)/2], sorted[n/2]
	return low + (high-low)/2, true
}

// barText draws values as blocks, the highest as a full one; what is not known (NaN) is a dot. It is
// never all that is told: eyes that do not see it read the numbers beside it.
func barText(values []float64) string {
	blocks := []rune("▁▂▃▄▅▆▇█")
	top := 0.0
	for _, v := range values {
		if v > top && !math.IsInf(v, 0) {
			top = v
		}
	}
	var b strings.Builder
	for _, v := range values {
		switch {
		case math.IsNaN(v):
			b.WriteRune('·')
		case v <= 0 || top == 0:
			b.WriteRune(blocks[0])
		default:
			b.WriteRune(blocks[int(math.Round(min(v/top, 1)*float64(len(blocks)-1)))])
		}
	}
	return b.String()
}

// courseText tells a trend in numbers: its first, middle and last known value.
func courseText(points []TrendPoint, write func(float64) string) string {
	var known []float64
	for _, p := range points {
		if p.Value != nil {
			known = append(known, *p.Value)
		}
	}
	n := len(known)
	switch {
	case n == 0:
		return ""
	case n == 1:
		return write(known[0])
	case n == 2:
		return write(known[0]) + " → " + write(known[1])
	}
	return write(known[0]) + " → " + write(known[n/2]) + " → " + write(known[n-1])
}

// heights are the values of a trend for [barText].
func heights(points []TrendPoint) []float64 {
	list := make([]float64, len(points))
	for i, p := range points {
		list[i] = math.NaN()
		if p.Value != nil {
			list[i] = *p.Value
		}
	}
	return list
}
