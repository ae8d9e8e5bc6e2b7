package publish

import (
	_ "embed"
	"html/template"
	"io"

	"github.com/auxolotl/auxsync/forks"
)

// shelf is a fork with its reports, the newest first.
type shelf struct {
	Fork  string
	Weeks []forks.Week
}

//go:embed index.html
var indexText string

// indexPage writes the page that lists all reports. Its links are relative, so it may be
// served below any path.
func indexPage(w io.Writer, list []shelf) error {
	page, err := template.New("index").Funcs(template.FuncMap{"page": func(fork string, week forks.Week) string {
		return weekPath(fork, week) + ".html"
	}}).Parse(indexText)
	if err != nil {
		return err
	}
	return page.Execute(w, list)
}
