package repo_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// TestTheTokenAppearsNowhere lets a server answer with the credential it was
// given, in every form, and looks for it wherever text comes out.
func TestTheTokenAppearsNowhere(t *testing.T) {
	t.Parallel()
	const canary = "ghs_canary/4711+x="
	header := base64.StdEncoding.EncodeToString([]byte("x-access-token:" + canary))
	sent := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = sent || strings.Contains(r.Header.Get("Authorization"), header)
		if strings.HasPrefix(r.URL.Path, "/git") {
			// A pkt-line ERR is shown by git as it is.
			text := "ERR your token is " + canary + " or " + header + " or https://u:" + canary + "@host/\n"
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = w.Write([]byte("001e# service=git-upload-pack\n0000" + pktLength(text) + text))
			return
		}
		http.Error(w, "token "+canary+" "+header, http.StatusForbidden)
	}))
	t.Cleanup(server.Close)

	var log logBuffer
	path, record := wrapGit(t, "")
	g := newGitWith(t, repo.Options{Path: path, Log: log.logger()})
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	b.fetch(t)
	scratch, err := g.Scratch(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer scratch.Close()
	var progress bytes.Buffer
	var said []string
	for _, where := range []string{"/git", "/other"} {
		r := remote(t, g, repo.Access{URL: server.URL + where, Transports: []string{"http"}, Secret: func() (string, error) { return canary, nil }})
		_, listErr := r.List(t.Context())
		_, headErr := r.Head(t.Context())
		fetchErr := r.Fetch(t.Context(), b.cache, []repo.FetchSpec{{From: "refs/heads/main", To: "refs/auxsync/x"}}, &progress)
		pushErr := r.Push(t.Context(), b.cache, []forks.RefUpdate{{Ref: "refs/heads/main", New: one}})
		shallowErr := r.FetchShallow(t.Context(), scratch, []repo.FetchSpec{{From: "refs/heads/main", To: "refs/auxsync/x"}})
		probeErr := r.Probe(t.Context(), true)
		for _, err := range []error{listErr, headErr, fetchErr, pushErr, shallowErr, probeErr} {
			if err == nil {
				t.Fatal("a server that always fails did not")
			}
			said = append(said, err.Error())
		}
		said = append(said, r.URL())
	}
	if !sent {
		t.Fatal("the credential was never sent")
	}
	if !strings.Contains(said[0], "your token is ***") {
		t.Errorf("the server's words are lost: %s", said[0])
	}
	argv, err := os.ReadFile(record)
	if err != nil {
		t.Fatal(err)
	}
	said = append(said, log.String(), progress.String(), string(argv))
	quotedCanary, err := json.Marshal(canary)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range said {
		for _, form := range []string{canary, header, "canary", strings.Trim(string(quotedCanary), `"`)} {
			if strings.Contains(text, form) {
				t.Errorf("%q is in %q", form, text)
			}
		}
	}
	for path := range listing(t, b.cache.Dir()) {
		data, err := os.ReadFile(filepath.Join(b.cache.Dir(), path))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("canary")) {
			t.Errorf("the credential is in %s", path)
		}
	}
}

// pktLength is the head of git's packet format.
func pktLength(text string) string {
	const digits = "0123456789abcdef"
	n := len(text) + 4
	return string([]byte{digits[n>>12&15], digits[n>>8&15], digits[n>>4&15], digits[n&15]})
}
