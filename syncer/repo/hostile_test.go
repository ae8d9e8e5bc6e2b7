package repo_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

func status(code int) func(http.Handler) http.Handler {
	return always(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(code)
		_, _ = io.WriteString(w, "<html><script>alert(1)</script>the forge is sorry</html>")
	})
}

func trickle(w http.ResponseWriter, r *http.Request, answer []byte) {
	_, _ = w.Write(answer[:len(answer)/2])
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for _, c := range answer[len(answer)/2:] {
		_, _ = w.Write([]byte{c})
		flush(w)
		select {
		case <-tick.C:
		case <-r.Context().Done():
			return
		}
	}
}

// TestAFetchFromABrokenRemote holds for each way of breaking: the kind and the words
// are right, no ref of the cache moves, nothing temporary stays, and the cache is
// not taken for the broken one.
func TestAFetchFromABrokenRemote(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		around func(http.Handler) http.Handler
		kind   forks.Kind
		says   string
	}{
		"trickles": {atFetch(trickle), forks.Retry, "too slow"},
		"resets in the middle of the pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, answer []byte) {
			_, _ = w.Write(answer[:len(answer)/2])
			flush(w)
			reset(w)
		}), forks.Retry, ""},
		"resets before the first byte": {always(func(w http.ResponseWriter, _ *http.Request) { reset(w) }), forks.Retry, ""},
		"ends in the middle of the pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, answer []byte) {
			_, _ = w.Write(answer[:len(answer)/2])
		}), forks.Retry, ""},
		"flips bits in the pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, answer []byte) {
			for i := len(answer) / 2; i < len(answer)/2+64; i++ {
				answer[i] ^= 0x55
			}
			_, _ = w.Write(answer)
		}), forks.Retry, ""},
		"sends no pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, answer []byte) {
			_, _ = w.Write(bytes.Replace(answer, []byte("PACK"), []byte("PUCK"), 1))
		}), forks.Retry, ""},
		"sends an empty pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, answer []byte) {
			head, _, _ := bytes.Cut(answer, []byte("packfile\n"))
			empty := "\x01PACK\x00\x00\x00\x02\x00\x00\x00\x00\x02\x9d\x08\x82\x3b\xd8\xa8\xea\xb5\x10\xad\x6a\xc7\x5c\x82\x3c\xfd\x3e\xd3\x1e"
			_, _ = io.WriteString(w, string(head)+"packfile\n"+pktLength(empty)+empty+"0000")
		}), forks.Retry, "did not send all necessary objects"},
		"sends garbage for a pack": {atFetch(func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			_, _ = io.WriteString(w, "000dpackfile\n"+strings.Repeat("garbage", 1000))
		}), forks.Retry, ""},
		"sends garbage for refs": {always(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/x-git-upload-pack-advertisement")
			_, _ = io.WriteString(w, "001e# service=git-upload-pack\n0000zzzz\x1b[31m garbage")
		}), forks.Retry, ""},
		"says that it is damaged itself": {atFetch(func(w http.ResponseWriter, _ *http.Request, _ []byte) {
			text := "ERR bad object, unable to read tree, no space left on device\n"
			_, _ = io.WriteString(w, pktLength(text)+text)
		}), forks.Retry, "bad object"},
		"is a web page": {always(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "<html>welcome\n</html>\n")
		}), forks.NeedsPerson, "check that the URL"},
		// Git takes that for a repository without refs, served as mere files.
		"is a web page of one line":   {always(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }), forks.NeedsPerson, "not as a git server"},
		"answers nothing, with a 200": {always(func(http.ResponseWriter, *http.Request) {}), forks.NeedsPerson, "not as a git server"},
		"answers 401":                 {status(401), forks.NeedsPerson, "credential"},
		"answers 403":                 {status(403), forks.NeedsPerson, "credential"},
		"answers 404":                 {status(404), forks.NeedsPerson, "check that the URL is right and that the credential may see the repository"},
		"answers 410":                 {status(410), forks.NeedsPerson, "if it was only away, the next try goes on by itself"},
		"answers 429":                 {status(429), forks.Retry, "429"},
		"answers 500":                 {status(500), forks.Retry, "500"},
		"answers 503":                 {status(503), forks.Retry, "503"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			first := b.up.Commit(t, "main", repotest.Ada, "first", files{"a": "1\n"})
			b.fetch(t)
			b.git = newGitWith(t, repo.Options{Stall: 5 * time.Second}) // a trickle ends after a second
			r := serveUpstream(t, b, c.around)
			var shown bytes.Buffer
			err := r.Fetch(t.Context(), b.cache, mainSpec, &shown)
			wantKind(t, err, c.kind)
			if !strings.Contains(err.Error(), c.says) || strings.ContainsAny(err.Error()+shown.String(), "\x1b\r") || strings.Contains(err.Error(), "%") {
				t.Errorf("want %q in: %v", c.says, err)
			}
			if errors.As(err, new(*repo.DamagedError)) {
				t.Errorf("the cache is taken for damaged: %v", err)
			}
			refs, err := b.cache.Refs(t.Context(), "")
			if err != nil || !maps.Equal(refs, map[forks.Ref]forks.Hash{"refs/auxsync/up/main": first}) {
				t.Errorf("refs %v, error %v", refs, err)
			}
			nothingTemporary(t, b.cache.Dir())
			fetchAll(t, b.remote(t), b.cache)
		})
	}
}

func TestTheCredentialFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var mu sync.Mutex
	var elsewhere []http.Header
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		elsewhere = append(elsewhere, r.Header.Clone())
	}))
	t.Cleanup(other.Close)
	for _, code := range []int{301, 302, 303, 307, 308} {
		server := repotest.Serve(t, repotest.ServeOptions{Around: always(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+r.URL.String(), code)
		})}, b.up.Dir)
		r := remote(t, b.git, repo.Access{URL: server.URL(b.up.Dir), Transports: []string{"http"},
			Secret: func() (string, error) { return "canary-4711", nil }})
		err := r.Fetch(t.Context(), b.cache, mainSpec, nil)
		wantKind(t, err, forks.NeedsPerson)
		if !strings.Contains(err.Error(), "where the repository is now") {
			t.Errorf("%d: %v", code, err)
		}
		if requests := server.Requests(); len(requests) == 0 || requests[0].Authorization == "" {
			t.Errorf("%d: the credential was not even sent to the right host", code)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if len(elsewhere) != 0 {
		t.Errorf("the other host was asked: %v", elsewhere)
	}
}

func TestARefThatChangesBetweenListingAndFetch(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(b *bench, old forks.Hash)
		ok     func(b *bench, old forks.Hash, err error) bool
	}{
		// What was listed is fetched; the next pass sees the rest.
		"moved": {func(b *bench, _ forks.Hash) { b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "2\n"}) },
			func(_ *bench, _ forks.Hash, err error) bool { return err == nil }},
		"deleted": {func(b *bench, _ forks.Hash) { b.up.SetRef(t, "main", forks.Hash{}) },
			func(_ *bench, _ forks.Hash, err error) bool { return err == nil }},
		"deleted, and its commits with it": {func(b *bench, _ forks.Hash) {
			b.up.SetRef(t, "main", forks.Hash{})
			b.up.Git(t, "config", "uploadpack.allowAnySHA1InWant", "false")
			b.up.Git(t, "prune", "--expire=now")
		}, func(_ *bench, _ forks.Hash, err error) bool {
			return forks.KindOf(err) == forks.Retry && !errors.As(err, new(*repo.DamagedError))
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			var old forks.Hash
			var once sync.Once
			around := func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(bytes.NewReader(body))
					if bytes.Contains(body, []byte("command=fetch")) {
						once.Do(func() { c.change(b, old) })
					}
					next.ServeHTTP(w, r)
				})
			}
			r := serveUpstream(t, b, around)
			old = b.up.Tip(t, "main")
			if err := r.Fetch(t.Context(), b.cache, mainSpec, nil); !c.ok(b, old, err) {
				t.Errorf("%v", err)
			}
			refs, err := b.cache.Refs(t.Context(), "")
			if err != nil || len(refs) > 1 || len(refs) == 1 && refs["refs/auxsync/up/main"] != old {
				t.Errorf("refs %v, error %v", refs, err)
			}
			nothingTemporary(t, b.cache.Dir())
		})
	}
}

func TestARemoteWithManyRefs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	const many = 200_000
	var packed strings.Builder
	packed.WriteString("# pack-refs with: peeled fully-peeled sorted \n")
	for i := range many {
		fmt.Fprintf(&packed, "%s refs/pull/%06d/head\n", one, i)
	}
	if err := os.WriteFile(filepath.Join(b.up.Dir, "packed-refs"), []byte(packed.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	b.fetch(t)
	refs, err := b.cache.Refs(t.Context(), "")
	if err != nil || len(refs) != 1 {
		t.Errorf("%d refs, error %v", len(refs), err)
	}
	listed, err := b.remote(t).List(t.Context())
	if err != nil || len(listed) != many+1 {
		t.Errorf("%d refs, error %v", len(listed), err)
	}
}

func TestARemoteThatListsRefsWithoutEnd(t *testing.T) {
	t.Parallel()
	g := newGitWith(t, repo.Options{Path: fakeGit(t, `case "$1" in version) echo git version 2.39.5; exit ;; esac
exec awk 'BEGIN { for (i = 0; ; i++) printf "1111111111111111111111111111111111111111\trefs/x/%d\n", i }'`)})
	_, err := remote(t, g, repo.Access{URL: "https://git.example.org/x"}).List(t.Context())
	wantKind(t, err, forks.Retry)
	if !strings.Contains(err.Error(), "more than 1000000 refs") {
		t.Error(err)
	}
}

func TestARemoteWhoseHEADIsBroken(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	one := b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	for _, target := range []string{"refs/heads/none", "refs/heads/-x"} {
		if err := os.WriteFile(filepath.Join(b.up.Dir, "HEAD"), []byte("ref: "+target+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		head, err := b.remote(t).Head(t.Context())
		if err != nil || head != "" {
			t.Errorf("HEAD at %s: %q, error %v", target, head, err)
		}
		b.fetch(t)
	}
	if err := os.WriteFile(filepath.Join(b.up.Dir, "HEAD"), []byte("\x00garbage"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := b.remote(t).Fetch(t.Context(), b.cache, mainSpec, nil)
	wantKind(t, err, forks.NeedsPerson)
	if !has(t, b.cache, one) {
		t.Error("what was fetched before is lost")
	}
}

// mount puts a small file system on a folder, which only root can.
func mount(t *testing.T, options string) string {
	t.Helper()
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "none", disk).CombinedOutput(); err != nil {
		t.Skipf("a small file system cannot be mounted here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", disk).Run() })
	return disk
}

func TestACacheThatCannotBeWrittenIsAClearProblem(t *testing.T) {
	t.Parallel()
	disk := mount(t, "size=8m")
	b := newBench(t)
	b.up.Commit(t, "main", repotest.Ada, "one", files{"a": "1\n"})
	dir := filepath.Join(disk, "cache")
	cache, err := b.git.OpenCache(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	fetchAll(t, b.remote(t), cache)
	b.up.Commit(t, "main", repotest.Ada, "two", files{"a": "2\n"})
	before := listing(t, disk)
	if out, err := exec.Command("mount", "-o", "remount,ro", disk).CombinedOutput(); err != nil {
		t.Skipf("it cannot be made read-only: %v: %s", err, out)
	}
	_, newErr := b.git.OpenCache(t.Context(), filepath.Join(disk, "new"))
	_, quarantineErr := cache.Quarantine(t.Context())
	for what, err := range map[string]error{
		"fetch": b.remote(t).Fetch(t.Context(), cache, mainSpec, nil), "new cache": newErr, "quarantine": quarantineErr,
	} {
		wantKind(t, err, forks.Retry)
		if !strings.Contains(err.Error(), disk) || !strings.Contains(err.Error(), "read-only") && !strings.Contains(err.Error(), "cannot be written") {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := b.git.OpenCache(t.Context(), dir); err != nil {
		t.Errorf("it cannot even be read: %v", err)
	}
	if after := listing(t, disk); !maps.Equal(before, after) {
		t.Errorf("after: %v, before: %v", after, before)
	}
	if out, err := exec.Command("mount", "-o", "remount,rw", disk).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fetchAll(t, b.remote(t), cache)
}

func TestAFullDiskLeavesNoHalfOfACache(t *testing.T) {
	t.Parallel()
	disk := mount(t, "nr_inodes=8")
	g := newGit(t)
	dir := filepath.Join(disk, "cache")
	_, err := g.OpenCache(t.Context(), dir)
	wantKind(t, err, forks.Retry)
	if !strings.Contains(err.Error(), "free space on the file system of "+disk) {
		t.Error(err)
	}
	if left, err := os.ReadDir(disk); err != nil || len(left) != 0 {
		t.Errorf("left: %v, error %v", left, err)
	}
	if out, err := exec.Command("mount", "-o", "remount,nr_inodes=1000", disk).CombinedOutput(); err != nil {
		t.Skipf("it cannot be made larger: %v: %s", err, out)
	}
	if _, err := g.OpenCache(t.Context(), dir); err != nil {
		t.Error(err)
	}
}
