package weeklytest_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

// fields counts, for each field of each type below v, how often it is set.
func fields(v reflect.Value, set map[string]int) {
	if _, ok := v.Interface().(time.Time); ok {
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			name := v.Type().Name() + "." + v.Type().Field(i).Name
			set[name] += 0
			if !v.Field(i).IsZero() && (v.Field(i).Kind() != reflect.Slice || v.Field(i).Len() > 0) {
				set[name]++
			}
			fields(v.Field(i), set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), set)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), set)
		}
	}
}

func TestTheSamplesFillEveryField(t *testing.T) {
	t.Parallel()
	set := map[string]int{}
	for _, r := range []weekly.Report{weeklytest.Busy(), weeklytest.Broken(), weeklytest.First()} {
		fields(reflect.ValueOf(r), set)
	}
	for name, n := range set {
		if n == 0 {
			t.Errorf("%s is empty in all of them", name)
		}
	}
	if len(set) < 150 {
		t.Errorf("there are but %d fields", len(set))
	}
}

func TestTheNumbersOfASampleAreThoseOfOneWeek(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]weekly.Report{"busy": weeklytest.Busy(), "quiet": weeklytest.Quiet(), "broken": weeklytest.Broken(), "first": weeklytest.First()} {
		if zone, err := time.LoadLocation(r.Zone); err == nil && (!r.From.Equal(r.Week.Start(zone)) || !r.To.Equal(r.Week.End(zone)) && (r.Over || !r.To.Equal(r.Made))) {
			t.Errorf("%s: %v to %v is not %v in %v", name, r.From, r.To, r.Week, r.Zone)
		}
		for _, track := range r.Tracks {
			p, sum := track.Passes, 0
			if p.All != p.Published+p.State+p.Unchanged+p.Quiet+p.Stopped+p.Failed {
				t.Errorf("%s, %s: the passes are not %d", name, track.Track, p.All)
			}
			for _, n := range track.Stack.Outcomes {
				sum += n
			}
			if sum != track.Stack.Patches {
				t.Errorf("%s, %s: %d patches, but outcomes of %d", name, track.Track, track.Stack.Patches, sum)
			}
			c := track.Lag.Curve
			for i := 1; i < len(c); i++ {
				if c[i].At.Before(c[i-1].At) {
					t.Errorf("%s, %s: the curve goes back at %v", name, track.Track, c[i].At)
				}
			}
			if n := len(c); track.Lag.Known && (n < 2 || !c[0].At.Equal(r.From) || !c[n-1].At.Equal(r.To) || c[n-1].Lag != track.Lag.Now) {
				t.Errorf("%s, %s: the curve does not end in the lag", name, track.Track)
			}
		}
		for i := 1; i < len(r.Needed); i++ {
			if r.Needed[i].Since.Before(r.Needed[i-1].Since) {
				t.Errorf("%s: the oldest need is not first", name)
			}
		}
	}
}

func TestASampleIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	if !reflect.DeepEqual(weeklytest.Hostile(), weeklytest.Hostile()) || !reflect.DeepEqual(weeklytest.Busy(), weeklytest.Busy()) {
		t.Error("it is another one the second time")
	}
}
