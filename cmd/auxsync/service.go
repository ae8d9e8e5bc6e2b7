package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/cmd/auxsync/control"
	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
	"github.com/auxolotl/auxsync/reports/web"
)

// Hello implements [control.Service].
func (d *daemon) Hello() control.Hello {
	return control.Hello{Version: buildVersion(), PID: os.Getpid(), Started: d.started.UTC(), Config: d.absoluteConfig()}
}

// Tracks implements [control.Service].
func (d *daemon) Tracks(ctx context.Context, name string) ([]control.View, error) {
	return d.views(ctx, name)
}

// Run implements [control.Service]. The server logs who asked; where the fork
// changes, its state says so too.
func (d *daemon) Run(ctx context.Context, peer control.Peer, req control.Request, say func(forks.Progress)) (any, error) {
	if req.Verb == verbReload {
		return d.reload(ctx)
	}
	defer d.asked.Add(1)
	return d.perform(ctx, forks.Inert(peer.Who()), req, say)
}

// Backup implements [control.Service].
func (d *daemon) Backup(ctx context.Context, w io.Writer) error { return d.backup(ctx, w) }

// servePage serves the status page until ctx ends.
func (d *daemon) servePage(ctx context.Context, l net.Listener) error {
	const slow = 15 * time.Second
	mux := http.NewServeMux()
	mux.Handle("/", web.New(web.Config{Source: &page{d: d}, Clock: d.clock, Log: d.log, Title: "auxsync",
		Reports: func() (*os.Root, error) { return os.OpenRoot(d.catalog.current().Reports().Dir) }}))
	mux.Handle(hooksPattern, newHooks(d))
	server := &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: slow, ReadTimeout: slow, WriteTimeout: slow, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: zap.NewStdLog(d.log),
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// page is what the status page shows. It is for everybody, so what it reads from
// disk serves all who ask within a moment.
type page struct {
	d *daemon

	mu    sync.Mutex
	at    time.Time // when views were read
	asked int64     // requests that had been done then
	views []control.View
}

// pageAge is how old the page may be.
const pageAge = 5 * time.Second

func (p *page) read(ctx context.Context) ([]control.View, time.Time, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now, asked := p.d.clock.Now(), p.d.asked.Load(); p.views == nil || p.asked != asked || now.Sub(p.at).Abs() > pageAge {
		views, err := p.d.session.views(ctx, "")
		if err != nil {
			return nil, now, err
		}
		p.views, p.at, p.asked = views, now, asked
	}
	return p.views, p.at.UTC(), nil
}

// Overview implements [web.Source].
func (p *page) Overview(ctx context.Context) (reports.Overview, error) {
	views, at, err := p.read(ctx)
	o := reports.Overview{At: at}
	for _, v := range views {
		o.Tracks = append(o.Tracks, statusOf(v))
	}
	return o, err
}

// Patches implements [web.Source].
func (p *page) Patches(ctx context.Context, fork, track string) (reports.PatchList, bool, error) {
	views, _, err := p.read(ctx)
	for _, v := range views {
		if v.Track.Fork == fork && v.Track.Name == track && v.State != nil {
			return reports.PatchesOf(fork, *v.State), true, err
		}
	}
	return reports.PatchList{}, false, err
}

// Conflicts implements [web.Source].
func (p *page) Conflicts(ctx context.Context) (reports.ConflictList, error) {
	views, at, err := p.read(ctx)
	list := reports.ConflictList{At: at}
	for _, v := range views {
		if v.State != nil {
			list.Add(v.Track.Fork, *v.State)
		}
	}
	return list, err
}
