package web

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path"
	"strings"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
)

// reportsIndex lists all reports, where there is one.
const reportsIndex = "index.html"

// reportKinds are the endings of files that are served, and what each holds.
func reportKinds() map[string]string {
	return map[string]string{
		".html": "text/html; charset=utf-8", ".md": "text/markdown; charset=utf-8",
		".json": "application/json", ".xml": "application/atom+xml; charset=utf-8",
	}
}

// reportsPolicy is the Content-Security-Policy of a report. Its page allows its own style
// alone by a policy inside it, which holds beside this one.
const reportsPolicy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// reportRoutes adds the files of reports. Each has a dot in its name, so that no track's
// page has the same address, also where a fork's name is "reports".
func (s *server) reportRoutes(mux *http.ServeMux) {
	mux.HandleFunc("/reports/{$}", s.reportFile)
	mux.HandleFunc("/reports/"+reportsIndex, s.reportFile)
	mux.HandleFunc("/reports/{fork}/{file}", s.reportFile)
	mux.HandleFunc("/reports/{fork}/{year}/{file}", s.reportFile)
}

// reportFile serves one file. Folders are not listed, and what is no plain file that a
// report can have is not there.
func (s *server) reportFile(w http.ResponseWriter, r *http.Request) {
	name := reportsIndex
	if fork := r.PathValue("fork"); fork != "" {
		name = fork + "/" + r.PathValue("file")
		if year := r.PathValue("year"); year != "" {
			name = fork + "/" + year + "/" + r.PathValue("file")
		}
	}
	kind := reportKinds()[path.Ext(name)]
	if kind == "" || !shownName(name) {
		s.notFound(w, r)
		return
	}
	tree, err := s.openReports()
	if err != nil {
		s.noReport(w, r, err)
		return
	}
	defer tree.Close()
	file, info, err := plainFile(tree, name)
	if err != nil {
		s.noReport(w, r, err)
		return
	}
	defer file.Close()
	h := w.Header()
	h.Set("Content-Security-Policy", reportsPolicy)
	h.Set("Cache-Control", "no-cache") // kept, and asked about each time
	h.Set("Content-Type", kind)
	http.ServeContent(w, r, "", info.ModTime(), file)
}

// noReport answers where a file cannot be served; that it is not there is no trouble.
func (s *server) noReport(w http.ResponseWriter, r *http.Request, err error) {
	if !errors.Is(err, fs.ErrNotExist) {
		s.Log.Warn("status page: read a report", zap.String("path", forks.Inert(r.URL.Path)), zap.Error(err))
	}
	s.notFound(w, r)
}

// shownName reports whether a path names a file inside, and nothing that is hidden, such
// as one that is being written.
func shownName(name string) bool {
	return fs.ValidPath(name) && !strings.HasPrefix(name, ".") && !strings.Contains(name, "/.") && !strings.ContainsAny(name, "\\\x00")
}

// plainFile opens a file below tree. A link is none, wherever it leads.
func plainFile(tree *os.Root, name string) (*os.File, fs.FileInfo, error) {
	for at := name; at != "."; at = path.Dir(at) {
		info, err := tree.Lstat(at)
		if err != nil {
			return nil, nil, err
		}
		if at == name && !info.Mode().IsRegular() || at != name && !info.IsDir() {
			return nil, nil, fs.ErrNotExist
		}
	}
	file, err := tree.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, file.Close())
	}
	return file, info, nil
}

// openReports opens the folder of reports.
func (s *server) openReports() (*os.Root, error) {
	if s.Reports == nil {
		return nil, fs.ErrNotExist
	}
	return s.Reports()
}

// haveReports tells whether there is a report to link to.
func (s *server) haveReports() bool {
	tree, err := s.openReports()
	if err != nil {
		return false
	}
	defer tree.Close()
	info, err := tree.Lstat(reportsIndex)
	return err == nil && info.Mode().IsRegular()
}
