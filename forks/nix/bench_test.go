package nix_test

import (
	"testing"

	"github.com/auxolotl/auxsync/forks/nix"
)

// One operation reads every file of testdata; "ms/file" is what is promised about.
func BenchmarkParse(b *testing.B) {
	files := corpus(b)
	size := 0
	for _, src := range files {
		size += len(src)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for name, src := range files {
			if _, err := nix.Parse(src, nix.Limits{}); err != nil {
				b.Fatalf("%s: %v", name, err)
			}
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1000/float64(b.N*len(files)), "ms/file")
}
