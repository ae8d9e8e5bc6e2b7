package weekly

import (
	"encoding/xml"
	"html/template"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

var chartWeek = forks.Week{Year: 2026, Number: 43} // clocks go back at its end

func chartAxisOf(t *testing.T) lagAxis {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return lagAxis{chartWeek.Start(zone), chartWeek.End(zone), zone}
}

var chartSaid = chartWords{"A <drawing>", "The \u202elag & more.\x1b"}

// chartPlaces are the coordinates of a drawing that are not inside its plot.
var (
	chartPathData = regexp.MustCompile(` d="([^"]*)"`)
	chartAttr     = regexp.MustCompile(` (x|y|x1|x2|y1|y2|cx|cy|width|height)="([^"%]*)(%?)"`)
	chartPair     = regexp.MustCompile(`[ML](-?[0-9.]+) (-?[0-9.]+)`)
)

// checkChart holds a drawing to what every drawing promises: each place in its box, each
// number a number, words for who does not see it.
func checkChart(t *rapid.T, drawing template.HTML, width, height, plotWidth, plotHeight float64) {
	s := string(drawing)
	if s == "" {
		return
	}
	if err := xml.Unmarshal([]byte(s), new(struct{})); err != nil {
		t.Fatalf("not well-formed: %v\n%s", err, s)
	}
	if strings.Count(s, "<title ") != 1 || strings.Count(s, "<desc ") != 1 || !strings.Contains(s, `role="img"`) {
		t.Fatalf("it has no words: %s", s)
	}
	if i := strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		t.Fatalf("it is not inert at %d: %q", i, s)
	}
	within := func(text string, limit float64) {
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || !(v >= 0 && v <= limit) {
			t.Fatalf("%s is not from 0 to %v in %s", text, limit, s)
		}
	}
	for _, a := range chartAttr.FindAllStringSubmatch(s, -1) {
		switch {
		case a[3] == "%":
			within(a[2], 100)
		case strings.HasPrefix(a[1], "y") || a[1] == "cy" || a[1] == "height":
			within(a[2], height)
		default:
			within(a[2], width)
		}
	}
	for _, d := range chartPathData.FindAllStringSubmatch(s, -1) {
		if rest := chartPair.ReplaceAllString(d[1], ""); strings.Trim(rest, "Z") != "" {
			t.Fatalf("%q is no path", d[1])
		}
		for _, p := range chartPair.FindAllStringSubmatch(d[1], -1) {
			within(p[1], plotWidth)
			within(p[2], plotHeight)
		}
	}
}

func TestALagCurveStaysInItsBox(t *testing.T) {
	t.Parallel()
	axis := chartAxisOf(t)
	point := rapid.Custom(func(t *rapid.T) LagPoint {
		return LagPoint{
			At:  axis.from.Add(time.Duration(rapid.Int64Range(-40, 9*24*60).Draw(t, "minute")) * time.Minute),
			Lag: Seconds(rapid.OneOf(rapid.Just(int64(-1)), rapid.Int64Range(0, 1e6), rapid.Int64()).Draw(t, "lag")),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		l := Lag{Curve: rapid.SliceOfN(point, 0, 200).Draw(t, "curve"), Goal: Seconds(rapid.OneOf(rapid.Just(int64(0)), rapid.Int64()).Draw(t, "goal"))}
		drawing := lagChart("chart-1", l, axis, chartSaid)
		checkChart(t, drawing, 0, lagHeight, 1000, 1000)
		known := false
		for _, p := range l.Curve {
			known = known || p.Lag >= 0
		}
		if known != (drawing != "") {
			t.Fatalf("known is %v, and it is drawn as %q", known, drawing)
		}
		if lines := strings.Count(string(drawing), `class="grid"`); lines > 7 {
			t.Fatalf("it has %d lines to read from", lines)
		}
	})
}

func TestATrendStaysInItsBox(t *testing.T) {
	t.Parallel()
	value := rapid.Ptr(rapid.OneOf(rapid.Float64(), rapid.Float64Range(0, 1), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 0})), true)
	rapid.Check(t, func(t *rapid.T) {
		var trend []TrendPoint
		known := false
		for i, v := range rapid.SliceOfN(value, 0, 14).Draw(t, "values") {
			trend = append(trend, TrendPoint{chartWeek.Add(i), v})
			known = known || chartKnown(v)
		}
		drawing := trendChart("chart-1", trend, value.Draw(t, "goal"), chartSaid)
		checkChart(t, drawing, trendWidth, trendHeight, trendWidth, trendHeight)
		if known != (drawing != "") {
			t.Fatalf("known is %v, and it is drawn as %q", known, drawing)
		}
	})
}

func TestBarsStayInTheirBox(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var bars []chartBar
		for range rapid.IntRange(0, 12).Draw(t, "bars") {
			bars = append(bars, chartBar{rapid.String().Draw(t, "label"), "1", rapid.Float64().Draw(t, "share")})
		}
		checkChart(t, barChart("chart-1", bars, chartSaid), 0, float64(len(bars)*barRow), 0, 0)
	})
}

func TestRunsHaveEveryKnownPointAndNoGap(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var points, known, joined []chartPoint
		for i, gap := range rapid.SliceOf(rapid.Bool()).Draw(t, "gaps") {
			p := chartPoint{x: float64(i), gap: gap}
			if points = append(points, p); !gap {
				known = append(known, p)
			}
		}
		for _, run := range chartRuns(points) {
			for i, p := range run {
				if i > 0 && p.x != run[i-1].x+1 {
					t.Fatalf("a run goes over a gap: %v", run)
				}
			}
			joined = append(joined, run...)
		}
		if len(joined) != len(known) {
			t.Fatalf("%v of %v", joined, known)
		}
	})
}

func TestLagCurves(t *testing.T) {
	t.Parallel()
	axis := chartAxisOf(t)
	at := func(hours int, lag Seconds) LagPoint {
		return LagPoint{axis.from.Add(time.Duration(hours) * time.Hour), lag}
	}
	for name, c := range map[string]struct {
		curve                []LagPoint
		lines, dots, unknown int
	}{
		"nothing":           {nil, 0, 0, 0},
		"one point":         {[]LagPoint{at(3, 60)}, 0, 1, 0},
		"only unknown":      {[]LagPoint{at(0, -1), at(9, -1)}, 0, 0, 0},
		"a line":            {[]LagPoint{at(0, 60), at(9, 600)}, 1, 1, 0},
		"a fall":            {[]LagPoint{at(0, 60), at(9, 600), at(9, 0), at(20, 600)}, 1, 1, 0},
		"a gap":             {[]LagPoint{at(0, 60), at(9, 600), at(9, -1), at(20, -1), at(20, 0), at(30, 7)}, 2, 1, 1},
		"a point in a gap":  {[]LagPoint{at(0, 60), at(9, 600), at(9, -1), at(14, 5), at(20, -1), at(20, 0), at(30, 7)}, 2, 2, 1},
		"unknown at an end": {[]LagPoint{at(0, 60), at(9, 600), at(9, -1), at(30, -1)}, 1, 1, 1},
	} {
		s := string(lagChart("chart-1", Lag{Curve: c.curve}, axis, chartSaid))
		if strings.Count(s, `class="line"`) != c.lines || strings.Count(s, `class="dot"`) != c.dots || strings.Count(s, `class="unknown"`) != c.unknown {
			t.Errorf("%s: %s", name, s)
		}
	}
}

func TestTheDaysOfAWeekWhoseClocksAreSetBack(t *testing.T) {
	t.Parallel()
	axis := chartAxisOf(t)
	var days []string
	for _, d := range axis.days() {
		days = append(days, d.Format("Mon 15:04"))
	}
	if got := strings.Join(days, " "); got != "Mon 00:00 Tue 00:00 Wed 00:00 Thu 00:00 Fri 00:00 Sat 00:00 Sun 00:00" {
		t.Error(got)
	}
	if last := axis.at(axis.days()[6]); math.Abs(last-144.0/169) > 1e-9 {
		t.Errorf("Sunday begins at %v", last)
	}
}

func TestDrawingsAreToldInSentences(t *testing.T) {
	t.Parallel()
	axis := chartAxisOf(t)
	w := &htmlWords{report: &Report{From: axis.from, To: axis.to}, zone: axis.zone}
	at := func(hours int, lag Seconds) LagPoint {
		return LagPoint{axis.from.Add(time.Duration(hours) * time.Hour), lag}
	}
	one, two := 1.0, 0.5
	for want, got := range map[string]string{
		"The lag is not known.": w.lagWords(Lag{Curve: []LagPoint{at(0, -1)}}),
		"The lag was 1 h at first, at most 30 h on Tue 20 October 05:00, and 0 min at the end. It should be 24 h at most. It is not known for 10 h.": w.lagWords(
			Lag{Goal: 24 * 3600, Curve: []LagPoint{at(0, 3600), at(29, 30*3600), at(29, -1), at(39, -1), at(39, 0)}}),
		"Share: not known.":        trendWords("Share", []TrendPoint{{chartWeek, nil}}, percent),
		"Share: 50 % in 2026-W43.": trendWords("Share", []TrendPoint{{chartWeek, &two}}, percent),
		"Share: from 100 % in 2026-W43 to 50 % in 2026-W45, between 50 % and 100 %; not known for 1 week.": trendWords("Share", []TrendPoint{{chartWeek, &one}, {chartWeek.Add(1), nil}, {chartWeek.Add(2), &two}}, percent),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestWordsOfNumbers(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"0 min": span(0), "under 1 min": span(59), "59 min": span(3599), "6 h 20 min": span(6*3600 + 1200), "30 h": span(30*3600 + 1800),
		"2 days": span(48 * 3600), "2 days 4 h": span(52 * 3600), "1,000 days": span(86400 * 1000),
		"12,345": numeral(12345), "−1,000": numeral(-1000), "999": numeral(999),
		"over 99 %": percent(0.999), "under 1 %": percent(0.001), "100 %": percent(1), "0 %": percent(0), "58 %": percent(0.58),
		"7.9 GB": size(7_900_000_000), "0 bytes": size(-1),
		"Ada and Kim": names([]string{"Ada", " ", "Kim"}, 5), "": names(nil, 5), "a, b, c, d, e and 2 more": names(strings.Split("abcdefg", ""), 5),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestATrendReachesFromTheLeastToTheGreatest(t *testing.T) {
	t.Parallel()
	low, high := 10.0, 30.0
	drawing := string(trendChart("chart-1", []TrendPoint{{chartWeek, &low}, {chartWeek.Add(1), &high}}, &high, chartSaid))
	if !strings.Contains(drawing, `d="M5 35L127 5"`) || !strings.Contains(drawing, `class="goal" x1="0" y1="5" x2="132" y2="5"`) {
		t.Error(drawing)
	}
}
