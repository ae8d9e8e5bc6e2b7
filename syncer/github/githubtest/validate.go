package githubtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/auxolotl/auxsync/syncer/github/githubtest/api"
)

// description is GitHub's description of its API, parsed.
type description struct {
	doc *openapi3.T
}

// described parses the description once for all servers of a process; that takes
// most of a second. It is never changed.
var described = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Description)
	if err != nil {
		return nil, err
	}
	return &description{doc: doc}, nil
})

// operation is what the description says of a route; nil if it says nothing.
func (d *description) operation(r *route) *routers.Route {
	item := d.doc.Paths.Value(r.pattern)
	if item == nil || item.GetOperation(r.method) == nil {
		return nil
	}
	return &routers.Route{Spec: d.doc, Path: r.pattern, PathItem: item, Method: r.method, Operation: item.GetOperation(r.method)}
}

// checkRequest holds a request against the description.
func (s *Server) checkRequest(c *call) {
	if s.spec == nil {
		return
	}
	op := s.spec.operation(c.route)
	if op == nil {
		s.complain(c, "request", "GitHub's description has no such operation")
		return
	}
	if err := openapi3filter.ValidateRequest(context.Background(), s.exchange(c, op)); err != nil {
		s.complain(c, "request", short(err))
	}
	for name := range c.r.URL.Query() {
		if !hasParameter(op, name) {
			s.complain(c, "request", "unknown parameter "+name)
		}
	}
	if len(bytes.TrimSpace(c.raw)) == 0 {
		return
	}
	var body any
	if json.Unmarshal(c.raw, &body) != nil {
		s.complain(c, "request", "the body is no JSON")
		return
	}
	content := op.Operation.RequestBody
	if content == nil || content.Value.Content["application/json"] == nil {
		s.complain(c, "request", "a body where none is taken")
		return
	}
	for _, field := range unknown(body, content.Value.Content["application/json"].Schema.Value, "") {
		s.complain(c, "request", "unknown field "+field)
	}
}

// exchange is the request as the validator wants it.
func (s *Server) exchange(c *call, op *routers.Route) *openapi3filter.RequestValidationInput {
	r := c.r.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(c.raw))
	if len(c.raw) == 0 {
		r.Body = http.NoBody
	}
	vars := map[string]string{}
	for name, value := range c.vars {
		vars[name] = value
	}
	return &openapi3filter.RequestValidationInput{
		Request: r, PathParams: vars, Route: op,
		Options: &openapi3filter.Options{AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, SkipSettingDefaults: true},
	}
}

func hasParameter(op *routers.Route, name string) bool {
	is := func(p *openapi3.ParameterRef) bool { return p.Value.In == "query" && p.Value.Name == name }
	return slices.ContainsFunc(op.Operation.Parameters, is) || slices.ContainsFunc(op.PathItem.Parameters, is)
}

// unknown lists the fields of a body that no variant of its schema has: GitHub would
// ignore them, so whoever sends them means something else than they get.
func unknown(body any, schema *openapi3.Schema, at string) []string {
	switch body := body.(type) {
	case []any:
		items := variants(schema, func(s *openapi3.Schema) *openapi3.SchemaRef { return s.Items })
		var found []string
		for n, element := range body {
			if len(items) > 0 {
				found = append(found, unknown(element, anyOf(items), fmt.Sprintf("%s[%d]", at, n))...)
			}
		}
		return found
	case map[string]any:
		var found []string
		for name, value := range body {
			fields := variants(schema, func(s *openapi3.Schema) *openapi3.SchemaRef { return s.Properties[name] })
			if len(fields) == 0 {
				found = append(found, at+"."+name)
				continue
			}
			found = append(found, unknown(value, anyOf(fields), at+"."+name)...)
		}
		slices.Sort(found)
		return found
	}
	return nil
}

func anyOf(schemas openapi3.SchemaRefs) *openapi3.Schema { return &openapi3.Schema{AnyOf: schemas} }

// variants collects a part of a schema from it and all its alternatives.
func variants(schema *openapi3.Schema, part func(*openapi3.Schema) *openapi3.SchemaRef) openapi3.SchemaRefs {
	var found openapi3.SchemaRefs
	if p := part(schema); p != nil {
		found = append(found, p)
	}
	for _, more := range []openapi3.SchemaRefs{schema.OneOf, schema.AnyOf, schema.AllOf} {
		for _, s := range more {
			found = append(found, variants(s.Value, part)...)
		}
	}
	return found
}

// checkResponse holds an answer of the server against the description, before
// anything can go wrong with it on the wire.
func (s *Server) checkResponse(c *call, status int, header http.Header, body []byte) {
	if s.spec == nil || c.route == nil || c.route.pattern == graphQLPath {
		return
	}
	op := s.spec.operation(c.route)
	if op == nil {
		return // said already
	}
	if op.Operation.Responses.Status(status) == nil {
		if !everywhere(status) {
			s.complain(c, "answer", fmt.Sprintf("status %d is not described", status))
		}
		return
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: s.exchange(c, op), Status: status, Header: header, Options: &openapi3filter.Options{},
	}
	in.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		s.complain(c, "answer", fmt.Sprintf("%d: %s", status, short(err)))
	}
}

// everywhere are the statuses that any operation can answer with, described or not.
func everywhere(status int) bool {
	switch status {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusMovedPermanently,
		http.StatusTemporaryRedirect, http.StatusUnprocessableEntity, http.StatusTooManyRequests:
		return true
	}
	return false
}

// complain records a violation unless it is waived.
func (s *Server) complain(c *call, side, what string) {
	text := fmt.Sprintf("%s %s: %s: %s", c.route.method, c.route.pattern, side, what)
	for _, w := range waivers() {
		if w.method == c.route.method && w.pattern == c.route.pattern && w.side == side && strings.Contains(what, w.what) {
			return
		}
	}
	s.violate(text)
}

// short keeps what is wrong and leaves out the schema that says so.
func short(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return strings.ReplaceAll(text, "\n", " ")
}
