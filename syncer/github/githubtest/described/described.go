package described

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/api"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// API is GitHub's description of its API, ready to hold exchanges against. It is parsed
// once for all tests of a process; that takes most of a second.
func API(t repotest.TB) githubtest.Validator {
	t.Helper()
	d, err := parsed()
	if err != nil {
		t.Fatalf("GitHub's description of its API: %v", err)
	}
	return d
}

// description is GitHub's description of its API, parsed. It is never changed.
type description struct {
	doc *openapi3.T
}

var parsed = sync.OnceValues(func() (*description, error) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Description)
	if err != nil {
		return nil, err
	}
	return &description{doc: doc}, nil
})

// operation is what the description says of a request; nil if it says nothing.
func (d *description) operation(x githubtest.Exchange) *routers.Route {
	item := d.doc.Paths.Value(x.Pattern)
	if item == nil || item.GetOperation(x.Method) == nil {
		return nil
	}
	return &routers.Route{Spec: d.doc, Path: x.Pattern, PathItem: item, Method: x.Method, Operation: item.GetOperation(x.Method)}
}

// Request implements [githubtest.Validator].
func (d *description) Request(x githubtest.Exchange) []string {
	op := d.operation(x)
	if op == nil {
		return unwaived(x, "request", "GitHub's description has no such operation")
	}
	var wrong []string
	if err := openapi3filter.ValidateRequest(context.Background(), input(x, op)); err != nil {
		wrong = append(wrong, short(err))
	}
	for name := range x.Request.URL.Query() {
		if !hasParameter(op, name) {
			wrong = append(wrong, "unknown parameter "+name)
		}
	}
	return unwaived(x, "request", append(wrong, body(x, op)...)...)
}

// body says what is wrong with the body of a request.
func body(x githubtest.Exchange, op *routers.Route) []string {
	if len(bytes.TrimSpace(x.Body)) == 0 {
		return nil
	}
	var value any
	if json.Unmarshal(x.Body, &value) != nil {
		return []string{"the body is no JSON"}
	}
	content := op.Operation.RequestBody
	if content == nil || content.Value.Content["application/json"] == nil {
		return []string{"a body where none is taken"}
	}
	var wrong []string
	for _, field := range unknown(value, content.Value.Content["application/json"].Schema.Value, "") {
		wrong = append(wrong, "unknown field "+field)
	}
	return wrong
}

// input is the request as the validator wants it.
func input(x githubtest.Exchange, op *routers.Route) *openapi3filter.RequestValidationInput {
	r := x.Request.Clone(context.Background())
	r.Body = io.NopCloser(bytes.NewReader(x.Body))
	if len(x.Body) == 0 {
		r.Body = http.NoBody
	}
	vars := map[string]string{}
	maps.Copy(vars, x.Vars)
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

// Answer implements [githubtest.Validator].
func (d *description) Answer(x githubtest.Exchange, status int, header http.Header, body []byte) []string {
	op := d.operation(x)
	if op == nil {
		return nil // said of the request
	}
	if op.Operation.Responses.Status(status) == nil {
		if everywhere(status) {
			return nil
		}
		return unwaived(x, "answer", fmt.Sprintf("status %d is not described", status))
	}
	in := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input(x, op), Status: status, Header: header, Options: &openapi3filter.Options{},
	}
	in.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(context.Background(), in); err != nil {
		return unwaived(x, "answer", fmt.Sprintf("%d: %s", status, short(err)))
	}
	return nil
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

// short keeps what is wrong and leaves out the schema that says so.
func short(err error) string {
	text, _, _ := strings.Cut(err.Error(), "\nSchema:")
	return strings.ReplaceAll(text, "\n", " ")
}
