package store_test

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
)

func TestEventsReadBackNewestFirst(t *testing.T) {
	t.Parallel()
	db, _ := newStore(t)
	first := forks.Event{Fork: "nix", Track: "main", Pass: 1, At: noon().Add(time.Minute), Kind: "opened", Text: "a \x00 b"}
	second := forks.Event{Fork: "nix", Track: "main", Kind: "closed"}
	service := forks.Event{Kind: "started", Text: "1.0"}
	other := forks.Event{Fork: "nix", Track: "other", Kind: "found"}
	for _, e := range []*forks.Event{&first, &second, &service, &other} {
		if err := db.AddEvent(t.Context(), *e); err != nil {
			t.Fatal(err)
		}
	}
	// What the store sets: the ids in order, and the clock's time.
	first.ID, second.ID, service.ID, other.ID = 1, 2, 3, 4
	second.At, service.At, other.At = noon(), noon(), noon()
	all := []forks.Event{other, service, second, first}
	read := func(what string, want []forks.Event) func([]forks.Event, error) {
		return func(got []forks.Event, err error) {
			t.Helper()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: got\n%+v, %v\nwant\n%+v", what, got, err, want)
			}
		}
	}
	read("a track's", []forks.Event{second, first})(db.Events(t.Context(), "nix", "main", 10))
	read("its newest", []forks.Event{second})(db.Events(t.Context(), "nix", "main", 1))
	read("the service's", []forks.Event{service})(db.Events(t.Context(), "", "", 10))
	read("an unknown track's", []forks.Event{})(db.Events(t.Context(), "nix", "unknown", 10))
	read("all", all)(db.AllEvents(t.Context(), 10))
	read("the newest of all", all[:2])(db.AllEvents(t.Context(), 2))
	slices.Reverse(all)
	read("from the beginning", all)(db.EventsAfter(t.Context(), 0, 10))
	read("a part", all[1:3])(db.EventsAfter(t.Context(), first.ID, 2))
	read("nothing new", []forks.Event{})(db.EventsAfter(t.Context(), other.ID, 10))
}
