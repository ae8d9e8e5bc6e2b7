package forks

import (
	"slices"
	"strings"
)

// transports reads allow_transports. Empty means that a problem was told.
func (r *configReader) transports(t *tomlTable, path keyPath) []string {
	key := path.child("allow_transports")
	v := t.values["allow_transports"]
	if v == nil {
		r.show(key, text{"https", 0, fromDefault})
		return []string{"https"}
	}
	if v.kind != tomlArray {
		r.problems.add(v.line, key, "must be an array of strings, not %s", v.kind)
		return nil
	}
	if len(v.list) == 0 {
		r.problems.add(v.line, key, "allows nothing; leave it out for its default")
	}
	var allowed []string
	for _, item := range v.list {
		switch {
		case item.kind != tomlString:
			r.problems.add(v.line, key, "must hold strings, not %s", item.kind)
			return nil
		case !slices.Contains(Transports(), item.text):
			r.problems.add(v.line, key, "%q is not a transport; known are %s", item.text, strings.Join(Transports(), ", "))
			return nil
		case !slices.Contains(allowed, item.text):
			allowed = append(allowed, item.text)
		}
	}
	r.show(key, text{strings.Join(allowed, ", "), v.line, r.origin(v.line)})
	return allowed
}

// remote reads the address of a repository. The result is empty if it cannot be
// used; no problem repeats it, since it may hold a password.
func (r *configReader) remote(t *tomlTable, path keyPath, key string, line int, allowed []string) text {
	value, ok := r.text(t, path, key)
	if !ok {
		r.problems.add(line, path.child(key), "is missing; it is the address of the %s repository", remoteRole(key))
		return text{}
	}
	if value.line == 0 {
		return text{}
	}
	transport, err := Transport(value.value)
	switch {
	case err != nil:
		r.problems.add(value.line, path.child(key), "the address %v", err)
		return text{}
	case len(allowed) > 0 && !slices.Contains(allowed, transport):
		r.problems.add(value.line, path.child(key), "uses the transport %s, and allow_transports has only %s", transport, strings.Join(allowed, ", "))
	}
	r.show(path.child(key), value)
	return value
}

func remoteRole(key string) string {
	if key == "url" {
		return "fork's"
	}
	return "upstream"
}

// credential reads the file, or the name of a systemd credential, that holds a
// secret: the fork's token, its App's private key, or the webhook's secret.
func (r *configReader) credential(t *tomlTable, path keyPath, name string) string {
	value, ok := r.text(t, path, name)
	key := path.child(name)
	switch {
	case !ok || value.line == 0:
	case looksLikeToken(value.value):
		// The text itself is not repeated, nor kept.
		r.problems.add(value.line, key, "looks like a token; put the token into a file and name the file here")
		return ""
	case strings.HasPrefix(value.value, "/"):
	case strings.Contains(value.value, "/") || value.value == "." || value.value == "..":
		r.problems.add(value.line, key, "%q must be an absolute path or the name of a systemd credential", value.value)
	}
	r.show(key, value)
	return value.value
}

// looksLikeToken knows the prefixes of the big forges' tokens.
func looksLikeToken(s string) bool {
	for _, prefix := range []string{"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "glpat-"} {
		if strings.HasPrefix(s, prefix) {
			return true
		}
	}
	return false
}

func (r *configReader) forge(t *tomlTable, path keyPath) string {
	value := r.choice(t, path, "forge", text{ForgeGit, 0, fromDefault}, ForgeGit, ForgeGitHub)
	r.show(path.child("forge"), value)
	return value.value
}
