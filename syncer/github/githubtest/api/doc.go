// Package api holds GitHub's own description of its API, cut to what auxsync and its
// tests need; NOTICE.md says where it comes from.
package api

import _ "embed"

// Description is the description in JSON (OpenAPI 3).
//
//go:embed github-openapi-slim.json
var Description []byte
