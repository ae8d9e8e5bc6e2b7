package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jonboulle/clockwork"
	"go.uber.org/zap"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/reports"
)

// answerWithin bounds what a request waits for the source.
const answerWithin = 10 * time.Second

// Source is what the page reads. Each call returns soon after its context ends, with
// an error then; calls may run at the same time, and what they return is not changed
// afterwards.
type Source interface {
	// Overview tells where every track stands now, in the order of config. Health and
	// Next of each track are set as the scheduler sees them.
	Overview(ctx context.Context) (reports.Overview, error)
	// Patches gives the stack of one track of the overview; false if none is recorded,
	// as before adoption.
	Patches(ctx context.Context, fork, track string) (reports.PatchList, bool, error)
	// Conflicts gives what is asked of people on all tracks.
	Conflicts(ctx context.Context) (reports.ConflictList, error)
}

// Config is what the page needs.
type Config struct {
	Source Source
	Clock  clockwork.Clock
	Log    *zap.Logger
	Title  string // heading of the first page; "auxsync" if empty
	// Reports opens the folder of weekly reports, which may be shown to everybody, and which
	// is closed after each request; nil for none. That it is missing is fs.ErrNotExist.
	Reports func() (*os.Root, error)
}

//go:embed page.html
var pageText string

//go:embed style.css
var styleText string

// server answers requests.
type server struct {
	Config
	pages  *template.Template
	policy string // the Content-Security-Policy
}

// New returns the handler of all pages. Limits on connections and on the reading of
// requests belong to the server around it.
func New(c Config) http.Handler {
	if c.Title = show(c.Title, maxSubject); c.Title == "" {
		c.Title = "auxsync"
	}
	sum := sha256.Sum256([]byte(styleText))
	s := &server{
		Config: c,
		pages: template.Must(template.New("").Funcs(template.FuncMap{
			// The only text that is not escaped. It is part of the program.
			"style": func() template.CSS { return template.CSS(styleText) },
		}).Parse(pageText)),
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/{$}", s.index)
	mux.HandleFunc("/{fork}/{track}", s.track)
	s.reportRoutes(mux)
	mux.HandleFunc("/status.json", s.json)
	mux.HandleFunc("/healthz", s.health)
	mux.HandleFunc("/", s.notFound)
	return s.guarded(mux)
}

// guarded sets the headers of every answer, refuses what would write, and limits how
// long next waits.
func (s *server) guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", s.policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			h.Set("Allow", "GET, HEAD")
			s.text(w, http.StatusMethodNotAllowed, "This page can only be read: GET and HEAD.\n")
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

func (s *server) index(w http.ResponseWriter, r *http.Request) {
	o, err := s.Source.Overview(r.Context())
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	x := indexOf(o, s.Title, s.Clock.Now())
	x.Reports = s.haveReports()
	s.page(w, r, http.StatusOK, "index", x)
}

func (s *server) track(w http.ResponseWriter, r *http.Request) {
	o, err := s.Source.Overview(r.Context())
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	status := find(o, r.PathValue("fork"), r.PathValue("track"))
	if status == nil {
		s.notFound(w, r)
		return
	}
	patches, _, err := s.Source.Patches(r.Context(), status.Fork, status.Track)
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	asked, err := s.Source.Conflicts(r.Context())
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	s.page(w, r, http.StatusOK, "track", trackOf(*status, patches, asked, s.Title, s.Clock.Now()))
}

func find(o reports.Overview, fork, track string) *reports.TrackStatus {
	for i := range o.Tracks {
		if o.Tracks[i].Fork == fork && o.Tracks[i].Track == track {
			return &o.Tracks[i]
		}
	}
	return nil
}

func (s *server) json(w http.ResponseWriter, r *http.Request) {
	o, err := s.Source.Overview(r.Context())
	if err != nil {
		s.unavailable(w, r, err)
		return
	}
	body, err := json.Marshal(o)
	if err != nil {
		s.Log.Error("status page: write the overview as JSON", zap.Error(err))
		s.text(w, http.StatusInternalServerError, "The overview could not be written. The service's log says why.\n")
		return
	}
	s.send(w, http.StatusOK, "application/json", append(body, '\n'))
}

func (s *server) health(w http.ResponseWriter, r *http.Request) {
	o, err := s.Source.Overview(r.Context())
	if err != nil {
		s.failed(r, err)
		s.text(w, http.StatusServiceUnavailable, "cannot tell how the tracks stand; the service's log says why\n")
		return
	}
	late := stale(o, s.Clock.Now())
	if len(late) == 0 {
		s.text(w, http.StatusOK, "ok\n")
		return
	}
	var b strings.Builder
	for _, t := range late {
		fmt.Fprintf(&b, "%s/%s: %s\n", forks.Inert(t.Fork), forks.Inert(t.Track), show(t.Health, maxReason))
	}
	s.text(w, http.StatusServiceUnavailable, b.String())
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	s.page(w, r, http.StatusNotFound, "message", message{
		frame: s.frame("Not found"),
		Text:  "There is no such page. A track has one under the name of its fork and its own, as long as the configuration names it.",
		Home:  home(r), Way: "See all tracks",
	})
}

// unavailable answers where the source could not. Its error is for the log alone: the
// page is public.
func (s *server) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	s.failed(r, err)
	w.Header().Set("Retry-After", "60")
	s.page(w, r, http.StatusServiceUnavailable, "message", message{
		frame: s.frame("Not now"),
		Text: "Where the tracks stand cannot be read at the moment. Nothing is lost by that: the forks keep what they have. " +
			"Try again in a minute; if it stays so, the service's log says why.",
		Home: home(r), Way: "Try again from all tracks",
	})
}

// failed logs an error of the source, unless it is only that nobody waits any more.
func (s *server) failed(r *http.Request, err error) {
	if !errors.Is(r.Context().Err(), context.Canceled) {
		s.Log.Warn("status page: read where tracks stand", zap.String("path", forks.Inert(r.URL.Path)), zap.Error(err))
	}
}

// home is the relative address of the first page, wherever the request is.
func home(r *http.Request) string {
	return "./" + strings.Repeat("../", max(0, strings.Count(r.URL.EscapedPath(), "/")-1))
}

// page sends a page that the template name makes of data.
func (s *server) page(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	var b bytes.Buffer
	if err := s.pages.ExecuteTemplate(&b, name, data); err != nil {
		s.Log.Error("status page: write it", zap.String("path", forks.Inert(r.URL.Path)), zap.Error(err))
		s.text(w, http.StatusInternalServerError, "The page could not be written. The service's log says why.\n")
		return
	}
	s.send(w, status, "text/html; charset=utf-8", b.Bytes())
}

func (s *server) text(w http.ResponseWriter, status int, text string) {
	s.send(w, status, "text/plain; charset=utf-8", []byte(text))
}

// send writes the whole answer. Whether it arrives is the reader's affair.
func (s *server) send(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
