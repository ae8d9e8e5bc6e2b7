package maintainers_test

import (
	"fmt"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/forks/maintainers"
)

// A package names alice and a team; the fork emptied its list of maintainers, but upstream
// still knows who they are.
func ExampleCache_Find() {
	fork := written{
		"maintainers/maintainer-list.nix": "{ }",
		"pkgs/by-name/he/hello/package.nix": `{ lib, mk }: mk {
  pname = "hello";
  meta = {
    maintainers = [ lib.maintainers.alice lib.maintainers.gone ];
    teams = [ lib.teams.greeters ];
  };
}`,
	}
	upstream := written{
		"maintainers/maintainer-list.nix": `{
  alice = { name = "Alice"; github = "alice"; githubId = 1; };
  bob = { name = "Bob"; github = "Bob"; githubId = 2; };
}`,
		"maintainers/team-list.nix": `{ lib }: with lib.maintainers; { greeters = { members = [ alice bob ]; }; }`,
	}
	cache := maintainers.NewCache()
	found, err := cache.Find(maintainers.Question{
		Author:       forks.Person{Name: "Ada", Email: "7+ada@users.noreply.github.com"},
		Files:        []maintainers.Place{{Path: "pkgs/by-name/he/hello/fix.patch"}},
		Trees:        maintainers.Trees{Fork: fork, Upstream: upstream},
		UpstreamList: upstream,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range found.Candidates {
		fmt.Println(c.Source, c.Name(), "-", c.Reason)
	}
	for _, s := range found.Trace {
		if s.Name != "" && !s.Accepted {
			fmt.Println("not", s.Name, "-", s.Why)
		}
	}
	// Output:
	// author ada - wrote the patch
	// meta alice - maintains hello: pkgs/by-name/he/hello/package.nix:4
	// meta Bob - in team greeters, which maintains hello: pkgs/by-name/he/hello/package.nix:5
	// not gone - no login is known for it
	// not alice - already a candidate
}
