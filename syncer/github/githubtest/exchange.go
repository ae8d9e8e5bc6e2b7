package githubtest

import "net/http"

// Validator holds exchanges against a description of the API. Its methods may be
// called by several goroutines, and keep nothing of what they are given.
type Validator interface {
	// Request says what is wrong with a request; nil is nothing.
	Request(Exchange) []string
	// Answer says what is wrong with an answer, before anything can go wrong with it
	// on the wire; nil is nothing.
	Answer(x Exchange, status int, header http.Header, body []byte) []string
}

// Exchange is a request of the REST API as it reached the server.
type Exchange struct {
	Method  string
	Pattern string            // the path as GitHub's description writes it
	Vars    map[string]string // the parameters in it
	Request *http.Request     // its body is read already
	Body    []byte
}

// checkRequest holds a request against the description.
func (s *Server) checkRequest(c *call) {
	if s.o.Validate != nil {
		s.complain(c, "request", s.o.Validate.Request(c.exchange()))
	}
}

// checkResponse holds an answer of the server against the description. It says nothing
// of GraphQL, nor of operations that the server does not have.
func (s *Server) checkResponse(c *call, status int, header http.Header, body []byte) {
	if s.o.Validate == nil || c.route == nil || c.route.pattern == graphQLPath {
		return
	}
	s.complain(c, "answer", s.o.Validate.Answer(c.exchange(), status, header, body))
}

func (c *call) exchange() Exchange {
	return Exchange{Method: c.route.method, Pattern: c.route.pattern, Vars: c.vars, Request: c.r, Body: c.raw}
}

// complain records violations. The caller holds mu.
func (s *Server) complain(c *call, side string, wrong []string) {
	for _, what := range wrong {
		s.violate(c.route.method + " " + c.route.pattern + ": " + side + ": " + what)
	}
}
