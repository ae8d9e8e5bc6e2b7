//go:build !race

package model_test

// How many sequences are tried without flags.
const (
	inMemory = 500
	onDisk   = 20
)
