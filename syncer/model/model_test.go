package model_test

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/auxolotl/auxsync/forks"
	"github.com/auxolotl/auxsync/syncer"
	"github.com/auxolotl/auxsync/syncer/repo"
	"github.com/auxolotl/auxsync/syncer/repo/repotest"
)

// With these flags more is tried: `go test ./syncer/model -run InMemory -long 20000`,
// from the number on that -from names. `-shrink` looks for the shortest sequence that
// fails, from -rapid.seed.
var (
	long   = flag.Int("long", 0, "number of random sequences to try")
	from   = flag.Int("from", 0, "number of the first one")
	shrink = flag.Bool("shrink", false, "try sequences as rapid does, and shorten one that fails")
)

// steps is how many things happen in a sequence.
const steps = 20

// figures count what happened.
type figures struct {
	sequences, steps, passes, crashes, requests            int
	conflicts, proposals, answers, declined, parked, ended int
}

func (f *figures) add(o figures) {
	f.sequences += o.sequences
	f.steps += o.steps
	f.passes += o.passes
	f.crashes += o.crashes
	f.requests += o.requests
	f.conflicts += o.conflicts
	f.proposals += o.proposals
	f.answers += o.answers
	f.declined += o.declined
	f.parked += o.parked
	f.ended += o.ended
}

// tally counts what a pass brought.
func (w *world) tally(before, after forks.State) {
	was := map[forks.ProposalID]forks.Proposal{}
	for _, p := range before.Proposals {
		was[p.ID] = p
	}
	for _, p := range after.Proposals {
		old, known := was[p.ID]
		if !known {
			w.count.conflicts++
		}
		if p.Status.Live() && (!known || old.Status == forks.Queued) {
			w.count.proposals++
		}
		if p.Taken > 0 && old.Taken == 0 {
			w.count.answers++
		}
		if p.Status == forks.Declined && old.Status != forks.Declined {
			w.count.declined++
		}
	}
	parked := func(p forks.Patch) bool { return p.Out != nil && p.Out.Outcome == forks.Parked }
	out := map[forks.PatchID]bool{}
	for _, p := range before.Patches {
		out[p.ID] = parked(p)
	}
	for _, p := range after.Patches {
		if parked(p) && !out[p.ID] {
			w.count.parked++
		}
	}
	w.count.ended += max(0, len(after.Ended)-len(before.Ended))
}

// TestWhatPeopleDoInMemory: in 500 sequences are 10,000 steps, 13,578 passes, 332 crashes,
// 3,393 requests, 935 conflicts, 883 of them opened, 375 answered, 90 closed, 675 patches
// parked and 742 ended, in about 85 seconds of one processor.
func TestWhatPeopleDoInMemory(t *testing.T) {
	t.Parallel()
	sequences(t, inMemory, func(t *teller, count *figures) *world {
		on, up := newMemory(t)
		return newWorld(t, on, up, func() host { return up.Fork(t, "https://example.org/fork.git") }, count)
	})
}

// TestWhatPeopleDoOnDisk has the same happen to real repositories, whose garbage is
// collected at the end. A sequence takes about four seconds.
func TestWhatPeopleDoOnDisk(t *testing.T) {
	t.Parallel()
	git, err := repo.New(t.Context(), repo.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = git.Close() })
	sequences(t, onDisk, func(t *teller, count *figures) *world {
		dir, err := os.MkdirTemp("", "auxsync-model-*")
		if err != nil {
			t.Fatalf("%v", err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		on, up := newDisk(t, dir, syncer.OnDisk(git))
		return newWorld(t, on, up, func() host { var f *repotest.Repo = up.Fork(t, filepath.Join(dir, "fork.git")); return f }, count)
	})
}

// sequences tries as many as are wanted. The number of a subtest repeats it.
func sequences(t *testing.T, most int, begin func(*teller, *figures) *world) {
	t.Helper()
	var mu sync.Mutex
	var all figures
	list := actions()
	one := func(rt *rapid.T) {
		count := figures{sequences: 1}
		w := begin(&teller{T: rt}, &count)
		for range steps {
			w.act(list)
			if w.t.oneIn(3, "no pass") {
				continue
			}
			for _, l := range w.tracks {
				w.pass(l, nil)
			}
		}
		w.end()
		mu.Lock()
		defer mu.Unlock()
		all.add(count)
	}
	if *shrink {
		rapid.Check(t, one)
		return
	}
	if *long > 0 {
		most = *long
	}
	began := time.Now()
	if *long > 0 {
		t.Cleanup(func() { fmt.Printf("%+v in %v\n", all, time.Since(began).Round(time.Second)) })
	}
	for i := range most {
		i += *from
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			rapid.MakeFuzz(one)(t, randomness(i))
		})
	}
}

// randomness is as much of it as a sequence needs, always the same for a number.
func randomness(n int) []byte {
	var seed [32]byte
	copy(seed[:], slices.Concat([]byte("what people do "), strconv.AppendInt(nil, int64(n), 10)))
	out := make([]byte, 256<<10)
	_, _ = rand.NewChaCha8(seed).Read(out)
	return out
}
