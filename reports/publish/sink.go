package publish

import (
	"context"

	"github.com/auxolotl/auxsync/reports/weekly"
)

// Post is a report in all its forms.
type Post struct {
	Report   weekly.Report
	Title    string // inert
	Markdown []byte
	HTML     []byte
	JSON     []byte
}

// Sink is a place that reports go to.
type Sink interface {
	// Name is the sink's name in rows and words, such as "mail". It never changes.
	Name() string
	// Parts are what has a state of its own, such as recipients; one "" where it is one.
	Parts() []string
	// Deliver brings a post to a part, and returns where it is ("" if that has no name). It
	// leaves the part as one delivery would, however often it is called with the same post.
	// Where begun is set an earlier attempt may have arrived: a place where doing it twice
	// is not the same as once is asked first. An error of kind NeedsPerson is not tried again
	// by itself; every other is. It never holds a secret.
	Deliver(ctx context.Context, p Post, part string, begun bool) (ref string, err error)
}
