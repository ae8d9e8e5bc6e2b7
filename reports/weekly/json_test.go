package weekly_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/reports/weekly"
	"github.com/auxolotl/auxsync/reports/weekly/weeklytest"
)

func encode(t interface{ Fatal(...any) }, r weekly.Report) []byte {
	text, err := weekly.JSON(r)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestJSONOfTheSamplesReadsAsIntended(t *testing.T) {
	t.Parallel()
	for name, r := range samplesByName() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			checkGolden(t, name+".json", encode(t, r))
		})
	}
}

func TestDecodeReadsWhatJSONWrote(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"busy", "quiet", "broken", "first"} {
		want := samplesByName()[name]
		got, err := weekly.Decode(encode(t, want))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v; it comes back as\n%+v\nwant\n%+v", name, err, got, want)
		}
	}
}

func TestDecodeReadsWhatJSONWroteOfAnyReport(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		r := mutated().Draw(t, "report")
		r.Made = r.Made.In(time.FixedZone("", 3600*rapid.IntRange(-12, 14).Draw(t, "zone")))
		r.Schema, r.Needed = "", nil
		before := fmt.Sprintf("%+v", r)
		text := encode(t, r)
		if after := fmt.Sprintf("%+v", r); after != before {
			t.Fatalf("the report was changed:\n%s\n%s", before, after)
		}
		if bytes.Contains(text, []byte(": null,\n")) && r.Needed != nil {
			t.Fatal("a list is null")
		}
		got, err := weekly.Decode(text)
		if err != nil {
			t.Fatal(err)
		}
		if !got.Made.Equal(r.Made) || got.Made.Location() != time.UTC || got.Needed == nil || got.Schema != weekly.Schema {
			t.Fatalf("made %v, needed %v, schema %q", got.Made, got.Needed, got.Schema)
		}
		weeklytest.ReplaceTexts(&r, func(_, old string) string { return strings.ToValidUTF8(old, "\ufffd") })
		r.Made, r.Schema, r.Needed = got.Made, got.Schema, got.Needed
		if !reflect.DeepEqual(got, r) {
			t.Fatalf("it comes back as\n%+v\nwant\n%+v", got, r)
		}
		if again := encode(t, got); !bytes.Equal(text, again) {
			t.Fatalf("written again it is\n%s\nwant\n%s", again, text)
		}
	})
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	good := string(encode(t, weeklytest.First()))
	for name, c := range map[string]struct{ text, want string }{
		"nothing":            {"", "this is no report"},
		"another thing":      {"[]", "this is no report"},
		"no schema":          {`{"fork": "nixpkgs"}`, "it has no schema; want auxsync.report/1"},
		"a newer schema":     {strings.Replace(good, "auxsync.report/1", "auxsync.report/2", 1), `of the schema "auxsync.report/2", and this auxsync reads auxsync.report/1`},
		"a hostile schema":   {`{"schema": "\u001b[2J"}`, `\\x1b[2J`},
		"an unknown field":   {strings.Replace(good, `"fork"`, `"knife"`, 1), `unknown field "knife"`},
		"no week":            {strings.Replace(good, "2026-W47", "2026-W54", 1), `is no week`},
		"something after it": {good + "{}", "after top-level value"},
	} {
		_, err := weekly.Decode([]byte(c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v; want %q in it", name, err, c.want)
		}
	}
}

func TestJSONRefusesANumberThatIsNone(t *testing.T) {
	t.Parallel()
	r := weeklytest.Busy()
	r.Service.Up = math.NaN()
	if _, err := weekly.JSON(r); err == nil || !strings.Contains(err.Error(), "write the report of nixpkgs, 2026-W47, as JSON") {
		t.Errorf("the error is %v", err)
	}
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft2020)
	c.AssertFormat()
	if err := c.AddResource("report.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("report.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func value(t interface{ Fatal(...any) }, text []byte) any {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheSchemaKnowsEverySample(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for name, r := range samplesByName() {
		if err := s.Validate(value(t, encode(t, r))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// mutant is a change of a JSON value that the schema must notice.
type mutant struct {
	what string
	do   func()
	undo func()
}

// mutants are the changes of v, which set puts in its place: something of another type,
// a key too many, and each key missing.
func mutants(path string, v any, set func(any)) (list []mutant) {
	list = append(list, mutant{path + " is of another type", func() { set(map[string]any{"bogus": []any{}}) }, func() { set(v) }})
	switch v := v.(type) {
	case map[string]any:
		list = append(list, mutant{path + " has a key too many", func() { v["bogus"] = json.Number("1") }, func() { delete(v, "bogus") }})
		for key, old := range v {
			if optional := key == "since" && strings.Contains(path, "stack") || strings.HasSuffix(path, ".outcomes"); !optional {
				list = append(list, mutant{path + " lacks " + key, func() { delete(v, key) }, func() { v[key] = old }})
			}
			list = append(list, mutants(path+"."+key, old, func(x any) { v[key] = x })...)
		}
	case []any:
		for i, old := range v {
			if i < 2 {
				list = append(list, mutants(fmt.Sprintf("%s[%d]", path, i), old, func(x any) { v[i] = x })...)
			}
		}
	}
	return list
}

func TestTheSchemaRefusesWhatIsNoReport(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for name, r := range map[string]weekly.Report{"busy": weeklytest.Busy(), "first": weeklytest.First()} {
		root := value(t, encode(t, r))
		list := mutants("report", root, func(x any) { root = x })
		for _, m := range list {
			m.do()
			if err := s.Validate(root); err == nil {
				t.Errorf("%s: the schema takes it if %s", name, m.what)
			}
			m.undo()
		}
		if err := s.Validate(root); err != nil {
			t.Fatalf("%s: not as it was: %v", name, err)
		}
		t.Logf("%s: %d changes", name, len(list))
	}
	for from, to := range map[string]string{
		`"2026-W47"`: `"2026-W7"`, `"auxsync.report/1"`: `"auxsync.report/2"`, `"following"`: `"flying"`, `"2026-11-22T23:00:00Z"`: `"2026-11-22T23:00:00+01:00"`,
		`"kept": 31`: `"kept": -1`, `"more_needed": 1`: `"more_needed": -1`, `"kept": 31,`: `"keeps": 31,`, `"c0281d93c7`: `"C0281d93c7`, `"unit": "time"`: `"unit": "mile"`, `"moves": 8`: `"moves": 8.5`,
	} {
		text := string(encode(t, weeklytest.Busy()))
		if !strings.Contains(text, from) {
			t.Fatalf("the sample has no %s", from)
		}
		if err := s.Validate(value(t, []byte(strings.Replace(text, from, to, 1)))); err == nil {
			t.Errorf("the schema takes %s", to)
		}
	}
}
