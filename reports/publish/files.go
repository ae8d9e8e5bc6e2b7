package publish

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"syscall"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports/weekly"
)

// FilesName is the name of the sink that [NewFiles] makes.
const FilesName = "files"

const (
	// maxFeed bounds the reports of a feed.
	maxFeed = 20
	// maxFile bounds what is read of a file, in bytes: no report is as large.
	maxFile = 16 << 20
)

// Files is the tree of all reports below one directory:
//
//	index.html                 lists all reports
//	FORK/latest.html           the newest report, as a page
//	FORK/latest.md             and as text
//	FORK/feed.xml              an Atom feed of the newest
//	FORK/2026/2026-W47.html    each report, as a page
//	FORK/2026/2026-W47.md      as text
//	FORK/2026/2026-W47.json    and for programs
//
// A web server may serve it: files have mode 0644 and folders 0755. Each file is whole at
// any time, also after a power cut. No link is followed out of the directory.
type Files struct{ dir, url string }

// NewFiles returns the sink for a directory, which is made when it is needed. url is the
// address at which it is served, without a slash at its end; "" for none. One sink does
// for all forks. Deliver must not be called by several at the same time.
func NewFiles(dir, url string) *Files { return &Files{dir, url} }

// Name implements [Sink].
func (*Files) Name() string { return FilesName }

// Parts implements [Sink].
func (*Files) Parts() []string { return []string{""} }

// PageAddress is where the tree that is served at url has the page of a week; "" where
// url is.
func PageAddress(url, fork string, week forks.Week) string {
	if url == "" {
		return ""
	}
	return url + "/" + weekPath(fork, week) + ".html"
}

// FeedAddress is where the tree that is served at url has the feed of a fork; "" where
// url is.
func FeedAddress(url, fork string) string {
	if url == "" {
		return ""
	}
	return url + "/" + fork + "/feed.xml"
}

// weekPath is the name of a report's files without their ending.
func weekPath(fork string, week forks.Week) string {
	return path.Join(fork, fmt.Sprintf("%04d", week.Year), week.String())
}

// Deliver implements [Sink]. A file that has the right bytes already is left alone, and
// whatever an earlier attempt left undone is done.
func (f *Files) Deliver(ctx context.Context, p Post, _ string, _ bool) (ref string, err error) {
	if !forkName(p.Report.Fork) {
		return "", forks.AskPerson("", "%q is no name of a fork", forks.Inert(p.Report.Fork))
	}
	tree, err := openTree(f.dir)
	if err != nil {
		return "", f.trouble(err)
	}
	defer tree.Close()
	if err := f.write(ctx, tree, p); err != nil {
		return "", f.trouble(err)
	}
	if address := PageAddress(f.url, p.Report.Fork, p.Report.Week); address != "" {
		return address, nil
	}
	return filepath.Join(f.dir, filepath.FromSlash(weekPath(p.Report.Fork, p.Report.Week))) + ".html", nil
}

// forkName reports whether a name is one that config takes: it can be nothing else than
// one part of a path.
func forkName(name string) bool { return forks.ValidTrackName(name) || name == "policy" }

// write writes the report, and then what lists it. Its JSON comes last: a week that has
// it is whole.
func (f *Files) write(ctx context.Context, t *tree, p Post) error {
	fork, name := p.Report.Fork, weekPath(p.Report.Fork, p.Report.Week)
	for _, dir := range []string{fork, path.Dir(name)} {
		if err := t.folder(dir); err != nil {
			return err
		}
	}
	for _, file := range []struct {
		ending string
		data   []byte
	}{{".md", p.Markdown}, {".html", p.HTML}, {".json", p.JSON}} {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := t.put(name+file.ending, file.data); err != nil {
			return err
		}
	}
	weeks, err := t.weeks(fork)
	if err != nil {
		return err
	}
	if err := f.newest(t, fork, weeks); err != nil {
		return err
	}
	if err := f.feed(ctx, t, fork, weeks); err != nil {
		return err
	}
	return f.index(t)
}

// newest writes latest.html and latest.md; weeks has the newest first.
func (f *Files) newest(t *tree, fork string, weeks []forks.Week) error {
	for _, ending := range []string{".html", ".md"} {
		for _, week := range weeks {
			data, err := t.read(weekPath(fork, week) + ending)
			if errors.Is(err, fs.ErrNotExist) {
				continue // somebody took it away
			}
			if err == nil {
				err = t.put(path.Join(fork, "latest"+ending), data)
			}
			if err != nil {
				return err
			}
			break
		}
	}
	return nil
}

// feed writes feed.xml. A report that cannot be read, because somebody changed it or an
// older program wrote it, is left out.
func (f *Files) feed(ctx context.Context, t *tree, fork string, weeks []forks.Week) error {
	var list []weekly.Report
	for _, week := range weeks[:min(len(weeks), maxFeed)] {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := t.read(weekPath(fork, week) + ".json")
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if r, err := weekly.Decode(data); err == nil && r.Fork == fork && r.Week == week {
			list = append(list, r)
		}
	}
	data, err := weekly.Feed(f.feedInfo(fork), list)
	if err != nil {
		return err
	}
	return t.put(path.Join(fork, "feed.xml"), data)
}

func (f *Files) feedInfo(fork string) weekly.FeedInfo {
	return weekly.FeedInfo{Fork: fork, Self: FeedAddress(f.url, fork), Home: f.url}
}

// index writes index.html.
func (f *Files) index(t *tree) error {
	names, err := t.forks()
	if err != nil {
		return err
	}
	var list []shelf
	for _, name := range names {
		weeks, err := t.weeks(name)
		if err != nil {
			return err
		}
		if len(weeks) > 0 {
			list = append(list, shelf{name, weeks})
		}
	}
	var page bytes.Buffer
	if err := indexPage(&page, list); err != nil {
		return err
	}
	return t.put("index.html", page.Bytes())
}

// trouble says what a person can do about an error of the tree. Each passes by itself
// once that is done, so it is tried again.
func (f *Files) trouble(err error) error {
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return forks.RetryLater("make room there", "there is no space for reports in %s: %w", f.dir, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return forks.RetryLater("let auxsync write there: the folder's owner, and ReadWritePaths= of the unit", "reports cannot be written to %s: %w", f.dir, err)
	case errors.Is(err, os.ErrExist), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.EISDIR), errors.Is(err, errOther):
		return forks.RetryLater("move away what is in its place", "reports cannot be written to %s: %w", f.dir, err)
	}
	return forks.RetryLater("look at the disk and at dir of [reports]", "reports cannot be written to %s: %w", f.dir, err)
}
