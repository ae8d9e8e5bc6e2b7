//go:build !race

package syncer_test

// raced says that the race detector watches.
const raced = false
