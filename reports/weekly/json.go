package weekly

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

// JSON writes a report as report.schema.json describes it, indented: lists are never null,
// times are RFC 3339 in UTC, and bytes that are not UTF-8 are U+FFFD. A number that JSON
// has no form for is an error.
func JSON(r Report) ([]byte, error) {
	r.Schema = Schema
	text, err := json.MarshalIndent(settled(reflect.ValueOf(r)).Interface(), "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write the report of %s, %s, as JSON: %w", forks.Inert(r.Fork), r.Week, err)
	}
	return append(text, '\n'), nil
}

// Decode reads what [JSON] wrote. It refuses what is of another schema, what the schema
// does not know, and what follows after the report.
func Decode(text []byte) (Report, error) {
	var head struct {
		Schema *string `json:"schema"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return Report{}, fmt.Errorf("this is no report: %w", err)
	}
	switch {
	case head.Schema == nil:
		return Report{}, fmt.Errorf("this is no report: it has no schema; want %s", Schema)
	case *head.Schema != Schema:
		return Report{}, fmt.Errorf("this report is of the schema %q, and this auxsync reads %s; read it with the auxsync that wrote it, or a newer one",
			forks.Clip(forks.Inert(*head.Schema), 40), Schema)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var r Report
	if err := d.Decode(&r); err != nil {
		return Report{}, fmt.Errorf("read a report of the schema %s: %w", Schema, err)
	}
	return settled(reflect.ValueOf(r)).Interface().(Report), nil
}

// settled is a copy of v in the one form that JSON reads back as it was: no list or map is
// nil, times are UTC without a clock's reading, texts are UTF-8.
func settled(v reflect.Value) reflect.Value {
	if t, ok := v.Interface().(time.Time); ok {
		return reflect.ValueOf(t.Round(0).UTC())
	}
	out := reflect.New(v.Type()).Elem()
	out.Set(v)
	switch v.Kind() {
	case reflect.String:
		out.SetString(strings.ToValidUTF8(v.String(), "\ufffd"))
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(settled(v.Field(i)))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(settled(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for _, key := range v.MapKeys() {
			out.SetMapIndex(settled(key), settled(v.MapIndex(key)))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(settled(v.Elem()))
		}
	}
	return out
}
