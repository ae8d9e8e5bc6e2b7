package githubtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const docs = "https://docs.github.com/rest"

// render turns an answer into what is written: a page of a list, headers of the
// quota, an entity tag, and 304 when the client has the content already.
func (s *Server) render(c *call, a answer) (int, []byte) {
	if a.header == nil {
		a.header = http.Header{}
	}
	status := a.status
	body := c.page(&a)
	s.checkResponse(c, status, a.header, body)
	if c.r.Method == http.MethodGet && status == http.StatusOK {
		tag := fmt.Sprintf(`W/"%x"`, sha256.Sum256(body))
		a.header.Set("ETag", tag)
		a.header.Set("Cache-Control", "private, max-age=60, s-maxage=60")
		if matches(c.r.Header.Get("If-None-Match"), tag) {
			status, body = http.StatusNotModified, nil
			s.refund(c)
		}
	}
	s.quotaHeaders(c, a.header)
	a.header.Set("Date", s.clock.Now().UTC().Format(http.TimeFormat))
	a.header.Set("X-GitHub-Media-Type", "github.v3; format=json")
	a.header.Set("X-GitHub-Request-Id", fmt.Sprintf("FAKE:%d", len(s.requests)+1))
	c.header = a.header
	return status, body
}

func matches(header, tag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimSpace(part)
		if part == "*" || strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}

// page cuts the page that was asked for out of a list and links to the others. A
// list may stand alone, or in an object beside its total_count.
func (c *call) page(a *answer) []byte {
	if a.body == nil {
		return nil
	}
	a.header.Set("Content-Type", "application/json; charset=utf-8")
	if a.status == http.StatusOK && c.r.Method == http.MethodGet && c.route != nil {
		switch body := a.body.(type) {
		case []any:
			a.body = c.cut(body, a.header)
		case object:
			for key, value := range body {
				if list, isList := value.([]any); isList && body["total_count"] != nil {
					body[key] = c.cut(list, a.header)
				}
			}
		}
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(a.body); err != nil {
		c.s.t.Fatalf("%s %s: answer: %v", c.r.Method, c.r.URL.Path, err)
	}
	return bytes.TrimSpace(out.Bytes())
}

func (c *call) cut(list []any, header http.Header) []any {
	q := c.r.URL.Query()
	per, page := positive(q.Get("per_page"), 30), positive(q.Get("page"), 1)
	per = min(per, 100)
	last := max((len(list)+per-1)/per, 1)
	var links []string
	link := func(rel string, to int) {
		q.Set("page", strconv.Itoa(to))
		links = append(links, fmt.Sprintf("<%s%s?%s>; rel=%q", c.s.URL(), c.r.URL.EscapedPath(), q.Encode(), rel))
	}
	if page > 1 {
		link("prev", page-1)
	}
	if page < last {
		link("next", page+1)
		link("last", last)
	}
	if page > 1 {
		link("first", 1)
	}
	if len(links) > 0 {
		header.Set("Link", strings.Join(links, ", "))
	}
	from := min((page-1)*per, len(list))
	return list[from:min(from+per, len(list))]
}

func positive(s string, otherwise int) int {
	if n, err := strconv.Atoi(s); err == nil && n > 0 {
		return n
	}
	return otherwise
}

// write sends what was rendered.
func write(w http.ResponseWriter, header http.Header, status int, body []byte) {
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	if len(body) > 0 {
		_, _ = w.Write(body) // a client that went away is no concern of a server's
	}
}

// refuse is an error with no more than a sentence.
func (c *call) refuse(status int, message string) answer {
	return answer{status: status, body: object{"message": message, "documentation_url": docs, "status": strconv.Itoa(status)}}
}

func (c *call) notFound() answer { return c.refuse(http.StatusNotFound, "Not Found") }

// noBody is the answer of an operation that has nothing to say but that it is done.
func noBody() answer { return answer{status: http.StatusNoContent} }

// invalid is a request that GitHub understood and did not accept.
func (c *call) invalid(resource, field, code, message string) answer {
	e := object{"resource": resource, "code": code}
	if field != "" {
		e["field"] = field
	}
	if message != "" {
		e["message"] = message
	}
	a := c.refuse(http.StatusUnprocessableEntity, "Validation Failed")
	a.body.(object)["errors"] = []any{e}
	return a
}

// malformed is a body that is no JSON of the right kind.
func (c *call) malformed() answer { return c.refuse(http.StatusBadRequest, "Problems parsing JSON") }

// stamp writes a time; the zero time is null.
func stamp(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at.UTC().Format(time.RFC3339)
}

// list makes the API's view of each element.
func list[T any](elements []T, view func(T) object) []any {
	out := make([]any, 0, len(elements))
	for _, e := range elements {
		out = append(out, view(e))
	}
	return out
}

// orNull makes a nil pointer JSON's null.
func orNull(o object) any {
	if o == nil {
		return nil
	}
	return o
}
