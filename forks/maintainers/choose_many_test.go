package maintainers_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/auxolotl/auxsync/forks/maintainers"
)

// Nothing is written again on a page on which nothing has changed, however many were
// passed over before somebody was found.
func TestManyWhoWerePassedOverAreToldOfTheSameWayAgain(t *testing.T) {
	t.Parallel()
	a := newAsking()
	a.many(40)
	for i := range 40 {
		a.forgeIs(fmt.Sprintf("m%d", i), notAssignable)
	}
	a.found(maintainers.FromCommitters, "zoe")
	one := a.again().choose(t)
	b := a.again()
	b.Asked = one.People
	two := b.choose(t)
	if shown(one) != "zoe" || !reflect.DeepEqual(one, two) {
		t.Errorf("%s, then %s\n%+v %q\n%+v %q", shown(one), shown(two), one.Trace, one.Plain, two.Trace, two.Plain)
	}
}
