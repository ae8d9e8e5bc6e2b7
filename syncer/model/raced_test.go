//go:build race

package model_test

// How many sequences are tried without flags: with the race detector a tenth.
const (
	inMemory = 50
	onDisk   = 2
)
