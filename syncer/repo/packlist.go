package repo

import (
	"context"
	"fmt"

	"github.com/go-git/go-git/v5/plumbing"

	"github.com/auxolotl/auxsync/forks"
)

// Versions of one thing are written as deltas. Each is made of one that came before it
// in the pack. Were that always the one just before, the last of a thousand would need
// the 999 others to be read. So the versions are counted in octal: number n is made of
// the one whose number has n's last digit that is not zero less by one, 1750 of 1740 and
// that of 1730. Then the chain of n is as long as the sum of its digits, and seven of
// eight deltas are still to the version just before.

// longestChain is how many deltas at most are applied to get an object, as in git.
const longestChain = 50

// planned is one object that goes into a pack.
type planned struct {
	id   forks.Hash
	kind plumbing.ObjectType
	like int // the place, in the same list, of one that came before and is like it; -1 if none is
}

// versions are the places in a list of what is a version of the same thing, in their
// order.
type versions[K comparable] map[K][]int

// add notes one more and returns the one to make a delta of.
func (v versions[K]) add(thing K, place int) (like int) {
	list := v[thing]
	v[thing] = append(list, place)
	if len(list) == 0 {
		return -1
	}
	step := 1
	for len(list)%(8*step) == 0 {
		step *= 8
	}
	return list[len(list)-step]
}

// list writes objects in their order, as deltas where that saves at least half.
func (w *packWriter) list(ctx context.Context, list []planned, read func(forks.Hash) (plumbing.ObjectType, []byte, error)) error {
	var d delta
	offsets, chains := make([]int64, len(list)), make([]int, len(list))
	for i, o := range list {
		if err := ctx.Err(); err != nil {
			return ended(fmt.Errorf("pack: %w", err))
		}
		_, data, err := read(o.id)
		if err != nil {
			return err
		}
		var change []byte
		if o.like >= 0 && chains[o.like] < longestChain {
			_, base, err := read(list[o.like].id)
			if err != nil {
				return err
			}
			change = d.between(base, data, len(data)/2)
		}
		if change != nil {
			chains[i] = chains[o.like] + 1
			offsets[i], err = w.delta(o.id, offsets[o.like], change)
		} else {
			offsets[i], err = w.object(o.id, o.kind, data)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
