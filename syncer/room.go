package syncer

import (
	"context"
	"errors"
	"strings"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer/repo"
)

// room checks that the fork has room for the branches of conflicts: git keeps no
// branch below the name of another one.
func (v *visit) room(ctx context.Context) error {
	dir := strings.TrimSuffix(string(forks.ProposalPrefix(v.track.Name)), "/")
	root := strings.TrimSuffix(dir, "/"+v.track.Name)
	heads, err := v.fork.List(ctx, root)
	if err != nil {
		return err
	}
	for _, name := range []string{root, dir, dir + "/onto", dir + "/fix"} {
		if id := heads[forks.Ref(name)]; id.IsZero() {
			continue
		}
		branch := strings.TrimPrefix(name, "refs/heads/")
		url := forks.ShellWord(v.track.URL)
		other := "refs/heads/" + strings.ReplaceAll(branch, "/", "-") + "-renamed"
		return forks.AskPerson("rename it: git fetch "+url+" "+name+" && git push --atomic "+url+" FETCH_HEAD:"+other+" :"+name,
			"the fork has a branch %s, and git cannot keep the branches of conflicts, auxsync/%s/…, beside it", branch, v.track.Name)
	}
	return nil
}

// inTheWay explains a push that was refused because of the name of another ref.
func (v *visit) inTheWay(ctx context.Context, err error) error {
	var refused *repo.RefusedError
	if !errors.As(err, &refused) || refused.Reason != repo.NameTaken {
		return err
	}
	if found := v.room(ctx); found != nil {
		return found
	}
	return err
}
