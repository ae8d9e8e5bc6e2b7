package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"
)

// readRequest reads the body of POST /v1/run, to its end: only then net/http sees
// that a client goes away.
func readRequest(w http.ResponseWriter, r *http.Request) (Request, *refusal) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return Request{}, wrongUse(http.StatusUnsupportedMediaType, fmt.Sprintf("the request has the content type %s", quoted(r.Header.Get("Content-Type"))),
			"send JSON with the header Content-Type: application/json")
	}
	// A deadline of the kernel, so in real time. A failure to set it shows in reading.
	limits := http.NewResponseController(w)
	_ = limits.SetReadDeadline(time.Now().Add(bodyWait))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return Request{}, wrongUse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the request is larger than %d bytes", maxBody), "send one JSON object")
	case err != nil:
		return Request{}, wrongUse(http.StatusBadRequest, "the request did not arrive whole", "send it again")
	}
	_ = limits.SetReadDeadline(time.Time{})
	return parseRequest(body)
}

// parseRequest reads a request: one JSON object with known fields.
func parseRequest(body []byte) (Request, *refusal) {
	var req Request
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	err := dec.Decode(&req)
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field != "":
		return Request{}, malformed(fmt.Sprintf("%q cannot be a %s", wrongType.Field, wrongType.Value))
	case errors.As(err, &wrongType):
		return Request{}, malformed("it must be a JSON object, and is: " + wrongType.Value)
	case err != nil:
		return Request{}, malformed(strings.TrimPrefix(err.Error(), "json: "))
	}
	if _, err := dec.Token(); err != io.EOF {
		return Request{}, malformed("something follows the JSON object")
	}
	if req.Verb == "" {
		return Request{}, malformed(`"verb" is missing`)
	}
	return req, nil
}

func malformed(what string) *refusal {
	return wrongUse(http.StatusBadRequest, "the request cannot be read: "+what,
		`send one JSON object such as {"verb":"sync","track":"aux-main"}; a newer program may ask for what this daemon does not know`)
}
