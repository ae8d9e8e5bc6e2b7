package control

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
)

// drawn fills a value of any type. Lists are never null and times are in UTC, as
// everywhere in the protocol.
func drawn(t *rapid.T, typ reflect.Type, name string) reflect.Value {
	v := reflect.New(typ).Elem()
	switch {
	case typ == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, name), rapid.Int64Range(0, 1e9-1).Draw(t, name)).UTC()))
		return v
	case typ == reflect.TypeFor[forks.QuietHours](): // not sent
		return v
	case typ == reflect.TypeFor[forks.ConflictFile]():
		v.Set(reflect.ValueOf(forks.ConflictFile{Path: forks.Path(rapid.SliceOf(rapid.Byte()).Draw(t, name)), Kind: forks.Content, Stages: []forks.Stage{}}))
		return v
	}
	switch typ.Kind() {
	case reflect.String:
		v.SetString(rapid.String().Draw(t, name))
	case reflect.Bool:
		v.SetBool(rapid.Bool().Draw(t, name))
	case reflect.Uint32:
		v.SetUint(uint64(rapid.Uint32().Draw(t, name)))
	case reflect.Int:
		v.SetInt(int64(rapid.Int32().Draw(t, name)))
	case reflect.Int64:
		v.SetInt(rapid.Int64().Draw(t, name))
	case reflect.Float64:
		v.SetFloat(rapid.Float64Range(-1e300, 1e300).Draw(t, name))
	case reflect.Pointer:
		if rapid.Bool().Draw(t, name) {
			v.Set(reflect.New(typ.Elem()))
			v.Elem().Set(drawn(t, typ.Elem(), name))
		}
	case reflect.Slice:
		n := rapid.IntRange(0, 2).Draw(t, name)
		v.Set(reflect.MakeSlice(typ, n, n))
		for i := range n {
			v.Index(i).Set(drawn(t, typ.Elem(), name))
		}
	case reflect.Array: // a hash
		for i := range typ.Len() {
			v.Index(i).SetUint(uint64(rapid.Byte().Draw(t, name)))
		}
	case reflect.Struct:
		for i := range typ.NumField() {
			v.Field(i).Set(drawn(t, typ.Field(i).Type, typ.Field(i).Name))
		}
	default:
		t.Fatalf("a field %s of the new kind %s: teach this test to fill it", name, typ)
	}
	return v
}

func TestViewArrivesAsItWasSent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		sent := drawn(t, reflect.TypeFor[View](), "view").Interface().(View)
		sent.Track.SecurityPattern = "" // not sent
		if sent.State != nil {
			sent.State.Schema = forks.StateSchema
		}
		line, err := encodeAny(sent)
		if err != nil {
			t.Fatal(err)
		}
		var got View
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, sent) {
			t.Fatalf("sent %+v\ngot  %+v\nas   %s", sent, got, line)
		}
	})
}

func TestViewIsWrittenAsDocumented(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 12, 3, 4, 0, time.UTC)
	behind := 3
	v := View{
		Track: forks.Track{
			Fork: "nix", Name: "aux-main", Upstream: "https://example.org/u.git", URL: "https://example.org/f.git", Credential: "nix-token",
			Forge: "git", AllowTransports: []string{"https"}, Follow: "master", Branch: "aux-main", History: forks.Merging,
			Interval: 30 * time.Minute, Jitter: 0.1, PublishEvery: 24 * time.Hour,
			Merger: forks.OwnMerger, CrossCheck: true, HoldFor: 72 * time.Hour, MaxLag: 96 * time.Hour, Limits: forks.AskingLimits{Open: 10, PerDay: 3},
		},
		Health: forks.Health{FirstGood: at, LastGood: at, Condition: forks.TrackFollowing},
		Words:  "ok", Behind: &behind, LastPass: &Pass{Number: 17, At: at, Outcome: forks.PassPublished}, Next: at,
	}
	const want = `{"track":{"fork":"nix","name":"aux-main","upstream":"https://example.org/u.git","url":"https://example.org/f.git","credential":"nix-token",` +
		`"forge":"git","allow_transports":["https"],"follow":"master","branch":"aux-main","history":"merging","stack_from":"","interval":"30m0s","jitter":0.1,"publish_every":"24h0m0s","pattern":"","policy_file":"","merger":"own","merger_decides":false,"cross_check":true,` +
		`"hold_for":"72h0m0s","max_lag":"96h0m0s","security_hold_for":"0s","limits":{"open":10,"per_day":3}},` +
		`"state":null,` +
		`"health":{"first_good":"2026-01-02T12:03:04Z","last_good":"2026-01-02T12:03:04Z","first_bad":"0001-01-01T00:00:00Z","last_bad":"0001-01-01T00:00:00Z","trouble":"","condition":"following","before":""},` +
		`"words":"ok","behind":3,"last_pass":{"number":17,"at":"2026-01-02T12:03:04Z","outcome":"published","error":""},"running":false,"next":"2026-01-02T12:03:04Z","policy":"",` +
		`"forge":{"first_good":"0001-01-01T00:00:00Z","last_good":"0001-01-01T00:00:00Z","first_bad":"0001-01-01T00:00:00Z","last_bad":"0001-01-01T00:00:00Z","trouble":"","condition":"","before":""}}` + "\n"
	got, err := encodeAny(v)
	if err != nil || string(got) != want {
		t.Errorf("got  %s, %v\nwant %s", got, err, want)
	}
	v.State = &forks.State{Track: "aux-main"}
	got, err = encodeAny(v)
	if err != nil || !strings.Contains(string(got), `"state":{"schema":1,"track":"aux-main","pass":0,`) || strings.Count(string(got), "\n") != 1 {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestViewThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"track":{"fork":"nix","name":"main","interval":"soon","publish_every":"1s"}}`: "interval of track nix/main",
		`{"track":{"interval":"1s"}}`: "publish_every of track",
		`{"track":{"interval":"1s","publish_every":"1s","hold_for":"1s","max_lag":"1s","security_hold_for":"1s"},"state":{}}`:                                          "state.json has no schema",
		`{"track":{"fork":"nix","name":"main","interval":"1s","publish_every":"1s","hold_for":"1s","max_lag":"1s","security_hold_for":"1s","github":{"poll":"soon"}}}`: "poll of track nix/main",
		`{"track":[]}`: "cannot unmarshal",
	} {
		var v View
		if err := json.Unmarshal([]byte(text), &v); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
