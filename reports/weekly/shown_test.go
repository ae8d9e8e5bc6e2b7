package weekly_test

import (
	"bytes"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

// notShown are the fields that a format leaves to JSON: ids of what has a subject, what
// the next step says already, and when exactly things were that are listed in their order.
func notShown() map[string][]string {
	return map[string][]string{
		"Markdown": {"Need.Kind", "OpenConflict.Proposal", "OpenConflict.Since", "OpenConflict.With", "PatchNote.Patch", "Report.Schema",
			"Resolved.At", "Resolved.Proposal", "SecurityCommit.At", "TrendPoint.Week"},
		"HTML": {"OpenConflict.Proposal", "OpenConflict.Since", "OpenConflict.With", "Report.Schema", "Resolved.Proposal", "SecurityCommit.At"},
	}
}

// leaves calls visit with each field below v that holds no other fields, as Type.Field.
func leaves(name string, v reflect.Value, visit func(name string, v reflect.Value)) {
	_, text := v.Interface().(fmt.Stringer)
	switch {
	case v.Kind() == reflect.Struct && !text && v.Type() != reflect.TypeFor[time.Time]():
		for i := range v.NumField() {
			leaves(v.Type().Name()+"."+v.Type().Field(i).Name, v.Field(i), visit)
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			leaves(name, v.Index(i), visit)
		}
	case v.Kind() == reflect.Pointer && !v.IsNil():
		leaves(name, v.Elem(), visit)
	default:
		visit(name, v)
	}
}

// change makes a value another one.
func change(v reflect.Value) {
	switch was := v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(was.Add(75 * time.Hour)))
	case forks.Hash:
		was[0]++
		v.Set(reflect.ValueOf(was))
	case forks.Week:
		v.Set(reflect.ValueOf(was.Add(1)))
	default:
		switch v.Kind() {
		case reflect.String:
			before, after := "another ", ""
			if strings.HasPrefix(v.String(), "https://") { // it stays an address
				before, after = "", "another"
			}
			v.SetString(before + v.String() + after)
		case reflect.Bool:
			v.SetBool(!v.Bool())
		case reflect.Int, reflect.Int64:
			v.SetInt(v.Int()*2 + 7200)
		case reflect.Float64:
			v.SetFloat(v.Float()*0.6 + 0.1)
		case reflect.Map:
			v.SetMapIndex(reflect.ValueOf(forks.Kept), reflect.ValueOf(3))
		}
	}
}

func TestEachFieldIsShownOrForPrograms(t *testing.T) {
	t.Parallel()
	render := map[string]func(weekly.Report) []byte{
		"Markdown": weekly.Markdown,
		"HTML":     func(r weekly.Report) []byte { return []byte(pageOf(t, r)) },
	}
	busy := weeklytest.Busy()
	names := map[string]bool{}
	leaves("", reflect.ValueOf(&busy).Elem(), func(name string, _ reflect.Value) { names[name] = true })
	for format, show := range render {
		plain := show(weeklytest.Busy())
		var hidden []string
		for _, name := range slices.Sorted(maps.Keys(names)) {
			r := weeklytest.Busy()
			leaves("", reflect.ValueOf(&r).Elem(), func(field string, v reflect.Value) {
				if field == name {
					change(v)
				}
			})
			if bytes.Equal(show(r), plain) {
				hidden = append(hidden, name)
			}
		}
		if want := notShown()[format]; !slices.Equal(hidden, want) {
			t.Errorf("%s does not show %q, want %q", format, hidden, want)
		}
	}
}
