package control

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/auxolotl/auxsync/forks"
)

// ServeHTTP answers one request.
func (v *serving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	answer, bad := v.route(r)
	if bad != nil {
		refuse(w, bad)
		return
	}
	answer(w, r)
}

// route finds what answers a request.
func (v *serving) route(r *http.Request) (http.HandlerFunc, *refusal) {
	asked, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if asked != version {
		return nil, v.otherVersion(asked)
	}
	method, answer := http.MethodGet, http.HandlerFunc(nil)
	switch rest {
	case "hello":
		answer = v.hello
	case "tracks":
		answer = v.tracks
	case "backup":
		answer = v.backup
	case "run":
		method, answer = http.MethodPost, v.run
	default:
		return nil, wrongUse(http.StatusNotFound, fmt.Sprintf("there is no %s here", quoted(r.URL.Path)),
			"there are /v1/hello, /v1/tracks, /v1/run and /v1/backup")
	}
	if r.Method != method {
		bad := wrongUse(http.StatusMethodNotAllowed, fmt.Sprintf("/%s/%s does not take %s", version, rest, quoted(r.Method)), "use "+method)
		bad.allow = method
		return nil, bad
	}
	return answer, nil
}

// otherVersion answers clients older and newer than this.
func (v *serving) otherVersion(asked string) *refusal {
	daemon := "this daemon"
	if err := v.guarded("hello", func() error { daemon += " (auxsync " + v.Service.Hello().Version + ")"; return nil }); err != nil {
		daemon = "this daemon"
	}
	return wrongUse(http.StatusNotFound, fmt.Sprintf("%s speaks %s of the control protocol, and was asked for %s", daemon, version, quoted(asked)),
		"use the auxsync program of the daemon's own version; after an upgrade restart the daemon")
}

// quoted makes a text of the client fit for a sentence.
func quoted(s string) string { return `"` + forks.Inert(forks.Clip(s, 100)) + `"` }

func (v *serving) hello(w http.ResponseWriter, r *http.Request) {
	var h Hello
	err := v.guarded("hello", func() error {
		h = v.Service.Hello()
		return nil
	})
	if err != nil {
		v.fail(w, r, err)
		return
	}
	h.Schema = ControlSchema
	write(w, http.StatusOK, encode(h))
}

func (v *serving) tracks(w http.ResponseWriter, r *http.Request) {
	name, bad := trackName(r)
	if bad != nil {
		refuse(w, bad)
		return
	}
	var body []byte
	err := v.guarded("list of tracks", func() error {
		views, err := v.Service.Tracks(r.Context(), name)
		if err != nil {
			return err
		}
		if views == nil {
			views = []View{}
		}
		body, err = encodeAny(tracksAnswer{TracksSchema, views})
		return err
	})
	if err != nil {
		v.fail(w, r, err)
		return
	}
	write(w, http.StatusOK, body)
}

// trackName reads the query of /v1/tracks.
func trackName(r *http.Request) (string, *refusal) {
	for key, values := range r.URL.Query() {
		if key != "name" || len(values) > 1 {
			return "", wrongUse(http.StatusBadRequest, fmt.Sprintf("/v1/tracks does not take this query: %s", quoted(r.URL.RawQuery)),
				"name one track with ?name=fork/track, or none")
		}
	}
	return r.URL.Query().Get("name"), nil
}

// fail answers with an error of the service.
func (v *serving) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := v.failure(r.Context(), err)
	write(w, f.status(), encode(errorAnswer{ErrorSchema, *f}))
}

// refuse answers a wrong use of the protocol.
func refuse(w http.ResponseWriter, bad *refusal) {
	if bad.allow != "" {
		w.Header().Set("Allow", bad.allow)
	}
	write(w, bad.status, encode(bad.answer()))
}

func write(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away needs no answer
}

// encode writes a value of this package that always encodes, as one line.
func encode(value any) []byte {
	body, err := encodeAny(value)
	if err != nil {
		panic(err)
	}
	return body
}

// encodeAny writes a value as one line of JSON. It does not escape for HTML: people
// read this on a terminal.
func encodeAny(value any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(value); err != nil {
		return nil, fmt.Errorf("encode the answer: %w", err)
	}
	return b.Bytes(), nil
}
