package githubtest

import (
	"fmt"
	"math/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"time"
)

// FaultKind is a way in which an exchange goes wrong.
type FaultKind int

// The faults. Those named Before leave the work undone; in the others it is done.
const (
	NoFault           FaultKind = iota
	DroppedBefore               // the connection closes, nothing was done
	DroppedAfter                // the work is done, the connection closes without an answer
	TruncatedAnswer             // the work is done, half of the answer arrives
	GarbledAnswer               // the work is done, the answer is no JSON
	EmptyAnswer                 // the work is done, 200 with nothing
	BadGatewayBefore            // 502 with a page of HTML
	BadGatewayAfter             // the same, but the work is done
	ErrorBefore                 // 500
	UnavailableBefore           // 503
	ForbiddenBefore             // 403, a secondary limit; Retry-After if Fault.RetryAfter is set
	TooManyBefore               // 429, likewise
	Slow                        // held until Release, or until the client goes; then done
	RedirectSame                // 301 to the same host, which then does the work
	RedirectOther               // 301 to another host, which does nothing
	TooQuickBefore              // 422, how GitHub limits writes that make content; for those alone
)

// Fault is what goes wrong with one request.
type Fault struct {
	Kind       FaultKind
	RetryAfter time.Duration // for ForbiddenBefore and TooManyBefore; 0 leaves the header out
}

type faults struct {
	plan    func(*http.Request) Fault
	release chan struct{}
}

// SetFaults has plan decide what goes wrong with each request, to the APIs and to
// git; nil ends that. It is called for one request at a time and must not read the body.
func (s *Server) SetFaults(plan func(*http.Request) Fault) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults.plan = plan
}

// FaultTimes has the next requests that match go wrong, as many as given.
func (s *Server) FaultTimes(times int, match func(*http.Request) bool, f Fault) {
	s.SetFaults(func(r *http.Request) Fault {
		if times > 0 && match(r) {
			times--
			return f
		}
		return Fault{}
	})
}

// RandomFaults is a plan in which one request in oneIn goes wrong in one of the ways
// given; the same source gives the same faults for the same requests in order.
func RandomFaults(source *rand.Rand, oneIn int, ways ...Fault) func(*http.Request) Fault {
	return func(*http.Request) Fault {
		if source.Intn(oneIn) > 0 {
			return Fault{}
		}
		return ways[source.Intn(len(ways))]
	}
}

// EveryFault are all ways that may befall any request and need nobody to release them.
func EveryFault() []Fault {
	var all []Fault
	for k := DroppedBefore; k <= RedirectOther; k++ {
		if k != Slow {
			all = append(all, Fault{Kind: k})
		}
	}
	return append(all, Fault{ForbiddenBefore, time.Minute}, Fault{TooManyBefore, time.Minute})
}

// Release lets the requests go on that are held as slow.
func (s *Server) Release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.faults.release)
	s.faults.release = make(chan struct{})
}

// redirected is where RedirectSame sends clients; what is below is served as without.
const redirected = "/redirected"

// faulty stands between the clients and the service.
func (s *Server) faulty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, again := strings.CutPrefix(r.URL.Path, redirected); again {
			r.URL.Path, r.URL.RawPath = rest, strings.TrimPrefix(r.URL.RawPath, redirected)
			next.ServeHTTP(w, r)
			return
		}
		s.mu.Lock()
		var f Fault
		if s.faults.plan != nil {
			f = s.faults.plan(r)
		}
		release := s.faults.release
		s.mu.Unlock()
		s.fail(w, r, f, release, next)
	})
}

func (s *Server) fail(w http.ResponseWriter, r *http.Request, f Fault, release <-chan struct{}, next http.Handler) {
	const html = "<!DOCTYPE html>\n<html><head><title>Unicorn!</title></head><body>This page is taking too long to load.</body></html>\n"
	w.Header().Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	switch f.Kind {
	case NoFault:
		next.ServeHTTP(w, r)
	case DroppedBefore:
		panic(http.ErrAbortHandler)
	case BadGatewayBefore:
		send(w, http.StatusBadGateway, "text/html", html)
	case ErrorBefore:
		send(w, http.StatusInternalServerError, "application/json", `{"message":"Server Error"}`)
	case UnavailableBefore:
		send(w, http.StatusServiceUnavailable, "application/json", `{"message":"Service unavailable"}`)
	case TooQuickBefore:
		send(w, http.StatusUnprocessableEntity, "application/json",
			`{"message":"Validation Failed","errors":[{"resource":"IssueComment","code":"custom","field":"body","message":"was submitted too quickly"}]}`)
	case ForbiddenBefore, TooManyBefore:
		s.limit(w, f)
	case Slow:
		select {
		case <-release:
			next.ServeHTTP(w, r)
		case <-r.Context().Done():
		}
	case RedirectSame:
		w.Header().Set("Location", s.URL()+redirected+r.URL.RequestURI())
		send(w, http.StatusMovedPermanently, "application/json", `{"message":"Moved Permanently"}`)
	case RedirectOther:
		w.Header().Set("Location", strings.Replace(s.other.URL, "127.0.0.1", "localhost", 1)+r.URL.RequestURI())
		send(w, http.StatusMovedPermanently, "application/json", `{"message":"Moved Permanently"}`)
	default:
		s.spoil(w, r, f.Kind, next)
	}
}

// limit is the secondary limit, with and without a word of when to come back.
func (s *Server) limit(w http.ResponseWriter, f Fault) {
	status := http.StatusForbidden
	if f.Kind == TooManyBefore {
		status = http.StatusTooManyRequests
	}
	if f.RetryAfter > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int((f.RetryAfter+time.Second-1)/time.Second)))
	}
	send(w, status, "application/json", `{"message":"`+secondaryLimit+`","documentation_url":"`+docs+`"}`)
}

// spoil does the work and keeps the answer from the client.
func (s *Server) spoil(w http.ResponseWriter, r *http.Request, kind FaultKind, next http.Handler) {
	done := httptest.NewRecorder()
	next.ServeHTTP(done, r)
	body := done.Body.Bytes()
	switch kind {
	case BadGatewayAfter:
		send(w, http.StatusBadGateway, "text/html", "<html><body>Bad Gateway</body></html>\n")
	case GarbledAnswer:
		send(w, done.Code, "application/json", `{"number": 1, "title": "hel`)
	case EmptyAnswer:
		w.WriteHeader(http.StatusOK)
	case TruncatedAnswer:
		for name, values := range done.Header() {
			w.Header()[name] = values
		}
		// More is promised than comes.
		w.Header().Set("Content-Length", fmt.Sprint(len(body)+1))
		w.WriteHeader(done.Code)
		_, _ = w.Write(body[:len(body)/2])
		panic(http.ErrAbortHandler)
	default:
		panic(http.ErrAbortHandler)
	}
}

func send(w http.ResponseWriter, status int, kind, body string) {
	w.Header().Set("Content-Type", kind+"; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // a client that went away is no concern of a server's
}

// elsewhere is the other host. No credential has any business there.
func (s *Server) elsewhere(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		s.violate(fmt.Sprintf("%s %s: the credential was sent to another host", r.Method, r.URL.Path))
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || query.Has("access_token") {
		s.violate(fmt.Sprintf("%s %s: a token in an address", r.Method, r.URL.Path))
	}
	send(w, http.StatusNotFound, "application/json", `{"message":"Not Found"}`)
}
