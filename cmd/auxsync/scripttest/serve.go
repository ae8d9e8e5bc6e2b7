package scripttest

import (
	"fmt"
	"os"

	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// serve puts both repositories behind HTTP and lets the configuration name them
// there. Everybody may read upstream; the fork asks for the canary. The file token
// holds it.
func serve(t tb, _ []string) {
	up := repotest.Serve(t, repotest.ServeOptions{}, t.MkAbs("upstream.git"))
	fork := repotest.Serve(t, repotest.ServeOptions{User: "x-access-token", Password: Canary, RequireAuth: true}, t.MkAbs("fork.git"))
	t.Setenv("FORK_URL", fork.URL("fork.git"))
	t.Setenv("UPSTREAM_URL", up.URL("upstream.git"))
	t.Check(os.WriteFile(t.MkAbs("token"), []byte(Canary+"\n"), 0o600))
	config := fmt.Sprintf(`state_dir = %q
cache_dir = %q

[log]
level = "debug"

[forks.pkgs]
upstream = %q
url = %q
credential = %q
allow_transports = ["http"]
history = %q

[forks.pkgs.tracks.aux]
follow = "main"
branch = "main"
`, t.MkAbs("state"), t.MkAbs("cache"), up.URL("upstream.git"), fork.URL("fork.git"), t.MkAbs("token"), t.Getenv("HISTORY"))
	t.Check(os.WriteFile(t.MkAbs("config.toml"), []byte(config), 0o644))
}
