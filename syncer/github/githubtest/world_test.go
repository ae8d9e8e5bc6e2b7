package githubtest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jonboulle/clockwork"

	"github.com/auxolotl/auxsync/syncer/github/githubtest"
	"github.com/auxolotl/auxsync/syncer/github/githubtest/described"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

const repo = "acme/pkgs"

// world is a server with one repository: main, and fix one commit ahead.
type world struct {
	*githubtest.Server
	t     *testing.T
	clock *clockwork.FakeClock
	bare  *repotest.Repo
	token string
}

// template is a bare repository that each world has a copy of: making one takes a
// dozen runs of git.
var template string

func TestMain(m *testing.M) {
	made := &ends{}
	dir, err := os.MkdirTemp("", "auxsync-githubtest-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	bare := repotest.New(made, filepath.Join(dir, "pkgs.git"))
	bare.Commit(made, "main", repotest.Ada, "start", map[string]string{"a": ten, "b": "b\n"})
	bare.SetRef(made, "fix", bare.Tip(made, "main"))
	bare.Commit(made, "fix", repotest.Grace, "change a", map[string]string{"a": strings.Replace(ten, "5", "five", 1)})
	template = bare.Dir
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

const ten = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldWith(t, githubtest.RepoOptions{}, githubtest.Options{Validate: described.API(t)})
}

func newWorldWith(t *testing.T, ro githubtest.RepoOptions, o githubtest.Options) *world {
	t.Helper()
	clock := clockwork.NewFakeClockAt(time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC))
	o.Clock = clock
	w := &world{t: t, clock: clock, bare: &repotest.Repo{Dir: filepath.Join(t.TempDir(), "pkgs.git"), Now: clock.Now()}}
	if err := os.CopyFS(w.bare.Dir, os.DirFS(template)); err != nil {
		t.Fatal(err)
	}
	w.Server = githubtest.New(t, o)
	w.AddRepo("acme", "pkgs", w.bare.Dir, ro)
	for login, p := range map[string]githubtest.Permission{
		"robot": githubtest.Write, "ada": githubtest.Write, "tina": githubtest.Triage, "eve": githubtest.None,
	} {
		w.AddUser(login, githubtest.User)
		if p != githubtest.None {
			w.Grant(repo, login, p)
		}
	}
	w.token = w.Token("robot", githubtest.AllRights())
	return w
}

// reply is what a request got.
type reply struct {
	status int
	header http.Header
	text   string
	json   map[string]any
	list   []any
}

func (w *world) do(method, path string, body any, header ...string) reply {
	w.t.Helper()
	got, err := w.try(method, path, body, header...)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	return got
}

func (w *world) try(method, path string, body any, header ...string) (reply, error) {
	w.t.Helper()
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			w.t.Fatal(err)
		}
		in = bytes.NewReader(raw)
	}
	address := strings.TrimSuffix(w.APIURL(), "/") + path
	if strings.HasPrefix(path, "http") {
		address = path
	}
	r, err := http.NewRequest(method, address, in)
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.token)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	got := reply{status: res.StatusCode, header: res.Header, text: string(raw)}
	_ = json.Unmarshal(raw, &got.json)
	_ = json.Unmarshal(raw, &got.list)
	return got, err
}

// want fails the test unless the answer has a status and a text in it.
func (w *world) want(got reply, status int, text string) reply {
	w.t.Helper()
	if got.status != status || !strings.Contains(got.text, text) {
		w.t.Fatalf("got %d %s, want %d with %q", got.status, got.text, status, text)
	}
	return got
}

// open opens the pull request from fix to main.
func (w *world) open() {
	w.t.Helper()
	w.want(w.do("POST", "/repos/acme/pkgs/pulls", object{"title": "t", "head": "fix", "base": "main", "body": "b"}), 201, "")
}

type object = map[string]any

// git runs git in a directory and returns what it said.
func (w *world) git(dir string, args ...string) (string, error) {
	w.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, repotest.Env()
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// remote is the address to push by, with a token in it, as only a test may write it.
func (w *world) remote(token string) string {
	return strings.Replace(w.GitURL(repo), "://", "://x-access-token:"+token+"@", 1)
}
