package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"os"
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
	return d.perform(ctx, forks.Inert(peer.Who()), req, say)
}

// Backup implements [control.Service].
func (d *daemon) Backup(ctx context.Context, w io.Writer) error { return d.backup(ctx, w) }

// servePage serves the status page until ctx ends.
func (d *daemon) servePage(ctx context.Context, l net.Listener) error {
	const slow = 15 * time.Second
	server := &http.Server{
		Handler:           web.New(web.Config{Source: page{d}, Clock: d.clock, Log: d.log, Title: "auxsync"}),
		ReadHeaderTimeout: slow, ReadTimeout: slow, WriteTimeout: slow, IdleTimeout: time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: zap.NewStdLog(d.log),
	}
	defer context.AfterFunc(ctx, func() { _ = server.Close() })()
	if err := server.Serve(l); err != http.ErrServerClosed {
		return err
	}
	return nil
}

// page is what the status page shows.
type page struct{ d *daemon }

// Overview implements [web.Source].
func (p page) Overview(ctx context.Context) (reports.Overview, error) {
	views, err := p.d.views(ctx, "")
	o := reports.Overview{At: p.d.clock.Now().UTC()}
	for _, v := range views {
		o.Tracks = append(o.Tracks, statusOf(v))
	}
	return o, err
}

// Patches implements [web.Source].
func (p page) Patches(ctx context.Context, fork, track string) (reports.PatchList, bool, error) {
	views, err := p.d.views(ctx, "")
	for _, v := range views {
		if v.Track.Fork == fork && v.Track.Name == track && v.State != nil {
			return reports.PatchesOf(fork, *v.State), true, err
		}
	}
	return reports.PatchList{}, false, err
}

// Conflicts implements [web.Source].
func (p page) Conflicts(ctx context.Context) (reports.ConflictList, error) {
	views, err := p.d.views(ctx, "")
	list := reports.ConflictList{At: p.d.clock.Now().UTC()}
	for _, v := range views {
		if v.State != nil {
			list.Add(v.Track.Fork, *v.State)
		}
	}
	return list, err
}
